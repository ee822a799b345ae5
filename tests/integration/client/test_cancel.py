"""Taking calls back."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import EARLY, SLACK

CANCEL = 6


@pytest.fixture
def started(plan):
    """started(daemon, tag, …): calls that their helper has accepted, or at least read."""
    def start(daemon, *tags, **names):
        calls = [daemon.begin("call", tag=tag, **names) for tag in tags]
        plan.await_packet(kind=2, count=len(tags))
        return calls
    return start


def test_the_helper_ends_the_scripts_and_its_verdict_counts(opened, started):
    daemon = opened("Obeys")
    calls = started(daemon, 7)
    assert daemon.cancel(tag=7) == 1
    reply = calls[0].result(5)
    assert reply["reason"] == "cancelled" and reply["message"] == "ended as you wished"


def test_only_the_calls_with_the_tag_are_taken_back(opened, started):
    daemon = opened("Obeys")
    first, second, third = started(daemon, 1, 2, 1)
    assert daemon.cancel(tag=1) == 2
    assert first.result(5)["reason"] == third.result(5)["reason"] == "cancelled"
    assert not second.done()
    assert daemon.cancel(tag=1) == 0
    assert daemon.cancel_all() == 1
    assert second.result(5)["reason"] == "cancelled"


def test_the_next_call_works(opened, started, plan):
    daemon = opened("Obeys")
    calls = started(daemon, 1, 2, 3)
    assert daemon.cancel_all() == 3
    assert {call.result(5)["reason"] for call in calls} == {"cancelled"}
    assert daemon.call(object="good")["allow"]
    assert len(plan.starts()) == 1


def test_a_helper_that_does_not_obey_is_waited_for_six_seconds(opened, started, plan):
    """It answers pings, so it is kept; the call alone is given up."""
    daemon = opened("NeverObeys")
    calls = started(daemon, 1)
    assert daemon.cancel_all() == 1
    reply = calls[0].result(30)
    assert reply["reason"] == "cancelled" and not reply["allow"]
    assert CANCEL - EARLY < reply["seconds"] < CANCEL + 2 * SLACK
    assert daemon.call(object="good")["allow"]
    assert len(plan.starts()) == 1


def test_the_bound_is_never_later_than_without(opened, started):
    daemon = opened("NeverAnswers")
    calls = started(daemon, 1)
    assert daemon.cancel_all() == 1
    reply = calls[0].result(30)
    assert reply["reason"] == "cancelled" and reply["seconds"] < 1.5 + SLACK


def test_a_call_that_no_helper_has_got_returns_at_once(opened, plan):
    daemon = opened("NeverGreets")
    calls = [daemon.begin("call") for _ in range(3)]
    plan.await_start(1)
    while daemon.cancel_all() < 3:
        pass
    replies = [call.result(5) for call in calls]
    assert {reply["reason"] for reply in replies} == {"cancelled"}
    assert all(reply["seconds"] < 1.5 for reply in replies), "before the helper counts as silent"


def test_cancelled_calls_follow_the_failure_policy(opened, started):
    daemon = opened("NeverAnswers")
    calls = started(daemon, 1, operation="reconnect")
    daemon.cancel_all()
    assert calls[0].result(30)["allow"]


def test_nothing_to_cancel(opened):
    daemon = opened("Honest")
    assert daemon.cancel(tag=1) == 0 and daemon.cancel_all() == 0
    assert daemon.call()["allow"]
    assert daemon.cancel_all() == 0
