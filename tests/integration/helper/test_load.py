"""Many calls: hung ones beside a good one, and one after the other for long."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import statistics

import pytest

from .place import Place
from .processes import children, kibibytes, wait_until
from .wire import PING

HUNG = 100
ROUNDS = 25

# How much longer the good call may take, as medians of one interleaved run: no benchmark.
RATIO = 3

HANG_UNLESS_GOOD = 'test "$1" = good || { echo >>$T/hung; sleep 600; }'


@pytest.fixture
def other_place():
    made = Place()
    yield made
    made.remove()


def test_a_good_call_is_not_delayed_by_a_hundred_hung_ones(place, other_place, start):
    other_place.script("qemu", HANG_UNLESS_GOOD)
    idle = start(place=other_place)
    place.configure("running_max = 128\ngrace = 0\n")
    place.script("qemu", HANG_UNLESS_GOOD)
    busy = start()
    hung = [busy.peer.start(f"hung-{number}", timeout_ms=60000) for number in range(HUNG)]
    wait_until(lambda: len(place.lines("hung")) == HUNG, 30, f"{HUNG} scripts hang")
    seconds = {busy: [], idle: []}
    for _ in range(ROUNDS):
        for helper, found in seconds.items():
            verdict = helper.peer.call("good")
            assert verdict.allow
            found.append(verdict.seconds)
    beside, alone = (statistics.median(found) for found in seconds.values())
    assert beside < RATIO * alone
    assert len(busy.peer.calls) == len(hung)


def test_five_hundred_calls_leave_nothing_in_the_helper(place, helper, sanitized):
    place.script("qemu", "cat; echo $1 >&2")
    place.script("qemu.d/fails", "exit 1")
    place.script("qemu.d/unsafe", mode=0o777)
    peer = helper.peer
    for number in range(50):
        peer.call(f"d{number}", "migrate", stdin=b"<x/>" * 1000)
    peer.ask(PING)
    descriptors, memory = helper.descriptors(), kibibytes(helper.pid, "VmRSS")
    for number in range(500):
        peer.call(f"d{number}", ("start", "migrate")[number % 2], stdin=b"<x/>" * 1000)
    peer.ask(PING)
    assert helper.descriptors() == descriptors
    assert not children(helper.pid)
    if not sanitized:
        assert kibibytes(helper.pid, "VmRSS") < memory + 512
    assert len(place.ends()) == len(place.records("begin")) == 550
