"""A script sees the same calls under virthook as when libvirt runs it itself.

A recording hook writes down all that it can see, through a life of guests, networks and containers
(scenario.py), once in libvirt's built-in way and once in each of virthook's. What differs is listed
here by name, with both values and the reason; all else must be equal.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import functools
import re
from dataclasses import dataclass

import pytest
from scenario import STEPS, called, play

from rig.arrangement import Builtin, Modular, Replacement, Service, Shim, TurnedOff
from rig.xml import uuid_of

WAYS = {way.name: way for way in (Builtin, Shim, Service, Replacement, Modular, TurnedOff)}
BY_SHIM = ["shim", "service"]
VIRTHOOK = [*BY_SHIM, "replacement", "modular"]


@dataclass
class Difference:
    """A field that a script sees otherwise under virthook; values are regular expressions."""
    field: str
    builtin: str
    virthook: str
    reason: str
    ways: tuple = tuple(VIRTHOOK)


DIFFERENCES = [
    Difference("argv[0]", r"/etc/libvirt/hooks/\w+", r"/etc/virthook/hooks/\w+",
               "the shim stands where libvirt looks; scripts behind it have a folder of their own",
               ways=tuple(BY_SHIM)),
    Difference("descriptor 0 target", r"pipe", r"/memfd:\S+ \(deleted\)",
               "stdin travels as a sealed memfd, which a script can read but not change"),
    Difference("descriptor 0 access", r"both", r"read",
               "the daemon's hooks get /dev/null to read; libvirt opens it for writing too"),
    Difference("leads_session", r"False", r"True",
               "each script has a session of its own, so that no terminal or group is shared"),
    Difference("environment PATH", r".+",
               r"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "the same for every script, however the daemon was started"),
    Difference("environment TMPDIR", r"/tmp", r"",
               "the daemon's own, and no business of its scripts"),
    Difference("environment LIBVIRT_DEFAULT_URI", r"", r"(qemu|lxc):///system",
               "a script's virsh would otherwise start a session daemon that lives on"),
    *(Difference(f"environment VIRTHOOK_{name}", r"", value, "tells a script what its call is")
      for name, value in [("CALL", r"[0-9a-f]{16}-\d+"), ("DRIVER", r"[a-z]+"),
                          ("OBJECT", r"-|[a-z]1"), ("OPERATION", r"[a-z-]+"),
                          ("SUB_OPERATION", r"begin|end|-"), ("EXTRA", r"-|[A-Za-z]+"),
                          ("UUID", r"[0-9a-f-]{36}|")]),
]


def flattened(record):
    """The record as {field: value}, without numbers that the kernel gives out anew each time."""
    flat = {f"argv[{i}]": word for i, word in enumerate(record["argv"])}
    flat |= {f"environment {name}": value for name, value in record["environment"].items()}
    for number, descriptor in record["descriptors"].items():
        flat[f"descriptor {number} target"] = re.sub(r"^(pipe|socket):\[\d+\]$", r"\1",
                                                     descriptor["target"])
        flat[f"descriptor {number} access"] = descriptor["access"]
    flat["stdin"] = without_ids(record["stdin_text"])
    others = set(record) - {"argv", "environment", "descriptors", "stdin", "stdin_text"}
    return flat | {field: str(record[field]) for field in others}


def without_ids(text):
    """The XML without what libvirt makes anew each time.

    A network port's UUID is random; an LXC guest's id is the pid of its controller.
    """
    text = re.sub(r"portid='[0-9a-f-]{36}'", "portid='…'", text)
    text = re.sub(r"(<networkport>\s+<uuid>)[0-9a-f-]{36}", r"\1…", text)
    return re.sub(r"(<domain type='lxc') id='\d+'", r"\1 id='…'", text)


@pytest.fixture(scope="module")
def trace(hooks, cache):
    """trace(way): what the hook recorded when run in that way (played once for all tests)."""
    return functools.cache(lambda way: play(WAYS[way](), hooks / "record", cache))


def as_often(records, way):
    """What one daemon saw, as often as there are daemons that see it."""
    return [record for record in records
            for _ in (WAYS[way].daemons if called(record)[0] == "daemon" else [way])]


def compared(trace, way):
    """[(step, call, field, value built in, value under virthook)] of all that differs."""
    (ours, _), (theirs, _) = trace(way), trace("builtin")
    found = []
    for step in theirs:
        for built_in, virthook in zip(as_often(theirs[step], way), ours[step], strict=True):
            a, b = flattened(built_in), flattened(virthook)
            found += [(step, " ".join(virthook["argv"][1:]), field, a.get(field), b.get(field))
                      for field in sorted(a.keys() | b.keys()) if a.get(field) != b.get(field)]
    return found


def listed_for(way):
    return [difference for difference in DIFFERENCES if way in difference.ways]


def matches(difference, field, built_in, virthook):
    return (field == difference.field and re.fullmatch(difference.builtin, built_in or "")
            and re.fullmatch(difference.virthook, virthook or ""))


def test_the_built_in_way_makes_every_call_of_the_scenario(trace):
    records, _ = trace("builtin")
    assert {step: len(calls) for step, calls in records.items()} == {
        step: len(calls) for step, _, calls in STEPS}


def test_the_built_in_way_lets_a_hook_change_the_xml_at_restore(trace):
    _, restored = trace("builtin")
    assert "<description>by a hook</description>" in restored


@pytest.mark.parametrize("way", VIRTHOOK)
def test_a_script_sees_the_same_but_for_what_is_listed(trace, way):
    unlisted = [difference for difference in compared(trace, way)
                if not any(matches(listed, *difference[2:]) for listed in listed_for(way))]
    assert unlisted == []


def test_where_virthook_is_turned_off_in_libvirt_a_script_sees_no_difference_at_all(trace):
    assert compared(trace, "turned off") == []


@pytest.mark.parametrize("way", VIRTHOOK)
def test_every_difference_that_is_listed_is_there(trace, way):
    found = {difference[2] for difference in compared(trace, way)}
    assert {listed.field for listed in listed_for(way)} <= found


@pytest.mark.parametrize("way", VIRTHOOK)
def test_the_variables_say_what_the_arguments_say(trace, way):
    names = ["DRIVER", "OBJECT", "OPERATION", "SUB_OPERATION", "EXTRA"]
    for record in [record for records in trace(way)[0].values() for record in records]:
        variables = [record["environment"][f"VIRTHOOK_{name}"] for name in names]
        assert variables == [called(record)[0], *record["argv"][1:]]


@pytest.mark.parametrize("way", VIRTHOOK)
def test_the_uuid_is_that_of_the_object_whose_xml_is_on_stdin(trace, way):
    for record in [record for records in trace(way)[0].values() for record in records]:
        named = record["argv"][1]
        wanted = None if named == "-" else uuid_of(named)
        assert record["environment"].get("VIRTHOOK_UUID") == wanted


@pytest.mark.parametrize("way", VIRTHOOK)
def test_a_hook_can_change_the_xml_at_restore(trace, way):
    _, restored = trace(way)
    assert "<description>by a hook</description>" in restored


@pytest.mark.parametrize("way", VIRTHOOK)
def test_stdin_that_has_no_new_ids_is_the_same_to_the_byte(trace, way):
    """By the digest that the hook itself made."""
    def digests(steps):
        return [(step, called(record), record["stdin"]) for step, records in steps.items()
                for record in records if without_ids(record["stdin_text"]) == record["stdin_text"]]
    built_in = {step: as_often(records, way) for step, records in trace("builtin")[0].items()}
    assert len(digests(built_in)) > 10
    assert digests(trace(way)[0]) == digests(built_in)
