"""The same bad hooks as in test_damage_built_in.py, with virthook in the way and a deadline of 2 s.

Each row (a hook, and the way by which it is called) is played once: the victim is started,
the daemon is questioned meanwhile, and the tests look at what came of it.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import functools
import time
from dataclasses import dataclass

import pytest
from probes import (NEED_NO_LOCK, NEED_THE_LOCK, ask, daemon_with_guests, late, start_victim)

from rig.arrangement import CONFIG, Modular, Replacement, Service, Shim
from rig.command import Result, wait_until

WAYS = {way.name: way for way in (Shim, Service, Replacement, Modular)}

DEADLINE = 2
MIB = 1024


@dataclass
class Row:
    """A bad hook and what is promised of it: the start's exit status, reason and message."""
    hook: str
    status: int
    reason: str
    message: str = ""


LATE = "/hooks/qemu was not done within its deadline of 2 s"
FAILED = "/hooks/qemu exited with status 1: "

ROWS = {row.hook: row for row in [
    Row("hang", 1, "timed-out", LATE),
    Row("call-list", 1, "timed-out", LATE),
    Row("call-itself", 1, "timed-out", LATE),
    Row("flood-stdout", 0, "ok"),
    Row("flood-stderr", 0, "ok"),
    Row("flood-stderr-and-fail", 1, "exit-status", FAILED),
    Row("leave-daemon", 0, "ok"),
    Row("deny", 1, "exit-status", FAILED + "no licence is left for victim"),
]}
HANGING = ["hang", "call-list", "call-itself"]
FLOODING = ["flood-stdout", "flood-stderr", "flood-stderr-and-fail"]


@dataclass
class Outcome:
    """What came of a row."""
    start: Result
    answers: dict
    growth_kib: int
    left_behind: list
    prepare: dict   # the audit record of the prepare call's end
    afterwards: Result


def start_ended_or_script_runs(daemon, row):
    """Start the victim; a hook that hangs is there for certain when the questions are put."""
    if row.hook in HANGING:
        return start_victim(daemon)
    return daemon.spawn_virsh("start", "victim")


def left_after_a_second(daemon):
    """What is left of a call when the private helper has had a second to end."""
    end = time.monotonic() + 1
    wait_until(lambda: not daemon.left_behind() or time.monotonic() > end, 2, "a second to pass")
    return [str(process) for process in daemon.left_behind()]


def ended(daemon, operation, guest):
    """The audit records of how those calls ended."""
    return [record for record in daemon.audit("end")
            if (record["operation"], record["object"]) == (operation, guest)]


def play(way, row, hooks, cache):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / row.hook)
        daemon.forget_peak()
        before = daemon.rss_kib()
        starting = start_ended_or_script_runs(daemon, row)
        answers = ask(daemon, {**NEED_THE_LOCK, **NEED_NO_LOCK}, 10)
        start = starting.finish(10)
        left = left_after_a_second(daemon)
        records = ended(daemon, "prepare", "victim")
        assert len(records) == 1
        return Outcome(start, answers, daemon.peak_rss_kib() - before, left, records[0],
                       daemon.virsh("list", "--all"))


@pytest.fixture(scope="module")
def outcome(hooks, cache):
    """outcome(way, row's name), played once."""
    return functools.cache(lambda way, name: play(way, ROWS[name], hooks, cache))


every_way = pytest.mark.parametrize("way", WAYS)
every_row = pytest.mark.parametrize("name", ROWS)


@every_way
@every_row
def test_the_start_ends_as_promised(outcome, way, name):
    start = outcome(way, name).start
    assert start.status == ROWS[name].status, start.stderr


@every_way
@every_row
def test_the_start_takes_no_longer_than_the_deadline_and_a_second(outcome, way, name):
    assert outcome(way, name).start.seconds < DEADLINE + 1


@every_way
@every_row
def test_calls_that_need_the_lock_answer_within_the_deadline_and_a_second(outcome, way, name):
    answers = outcome(way, name).answers
    assert late({question: answers[question] for question in NEED_THE_LOCK}, DEADLINE + 1) == {}


@every_way
@every_row
def test_all_other_calls_answer_within_a_second(outcome, way, name):
    answers = outcome(way, name).answers
    assert late({question: answers[question] for question in NEED_NO_LOCK}, 1) == {}


@every_way
@every_row
def test_the_daemon_grows_by_less_than_8_mb(outcome, way, name):
    assert outcome(way, name).growth_kib < 8 * MIB


@every_way
@every_row
def test_nothing_is_left_behind(outcome, way, name):
    assert outcome(way, name).left_behind == []


@every_way
@every_row
def test_the_error_says_in_one_line_what_happened(outcome, way, name):
    stderr = outcome(way, name).start.stderr
    errors = [line for line in stderr.splitlines() if "Hook script" in line]
    if ROWS[name].status == 0:
        assert errors == []
    else:
        assert len(errors) == 1 and ROWS[name].message in errors[0], errors


@every_way
@every_row
def test_the_record_gives_the_reason(outcome, way, name):
    record = outcome(way, name).prepare
    assert (record["verdict"], record["reason"]) == (
        "deny" if ROWS[name].status else "allow", ROWS[name].reason)


@every_way
@every_row
def test_the_daemon_serves_the_next_call(outcome, way, name):
    assert outcome(way, name).afterwards.status == 0


@every_way
@pytest.mark.parametrize("name", FLOODING)
def test_the_record_counts_every_byte_of_a_flood(outcome, way, name):
    script = outcome(way, name).prepare["scripts"][0]
    stream = "stdout_bytes" if "stdout" in name else "stderr_bytes"
    assert script[stream] == 200_000_000


@every_way
@pytest.mark.parametrize("name", HANGING)
def test_the_record_tells_which_script_was_late(outcome, way, name):
    script = outcome(way, name).prepare["scripts"][0]
    assert script["path"] == f"{WAYS[way].hooks_dir}/qemu"
    assert script["timed_out"]


@every_way
def test_workers_that_wait_for_a_hung_hook_are_free_after_the_deadline(hooks, cache, way):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "hang")
        start_victim(daemon)
        crowd = {str(n): ["dominfo", "victim"] for n in range(20)}
        assert late(ask(daemon, {**crowd, "version": ["version"]}, 10), DEADLINE + 1) == {}


@every_way
def test_a_daemon_that_is_told_to_end_waits_no_longer_than_the_deadline(hooks, cache, way):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "hang")
        start_victim(daemon)
        began = time.monotonic()
        daemon.stop(10)
        assert time.monotonic() - began < DEADLINE + 1
        assert left_after_a_second(daemon) == []


@every_way
def test_a_late_hook_at_reconnect_leaves_the_guest_alive(hooks, cache, way):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "hang-at-reconnect")
        daemon.restart()
        record = wait_until(lambda: ended(daemon, "reconnect", "bystander"), 10, "reconnect")[0]
        assert (record["verdict"], record["reason"]) == ("allow", "timed-out")
        assert daemon.virsh("domstate", "bystander").stdout.strip() == "running"


@every_way
def test_a_hook_that_says_no_at_reconnect_ends_the_guest_as_libvirt_has_it(hooks, cache, way):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "deny-at-reconnect")
        daemon.restart()
        record = wait_until(lambda: ended(daemon, "reconnect", "bystander"), 10, "reconnect")[0]
        assert (record["verdict"], record["reason"]) == ("deny", "exit-status")
        wait_until(lambda: daemon.virsh("domstate", "bystander").stdout.strip() == "shut off", 10,
                   "the guest's end")


@every_way
def test_the_admin_can_let_guests_live_whatever_a_hook_says_at_reconnect(hooks, cache, way):
    config = CONFIG + 'failure "reconnect" {\n  exit = allow\n  other = allow\n}\n'
    with daemon_with_guests(WAYS[way](config), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "deny-at-reconnect")
        daemon.restart()
        record = wait_until(lambda: ended(daemon, "reconnect", "bystander"), 10, "reconnect")[0]
        assert (record["verdict"], record["reason"]) == ("allow", "exit-status")
        assert daemon.virsh("domstate", "bystander").stdout.strip() == "running"


@every_way
def test_a_hook_without_its_execute_bit_is_passed_over_but_not_in_silence(hooks, cache, way):
    with daemon_with_guests(WAYS[way](), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "deny", mode=0o644)
        assert daemon.virsh("start", "victim").status == 0
        passed_over = ended(daemon, "prepare", "victim")[0]["passed_over"]
        assert [entry["path"] for entry in passed_over] == [daemon.hook_path("qemu")]
        assert f"chmod +x {daemon.hook_path('qemu')}" in passed_over[0]["why"]
