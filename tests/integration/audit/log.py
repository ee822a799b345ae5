"""The audit log as its readers see it, and logs of any size made by hand from docs/audit.md.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import collections
import hashlib
import json

INSTANCE = "0123456789abcdef"


def read(path):
    """The records of one file; fails where its last line is torn or one is no JSON object."""
    return parse(path.read_bytes())


def parse(data):
    """The records of what a file holds."""
    assert data == b"" or data.endswith(b"\n"), data[-200:]
    records = [json.loads(line) for line in data.splitlines()]
    assert all(isinstance(record, dict) for record in records)
    return records


def of_type(records, kind):
    return [record for record in records if record["type"] == kind]


def chain_faults(path):
    """Numbers of the lines whose hash is wrong, or that do not follow on the line before."""
    former, faults = {"hash": "0" * 64, "seq": 0}, []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        record = json.loads(line)
        hashed = hashlib.sha256(line[:line.rindex(b',"hash":')]).hexdigest()
        if (record["hash"], record["prev"], record["seq"]) != (
                hashed, former["hash"], former["seq"] + 1):
            faults.append(number)
        former = record
    return faults


def unpaired(records):
    """Calls that do not have exactly one begin and one end."""
    counts = collections.Counter((record["call"], record["type"]) for record in records
                                 if record["type"] in ("begin", "end"))
    calls = {call for call, _ in counts}
    return [call for call in calls if counts[call, "begin"] != 1 or counts[call, "end"] != 1]


def line(kind, number):
    """A begin or end of a former helper's call."""
    about = {"schema": 1, "type": kind, "call": f"{INSTANCE}-{number}",
             "time": "2024-05-01T12:00:00.000000Z", "monotonic_ms": number, "boot": None,
             "instance": INSTANCE, "peer": {"pid": 1, "uid": 0, "name": "shim", "label": None},
             "class": "hook",
             "driver": "qemu", "object": f"guest-{number}", "uuid": None, "operation": "start",
             "sub_operation": "begin", "extra": "-", "stdin_bytes": 0}
    return json.dumps(about, separators=(",", ":")) + "\n"


def write(path, lines):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(lines)
    path.chmod(0o600)
