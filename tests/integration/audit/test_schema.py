"""docs/audit.schema.json is the form of every record, and says the same as docs/audit.md.

That the records of all other tests fit too is looked at when their logs go: see Place.remove().
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import copy
import hashlib
import json

import jsonschema
import pytest
from helper.processes import wait_until
from rig import schema

from . import log
from .disk import call_until
from .page import rows_below

# Kinds that the page has under another's title, and keys that it tells beside its tables.
TITLES = {"end_by_a_later_helper": "end"}
OF_EVENTS = {"only", "delivery", "uri"}
BESIDE = {"begin": {"repeated"} | OF_EVENTS, "end": OF_EVENTS, "end_by_a_later_helper": OF_EVENTS,
          "open": {"continues"}}

# The page's words for types, and the schema's.
TYPES = {"text": "string", "number": "integer", "boolean": "boolean", "object": "object",
         "list": "array", "null": "null"}


@pytest.fixture
def records(place, start, disk):
    """Of every kind, made by helpers: rotated, killed, with a full disk, with what lingered."""
    place.configure('default_profile = p\ngrace = 0.2\nprofile "p" {\nunconfined = yes\n'
                    'linger = 0.2\n}\n')
    place.script("qemu", "sleep 600 </dev/null >/dev/null 2>&1 & echo out; echo err >&2")
    place.script("network", "while [ ! -e $T/go ]; do sleep 0.05; done")
    place.script("qemu.d/old.bak")
    helper = start()
    slow = helper.peer.start("slow", driver="network")
    helper.peer.accepted(slow)
    assert helper.peer.call().allow
    wait_until(lambda: place.records("linger"), 20, "what lingers has ended")
    (place.audit / "service.log").rename(place.audit / "service.log.1")
    assert helper.peer.call().allow
    helper.kill()
    start().end()
    return place.records() + lost(place, start, disk)


def lost(place, start, disk):
    """The records of a helper that had no room for some."""
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    call_until(helper.peer, lambda verdict: not verdict.allow)
    disk.make_room()
    assert helper.peer.call().allow
    return disk.records()


def kinds():
    return [kind["then"]["$ref"].rpartition("/")[2] for kind in schema.schema()["allOf"]]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema.schema())


def test_every_kind_of_record_is_as_the_schema_says(records):
    assert {schema.kind_of(record) for record in records} == set(kinds())
    assert [record for record in records if record.get("repeated") or record.get("continues")]
    whole = jsonschema.Draft202012Validator(schema.schema())
    for record in records:
        assert schema.faults(record) == [], record
        assert whole.is_valid(record)


def test_the_schema_as_it_is_shipped_tells_the_fault_and_nothing_of_other_kinds(records):
    whole = jsonschema.Draft202012Validator(schema.schema())
    for record in {schema.kind_of(record): record for record in records}.values():
        told, = whole.iter_errors({**record, "other": 1})
        assert "'other' was unexpected" in told.message


@pytest.mark.parametrize("line", [{}, {"type": "other"}, {"type": None}, [], "end", None])
def test_what_is_of_no_kind_is_no_record(line):
    assert not jsonschema.Draft202012Validator(schema.schema()).is_valid(line)


def test_no_record_may_have_a_key_more_or_less(records):
    optional = set().union(*BESIDE.values())
    for record in {schema.kind_of(record): record for record in records}.values():
        assert schema.faults({**record, "other": 1})
        for key in record.keys() - optional - {"type", "closed_by"}:
            assert schema.faults({name: record[name] for name in record if name != key}), key


def objects_in(record):
    return [record.get("peer"), *(record.get("scripts") or ()), *(record.get("passed_over") or ())]


def test_no_object_in_a_record_may_have_one_either(records):
    end = copy.deepcopy(next(record for record in log.of_type(records, "end")
                             if record["scripts"] and record["passed_over"]))
    for part in objects_in(end):
        part["other"] = 1
        assert len(schema.faults(end)) == 1, part
        del part["other"]


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[2J", "\u202eturned", "\u2028"])
def test_no_text_may_hold_what_steers_or_forges(records, text):
    begin = log.of_type(records, "begin")[0]
    assert schema.faults({**begin, "object": text + "."})


def test_what_all_other_tests_logs_are_held_against_finds_a_key_too_much(place, start):
    """In a line that is sealed; what was written by hand is passed over."""
    place.script("qemu")
    helper = start()
    assert helper.peer.call().allow
    helper.end()
    path = place.audit / "service.log"
    whole = path.read_bytes()
    hashed = whole.splitlines()[-1].rpartition(schema.HASH)[0].replace(b"{", b'{"other":1,', 1)
    sealed = hashed + schema.HASH + f'"{hashlib.sha256(hashed).hexdigest()}"}}\n'.encode()
    path.write_bytes(whole + sealed)
    with pytest.raises(AssertionError, match="'other' was unexpected"):
        schema.check_logs(place.audit)
    path.write_bytes(whole + b'{"other":1,"schema":1,"type":"close"}\n')
    schema.check_logs(place.audit)


def types_of(part):
    """The JSON types that a part of the schema takes."""
    if "$ref" in part:
        return types_of(schema.schema()["$defs"][part["$ref"].rpartition("/")[2]])
    if "anyOf" in part:
        return set().union(*map(types_of, part["anyOf"]))
    if "const" in part:
        constant = part["const"]
        return {"boolean" if isinstance(constant, bool) else
                "integer" if isinstance(constant, int) else "string"}
    given = part["type"]
    return {given} if isinstance(given, str) else set(given)


def types_told(cell):
    return {TYPES[word] for word in cell.replace("list of texts", "list").split(" or ")}


def documented(title, *more):
    """{key: types} of the page's tables below these titles."""
    return {key: types_told(cell) for below in (title, *more) for key, cell in rows_below(below)}


@pytest.mark.parametrize("kind", kinds())
def test_the_page_and_the_schema_name_the_same_keys(kind):
    title = TITLES.get(kind, kind)
    told = documented("### All records", f"### {title}",
                      *(["### begin"] if title == "end" else []))
    if kind == "end":
        del told["closed_by"]
    assert set(schema.schema()["$defs"][kind]["properties"]) - BESIDE.get(kind, set()) == set(told)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind not in TITLES])
def test_the_page_and_the_schema_name_the_same_types(kind):
    told = documented("### All records", f"### {kind}")
    properties = schema.schema()["$defs"][kind]["properties"]
    unlike = {key: (told[key], types_of(properties[key]))
              for key in told.keys() & properties.keys()
              if not types_of(properties[key]) <= told[key]}
    assert unlike == {}


def test_they_name_the_same_of_a_script():
    told = documented("Each of `scripts`:")
    script = schema.schema()["$defs"]["script"]["properties"]
    assert {key: types_of(part) for key, part in script.items()} == told


def test_it_is_json_as_json_is_read_everywhere():
    text = schema.SCHEMA.read_text(encoding="ascii")
    assert json.loads(text)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
