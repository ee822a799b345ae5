"""What is in the log and what is not, whatever scripts and clients say."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal
import unicodedata

import pytest

from . import log

SECRET = "<graphics type='vnc' passwd='geheim'/>"

FORGED = '{"schema":1,"type":"end","call":"0000000000000000-1","verdict":"allow"}'

# Controls, separators of lines and paragraphs, marks of direction, surrogates.
UNCALM = ("Cc", "Cf", "Cs", "Zl", "Zp")


def uncalm(place):
    """The characters of the logs that could steer a terminal or break a line."""
    text = place.log().decode("utf-8")
    return {character for character in text if unicodedata.category(character) in UNCALM} - {"\n"}


def test_output_can_neither_forge_a_record_nor_steer_a_terminal(place, start):
    place.python("qemu", "import sys\n"
                 f"text = '\\n' + {FORGED!r} + '\\n\\x1b[2J\\x9b2J\\u2028\\u202e\\r\\x07'\n"
                 "for stream in sys.stdout, sys.stderr:\n"
                 "    stream.buffer.write(text.encode() + b'\\xff\\xc0\\x8a\\n')\n")
    assert start().peer.call().allow
    assert [record["type"] for record in place.records()] == ["open", "begin", "end"]
    assert uncalm(place) == set()
    script = place.ends()[0]["scripts"][0]
    for stream in ("stdout", "stderr"):
        assert script[stream].startswith(f"\n{FORGED}\n\\x1b[2J\\xc2\\x9b2J")
        assert script[stream].endswith("\\xff\\xc0\\x8a\n")


def test_names_of_clients_can_not_either(place, start):
    place.script("qemu")
    name = "d1\u2028\u202e\x1b[2J\x9b\t"
    assert start().peer.call(name, extra=f"\n{FORGED}\n").allow
    assert [record["type"] for record in place.records()] == ["open", "begin", "end"]
    assert uncalm(place) == set()


@pytest.mark.invariant(8)
@pytest.mark.parametrize("operation", ["migrate", "restore"])
def test_no_xml_comes_into_the_log(place, start, operation):
    place.script("qemu", "cat")
    verdict = start().peer.call(operation=operation, stdin=SECRET.encode())
    assert verdict.output == SECRET.encode()
    end = place.ends()[0]
    assert (end["stdin_bytes"], end["output_bytes"]) == (len(SECRET), len(SECRET))
    assert end["scripts"][0]["stdout_bytes"] == len(SECRET)
    assert b"geheim" not in place.log()


@pytest.mark.invariant(8)
def test_stdin_of_other_operations_is_not_logged_by_the_helper(place, start):
    place.script("qemu", "cat >$T/xml")
    assert start().peer.call(stdin=SECRET.encode()).allow
    assert place.read("xml") == SECRET.encode()
    assert b"geheim" not in place.log()


def test_the_log_is_readable_by_its_owner_alone(place, start):
    start()
    assert (place.audit / "service.log").stat().st_mode & 0o7777 == 0o600


def test_a_second_helper_has_a_log_of_its_own_while_the_first_is_stopped(place, start):
    place.script("qemu")
    first = start()
    assert first.peer.call("d1").allow
    first.signal(signal.SIGSTOP)
    try:
        assert start().peer.call("d2").allow
    finally:
        first.signal(signal.SIGCONT)
    objects = [[end["object"] for end in log.of_type(log.read(place.audit / name), "end")]
               for name in ("service.log", "service-2.log")]
    assert objects == [["d1"], ["d2"]]


def test_the_next_helper_closes_what_was_left_in_a_file_that_it_does_not_take(place, start):
    place.script("qemu", "exec sleep 1000")
    first, second = start(), start()
    second.peer.accepted(second.peer.start("d2"))
    second.kill()
    start().end()
    left = log.read(place.audit / "service-2.log")
    assert log.unpaired(left) == []
    assert log.of_type(left, "end")[0]["reason"] == "helper-lost"
    assert first.end() == 0


def test_a_log_that_others_could_change_is_refused_with_the_mend(place, start):
    place.audit.chmod(0o777)
    helper = start(greet=False)
    assert helper.wait() != 0
    assert f"chmod go-w {place.audit}" in helper.peer.receive(10).fields["message"]
