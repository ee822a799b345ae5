"""Records tell how long a script ran, apart from what was made for it, and how many were killed."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal

import pytest
from helper.processes import children, wait_until

# How scripts are ended: with their PID namespace, by a helper of an ordinary user or by root's, or
# one by one.
CONFIGURATIONS = {
    "isolated": "default_profile = isolated\ngrace = 0.2\n",
    "own": 'default_profile = p\ngrace = 0.2\nprofile "p" {\nunconfined = yes\n%s}\n',
    "host": 'default_profile = p\ngrace = 0.2\nprofile "p" {\nuser = root\npids = host\n%s}\n',
}

# What ignores SIGTERM, and holds no stream of the script's.
DEAF = "trap '' TERM; for each in 1 2 3; do sleep 600 </dev/null >/dev/null 2>&1 & done; "


@pytest.fixture(params=CONFIGURATIONS)
def helper(request, place, start):
    configuration = CONFIGURATIONS[request.param]
    place.configure(configuration % "" if "%s" in configuration else configuration)
    return start()


def script_of(place):
    return place.ends()[0]["scripts"][0]


def test_where_all_ended_by_themselves_none_was_killed(place, helper):
    place.script("qemu", "sleep 0.01 & wait")
    assert helper.peer.call().allow
    assert script_of(place)["killed"] == 0


def test_those_that_a_script_left_behind_are_counted(place, helper):
    place.script("qemu", DEAF + "exit 0")
    assert helper.peer.call().allow
    assert script_of(place)["killed"] == 3


def test_at_the_deadline_those_that_did_not_end_when_told_to_are_counted(place, helper):
    place.script("qemu", DEAF + "wait; wait; sleep 600")
    assert not helper.peer.call(timeout_ms=2000).allow
    assert script_of(place)["killed"] == 4


def test_who_ends_when_told_to_was_not_killed(place, helper):
    place.script("qemu", "exec sleep 600")
    assert not helper.peer.call(timeout_ms=1000).allow
    script = script_of(place)
    assert (script["signal"], script["killed"]) == (signal.SIGTERM, 0)


def test_who_outlives_a_main_process_that_was_told_to_end_is_counted(place, helper):
    place.script("qemu", DEAF + "trap 'exit 3' TERM; while :; do sleep 0.05; done")
    assert not helper.peer.call(timeout_ms=2000).allow
    script = script_of(place)
    assert script["exit_status"] == 3
    # The short sleep of the loop may be one more.
    assert script["killed"] in (3, 4)


def test_the_dead_that_nobody_has_reaped_were_not_killed(place, helper):
    """The shell's child is another program by then, which never asks for its own."""
    place.script("qemu", "sh -c 'sleep 0 & exec sleep 600' </dev/null >/dev/null 2>&1 & "
                 "until cat /proc/[0-9]*/stat 2>/dev/null | grep -q \"(sleep) Z $! \"; "
                 "do sleep 0.02; done; exit 0")
    assert helper.peer.call().allow
    assert script_of(place)["killed"] == 1


def test_where_the_runner_is_lost_it_is_not_known(place, helper):
    place.script("qemu", "exec sleep 600")
    call = helper.peer.start()
    helper.peer.accepted(call)
    wait_until(lambda: any(children(runner) for runner in helper.runners()), 20, "the script runs")
    for runner in helper.runners():
        os.kill(int(runner), signal.SIGKILL)
    assert not helper.peer.finish(call).allow
    assert script_of(place)["killed"] is None


@pytest.mark.parametrize("pids", ["own", "host"])
def test_what_lingers_is_counted_at_its_own_end(place, start, pids):
    place.configure(CONFIGURATIONS[pids] % "linger = 0.3\n")
    place.script("qemu", DEAF + "exit 0")
    helper = start()
    assert helper.peer.call().allow
    wait_until(lambda: place.records("linger"), 20, "what lingers has ended")
    assert script_of(place)["killed"] == 0
    assert place.records("linger")[0]["killed"] == 3


def test_the_duration_is_that_of_the_script_alone(place, start):
    place.script("qemu", "sleep 0.3")
    assert start().peer.call().allow
    end = place.ends()[0]
    script = end["scripts"][0]
    assert script["duration_ms"] >= 250  # the exec is known a little after it was
    assert script["setup_ms"] + script["duration_ms"] <= end["duration_ms"] - end["queued_ms"]


def test_where_no_exec_came_all_its_time_is_that_of_the_setup(place, start):
    place.script("qemu").write_text("no program\n", encoding="utf-8")
    assert not start().peer.call().allow
    script = script_of(place)
    assert "no program" in script["problem"]
    assert (script["duration_ms"], script["killed"]) == (0, 0)
    assert script["setup_ms"] >= 0


def test_of_a_script_that_was_not_run_neither_is_known(place, start):
    place.script("qemu", mode=0o777)
    assert not start().peer.call().allow
    script = script_of(place)
    assert [script["setup_ms"], script["duration_ms"], script["killed"]] == [None, 0, None]
