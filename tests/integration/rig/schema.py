"""The records of audit logs, held against docs/audit.schema.json.

Runs in the test's own process. What a test wrote into a log by hand, or damaged there, is no
record: only lines that are sealed as the helper seals them are looked at.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import functools
import hashlib
import json
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[3] / "docs/audit.schema.json"

HASH = b',"hash":'


@functools.cache
def schema():
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


@functools.cache
def validator(kind):
    """Of one kind of record, so that what is wrong is told and not that none of all fits."""
    from jsonschema import Draft202012Validator  # pylint: disable=import-outside-toplevel
    whole = schema()
    return Draft202012Validator({"$defs": whole["$defs"], "$ref": f"#/$defs/{kind}"})


def kind_of(record):
    return "end_by_a_later_helper" if "closed_by" in record else record["type"]


def faults(record):
    """What is wrong with a record, a line each."""
    return [f"{error.json_path}: {error.message}"
            for error in validator(kind_of(record)).iter_errors(record)]


def is_sealed(line):
    """Whether the line ends in the hash of what stands before."""
    hashed, key, sealed = line.rpartition(HASH)
    return bool(key) and sealed == f'"{hashlib.sha256(hashed).hexdigest()}"}}'.encode()


def shape(value):
    """The same for records that differ in nothing but their texts and numbers."""
    if isinstance(value, dict):
        return tuple((key, shape(part)) for key, part in value.items())
    if isinstance(value, list):
        return frozenset(shape(part) for part in value)
    return type(value)


@functools.cache
def _seen():
    return set()


def check_logs(folder):
    """Fails where a record of the logs in this folder is not as the schema says.

    Of records of the same kind and shape the first is looked at, so that it costs next to nothing.
    In the guest of tests/vm there is no schema, and nothing is looked at.
    """
    if not SCHEMA.exists() or not folder.is_dir():
        return
    for path in folder.glob("*.log*"):
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            if is_sealed(line):
                check(json.loads(line))


def check(record):
    what = (record["type"], shape(record))
    if what not in _seen():
        wrong = faults(record)
        assert not wrong, f"{wrong} of {record}"
        _seen().add(what)
