"""What a bad hook does to libvirt 9.0.0 when libvirt runs it itself: virthook's reason to be.

The same rows with virthook in the way are in test_damage_bounded.py; were the damage here not seen,
those could not fail.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal
import time

import pytest
from probes import (NEED_NO_LOCK, NEED_THE_LOCK, ask, daemon_with_guests, hung, script_runs,
                    start_victim)

from rig.arrangement import Builtin

# Longer than any answer takes under virthook with its deadline of 2 s.
PATIENCE = 4

# libvirtd's workers for ordinary calls: max_workers in libvirtd.conf.
WORKERS = 20

MIB = 1024


@pytest.fixture
def daemon(hooks, cache):
    with daemon_with_guests(Builtin(), hooks / "allow", cache) as daemon:
        yield daemon


def use_up_workers(daemon):
    """Have every worker wait for the victim's lock, and return what `virsh version` says then."""
    crowd = [daemon.spawn_virsh("dominfo", "victim") for _ in range(WORKERS)]
    for _ in range(50):  # until the crowd has come to its turn
        version = daemon.virsh("version", timeout=PATIENCE)
        if version.hung:
            break
    assert all(command.running for command in crowd)
    return version


@pytest.fixture(scope="module")
def while_hung(hooks, cache):
    """{question: Result} of questions put while a prepare hook hangs, asked once for all tests."""
    with daemon_with_guests(Builtin(), hooks / "allow", cache) as daemon:
        daemon.put_hook("qemu", hooks / "hang")
        starting = start_victim(daemon)
        answers = ask(daemon, {**NEED_THE_LOCK, **NEED_NO_LOCK, "destroy": ["destroy", "victim"]},
                      PATIENCE)
        answers["start"] = starting.finish(0)
        answers["version when the workers are used up"] = use_up_workers(daemon)
        daemon.kill()
        answers["the script after the daemon's end"] = script_runs(daemon, "prepare")
        yield answers


@pytest.mark.parametrize("question", ["start", "destroy", *NEED_THE_LOCK])
def test_a_hook_that_hangs_makes_hang(while_hung, question):
    assert while_hung[question].hung


@pytest.mark.parametrize("question", NEED_NO_LOCK)
def test_a_hook_that_hangs_leaves_alone(while_hung, question):
    assert while_hung[question].status == 0


def test_calls_that_wait_for_a_hung_hook_use_up_the_workers(while_hung):
    assert while_hung["version when the workers are used up"].hung


def test_a_hung_hook_lives_on_when_its_daemon_ends(while_hung):
    assert while_hung["the script after the daemon's end"]


def test_a_hung_hook_holds_up_the_daemons_end_for_30_s(daemon, hooks):
    daemon.put_hook("qemu", hooks / "hang")
    start_victim(daemon)
    began = time.monotonic()
    daemon.signal(signal.SIGTERM)
    daemon.wait_for_end(60)
    assert time.monotonic() - began > 25
    assert script_runs(daemon, "prepare")


@pytest.mark.parametrize("hook, questions", [("call-list", NEED_THE_LOCK),
                                             ("call-itself", {"list": ["list", "--all"]})])
def test_a_hook_that_calls_back_deadlocks(daemon, hooks, hook, questions):
    daemon.put_hook("qemu", hooks / hook)
    starting = start_victim(daemon)
    answers = ask(daemon, {**questions, **NEED_NO_LOCK}, PATIENCE)
    assert hung(answers) == set(questions)
    assert starting.running


@pytest.mark.parametrize("hook", ["flood-stdout", "flood-stderr"])
def test_200_mb_of_output_are_held_in_the_daemons_memory(daemon, hooks, hook):
    daemon.put_hook("qemu", hooks / hook)
    before = daemon.rss_kib()
    assert daemon.virsh("start", "victim", timeout=60).status == 0
    assert daemon.peak_rss_kib() - before > 150 * MIB


def test_200_mb_of_stderr_and_a_failure_cost_a_gigabyte_and_the_connection(daemon, hooks):
    daemon.put_hook("qemu", hooks / "flood-stderr-and-fail")
    before = daemon.rss_kib()
    result = daemon.virsh("start", "victim", timeout=60)
    assert daemon.peak_rss_kib() - before > 800 * MIB
    assert daemon.log_bytes() > 200_000_000
    assert "Disconnected from qemu:///system" in result.stderr


def test_a_daemon_that_a_hook_leaves_behind_holds_up_the_start(daemon, hooks):
    daemon.put_hook("qemu", hooks / "leave-daemon")
    result = daemon.virsh("start", "victim")
    assert result.status == 0
    assert result.seconds > 5


def test_a_failure_at_reconnect_kills_the_running_guest(daemon, hooks):
    daemon.put_hook("qemu", hooks / "deny-at-reconnect")
    daemon.restart()
    daemon.cell.wait_for_no_process("^/usr/bin/qemu-system-x86_64 -name guest=bystander", 10)


def test_the_error_of_a_denial_shows_the_command_line(daemon, hooks):
    daemon.put_hook("qemu", hooks / "deny")
    result = daemon.virsh("start", "victim")
    assert result.status == 1
    assert "Child process (LC_ALL=C PATH=" in result.stderr
    assert "no licence is left for victim" in result.stderr


def test_a_hook_without_its_execute_bit_is_passed_over_in_silence(daemon, hooks):
    daemon.put_hook("qemu", hooks / "deny", mode=0o644)
    result = daemon.virsh("start", "victim")
    assert result.status == 0
    assert "hook" not in result.stderr + daemon.log()
