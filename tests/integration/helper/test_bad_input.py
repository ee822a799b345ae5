"""Bad packets, at the running helper: each refused with its own error, and the next call works."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import os
import random
import re
import tempfile
from pathlib import Path

import pytest

from .processes import wait_until
from .wire import (CALL, ERROR, HELLO, PACKET_MAX, PING, VERDICT, Closed, Refused, call_fields,
                   encode, memfd)

PROTOCOL_PAGE = Path(__file__).resolve().parents[3] / "protocol/PROTOCOL.md"

# Errors after which the connection goes on, from the table in PROTOCOL.md.
GOES_ON = set(re.findall(r"^\| `([a-z-]+)` \|.*\| goes on;?.*\|$",
                         PROTOCOL_PAGE.read_text(encoding="utf-8"), re.MULTILINE))

SEED = 20240229


def refused_vectors():
    """(name, code, id, bytes) of the page's refused packets that a client sends."""
    page = PROTOCOL_PAGE.read_text(encoding="utf-8")
    for name, code, number, lines in re.findall(
            r"^refused (\S+) client (\S+) (\d+)\n((?:hex .*\n)+)", page, re.MULTILINE):
        yield pytest.param(code, int(number), bytes.fromhex(lines.replace("hex ", "")), id=name)


@pytest.fixture
def service(place, start):
    """A helper that listens, with a script; call connect() for a client."""
    place.script("qemu", "exit 0")
    path = place.root / "sock"
    helper = start(options=("--listen", path))
    helper.connect_here = lambda greet=True: helper.connect(path, greet)
    return helper


def refusal(peer):
    packet = peer.receive(10)
    assert packet.type == ERROR, packet
    return packet


def is_closed(peer):
    try:
        peer.send(PING, 77, {})
        return peer.receive(10).type != PING
    except (Closed, BrokenPipeError, ConnectionResetError):
        return True


def expect(service, code, data, fds=(), number=None):
    """Sends it on a connection of its own; checks the error, what becomes of it, and the others."""
    peer = service.connect_here()
    peer.send_raw(data, fds)
    error = refusal(peer)
    assert error.fields["code"] == code, error
    assert number is None or error.id == number
    assert is_closed(peer) == (code not in GOES_ON or error.id == 0)
    assert service.peer.call().allow
    return error


def call_packet(number=9, **fields):
    return encode(CALL, number, call_fields(**fields))


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("code, number, data", refused_vectors())
def test_each_packet_that_the_page_refuses_is_refused(service, code, number, data):
    expect(service, code, data, number=number)


PACKETS = {
    "an over-long object": ("too-long", call_packet(name="x" * 4096)),
    "an object one byte too long": ("too-long", call_packet(name="x" * 1025)),
    "an over-long extra": ("too-long", call_packet(extra="x" * 4097)),
    "an over-long operation": ("too-long", call_packet(operation="x" * 65)),
    "an object with a slash": ("bad-name", call_packet(name="../../bin/sh")),
    "an object with a newline": ("bad-name", call_packet(name="a\nb")),
    "an object with a NUL": ("bad-text", call_packet(name="a\0b")),
    "an extra with a NUL": ("bad-text", call_packet(extra="a\0b")),
    "an operation with dots": ("bad-name", call_packet(operation="..")),
    "an operation with a slash": ("bad-name", call_packet(operation="start/begin")),
    "a driver with a path": ("bad-name", call_packet(driver="../qemu")),
    "an unknown driver": ("bad-name", call_packet(driver="vbox")),
    "a UUID that is none": ("bad-name", call_packet(uuid="x" * 36)),
    "too deep fields": ("too-deep", call_packet(later=nested(8))),
    "too many values": ("too-many-values", call_packet(later=[0] * 16384)),
    "a class that is none": ("bad-field", call_packet(**{"class": 2})),
    "a negative timeout": ("bad-field", call_packet(timeout_ms=-1)),
    "a timeout that is text": ("bad-field", call_packet(timeout_ms="1")),
    "stdin that is no flag": ("bad-field", call_packet(stdin=1)),
    "a float for a class": ("bad-field", call_packet(**{"class": 0.0})),
    "a missing object": ("bad-field", call_packet(name=None)),
    "a type of later": ("unknown-type", encode(200, 9, {})),
    "a version of later": ("unsupported-version", encode(PING, 9, {}, version=2)),
    "two packets in one": ("trailing-bytes", encode(PING, 9, {}) + encode(PING, 10, {})),
    "a packet cut short": ("truncated", call_packet()[:-1]),
    "a second hello": ("out-of-order",
                       encode(HELLO, 0, {"version_min": 1, "version_max": 1, "name": "again"})),
}


@pytest.mark.parametrize("packet", PACKETS, ids=lambda name: name.replace(" ", "-"))
def test_a_packet_with_wrong_content_is_refused_by_name(place, service, packet):
    code, data = PACKETS[packet]
    expect(service, code, data)


def test_a_packet_over_the_limit_is_refused_and_the_largest_is_not(service):
    padding = PACKET_MAX - len(call_packet(later=b"x" * 60000)) + 60000
    largest = call_packet(later=b"x" * padding)
    assert len(largest) == PACKET_MAX
    peer = service.connect_here()
    peer.send_raw(largest)
    assert peer.receive(10).type != ERROR
    expect(service, "too-large", largest + b"x")


def test_an_error_names_the_field_that_is_wrong(service):
    assert expect(service, "bad-name", call_packet(name="a/b")).fields["message"].startswith(
        "object: ")


def test_a_version_that_is_not_spoken_is_answered_with_those_that_are(service):
    error = expect(service, "unsupported-version", encode(PING, 9, {}, version=2))
    assert (error.fields["version_min"], error.fields["version_max"]) == (1, 1)


@pytest.mark.parametrize("data", [call_packet(), encode(PING, 1, {})], ids=["call", "ping"])
def test_a_packet_before_the_hello_is_refused(place, service, data):
    peer = service.connect_here(greet=False)
    peer.receive(10)
    peer.send_raw(data)
    assert refusal(peer).fields["code"] == "out-of-order"
    assert is_closed(peer)
    assert service.peer.call().allow


def test_the_id_of_an_open_call_is_refused_for_another(place, service):
    place.script("qemu", "test $1 = d1 || sleep 600")
    peer = service.connect_here()
    first = peer.start("slow", timeout_ms=20000)
    peer.accepted(first)
    peer.send_raw(call_packet(number=first.id, name="other"))
    error = refusal(peer)
    assert (error.fields["code"], error.id) == ("duplicate-id", first.id)
    assert is_closed(peer)
    assert service.peer.call().allow
    wait_until(lambda: [end["reason"] for end in place.ends()].count("cancelled") == 1, 5,
               "the call of the connection that was closed ends")


def test_the_id_of_a_call_that_has_ended_can_be_used_again(service):
    peer = service.connect_here()
    for _ in range(3):
        peer.send_raw(call_packet(number=5))
        while peer.receive(10).type != VERDICT:
            pass


def test_more_open_calls_than_allowed_are_refused_and_the_others_go_on(place, start):
    place.configure("calls_max = 3\ngrace = 0\n")
    place.script("qemu", "until test -e $T/go; do sleep 0.01; done")
    peer = start().peer
    calls = [peer.start(f"d{number}", timeout_ms=20000) for number in range(3)]
    with pytest.raises(Refused) as refused:
        peer.call("d4")
    assert refused.value.code == "busy"
    (place.root / "go").touch()
    assert all(peer.finish(call).allow for call in calls)
    assert peer.call("d4").allow


@pytest.mark.parametrize("size, taken", [(10, True), (11, False)])
def test_more_stdin_than_configured_is_refused(place, start, size, taken):
    place.configure("stdin_max = 10\n")
    place.script("qemu")
    peer = start().peer
    if taken:
        assert peer.call(stdin=bytes(size)).allow
    else:
        with pytest.raises(Refused) as refused:
            peer.call(stdin=bytes(size))
        assert refused.value.code == "stdin-too-large"
    assert peer.call().allow


def plain_file():
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def pipe_end():
    reading, writing = os.pipe()
    os.close(writing)
    return reading


def directory():
    return os.open("/", os.O_RDONLY)


DESCRIPTORS = {
    "none where one is announced": (True, lambda: []),
    "one where none belongs": (None, lambda: [memfd(b"x")]),
    "two where one is announced": (True, lambda: [memfd(b"x"), memfd(b"x")]),
    "an unsealed memfd": (True, lambda: [memfd(b"x", 0)]),
    "a memfd that can still grow": (True, lambda: [memfd(b"x", 1 | 2 | 8)]),
    "a memfd that can still be written": (True, lambda: [memfd(b"x", 1 | 2 | 4)]),
    "a plain file": (True, lambda: [plain_file()]),
    "a pipe": (True, lambda: [pipe_end()]),
    "a directory": (True, lambda: [directory()]),
}


@pytest.mark.parametrize("descriptors", DESCRIPTORS, ids=lambda name: name.replace(" ", "-"))
def test_descriptors_that_are_not_what_the_call_announces_are_refused(service, descriptors):
    announced, make = DESCRIPTORS[descriptors]
    before = service.descriptors()
    fds = make()
    expect(service, "bad-descriptors", call_packet(stdin=announced), fds, number=9)
    for fd in fds:
        os.close(fd)
    wait_until(lambda: service.descriptors() == before, 5, "the descriptors are closed")


def test_more_than_two_descriptors_are_refused_and_the_connection_closed(service):
    before = service.descriptors()
    fd = memfd(b"x")
    peer = service.connect_here()
    peer.send_raw(call_packet(stdin=True), [fd] * 3)
    assert refusal(peer).fields["code"] == "bad-descriptors"
    assert is_closed(peer)
    os.close(fd)
    assert service.peer.call().allow
    wait_until(lambda: service.descriptors() == before, 5, "the descriptors are closed")


@pytest.mark.parametrize("kind", [HELLO, 5, 6, 7, 8])
def test_a_descriptor_with_a_packet_of_another_type_is_refused(service, kind):
    fields = {"version_min": 1, "version_max": 1, "name": "x"} if kind == HELLO else {}
    fd = memfd(b"x")
    peer = service.connect_here(greet=kind != HELLO)
    if kind == HELLO:
        peer.receive(10)
    peer.send(kind, 0 if kind == HELLO else 9, fields, [fd])
    assert refusal(peer).fields["code"] == "bad-descriptors"
    os.close(fd)
    assert service.peer.call().allow


CARRIED = {
    "dots": {"name": ".."}, "a dot": {"name": "."}, "blanks": {"name": " a  b "},
    "an option": {"name": "--help"}, "quotes": {"name": "'\"$(touch canary)`"},
    "controls": {"name": "a\x1b[31m\x7f\t"}, "unicode": {"name": "büro-1 🖥‮x"},
    "the longest object": {"name": "x" * 1024},
    "newlines in extra": {"extra": "a\nb\n"}, "the longest extra": {"extra": "x" * 4096},
    "an operation of later": {"operation": "an-operation-of-later", "sub_operation": "0"},
}


@pytest.mark.parametrize("names", CARRIED, ids=lambda name: name.replace(" ", "-"))
def test_names_that_libvirt_allows_are_carried_faithfully(place, service, names):
    place.script("qemu", r"""printf '%s\0' "$@" >$T/argv; printf %s "$VIRTHOOK_OBJECT" >$T/name""")
    fields = {"name": "d1", "operation": "start", "sub_operation": "begin", "extra": "-",
              **CARRIED[names]}
    assert service.peer.call(**fields).allow
    assert place.read("argv").decode().split("\0")[:-1] == list(fields.values())
    assert place.read("name").decode() == fields["name"]
    assert len(place.log().splitlines()) == 3


def test_calls_of_other_clients_go_on(place, service):
    place.script("qemu", "test $1 = d1 || { touch $T/runs; until test -e $T/go; do "
                         "sleep 0.01; done; }")
    slow = service.peer.start("slow", timeout_ms=20000)
    wait_until((place.root / "runs").exists, 10, "the other client's script runs")
    for data in (b"\xc1", b"", call_packet()[:-1], call_packet(name="a/b")):
        peer = service.connect_here()
        peer.send_raw(data)
        peer.close()
    (place.root / "go").touch()
    assert service.peer.finish(slow).allow


def test_a_thousand_bad_packets_leave_no_descriptor_and_no_memory(service):
    before = service.descriptors()
    fds = [memfd(b"x", 0), memfd(b"x", 0)]
    peer = service.connect_here()
    for number in range(1, 1001):
        if number % 100 == 0:
            peer = service.connect_here()
            peer.send_raw(b"\xc1", fds)
            assert refusal(peer).fields["code"] == "not-msgpack"
            peer = service.connect_here()
        else:
            peer.send_raw(call_packet(number=number, stdin=True), fds)
            assert refusal(peer).fields["code"] == "bad-descriptors"
    peer.close()
    for fd in fds:
        os.close(fd)
    wait_until(lambda: service.descriptors() == before, 5, "the descriptors are closed")
    assert service.peer.call().allow


def damaged(source):
    """A valid packet with a few bytes changed, cut or added; or noise from the start."""
    data = bytearray(source.choice([
        call_packet(), call_packet(later={"a": [1, "b"]}), encode(PING, 3, {}), encode(7, 3, {}),
        encode(5, 9, {}), encode(HELLO, 0, {"version_min": 1, "version_max": 1, "name": "x"}),
        source.randbytes(source.randrange(1, 300))]))
    for _ in range(source.randrange(1, 6)):
        what, place = source.randrange(3), source.randrange(len(data))
        if what == 0:
            data[place] = source.randrange(256)
        elif what == 1 and len(data) > 1:
            del data[place]
        else:
            data.insert(place, source.randrange(256))
    return bytes(data)


def answer_to(peer, data, number):
    """The code of the error that the packet gets or None, and whether the connection goes on."""
    code = None
    peer.send_raw(data)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        peer.send(PING, number, {})
    while (packet := peer.receive(10)).id != number:
        code = packet.fields["code"] if packet.type == ERROR else code
        if packet.type == ERROR and is_final(packet):
            return code, False
    return code, True


def is_final(error):
    return error.id == 0 or error.fields["code"] not in GOES_ON


def test_random_bytes_never_end_the_helper_nor_leave_anything(service):
    print(f"seed {SEED}")
    source = random.Random(SEED)
    before = service.descriptors()
    peer = service.connect_here()
    codes = set()
    for number in range(1 << 40, (1 << 40) + 3000):
        code, goes_on = answer_to(peer, damaged(source), number)
        codes.add(code)
        if not goes_on:
            peer.close()
            peer = service.connect_here()
    peer.close()
    wait_until(lambda: service.descriptors() == before, 20, "all connections are gone")
    assert service.peer.call().allow
    assert codes > {None, "not-msgpack", "truncated", "bad-shape", "bad-field", "unknown-type"}


def test_a_peer_that_reads_nothing_is_cut_off_and_others_go_on(service):
    """Its answers may not pile up without bound."""
    mute = service.connect_here()
    mute.sock.settimeout(0.5)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        while True:
            mute.send(7, 1, {})
    assert service.peer.call().allow
