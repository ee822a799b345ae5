"""Many events at once: each is delivered once, in its object's order, and memory stays bounded."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
from collections import defaultdict

import pytest

from rig.arrangement import Service
from rig.command import wait_until
from rig.events import Scripts, burst
from rig.libvirtd import Libvirtd

URI = "test+unix:///default"

GUESTS, EACH = 20, 500

# What virteventd and helper may have at their peak: 10,000 events of some 400 bytes are 4 MB.
PEAK_KIB = 64 * 1024


@pytest.fixture
def daemon(cache):
    with Libvirtd(Service(), cache=cache) as daemon:
        yield daemon


def numbers_of(scripts):
    """{guest: the numbers of its events, in the order of delivery}."""
    found = defaultdict(list)
    for run in scripts.runs():
        if run.arguments[2] == "metadata-change":
            found[run.arguments[1]].append(int(run.arguments[4]))
    return found


def peak_kib(cell, pid):
    return int(re.search(r"VmHWM:\s+(\d+) kB", cell.read(f"/proc/{pid}/status"))[1])


def test_ten_thousand_events_are_each_delivered_once_and_in_order(daemon):
    scripts = Scripts(daemon, URI, config="queue_events = 20000\n").start()
    burst(daemon.cell, URI, GUESTS, EACH)
    wait_until(lambda: sum(map(len, numbers_of(scripts).values())) >= GUESTS * EACH, 300,
               "ten thousand events")
    assert numbers_of(scripts) == {f"burst-{i}": list(range(EACH)) for i in range(GUESTS)}
    assert peak_kib(daemon.cell, scripts.process.pid) < PEAK_KIB
    assert peak_kib(daemon.cell, daemon.arrangement.helper.pid) < PEAK_KIB


def test_where_the_queue_is_full_what_is_lost_is_counted_and_the_newest_arrive(daemon):
    scripts = Scripts(daemon, URI, config="queue_events = 100\n").start()
    burst(daemon.cell, URI, GUESTS, EACH)

    def settled():
        """Every event was either delivered or told to be lost."""
        delivered = sum(map(len, numbers_of(scripts).values()))
        return delivered + lost(scripts) >= GUESTS * EACH
    wait_until(settled, 120, "all events, or their loss")
    found = numbers_of(scripts)
    assert all(numbers == sorted(set(numbers)) for numbers in found.values())
    assert all(found[f"burst-{i}"][-1] == EACH - 1 for i in range(GUESTS))
    assert lost(scripts) + sum(map(len, found.values())) == GUESTS * EACH
    assert "lost" in scripts.process.output()[1]


def lost(scripts):
    """How many events of guests were told to be lost, in all."""
    return sum(run.document["payload"]["count"] for run in scripts.runs()
               if run.words.startswith("daemon - lost"))
