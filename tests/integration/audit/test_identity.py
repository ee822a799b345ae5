"""Records tell which bytes were given, run and given back, as sha256sum and stat would."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import socket

import pytest

from . import log

XML = b"<domain type='kvm'><name>d1</name></domain>\n"

# Of asm-generic/socket.h; Python's socket has no name for it.
SO_PEERSEC = 31

CONFINED = 'default_profile = p\nprofile "p" {\ncapabilities = { "net_admin", "chown" }\n}\n'
UNCONFINED = 'default_profile = p\nprofile "p" {\nunconfined = yes\n}\n'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def own_label():
    """That of this process, as a peer sees it."""
    mine, other = socket.socketpair()
    with mine, other:
        try:
            return mine.getsockopt(socket.SOL_SOCKET, SO_PEERSEC, 4096).rstrip(b"\0").decode()
        except OSError:
            return None


def script_of(place):
    return place.ends()[0]["scripts"][0]


@pytest.mark.parametrize("stdin", [b"", XML, XML * 50000], ids=["empty", "small", "large"])
def test_the_digest_of_stdin_is_in_begin_and_end(place, start, stdin):
    place.script("qemu")
    assert start().peer.call(stdin=stdin).allow
    for kind in "begin", "end":
        assert log.of_type(place.records(), kind)[0]["stdin_sha256"] == sha256(stdin)


def test_the_digest_of_new_xml_is_in_the_end(place, start):
    place.script("qemu", "cat; echo '<!-- changed -->'")
    verdict = start().peer.call(operation="migrate", stdin=XML)
    assert verdict.output != XML
    assert place.ends()[0]["output_sha256"] == sha256(verdict.output)


def test_without_new_xml_there_is_no_digest_of_it(place, start):
    place.script("qemu")
    assert start().peer.call().allow
    assert place.ends()[0]["output_sha256"] is None


def test_a_script_is_told_by_its_file(place, start):
    path = place.script("qemu", "# any text")
    assert start().peer.call().allow
    script, found = script_of(place), path.stat()
    assert (script["device"], script["inode"]) == (found.st_dev, found.st_ino)
    assert script["sha256"] == sha256(path.read_bytes())


def test_a_script_that_was_changed_has_another_digest_in_the_next_call(place, start):
    path = place.script("qemu", "# one")
    helper = start()
    assert helper.peer.call().allow
    first = path.read_bytes()
    place.script("qemu", "# two")
    assert helper.peer.call().allow
    assert [end["scripts"][0]["sha256"] for end in place.ends()] == [
        sha256(first), sha256(path.read_bytes())]


def test_no_digest_is_taken_of_a_script_beyond_16_mib(place, start):
    path = place.script("qemu", "exit 0")
    with path.open("ab") as script:
        script.truncate(16 * 1024 * 1024 + 1)
    assert start().peer.call().allow
    script = script_of(place)
    assert script["sha256"] is None
    assert script["inode"] == path.stat().st_ino


def test_of_a_script_that_was_not_run_nothing_is_told(place, start):
    place.script("qemu", mode=0o777)
    assert not start().peer.call().allow
    script = script_of(place)
    assert [script[key] for key in ("device", "inode", "sha256", "capabilities")] == [None] * 4


def test_the_capabilities_are_those_of_the_profile(place, start):
    place.configure(CONFINED)
    place.script("qemu")
    assert start().peer.call().allow
    assert sorted(script_of(place)["capabilities"]) == ["chown", "net_admin"]


def test_an_unconfined_script_has_those_of_the_helper(place, start):
    place.configure(UNCONFINED)
    place.script("qemu")
    assert start().peer.call().allow
    assert script_of(place)["capabilities"] is None


def test_the_label_of_the_peer_is_what_the_kernel_tells(place, start):
    place.script("qemu")
    assert start().peer.call().allow
    assert place.ends()[0]["peer"]["label"] == own_label()
