"""Helpers that are missing, die or break the protocol: a verdict at once, a fresh helper next."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal

import pytest

from .support import SLACK, wait_until

# A lost helper is noticed by its channel's end: no bound is waited for. Starting two takes a while.
AT_ONCE = 1


def test_a_helper_that_is_not_there_is_named(opened, tmp_path):
    daemon = opened("Honest", helper=str(tmp_path / "none"))
    reply = daemon.call()
    assert reply["reason"] == "no-helper" and reply["seconds"] < AT_ONCE
    assert reply["message"] == (f"the helper {tmp_path}/none cannot be started: No such file or "
                                "directory; install virthook whole; 'prepare' of driver qemu "
                                "is denied by the failure policy")


def test_a_helper_that_is_not_executable_is_named(opened, plan):
    plan.path.chmod(0o644)
    daemon = opened("Honest")
    reply = daemon.call()
    assert reply["reason"] == "no-helper" and "Permission denied" in reply["message"]
    plan.path.chmod(0o755)
    assert daemon.call()["allow"], "a mend is seen by the next call"


def test_a_helper_that_cannot_be_executed_is_named(opened, plan):
    good = plan.path.read_bytes()
    plan.path.write_bytes(b"\x7fELF rubbish")
    daemon = opened("Honest")
    reply = daemon.call()
    assert reply["reason"] == "no-helper" and "Exec format error" in reply["message"]
    plan.path.write_bytes(good)
    assert daemon.call()["allow"]


@pytest.mark.parametrize("manner", ["DiesAtOnce", "DiesAfterHello", "DiesOnCall"])
def test_a_call_that_was_not_accepted_goes_to_a_fresh_helper(opened, plan, manner):
    daemon = opened(manner, "Honest")
    reply = daemon.call()
    assert reply["allow"] and reply["seconds"] < AT_ONCE
    assert len(plan.starts()) == 2
    assert len(daemon.children()) == 1, "the dead one is reaped"


@pytest.mark.parametrize("manner", ["DiesAfterAccepting", "ClosesItsChannel"])
def test_a_call_that_was_accepted_is_not_run_twice(opened, plan, manner):
    daemon = opened(manner, "Honest")
    reply = daemon.call()
    assert reply["reason"] == "helper-lost" and not reply["allow"]
    assert reply["seconds"] < AT_ONCE
    assert len(plan.starts()) == 1
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 2


def test_what_a_dead_helper_had_said_still_counts(opened, plan):
    """It dies with a packet unread: the kernel then resets the connection before its last words."""
    daemon = opened("DiesWithUnreadPackets", "Honest")
    first = daemon.begin("call", object="first")
    plan.await_packet(kind=2, count=1)
    second = daemon.call(object="second")
    assert first.result(30)["reason"] == "helper-lost", "it had been accepted"
    assert second["allow"], "it had not been accepted"
    assert len(plan.starts()) == 2


@pytest.mark.parametrize("killer", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_helper_that_is_killed_while_idle_is_replaced(opened, plan, killer):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    plan.signal(0, killer)
    plan.await_end(0)
    reply = daemon.call()
    assert reply["allow"] and reply["seconds"] < AT_ONCE
    assert len(plan.starts()) == 2 and len(daemon.children()) == 1


def test_calls_in_flight_learn_at_once_that_their_helper_was_killed(opened, plan):
    daemon = opened("NeverObeys", "Honest")
    calls = [daemon.begin("call", object=f"guest{i}") for i in range(8)]
    plan.await_packet(kind=2, count=8)
    plan.signal(0, "SIGKILL")
    replies = [call.result(5) for call in calls]
    assert {reply["reason"] for reply in replies} == {"helper-lost"}
    assert "was ended by signal 9" in replies[0]["message"]
    assert daemon.call()["allow"]


def test_how_it_ended_is_said(opened):
    reply = opened("DiesAtOnce").call()
    assert reply["reason"] == "no-helper"
    assert "exited with status 7 before it was ready" in reply["message"]


@pytest.mark.parametrize("manner", [
    "AnswersAnotherCall", "AcceptsTwice", "SendsUnsealedOutput", "SendsAPipeAsOutput"])
def test_a_liar_that_had_accepted_is_lost(opened, plan, manner):
    daemon = opened(manner, "Honest")
    reply = daemon.call()
    assert reply["reason"] == "helper-lost" and "broke the protocol" in reply["message"]
    assert reply["seconds"] < AT_ONCE
    assert daemon.call()["allow"]
    assert plan.is_gone(0) and len(daemon.children()) == 1


@pytest.mark.parametrize("manner", [
    "AcceptsAnotherCall", "ComplainsOfAnotherCall", "GreetsTwice", "AnswersBeforeGreeting",
    "SpeaksAnotherVersion", "PongsUnasked", "TellsItsStatus", "Calls", "SendsRubbish",
    "SendsNothingButRubbish", "SendsABomb", "SendsTooMuch", "SendsWrongTypes", "FloodsWithPongs",
    "FloodsWithHellos", "SendsUnexpectedDescriptors", "SendsManyDescriptors"])
def test_a_liar_that_had_not_accepted_is_replaced(opened, plan, manner):
    daemon = opened(manner, "Honest")
    before = daemon.descriptors()
    reply = daemon.call()
    assert reply["allow"] and reply["seconds"] < AT_ONCE
    assert plan.is_gone(0) and len(daemon.children()) == 1
    daemon.close()
    assert daemon.descriptors() == before, "what came with its packets is closed"


@pytest.mark.parametrize("manner", ["AcceptsAnotherCall", "SendsRubbish", "SpeaksAnotherVersion"])
def test_two_liars_in_a_row_are_told_of(opened, plan, manner):
    daemon = opened(manner, manner, "Honest")
    reply = daemon.call()
    assert reply["reason"] in ("helper-lost", "no-helper")
    assert "broke the protocol" in reply["message"] and reply["seconds"] < 2 * AT_ONCE
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 3


def test_a_second_verdict_costs_the_helper_its_life_and_nobody_his_answer(opened, plan):
    daemon = opened("AnswersTwice", "Honest")
    assert daemon.call()["allow"]
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 2


def test_a_flood_about_a_call_that_was_given_up_is_not_read_for_ever(opened, plan):
    daemon = opened("FloodsWithLateVerdicts", "Honest")
    assert daemon.call()["reason"] == "no-answer"
    reply = daemon.call(object="good")
    assert reply["allow"] and reply["seconds"] < AT_ONCE
    assert len(plan.starts()) == 2


def test_a_refused_configuration_is_told_and_looked_at_again_by_each_call(opened, plan):
    daemon = opened("RefusesItsConfiguration", "RefusesItsConfiguration", "Honest")
    for starts in (1, 2):
        reply = daemon.call()
        assert reply["reason"] == "bad-configuration" and not reply["allow"]
        assert "/etc/virthook/virthook.conf:12: no such option 'dedline'" in reply["message"]
        assert len(plan.starts()) == starts, "it is not tried twice by one call"
    assert daemon.call()["allow"]


def test_a_helper_that_dies_at_each_start_is_started_less_and_less_often(opened, plan):
    """0, 0.1, 0.2, 0.4 … 5 s from one to the next; a call never takes over its 2 s."""
    daemon = opened("DiesAtOnce")
    replies = [daemon.call() for _ in range(40)]
    assert all(reply["reason"] == "no-helper" for reply in replies)
    assert all(reply["seconds"] < 2 + SLACK for reply in replies)
    assert len(plan.starts()) < 12, "40 calls, two tries each, would be 80"


def test_after_the_back_off_a_good_helper_is_found(opened, plan):
    daemon = opened(*["DiesAtOnce"] * 6, "Honest")
    wait_until(lambda: daemon.call()["allow"])
    assert len(plan.starts()) == 7
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 7


def test_many_threads_find_one_fresh_helper(opened, plan):
    daemon = opened("DiesOnCall", "Honest")
    calls = [daemon.begin("call", object=f"guest{i}") for i in range(16)]
    replies = [call.result(30) for call in calls]
    assert all(reply["allow"] for reply in replies)
    assert [reply["message"].split()[1] for reply in replies] == [f"guest{i}" for i in range(16)]
    assert len(plan.starts()) == 2


def test_a_flood_of_losses_leaves_no_zombie_and_no_descriptor(opened, plan):
    daemon = opened(*["DiesAfterAccepting"] * 20, "Honest")
    before = daemon.descriptors()
    wait_until(lambda: daemon.call()["allow"])
    assert list(daemon.children()) == [str(plan.starts()[-1])]
    daemon.close()
    assert daemon.children() == {} and daemon.descriptors() == before


def test_nothing_is_left_behind_when_the_daemon_is_killed(opened, plan):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    os.kill(daemon.process.pid, signal.SIGKILL)
    plan.await_end(0)
