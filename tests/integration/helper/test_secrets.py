"""A guest's XML can hold passwords: none of it comes into the log, or stays in the helper."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import uuid

import pytest

from .processes import memory_of

pytestmark = pytest.mark.invariant(8)

FILTERS = pytest.mark.parametrize("operation", ["migrate", "restore"])


def xml(password, size=1024 * 1024):
    """XML of that size with the password near its start and its end and in between."""
    graphics = f"<graphics type='vnc' passwd='{password}'/>".encode()
    return (graphics + b" " * 4000) * (size // 4000) + graphics


@pytest.mark.parametrize("operation", ["start", "migrate", "restore"])
@pytest.mark.parametrize("status", [0, 1])
def test_no_password_of_the_given_xml_is_in_the_log(place, peer, operation, status):
    given = uuid.uuid4().hex
    data = xml(given)
    place.script("qemu", f"cat >/dev/null; exit {status}")
    peer.call(operation=operation, stdin=data)
    assert place.ends()[0]["stdin_bytes"] == len(data)
    assert given.encode() not in place.log()


@FILTERS
@pytest.mark.parametrize("status", [0, 1])
def test_no_password_of_the_new_xml_is_in_the_log(place, peer, operation, status):
    printed = uuid.uuid4().hex
    place.script("qemu", f"echo \"<x passwd='{printed}'/>\"; exit {status}")
    verdict = peer.call(operation=operation, stdin=b"<x/>")
    assert printed not in repr(verdict.scripts) + verdict.message
    assert place.ends()[0]["scripts"][0]["stdout_bytes"] > len(printed)
    assert printed.encode() not in place.log()


@FILTERS
def test_no_password_stays_in_the_helper_s_memory(place, helper, operation):
    given, printed = uuid.uuid4().hex, uuid.uuid4().hex
    place.script("qemu", f"sed s/{given}/{printed}/g")
    place.script("qemu.d/1", "cat >/dev/null")
    verdict = helper.peer.call(operation=operation, stdin=xml(given))
    assert printed.encode() in verdict.output
    memory = list(memory_of(helper.pid))
    assert any(b"virthook" in piece for piece in memory)
    assert not any(given.encode() in piece for piece in memory)
    assert not any(printed.encode() in piece for piece in memory)
