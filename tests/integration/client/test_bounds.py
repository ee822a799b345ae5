"""Invariant 2: the caller's wait is bounded by the library alone, whatever the helper does.

Where nothing was acknowledged the bound is 2 s in all; else the acknowledged deadline and 1 s. The
next call finds a helper that works.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import EARLY, SLACK

ACKNOWLEDGE = 2
GRACE = 1


@pytest.mark.parametrize("manner", ["StopsAtOnce", "NeverGreets", "StopsAfterHello", "StopsOnCall"])
def test_without_acknowledgement_two_seconds(opened, plan, manner):
    daemon = opened(manner, "Honest")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and not reply["allow"]
    assert "does not answer" in reply["message"] or "hello" in reply["message"]
    assert ACKNOWLEDGE - EARLY < reply["seconds"] < ACKNOWLEDGE + SLACK
    assert daemon.call()["allow"], "the next call has a fresh helper"
    assert len(plan.starts()) == 2 and plan.is_gone(0)


def test_stopped_after_acknowledgement_the_deadline_and_a_second(opened, plan):
    daemon = opened("StopsAfterAccepting", "Honest")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and not reply["allow"]
    assert 0.5 + GRACE - EARLY < reply["seconds"] < 0.5 + GRACE + SLACK
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 2 and plan.is_gone(0)


@pytest.mark.parametrize("manner", ["StopsAfterAcceptingForYears", "NamesTenYears",
                                    "NamesTheLongestTime"])
@pytest.mark.parametrize("bound", ["max_wait_ms", "timeout_ms"])
def test_a_deadline_of_years_is_not_believed(opened, manner, bound):
    options = {"max_wait_ms": 700} if bound == "max_wait_ms" else {}
    wishes = {"timeout_ms": 700} if bound == "timeout_ms" else {}
    daemon = opened(manner, "Honest", **options)
    reply = daemon.call(**wishes)
    assert reply["reason"] == "no-answer"
    assert 0.7 + GRACE - EARLY < reply["seconds"] < 0.7 + GRACE + SLACK
    assert daemon.call(object="good")["allow"]


def test_a_helper_that_answers_pings_is_not_killed_for_one_late_acknowledgement(opened, plan):
    daemon = opened("NeverAccepts")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and "lives" in reply["message"]
    assert reply["seconds"] < ACKNOWLEDGE + SLACK
    assert daemon.call(object="good")["allow"]
    assert len(plan.starts()) == 1
    assert ["cancel" for kind, _ in plan.noted("packets") if kind == 5] == ["cancel"]


def test_a_helper_that_answers_pings_is_not_killed_for_one_late_verdict(opened, plan):
    daemon = opened("NeverAnswers")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and "lives" in reply["message"]
    assert reply["seconds"] < 0.5 + GRACE + SLACK
    assert daemon.call(object="good")["allow"]
    assert len(plan.starts()) == 1


def test_a_late_verdict_of_a_call_that_was_given_up_harms_nobody(opened, plan):
    daemon = opened("AnswersAfterCancel")
    assert daemon.call()["reason"] == "no-answer"
    assert [daemon.call(object="good")["message"] for _ in range(3)] == [
        "qemu good prepare begin -"] * 3
    assert len(plan.starts()) == 1


def test_a_late_call_does_not_end_the_others(opened, plan):
    daemon = opened("NeverAnswers")
    late = [daemon.begin("call") for _ in range(10)]
    good = [daemon.call(object="good") for _ in range(20)]
    assert all(reply["allow"] and reply["seconds"] < 1 for reply in good)
    assert {reply.result(30)["reason"] for reply in late} == {"no-answer"}
    assert len(plan.starts()) == 1


def test_a_stopped_helper_with_a_full_socket_keeps_nobody_longer(opened, plan):
    """More calls than the socket has room for: some are sent and unanswered, some never sent."""
    daemon = opened("StopsAfterHello", "Honest")
    calls = [daemon.begin("call", object=f"guest{i}", extra="x" * 4096) for i in range(120)]
    replies = [call.result(30) for call in calls]
    assert all(reply["seconds"] < ACKNOWLEDGE + SLACK for reply in replies)
    assert all(reply["allow"] or reply["reason"] in ("no-answer", "helper-lost")
               for reply in replies)
    assert daemon.call()["allow"]
    assert plan.is_gone(0)


def test_a_helper_that_starts_slowly_is_not_killed(opened, plan):
    daemon = opened("StartsSlowly")
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 1


def test_a_call_with_time_left_has_a_fresh_helper_for_one_that_an_earlier_call_left(opened, plan):
    """The first call's own end comes before the second helper's time to start is over."""
    daemon = opened("DiesLate", "StopsAtOnce", "Honest")
    first = daemon.call()
    assert first["reason"] == "no-answer" and first["seconds"] < ACKNOWLEDGE + SLACK
    assert not plan.is_gone(1), "it was young yet"
    second = daemon.call()
    assert second["allow"] and second["seconds"] < ACKNOWLEDGE
    assert plan.is_gone(1) and len(plan.starts()) == 3


def test_a_helper_that_is_stopped_while_idle_is_found_out_by_the_next_call(opened, plan):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    plan.signal(0, "SIGSTOP")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and reply["seconds"] < ACKNOWLEDGE + SLACK
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 2


def test_a_helper_that_goes_on_in_time_loses_nothing(opened, plan):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    plan.signal(0, "SIGSTOP")
    call = daemon.begin("call")
    with pytest.raises(TimeoutError):
        call.result(0.5)
    plan.signal(0, "SIGCONT")
    assert call.result(30)["allow"]
    assert len(plan.starts()) == 1


def test_a_process_that_was_stopped_itself_does_not_blame_its_helper(opened, plan):
    """All ends are past when it goes on; what came meanwhile counts, and the helper is kept."""
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    plan.signal(0, "SIGSTOP")
    call = daemon.begin("call")
    with pytest.raises(TimeoutError):
        call.result(0.3)
    daemon.stop()
    plan.signal(0, "SIGCONT")
    plan.await_packet(kind=2, count=2)
    daemon.sleep_through(2.5)
    assert call.result(30)["allow"]
    assert len(plan.starts()) == 1
