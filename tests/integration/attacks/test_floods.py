"""Scripts that make the helper work, by denied calls and by output: others are served meanwhile."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import statistics
import time

import pytest
from helper.processes import kibibytes, wait_until

from .range import LONG, OPERATION

# Calls that are timed, alone and during a flood.
TIMED = 21

# A call during a flood may take so many times as long: half of the machine is the flood's.
RATIO = 6

# Of one processor, by the helper.
SHARE = 0.5

# KiB that the helper may grow by.
GROWTH = 32 * 1024

FLOOD = "exec {programs}/flood {arguments}"
DENIALS = {"one process": "100000000", "eight processes": "100000000 3",
           "interrupted all the time": "100000000 0 yes"}


def median_of_calls(attacks):
    """Seconds of a short call under the same profile."""
    return statistics.median(_timed_call(attacks) for _ in range(TIMED))


def _timed_call(attacks):
    verdict = attacks.helper.peer.call("isolated.beside", OPERATION)
    assert verdict.script["exit_status"] == 0
    return verdict.seconds


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def flood(attacks):
    """Begins a call that floods, and ends it after the test; gives its verdict on demand."""
    begun = []

    def begin(profile, body):
        name = f"{profile}.flood"
        attacks.place.script(f"qemu.d/{name}/{OPERATION}", "touch /tmp/on 2>/dev/null\n" + body)
        begun.append(attacks.helper.peer.start(name, OPERATION, timeout_ms=LONG * 1000))
        wait_until(attacks.helper.runners, LONG, "the flood runs")
        return begun[-1]

    def end(call):
        begun.remove(call)
        attacks.helper.peer.cancel(call)
        return attacks.helper.peer.finish(call)

    begin.end = end
    attacks.place.script(f"qemu.d/isolated.beside/{OPERATION}")
    yield begin
    for call in list(begun):
        end(call)


@pytest.mark.parametrize("arguments", DENIALS.values(), ids=DENIALS)
def test_a_flood_of_denied_calls_delays_no_other(attacks, flood, arguments):
    alone = median_of_calls(attacks)
    call = flood("isolated", FLOOD.format(programs=attacks.place.hooks / "programs",
                                          arguments=arguments))
    before, since = processor_seconds(attacks.helper.pid), time.monotonic()
    during = median_of_calls(attacks)
    share = (processor_seconds(attacks.helper.pid) - before) / (time.monotonic() - since)
    verdict = flood.end(call)
    assert during < alone * RATIO
    assert share < SHARE
    assert verdict.script["denied"].startswith("swapoff ×")


def test_the_same_flood_unconfined_is_answered_by_the_kernel_at_once(attacks):
    """A million of them, so that it is known to be a flood."""
    attacks.place.script(f"qemu.d/unconfined.flood/{OPERATION}", FLOOD.format(
        programs=attacks.place.hooks / "programs", arguments="1000000"))
    verdict = attacks.helper.peer.call("unconfined.flood", OPERATION, timeout_ms=LONG * 1000)
    assert verdict.script["exit_status"] == 0
    assert "denied" not in verdict.script


OUTPUT = {"stderr": "while :; do head -c 1000000 /dev/zero >&2; done",
          "stdout": "while :; do head -c 1000000 /dev/zero; done",
          "lines": "exec yes >&2"}


@pytest.mark.parametrize("body", OUTPUT.values(), ids=OUTPUT)
def test_a_flood_of_output_delays_no_other_and_fills_no_memory(attacks, flood, body):
    helper = attacks.helper
    alone = median_of_calls(attacks)
    memory = kibibytes(helper.pid, "VmRSS")
    log = sum(path.stat().st_size for path in attacks.place.audit.iterdir())
    call = flood("isolated", body)
    during = median_of_calls(attacks)
    script = flood.end(call).script
    grown = sum(path.stat().st_size for path in attacks.place.audit.iterdir()) - log
    assert during < alone * RATIO
    assert script["stdout_bytes"] + script["stderr_bytes"] > 1 << 20
    assert kibibytes(helper.pid, "VmRSS") - memory < GROWTH
    assert grown < (TIMED + 1) * 32 * 1024
