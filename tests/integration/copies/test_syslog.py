"""syslog has one line for each call that was denied, with the head of the log's chain."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re

import pytest
from helper.processes import wait_until

from .receivers import waits_for_a_receiver

LINE = re.compile(
    r"<28>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d virthook-helper\[(?P<pid>\d+)\]: "
    r"(?P<sentence>deny: .*) \[call (?P<call>\S+), reason (?P<reason>\S+), head (?P<head>\S+)\]")


def receive(syslog):
    """What has been sent so far: it is in the queue before the verdict comes."""
    lines = []
    try:
        while True:
            lines.append(syslog.recv(1 << 20).decode())
    except BlockingIOError:
        return lines


def test_each_denied_call_is_a_line_and_no_other_is(place, syslog, copying, copies):
    place.script("qemu", "[ $1 = good ] || exit 3")
    helper = copying("syslog")
    assert helper.peer.call("good").allow
    assert not helper.peer.call("bad").allow
    (line,) = receive(syslog)
    end = place.ends()[-1]
    found = LINE.fullmatch(line)
    assert found.groupdict() == {
        "pid": str(helper.pid), "sentence": f"deny: qemu bad start begin: {end['message']}",
        "call": end["call"], "reason": "exit-status",
        "head": f"{end['chain']}:{end['seq']}:{end['hash']}"}
    assert copies(helper) == {"journal": None, "syslog": {"sent": 1, "lost": 0}}


def test_nothing_that_a_script_prints_breaks_the_line_or_steers_a_terminal(place, syslog, copying):
    place.script("qemu", r"printf 'a\n\033]0;owned\007<0>b\xff%%n%%s' >&2; exit 1")
    helper = copying("syslog")
    assert not helper.peer.call("d1").allow
    (line,) = receive(syslog)
    assert LINE.fullmatch(line) and line.isprintable()
    assert r"\x1b]0;owned\x07<0>b\xff%n%s" in line


def test_a_long_sentence_is_cut_between_characters_and_the_head_is_still_there(place, syslog,
                                                                               copying):
    place.script("qemu", "exit 1")
    helper = copying("syslog")
    assert not helper.peer.call("ä" * 255, extra="-").allow
    place.script("qemu", "i=0; while [ $i -lt 400 ]; do printf äöü; i=$((i+1)); done >&2; exit 1")
    assert not helper.peer.call("ö" * 255).allow
    for line in receive(syslog):
        assert LINE.fullmatch(line)
        assert len(line.encode()) < 2048


def test_a_syslog_that_nobody_reads_delays_no_verdict_and_what_it_misses_is_counted(
        place, corner, syslog, copying, copies):
    place.script("qemu", "exit 1")
    helper = copying("syslog")
    corner.fill("dev-log")
    for number in range(50):
        assert not helper.peer.call(f"d{number}").allow
    assert copies(helper)["syslog"] == {"sent": 0, "lost": 50}
    receive(syslog)
    assert not helper.peer.call("later").allow
    (line,) = receive(syslog)
    assert "qemu later start begin" in line


@pytest.mark.usefixtures("syslog")
def test_the_c_library_s_own_function_would_wait_there(corner):
    corner.fill("dev-log")
    sender = corner.start("/usr/bin/python3", "-IS", "-c", "import syslog; syslog.syslog('x')")
    wait_until(lambda: waits_for_a_receiver(sender), 30, "syslog(3) waits")
    sender.kill()
    sender.wait()


@pytest.mark.usefixtures("syslog")
def test_the_script_has_no_descriptor_of_it(place, copying):
    place.script("qemu", "ls -l /proc/self/fd >$T/fds; exit 1")
    helper = copying("syslog")
    helper.peer.call("d1")
    helper.peer.call("d2")
    assert place.lines("fds") and not [line for line in place.lines("fds") if "socket:" in line]


@pytest.mark.usefixtures("syslog")
def test_a_deny_that_syslog_does_not_get_is_in_the_log_all_the_same(place, corner, copying):
    place.script("qemu", "exit 1")
    (corner.sockets / "dev-log").unlink()
    helper = copying("syslog")
    assert not helper.peer.call("d1").allow
    assert json.loads(place.log().splitlines()[-1])["verdict"] == "deny"
