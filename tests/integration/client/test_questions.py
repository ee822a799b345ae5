"""Questions to the helper (status, reload): bounded, and no harm to calls, whatever it answers."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno

from .support import SLACK

# Seconds that a question is waited for.
QUESTION = 2.0


def test_an_answer_is_handed_out_as_it_came(opened):
    daemon = opened("Honest")
    answer = daemon.status()
    assert answer["said"] == '{"name":"fake"}' and "error" not in answer
    assert "error" not in daemon.reload()


def test_one_that_is_not_answered_ends_in_time_and_no_call_with_it(opened, plan):
    daemon = opened("TellsNoStatus")
    asked = daemon.begin("status")
    assert all(daemon.call(object="good")["allow"] for _ in range(10))
    answer = asked.result(30)
    assert answer["error"] == errno.ETIMEDOUT and answer["seconds"] < QUESTION + SLACK
    assert daemon.call()["allow"] and len(plan.starts()) == 1


def test_an_answer_that_comes_too_late_is_dropped(opened, plan):
    daemon = opened("TellsItsStatusLate")
    assert [daemon.status()["error"] for _ in range(2)] == [errno.ETIMEDOUT] * 2
    assert [daemon.call(object="good")["message"] for _ in range(3)] == [
        "qemu good prepare begin -"] * 3
    assert len(plan.starts()) == 1


def test_a_false_answer_ends_that_helper_and_the_next_one_is_asked(opened, plan):
    answer = opened("TakesStatusForReload", "Honest").status()
    assert answer["said"] == '{"name":"fake"}' and len(plan.starts()) == 2


def test_after_two_false_answers_there_is_none(opened, plan):
    daemon = opened("TakesStatusForReload", "TakesStatusForReload", "Honest")
    assert daemon.status()["error"] == errno.ECONNRESET
    assert daemon.call()["allow"] and len(plan.starts()) == 3


def test_a_second_answer_ends_that_helper_and_the_next_one_serves(opened, plan):
    daemon = opened("TellsStatusTwice", "Honest")
    assert "error" not in daemon.status()
    assert daemon.call()["allow"] and len(plan.starts()) == 2


def test_a_refused_reload_has_the_helpers_words_made_safe(opened, plan):
    daemon = opened("RefusesToReload")
    answer = daemon.reload()
    assert answer["error"] == errno.EREMOTEIO and answer["said"] == "x.conf:3: \\x1b[2Jno"
    assert daemon.call()["allow"] and len(plan.starts()) == 1


def test_without_a_channel_it_is_an_error_of_its_caller(daemon):
    for question in ("status", "reload"):
        answer = daemon.ask(question=question)
        assert answer["error"] == errno.EINVAL and answer["said"] is None
