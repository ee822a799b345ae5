"""`virt-hook show`: one call in full."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal
import subprocess
from pathlib import Path

import pytest

from admin.support import ENVIRONMENT, STUCK


def call(name):
    return ("qemu", name, "prepare", "begin")


@pytest.fixture
def denied(calls):
    """One call whose script failed."""
    calls.script = calls.write_hook("cat >&2; echo seen; echo no power >&2; exit 3\n")
    calls.run(call=call("d1"), stdin=b"<a/>\n")
    return calls


def test_all_that_the_record_tells_is_shown(denied):
    begin, end = [line for line in denied.lines() if line["type"] in ("begin", "end")]
    script, = end["scripts"]
    shown = denied.sheet(end["call"])
    for text in (
            end["call"], "deny (exit-status)", end["message"], "qemu d1 prepare begin -",
            f"5 bytes, SHA-256 {end['stdin_sha256']}",
            f"virt-hook, process {end['peer']['pid']}, uid 0", f"{end['duration_ms']} ms, of these",
            str(denied.script), "exit status 3", script["profile"], script["sha256"],
            f"uid {script['run_as']['uid']}, gid {script['run_as']['gid']}",
            f"inode {script['inode']} of device {script['device']}", ", ".join(script["enforced"]),
            f"{script['setup_ms']} ms to set up, {script['duration_ms']} ms to run",
            f"{script['user_ms']} ms, {script['system_ms']} ms in the kernel",
            f"{script['memory_peak_kib']} KiB at the most", "<a/>", "no power", "seen"):
        assert text in shown
    for record in (begin, end):
        number = denied.lines().index(record) + 1
        assert (f"{denied.log} line {number}, {record['chain']}:{record['seq']}:{record['hash']}"
                in shown)


def test_what_a_script_was_refused_is_shown_with_its_counts(calls):
    record = {"type": "end", "call": "a-1", "verdict": "deny", "scripts": [
        {"path": "/hook", "denied": ["mount", "socket(AF_NETLINK) ×3"], "observed": ["call bpf"]}]}
    calls.append(record)
    shown = calls.sheet("a-1").splitlines()
    assert [line.split(maxsplit=1) for line in shown if "denied" in line] == [["denied", "mount"]]
    assert any(line.strip() == "socket(AF_NETLINK) ×3" for line in shown)
    assert any(line.split() == ["observed", "call", "bpf"] for line in shown)


@pytest.fixture
def three(calls):
    calls.append(*({"type": kind, "call": name, "object": name, "time": "2026-11-23T00:00:00Z"}
                   for name in ("aa-1", "ab-1", "ab-12") for kind in ("begin", "end")))
    return calls


@pytest.mark.parametrize(("asked", "found"), [
    ("aa-1", "aa-1"), ("aa", "aa-1"), ("ab-12", "ab-12"), ("ab-1", "ab-1"), ("last", "ab-12"),
])
def test_a_call_is_named_by_its_id_or_what_that_alone_begins_with(three, asked, found):
    records = [json.loads(line) for line in three.sheet("--json", asked).splitlines()]
    assert [(record["type"], record["call"]) for record in records] == [
        ("begin", found), ("end", found)]


def test_where_several_begin_so_two_are_told(three):
    done = three.show("a")
    assert done.returncode == 2 and done.stdout == b""
    assert b"more than one call begins with 'a', aa-1 and ab-1" in done.stderr


def test_a_call_that_is_not_there_is_told(three):
    done = three.show("zz")
    assert done.returncode == 2 and b"there is no call 'zz' in the log" in done.stderr


def test_the_last_call_is_shown_though_its_begin_was_rotated_away(calls):
    calls.append(*({"type": "end", "call": name, "object": name, "time": "2026-11-23T00:00:00Z"}
                   for name in ("aa-1", "ab-1")))
    assert json.loads(calls.sheet("--json", "last"))["call"] == "ab-1"
    calls.append({"type": "begin", "call": "ac-1"}, {"type": "end", "call": "ad-1"})
    assert json.loads(calls.sheet("--json", "last"))["call"] == "ac-1"


def test_a_log_without_a_call_has_no_last_one(calls):
    calls.append({"type": "open"})
    done = calls.show("last")
    assert done.returncode == 2 and b"there is no call in the log" in done.stderr


def test_json_is_the_records_as_they_are_in_the_log(denied):
    lines = denied.log.read_text().splitlines()
    assert denied.sheet("--json", "last").splitlines() == [
        line for line in lines if json.loads(line)["type"] in ("begin", "end")]


def test_an_open_call_is_shown_as_such(calls):
    fifo = calls.folder / "started"
    subprocess.run(["/usr/bin/mkfifo", "--mode=666", fifo], check=True)
    calls.write_hook(f"echo > {fifo}; exec sleep 100\n")
    with subprocess.Popen(calls.argv(call=call("d1")), env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as running:
        fifo.read_text()
        shown = calls.sheet("last")
        running.send_signal(signal.SIGINT)
        running.wait(STUCK)
    assert "none yet: the call is open" in shown and "qemu d1 prepare begin -" in shown


def test_what_lingered_is_shown(calls):
    calls.append({"type": "begin", "call": "a-1"}, {"type": "end", "call": "a-1"},
                 {"type": "linger", "call": "a-1", "path": "/hook", "ended": "timed-out",
                  "duration_ms": 70, "stderr": "late words"})
    shown = calls.sheet("a-1")
    assert "timed-out, 70 ms after its script" in shown and "late words" in shown


def test_a_begin_that_is_repeated_is_shown_once(calls):
    calls.append({"type": "begin", "call": "a-1"},
                 {"type": "begin", "call": "a-1", "repeated": True}, {"type": "end", "call": "a-1"})
    assert len(calls.sheet("--json", "a-1").splitlines()) == 2


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_record_steers_the_terminal(calls, options):
    bad = "\x1b]0;x\7\n\u202e\x9b"
    calls.append({"type": "end", "call": f"a{bad}", "message": bad, "driver": bad, "verdict": 7,
                  "peer": {"name": bad, "pid": -1}, "passed_over": [{"path": bad}, 7],
                  "scripts": [None, 1, {"path": bad, "stderr": bad, "stderr_bytes": 9,
                                        "denied": [bad, 1], "capabilities": bad}]})
    shown = calls.sheet(*options, "a")
    assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize("arguments", [(), ("",), ("a", "b"), ("--no", "a"), ("--audit",)])
def test_a_wrong_command_line_is_refused(calls, arguments):
    done = calls.show(*arguments)
    assert done.returncode == 2 and b"virt-hook show --help" in done.stderr


def test_output_that_nobody_takes_is_told(denied):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([denied.program, "show", "--audit", denied.log, "last"], stdout=full,
                              stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=STUCK, check=False)
    assert done.returncode == 2 and b"stdout cannot be written" in done.stderr
