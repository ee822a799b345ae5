"""Many guests and many calls: a daemon with virthook in it keeps its jobs, descriptors and threads.

The hooks are of mixed temper: most do well at once, others are slow, deny, flood or hang.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re

import pytest

from rig.arrangement import HELPER, Replacement
from rig.command import wait_until
from rig.libvirtd import Libvirtd

GUESTS = 50
CALLS = 1000

# By the guest's number, what its hook does at prepare: each tenth of them something else.
HOOK = """#!/bin/bash
n=${1#g}
[ "$2" = prepare ] || exit 0
case $((n % 10)) in
    1) sleep 0.3 ;;
    2) echo "g$n may not start" >&2; exit 1 ;;
    3) head -c 3000000 /dev/zero | tr '\\0' x ;;
    4) sleep 1000 ;;
    5) sleep 1000 & ;;
esac
exit 0
"""
DENIED = (2, 4)


def may_start(number):
    return number % 10 not in DENIED


class Footprint:
    """What a daemon holds when it is at rest."""

    def __init__(self, daemon):
        process = daemon.cell.path(f"/proc/{daemon.pid}")
        self.descriptors = len(list(process.joinpath("fd").iterdir()))
        self.threads = len(list(process.joinpath("task").iterdir()))
        self.rss_kib = daemon.rss_kib()


def zombies(daemon):
    found = []
    for stat in daemon.cell.path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if text.rpartition(")")[2].split()[0] == "Z":
            found.append(text)
    return found


@pytest.fixture(scope="module")
def storm(cache):
    """A daemon of which 50 guests were started at once, and stopped at once, with the results."""
    with Libvirtd(Replacement(), cache=cache) as daemon:
        daemon.cell.write(daemon.hook_path("qemu"), HOOK, 0o755)
        for number in range(GUESTS):
            daemon.define_guest(f"g{number}")
        daemon.virsh("start", "g0").checked()
        daemon.virsh("destroy", "g0").checked()
        before = Footprint(daemon)
        started = all_at_once(daemon, "start", range(GUESTS))
        stopped = all_at_once(daemon, "destroy", filter(may_start, range(GUESTS)))
        yield daemon, before, started, stopped


def all_at_once(daemon, command, numbers):
    """{number: Result}; bounded for all of them together by what two cores need."""
    running = {number: daemon.spawn_virsh(command, f"g{number}") for number in numbers}
    return {number: asked.finish(120) for number, asked in running.items()}


def test_each_guest_starts_or_not_as_its_hook_says(storm):
    _, _, started, _ = storm
    assert {number: result.status for number, result in started.items()} == {
        number: 0 if may_start(number) else 1 for number in range(GUESTS)}


def test_each_guest_that_runs_can_be_stopped(storm):
    _, _, _, stopped = storm
    assert {result.status for result in stopped.values()} == {0}


def test_no_job_is_stuck(storm):
    daemon, _, _, _ = storm
    states = daemon.virsh("list", "--all", timeout=20).checked().stdout
    assert len(re.findall(r"shut off", states)) == GUESTS
    assert daemon.virsh("start", "g0", timeout=20).status == 0
    assert daemon.virsh("destroy", "g0", timeout=20).status == 0


def test_no_descriptor_and_no_thread_is_left_in_the_daemon(storm):
    """A worker thread of libvirt's own may come with load and stays: it has 20 at the most."""
    daemon, before, _, _ = storm
    wait_until(lambda: Footprint(daemon).descriptors <= before.descriptors, 10, "the descriptors")
    assert Footprint(daemon).threads <= before.threads + 20


def test_no_process_is_left(storm):
    daemon, _, _, _ = storm
    wait_until(lambda: not daemon.left_behind() and not zombies(daemon), 10, "their end")
    assert len(daemon.cell.processes_like(f"^{HELPER} ")) == 1


def test_no_record_is_lost(storm):
    daemon, _, _, _ = storm
    begun, ended = ([record["call"] for record in daemon.audit(kind)] for kind in ("begin", "end"))
    assert sorted(begun) == sorted(ended) and len(set(ended)) == len(ended)
    prepared = [r for r in daemon.audit("end") if r["operation"] == "prepare"]
    assert {r["object"] for r in prepared} == {f"g{number}" for number in range(GUESTS)}


def test_a_thousand_calls_leave_the_daemon_as_large_as_it_was(hooks, cache):
    with Libvirtd(Replacement(), hooks={"qemu": hooks / "deny"}, cache=cache) as daemon:
        daemon.define_guest("g1")
        call_often(daemon, 50)
        before = Footprint(daemon)
        call_often(daemon, CALLS)
        after = Footprint(daemon)
        assert len(daemon.audit("end")) >= CALLS
        assert (after.descriptors, after.threads) == (before.descriptors, before.threads)
        assert after.rss_kib - before.rss_kib < 1024


def call_often(daemon, calls):
    """A start that is denied is three calls (prepare, stopped, release), and no guest."""
    starts = calls // 3 + 1
    daemon.virsh("start g1; " * starts, timeout=300)
