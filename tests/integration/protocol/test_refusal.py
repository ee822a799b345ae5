"""Each bad packet is answered with its own error, and the helper serves the next call.

The helper is the real one; the client is made from PROTOCOL.md alone. That the next call is served
is checked by the fixture `service` after every test.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fcntl
import os
import random

import pytest

from helper.processes import kibibytes
from helper.wire import (ACCEPTED, CALL, CANCEL, ERROR, FINAL_SEALS, HELLO, PING, RELOAD, STATUS,
                         Closed, call_fields, encode, memfd)

from .page import CONNECTIONS, vectors

REFUSED = vectors("refused", "client")
GREETING = vectors("vector")["client-hello"].data

# Longer than any answer may take.
STUCK = 20


def is_closed(peer):
    try:
        peer.receive_raw(STUCK)
    except (Closed, ConnectionResetError):
        return True
    return False


def error_for(peer, data, fds=()):
    """The error that the helper answers these bytes with."""
    peer.send_raw(data, fds)
    packet = peer.receive(STUCK)
    assert packet.type == ERROR, packet
    return packet


def assert_refused(peer, data, code, number=0, fds=()):
    """The error is this one, and the connection ends or goes on as the page says of it."""
    packet = error_for(peer, data, fds)
    assert (packet.fields["code"], packet.id) == (code, number), packet
    assert packet.fields["message"]
    if CONNECTIONS[code].startswith("goes on") and number != 0:
        peer.ask(PING)
    else:
        assert is_closed(peer)


def connect_for(service, vector):
    """A connection on which the vector is the first packet, if it is a hello."""
    if vector.data[2:3] != bytes([HELLO]):
        return service.connect()
    peer = service.connect(greet=False)
    assert peer.receive(STUCK).type == HELLO
    return peer


@pytest.mark.parametrize("vector", REFUSED.values(), ids=REFUSED)
def test_a_refused_packet_of_the_page(service, vector):
    assert_refused(connect_for(service, vector), vector.data, vector.code, vector.id)


def test_a_packet_cut_at_any_length_is_truncated(service):
    data = vectors("vector")["call"].data
    for size in range(1, len(data)):
        assert_refused(service.connect(), data[:size], "truncated")


def test_a_packet_of_64_kib_and_one_byte_is_too_large(service):
    assert_refused(service.connect(), bytes(65537), "too-large")


def test_names_at_their_limit_are_carried_and_one_more_byte_is_too_long(service):
    for key, most in (("name", 1024), ("operation", 64), ("sub_operation", 64), ("extra", 4096)):
        peer = service.connect()
        assert peer.call(**{"name": "d1", key: "a" * most}).allow
        fields = call_fields(**{key: "a" * (most + 1)})
        packet = error_for(peer, encode(CALL, 9, fields))
        assert (packet.fields["code"], packet.id) == ("too-long", 9)
        assert packet.fields["message"].startswith("object: " if key == "name" else f"{key}: ")
        peer.ask(PING)


def test_a_name_of_4_kib_is_too_long(service):
    assert_refused(service.connect(), encode(CALL, 9, call_fields(name="a" * 4096)), "too-long", 9)


@pytest.mark.parametrize("name", ["..", ".", "-", "-rf", "a b\t'\"$(reboot)`", "\x1b[2J", "büro"])
def test_a_name_that_libvirt_allows_reaches_the_script_unchanged(service, name):
    service.place.script("network", "printf %s \"$1\" >$T/name; exit 0")
    assert service.connect().call(name, driver="network").allow
    assert service.place.read("name") == name.encode()


@pytest.mark.parametrize("kind", [HELLO, CALL, CANCEL, PING, STATUS, RELOAD])
def test_a_descriptor_where_none_belongs(service, kind):
    peer = service.connect(greet=kind != HELLO)
    if kind == HELLO:
        assert peer.receive(STUCK).type == HELLO
    fields = {HELLO: {"version_min": 1, "version_max": 1, "name": "test"}, CALL: call_fields()}
    fd = memfd(b"content")
    number = 0 if kind == HELLO else 9
    assert_refused(peer, encode(kind, number, fields.get(kind, {})), "bad-descriptors", number,
                   [fd])
    os.close(fd)


def test_stdin_that_is_announced_and_does_not_come(service):
    assert_refused(service.connect(), encode(CALL, 9, call_fields(stdin=True)),
                   "bad-descriptors", 9)


@pytest.mark.parametrize("missing", ["F_SEAL_SEAL", "F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_WRITE",
                                     "all"])
def test_stdin_that_could_still_change(service, missing):
    seals = 0 if missing == "all" else FINAL_SEALS & ~getattr(fcntl, missing)
    fd = memfd(b"content", seals)
    assert_refused(service.connect(), encode(CALL, 9, call_fields(stdin=True)),
                   "bad-descriptors", 9, [fd])
    os.close(fd)


@pytest.mark.parametrize("path", ["/etc/passwd", "/dev/zero", "/"])
def test_stdin_that_is_no_memfd(service, path):
    fd = os.open(path, os.O_RDONLY)
    assert_refused(service.connect(), encode(CALL, 9, call_fields(stdin=True)),
                   "bad-descriptors", 9, [fd])
    os.close(fd)


@pytest.mark.parametrize("count", [3, 253])
def test_more_descriptors_than_a_packet_may_have(service, count):
    fd = memfd(b"content")
    assert_refused(service.connect(), encode(PING, 9, {}), "bad-descriptors", 0, [fd] * count)
    os.close(fd)


def test_stdin_over_the_limit_that_the_hello_names(service):
    peer = service.connect()
    fd = os.memfd_create("stdin", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, peer.hello["stdin_max"] + 1)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, FINAL_SEALS)
    assert_refused(peer, encode(CALL, 9, call_fields(stdin=True)), "stdin-too-large", 9, [fd])
    os.close(fd)


def test_a_request_before_the_hello(service):
    for kind in (CALL, PING, STATUS, RELOAD, CANCEL):
        peer = service.connect(greet=False)
        assert peer.receive(STUCK).type == HELLO
        assert_refused(peer, encode(kind, 9, call_fields() if kind == CALL else {}),
                       "out-of-order", 9)


def test_a_second_hello(service):
    assert_refused(service.connect(), GREETING, "out-of-order")


def test_the_id_of_a_call_that_is_open(service):
    peer = service.connect()
    peer.accepted(peer.start("slow"))
    assert_refused(peer, encode(CALL, 1, call_fields()), "duplicate-id", 1)


def test_more_open_calls_than_the_hello_allows(service):
    peer = service.connect()
    most = peer.hello["calls_max"]
    for _ in range(most):
        peer.accepted(peer.start("slow"))
    assert_refused(peer, encode(CALL, most + 1, call_fields()), "busy", most + 1)


def test_a_version_that_is_not_spoken_is_told_the_range(service):
    for data, greet in ((encode(PING, 9, {}, version=2), True),
                        (encode(HELLO, 0, {"version_min": 2, "version_max": 9, "name": "test"},
                                version=2), False)):
        peer = service.connect(greet)
        if not greet:
            assert peer.receive(STUCK).type == HELLO
        fields = error_for(peer, data).fields
        assert fields["code"] == "unsupported-version"
        assert (fields["version_min"], fields["version_max"]) == (1, 1)
        assert is_closed(peer)


def test_what_breaks_one_connection_leaves_the_calls_of_others(service):
    good, bad = service.connect(), service.connect()
    call = good.start("slow", timeout_ms=60000)
    good.accepted(call)
    assert_refused(bad, b"\xc1", "not-msgpack")
    good.ask(PING)
    good.cancel(call)
    assert good.finish(call).reason == "cancelled"


def test_a_count_without_values_takes_no_memory(service):
    pid = service.helper.pid
    before = kibibytes(pid, "VmPeak")
    for data in (b"\xdd\x0f\xff\xff\xff\xc0", b"\xdf\xff\xff\xff\xff\xc0", b"\xdb\xff\xff\xff\xff",
                 b"\x94\x01\x06\x09\xdf\x7f\xff\xff\xff"):
        error_for(service.connect(), data)
    assert kibibytes(pid, "VmPeak") - before < 16 * 1024


def test_any_byte_of_a_call_may_be_wrong(service):
    data = vectors("vector")["call"].data
    chance = random.Random(1)
    for _ in range(500):
        wrong = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            wrong[chance.randrange(len(wrong))] = chance.randrange(256)
        peer = service.connect()
        peer.send_raw(bytes(wrong))
        assert peer.receive(STUCK).type in (ERROR, ACCEPTED, HELLO, PING, STATUS, RELOAD)
        peer.close()
