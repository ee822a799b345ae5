"""Who runs when: calls for one object in order, others beside each other, hooks before no event."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import time

import pytest

from .processes import wait_until
from .wire import EVENT, STATUS

ON_EVENT = {"class": EVENT, "driver": "domain"}

# What a call that need not wait may take, in seconds, on a busy machine.
AT_ONCE = 10

# What a call waits for a slot at the least.
WAITED_MS = 200

HANG_UNLESS_GOOD = ('case $VIRTHOOK_OBJECT in good*) exit 0;; esac; '
                    'touch "$T/hung-$VIRTHOOK_OBJECT"; sleep 600')


def hang(place, peer, name, **more):
    """A call that hangs; its script runs already."""
    call = peer.start(name, **more)
    wait_until((place.root / f"hung-{name}").exists, 10, f"the script of {name} runs")
    return call


@pytest.fixture
def listening(place, start):
    """A helper, and two clients of it."""
    helper = start(channel=False, options=("--listen", place.root / "sock"))
    return helper.connect(place.root / "sock"), helper.connect(place.root / "sock")


def test_calls_for_one_object_run_in_the_order_of_their_arrival(place, listening):
    place.script("qemu", "echo begin $4 >>$T/trace; sleep 0.02; echo end $4 >>$T/trace")
    calls = []
    for number in range(10):
        peer = listening[number % 2]
        call = peer.start("d1", extra=str(number))
        peer.accepted(call)
        calls.append((peer, call))
    assert all(peer.finish(call).allow for peer, call in calls)
    assert place.lines("trace") == [f"{word} {number}" for number in range(10)
                                    for word in ("begin", "end")]


@pytest.mark.parametrize("other", [{"name": "d2"}, {"name": "d1", "driver": "lxc"}])
def test_calls_for_different_objects_run_beside_each_other(place, peer, other):
    for driver in ("qemu", "lxc"):
        place.script(driver, "touch $T/$VIRTHOOK_DRIVER-$1; "
                             "until test $(ls $T | grep -c -- -d) = 2; do sleep 0.01; done")
    calls = [peer.start("d1", timeout_ms=10000), peer.start(timeout_ms=10000, **other)]
    assert all(peer.finish(call).allow for call in calls)


def test_verdicts_come_in_the_order_in_which_calls_end(place, peer):
    place.script("qemu", HANG_UNLESS_GOOD)
    slow = hang(place, peer, "slow", timeout_ms=60000)
    peer.finish(peer.start("good"))
    assert not slow.packets or slow.packets[0].type == 3
    peer.cancel(slow)
    assert peer.finish(slow).reason == "cancelled"


def test_no_more_scripts_run_at_once_than_configured(place, start):
    place.configure("running_max = 2\n")
    place.script("qemu", "touch $T/running-$1; ls $T | grep -c running- >>$T/counts; sleep 0.05; "
                         "rm $T/running-$1")
    peer = start().peer
    calls = [peer.start(f"d{number}") for number in range(8)]
    assert all(peer.finish(call).allow for call in calls)
    assert max(map(int, place.lines("counts"))) <= 2


def test_a_waiting_call_runs_when_a_slot_is_free(place, start):
    place.configure("running_max = 1\ngrace = 0\n")
    place.script("qemu", HANG_UNLESS_GOOD)
    peer = start().peer
    first = hang(place, peer, "slow", timeout_ms=60000)
    second = peer.start("good")
    peer.accepted(second)
    time.sleep(WAITED_MS / 1000)
    assert not place.ends()
    peer.cancel(first)
    verdict = peer.finish(second)
    assert verdict.allow and verdict.duration_ms > WAITED_MS / 2
    assert place.ends()[1]["queued_ms"] > WAITED_MS / 2
    peer.finish(first)


def test_the_deadline_of_a_call_runs_while_it_waits(place, start):
    place.configure("running_max = 1\n")
    place.script("qemu", HANG_UNLESS_GOOD)
    peer = start().peer
    hang(place, peer, "slow", timeout_ms=20000)
    for name in ("slow", "good"):
        verdict = peer.call(name, timeout_ms=300)
        assert (verdict.allow, verdict.reason, verdict.scripts) == (False, "timed-out", [])
        assert verdict.seconds < 0.3 + 3
        assert "while it waited for earlier calls to end" in verdict.message


@pytest.mark.invariant(13)
def test_a_hook_does_not_wait_behind_hung_events(place, start):
    place.configure("events_max = 2\nrunning_max = 1\n")
    place.script("qemu", HANG_UNLESS_GOOD)
    place.on_event("domain/all", HANG_UNLESS_GOOD)
    peer = start().peer
    for name in ("a", "b"):
        hang(place, peer, name, **ON_EVENT, timeout_ms=20000)
    for name in ("c", "a", "good"):
        peer.accepted(peer.start(name, **ON_EVENT, timeout_ms=20000))
    verdict = peer.call("good", timeout_ms=20000)
    assert verdict.allow and verdict.seconds < AT_ONCE


@pytest.mark.invariant(13)
def test_a_hook_does_not_wait_behind_an_event_of_its_own_object(place, peer):
    place.script("qemu")
    place.on_event("domain/all", "touch $T/hung-d1; sleep 600")
    hang(place, peer, "d1", operation="stopped", **ON_EVENT, timeout_ms=20000)
    verdict = peer.call("d1", operation="start", timeout_ms=20000)
    assert verdict.allow and verdict.seconds < AT_ONCE


def test_status_tells_who_runs_and_who_waits(place, start):
    place.configure("running_max = 1\nevents_max = 2\n")
    place.script("qemu", HANG_UNLESS_GOOD)
    place.on_event("domain/all", HANG_UNLESS_GOOD)
    peer = start().peer
    hang(place, peer, "a", timeout_ms=20000)
    hang(place, peer, "b", **ON_EVENT, timeout_ms=20000)
    for _ in range(3):
        peer.accepted(peer.start("a", timeout_ms=20000))
    status = json.loads(peer.ask(STATUS)["json"])
    assert status["hook"] == {"running": 1, "waiting": 3, "slots": 1}
    assert status["event"] == {"running": 1, "waiting": 0, "slots": 2}
    assert (status["calls"], status["open"]) == (5, 5)
    assert status["audit"] == str(place.audit / "service.log")


def test_events_wait_behind_events(place, start):
    place.configure("events_max = 1\n")
    place.on_event("domain/all", HANG_UNLESS_GOOD)
    peer = start().peer
    hang(place, peer, "a", **ON_EVENT, timeout_ms=20000)
    assert peer.call("good", **ON_EVENT, timeout_ms=300).reason == "timed-out"
