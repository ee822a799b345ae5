"""The library with the real helper: what both promise together."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import json
import os
import signal

import pytest

from degraded import conditions
from rig.spaces import unpin

from .support import SLACK, build, wait_until


serials = itertools.count()


@pytest.fixture
def script(hooks):
    """script(text, driver="qemu"): put a hook in place."""
    def write(text, driver="qemu"):
        path = hooks / driver
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path
    return write


@pytest.fixture
def audit(tmp_path):
    return tmp_path / "audit.log"


@pytest.fixture
def served(daemon, hooks, audit, tmp_path):
    """served(**options): the daemon, with its hook open on the build's helper."""
    def open_with(**options):
        given = {"helper": str(conditions.helper_of(build())), "hooks": str(hooks),
                 "audit": str(audit), "config": str(conditions.write_config(tmp_path)),
                 "policy": ""} | options
        assert daemon.open(**given) == 0
        return daemon
    yield open_with
    unpin(tmp_path)


@pytest.fixture
def seconds():
    """How long a script sleeps: for ever, and by a number that no other process has."""
    return f"9{os.getpid():07}{next(serials):04}"


def helper_of(daemon):
    children = daemon.children()
    assert len(children) == 1
    return int(list(children)[0])


def records(audit, kind):
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    return [line for line in lines if line["type"] == kind]


def processes_with(word):
    """The pids of processes that have the word in their command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                words = file.read().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if word in words:
            found.append(int(pid))
    return found


def test_a_hook_that_allows(served, script, audit):
    script("exit 0\n")
    daemon = served()
    reply = daemon.call()
    assert reply["allow"] and reply["reason"] == "ok" and len(reply["scripts"]) == 1
    assert [record["verdict"] for record in records(audit, "end")] == ["allow"]


def test_a_hook_that_denies_says_why(served, script):
    path = script("echo no power >&2; exit 3\n")
    reply = served().call()
    assert not reply["allow"] and reply["reason"] == "exit-status"
    assert "no power" in reply["message"]
    assert reply["scripts"][0] | {"duration_ms": 0} == {
        "path": str(path), "exit_status": 3, "signal": 0, "timed_out": False, "problem": None,
        "retries": 0, "duration_ms": 0, "stdout_bytes": 0, "stderr_bytes": 9, "stdout_tail": "",
        "stderr_tail": "no power\n", "profile": "unconfined", "denied": "", "observed": "",
        "enforced": "user:0 pid"}


def test_new_xml_comes_back(served, script):
    script("exec sed s/old/new/\n")
    xml = "<domain>" + "<!-- old -->\n" * 10000 + "</domain>"
    reply = served().call(operation="migrate", input=xml)
    assert reply["output"] == xml.replace("old", "new")


def test_a_hook_that_hangs_is_over_at_its_deadline(served, script, seconds):
    script(f"sleep {seconds}\n")
    daemon = served(deadline_ms=1000)
    reply = daemon.call()
    assert reply["reason"] == "timed-out" and not reply["allow"]
    assert reply["seconds"] < 1 + SLACK
    assert processes_with(seconds) == []


def test_a_call_may_shorten_its_deadline(served, script, seconds):
    script(f"sleep {seconds}\n")
    reply = served().call(timeout_ms=500)
    assert reply["reason"] == "timed-out" and reply["seconds"] < 0.5 + SLACK


def test_a_cancelled_call_leaves_nothing_running(served, script, seconds):
    script(f"trap '' TERM; sleep {seconds} & wait\n")
    daemon = served()
    call = daemon.begin("call")
    wait_until(lambda: processes_with(seconds))
    assert daemon.cancel_all() == 1
    reply = call.result(10)
    assert reply["reason"] == "cancelled" and processes_with(seconds) == []


def test_a_killed_helper_takes_its_scripts_with_it(served, script, audit, seconds):
    script(f"sleep {seconds}\n")
    daemon = served()
    call = daemon.begin("call")
    wait_until(lambda: processes_with(seconds))
    os.kill(helper_of(daemon), signal.SIGKILL)
    reply = call.result(5)
    assert reply["reason"] == "helper-lost" and not reply["allow"]
    wait_until(lambda: not processes_with(seconds))
    script("exit 0\n")
    assert daemon.call()["allow"]
    assert [record["reason"] for record in records(audit, "end")] == ["helper-lost", "ok"]


def test_a_stopped_helper_keeps_nobody_beyond_the_deadline_and_a_second(served, script, seconds):
    script(f"sleep {seconds}\n")
    daemon = served(deadline_ms=1000)
    call = daemon.begin("call")
    wait_until(lambda: processes_with(seconds))
    os.kill(helper_of(daemon), signal.SIGSTOP)
    reply = call.result(10)
    assert reply["reason"] == "no-answer" and reply["seconds"] < 1 + 1 + SLACK
    wait_until(lambda: not processes_with(seconds))
    script("exit 0\n")
    assert daemon.call()["allow"]


def test_closing_ends_what_runs(served, script, seconds):
    script(f"setsid sleep {seconds} >/dev/null 2>&1 </dev/null &\nwait\n")
    daemon = served()
    call = daemon.begin("call")
    wait_until(lambda: processes_with(seconds))
    daemon.cancel_all()
    assert call.result(10)["reason"] == "cancelled"
    daemon.close()
    assert processes_with(seconds) == [] and daemon.children() == {}


def test_calls_of_many_threads(served, script):
    script('echo "$1" >&2; exit 1\n')
    daemon = served()
    calls = [daemon.begin("call", object=f"guest{i}") for i in range(32)]
    assert [call.result(30)["scripts"][0]["stderr_tail"] for call in calls] == [
        f"guest{i}\n" for i in range(32)]


def test_threads_ask_and_call_over_one_channel(served, script, audit):
    """Each has its own answer, and nobody waits for another's."""
    script('echo "$1" >&2; exit 1\n')
    daemon = served()
    rounds = [(daemon.begin("call", object=f"guest{number}"), daemon.begin("status"),
               daemon.begin("reload"), daemon.begin("status")) for number in range(6)]
    for number, (call, *asked) in enumerate(rounds):
        assert call.result(60)["scripts"][0]["stderr_tail"] == f"guest{number}\n"
        first, reload, second = (question.result(60) for question in asked)
        assert "error" not in first | reload | second, (first, reload, second)
        for status in (first, second):
            assert json.loads(status["said"])["pid"] == helper_of(daemon)
    assert len(records(audit, "end")) == 6 and json.loads(daemon.status()["said"])["calls"] == 6


def test_a_refused_configuration_names_file_and_line(served, script, tmp_path):
    script("exit 0\n")
    path = tmp_path / "virthook.conf"
    path.write_text("\n\nno_such_key = 1\n")
    daemon = served(config=str(path))
    reply = daemon.call()
    assert reply["reason"] == "bad-configuration" and f"{path}:3" in reply["message"]
    path.write_text("deadline = 5\n")
    assert daemon.call()["allow"], "a mend is seen by the next call"


def test_the_configured_policy_holds_when_the_helper_is_lost(served, script, tmp_path, seconds):
    script(f"sleep {seconds}\n")
    path = tmp_path / "virthook.conf"
    path.write_text('failure "qemu/start" {\n    exit = deny\n    other = allow\n}\n')
    daemon = served(config=str(path))
    call = daemon.begin("call", operation="start")
    wait_until(lambda: processes_with(seconds))
    os.kill(helper_of(daemon), signal.SIGKILL)
    assert call.result(5)["allow"]
