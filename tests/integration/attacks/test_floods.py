"""Scripts that make the helper work, by denied calls and by output: others are served meanwhile."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import os
import signal
import statistics
import time

import pytest
from helper.processes import in_namespace, kibibytes, wait_until

from .range import LONG, OPERATION

# Calls that are timed, alone and during a flood.
TIMED = 21

# A call during a flood may take so many times as long: half of the machine is the flood's. They are
# compared as medians of one interleaved run, so that whatever else the machine does is in both.
RATIO = 6

# Of one processor, by the helper.
SHARE = 0.5

# KiB that the helper may grow by.
GROWTH = 32 * 1024

# How often a flood's program is refused before the flood itself begins.
FIRST = 100

DENIED = f"{{programs}}/flood {FIRST}; : >{{begun}}; "
DENIALS = {"one process": "100000000", "eight processes": "100000000 3",
           "interrupted all the time": "100000000 0 yes"}


class Flood:
    """A call whose script floods: `begun` is there when it does. Its processes can be held."""

    def __init__(self, attacks, call, begun):
        self.attacks = attacks
        self.call = call
        wait_until(begun.exists, LONG, "the flood has begun")
        self.runner, = attacks.helper.runners()
        self.namespace = os.readlink(f"/proc/{self.runner}/ns/pid")

    def _signal(self, number):
        """To all of its processes; a second time for what was just being forked."""
        for _ in range(2):
            for pid in in_namespace(self.namespace):
                if pid != self.runner:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)

    def medians_of_calls(self):
        """Seconds of a short call of the same profile, while the flood is held and while it is
        not."""
        held, during = [], []
        for _ in range(TIMED):
            self._signal(signal.SIGSTOP)
            held.append(timed_call(self.attacks))
            self._signal(signal.SIGCONT)
            during.append(timed_call(self.attacks))
        return statistics.median(held), statistics.median(during)

    def end(self):
        self.attacks.helper.peer.cancel(self.call)
        return self.attacks.helper.peer.finish(self.call)


def timed_call(attacks):
    verdict = attacks.helper.peer.call("isolated.beside", OPERATION)
    assert verdict.script["exit_status"] == 0
    return verdict.seconds


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def flood(attacks, shared):
    """Begins a call that floods; it is taken back after the test where that has not ended it."""
    peer, calls = attacks.helper.peer, []

    def begin(body):
        begun = shared / "begun"
        attacks.place.script(f"qemu.d/isolated.flood/{OPERATION}", body.format(
            programs=attacks.place.hooks / "programs", begun=begun))
        calls.append(peer.start("isolated.flood", OPERATION, timeout_ms=LONG * 1000))
        return Flood(attacks, calls[-1], begun)
    attacks.place.script(f"qemu.d/isolated.beside/{OPERATION}")
    yield begin
    for call in calls:
        if call.id in peer.calls:
            peer.cancel(call)
            peer.finish(call)


@pytest.mark.parametrize("arguments", DENIALS.values(), ids=DENIALS)
def test_a_flood_of_denied_calls_delays_no_other(attacks, flood, arguments):
    begun = flood(DENIED + f"exec {{programs}}/flood {arguments}")
    before, since = processor_seconds(attacks.helper.pid), time.monotonic()
    for _ in range(TIMED):
        timed_call(attacks)
    share = (processor_seconds(attacks.helper.pid) - before) / (time.monotonic() - since)
    held, during = begun.medians_of_calls()
    verdict = begun.end()
    assert during < held * RATIO
    assert share < SHARE
    assert verdict.script["denied"].startswith("swapoff ×")


def test_the_same_flood_unconfined_is_answered_by_the_kernel_at_once(attacks):
    """A million of them, so that it is known to be a flood."""
    attacks.place.script(f"qemu.d/unconfined.flood/{OPERATION}",
                         f"exec {attacks.place.hooks}/programs/flood 1000000")
    verdict = attacks.helper.peer.call("unconfined.flood", OPERATION, timeout_ms=LONG * 1000)
    assert verdict.script["exit_status"] == 0
    assert "denied" not in verdict.script


WRITTEN = "head -c 2000000 /dev/zero >&2; : >{begun}; "
OUTPUT = {"stderr": "while :; do head -c 1000000 /dev/zero >&2; done",
          "stdout": "while :; do head -c 1000000 /dev/zero; done",
          "lines": "exec yes >&2"}


@pytest.mark.parametrize("body", OUTPUT.values(), ids=OUTPUT)
def test_a_flood_of_output_delays_no_other_and_fills_no_memory(attacks, flood, body):
    helper = attacks.helper
    timed_call(attacks)
    memory = kibibytes(helper.pid, "VmRSS")
    log = sum(path.stat().st_size for path in attacks.place.audit.iterdir())
    begun = flood(WRITTEN + body)
    held, during = begun.medians_of_calls()
    script = begun.end().script
    grown = sum(path.stat().st_size for path in attacks.place.audit.iterdir()) - log
    assert during < held * RATIO
    assert script["stdout_bytes"] + script["stderr_bytes"] > 1 << 20
    assert kibibytes(helper.pid, "VmRSS") - memory < GROWTH
    assert grown < (2 * TIMED + 2) * 32 * 1024
