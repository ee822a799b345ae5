"""Calls taken back, clients that go, and the helper's own end: nothing is left, all is told."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal
import uuid

import pytest

from .processes import marked, wait_until
from .wire import Closed, Refused

# Seconds in which what was told to end is gone, on a busy machine too; the deadlines are later.
SOON = 15
DEADLINE_MS = 60000

HANG = "touch $T/hung-$1; sleep 600"
HANG_ON = f"trap '' TERM; {HANG}"


@pytest.fixture
def name():
    """An object's name that nothing else on the host has."""
    return f"guest-{uuid.uuid4()}"


def begin(place, peer, name, **more):
    """A call whose script runs already."""
    call = peer.start(name, timeout_ms=DEADLINE_MS, **more)
    wait_until((place.root / f"hung-{name}").exists, 10, f"the script of {name} runs")
    return call


def reasons(place):
    return [record["reason"] for record in place.ends()]


@pytest.mark.invariant(4)
@pytest.mark.parametrize("body", [HANG, HANG_ON], ids=["hangs", "ignores-sigterm"])
def test_a_cancelled_call_ends_with_all_its_processes(place, peer, name, body):
    place.script("qemu", body)
    call = begin(place, peer, name)
    assert marked(name)
    peer.cancel(call)
    verdict = peer.finish(call, SOON)
    assert not marked(name)
    assert (verdict.allow, verdict.reason) == (False, "cancelled")
    assert reasons(place) == ["cancelled"]


def test_a_cancelled_script_may_tidy_up(place, start, name):
    place.configure("grace = 10\n")
    peer = start().peer
    place.script("qemu", "trap 'echo goodbye >&2; exit 0' TERM; touch $T/hung-$1; sleep 600 & wait")
    call = begin(place, peer, name)
    peer.cancel(call)
    assert peer.finish(call).script["stderr_tail"] == "goodbye\n"


def test_a_cancelled_call_that_waits_ends_at_once_and_never_runs(place, peer, name):
    place.script("qemu", "echo $4 >>$T/ran; touch $T/hung-$1; sleep 600")
    begin(place, peer, name, extra="first")
    waiting = [peer.start(name, extra=str(number)) for number in range(3)]
    for call in (waiting[1], waiting[0], waiting[2]):
        peer.cancel(call)
        verdict = peer.finish(call, SOON)
        assert (verdict.reason, verdict.scripts) == ("cancelled", [])
    assert place.lines("ran") == ["first"]


def test_a_cancel_of_no_open_call_is_ignored(place, peer):
    place.script("qemu")
    call = peer.start()
    peer.finish(call)
    peer.cancel(call)
    assert peer.call().allow


def test_a_second_cancel_changes_nothing(place, peer, name):
    place.script("qemu", HANG_ON)
    call = begin(place, peer, name)
    peer.cancel(call)
    peer.cancel(call)
    assert peer.finish(call, SOON).reason == "cancelled"
    assert len(place.ends()) == 1


@pytest.mark.invariant(4)
def test_a_client_that_goes_takes_its_own_calls_with_it_and_no_others(place, start, name):
    place.script("qemu", HANG)
    helper = start(options=("--listen", place.root / "sock"))
    gone = helper.connect(place.root / "sock")
    begin(place, gone, name)
    gone.accepted(gone.start(name))
    staying = begin(place, helper.peer, "another")
    gone.close()
    wait_until(lambda: len(place.ends()) == 2, SOON, "both calls are recorded")
    assert reasons(place) == ["cancelled", "cancelled"]
    assert not marked(name)
    helper.peer.cancel(staying)
    assert helper.peer.finish(staying).reason == "cancelled"


@pytest.mark.invariant(4)
@pytest.mark.parametrize("body", [HANG, HANG_ON], ids=["hangs", "ignores-sigterm"])
@pytest.mark.parametrize("how", ["close", signal.SIGTERM, signal.SIGINT])
def test_the_helper_ends_with_its_scripts_and_records_each_call(place, helper, name, body, how):
    place.script("qemu", body)
    begin(place, helper.peer, name)
    helper.peer.accepted(helper.peer.start(name))
    runner, = helper.runners()
    if how == "close":
        helper.peer.close()
    else:
        helper.signal(how)
    assert helper.wait(SOON) == 0
    assert not marked(name)
    assert sorted(reasons(place)) == ["cancelled", "cancelled"]
    assert place.records()[-1]["type"] == "close"


def test_on_sigterm_the_verdicts_are_still_sent(place, helper, name):
    place.script("qemu", HANG)
    call = begin(place, helper.peer, name)
    helper.signal(signal.SIGTERM)
    assert helper.peer.finish(call, SOON).reason == "cancelled"
    with pytest.raises(Closed):
        helper.peer.receive(SOON)


def test_an_ending_helper_takes_no_call_and_says_so(place, start, name):
    place.configure("grace = 5\n")
    place.script("qemu", "trap 'touch $T/told; until test -e $T/go; do sleep 0.01; done; exit' "
                         "TERM; touch $T/hung-$1; sleep 600 & wait")
    helper = start()
    first = begin(place, helper.peer, name)
    helper.signal(signal.SIGTERM)
    wait_until((place.root / "told").exists, SOON, "the script is told to end")
    with pytest.raises(Refused) as refused:
        helper.peer.call("d2")
    assert refused.value.code == "ending"
    (place.root / "go").touch()
    assert helper.peer.finish(first).reason == "cancelled"
    assert helper.wait(SOON) == 0


def test_an_idle_helper_ends_at_once_when_its_channel_closes(helper):
    assert helper.end(SOON) == 0


def test_a_helper_that_listens_goes_on_when_a_client_closes(place, start):
    helper = start(channel=False, options=("--listen", place.root / "sock"))
    helper.connect(place.root / "sock").close()
    assert helper.connect(place.root / "sock").call().allow
