"""libvirtd and virteventd are killed again and again: in the end scripts were told how things are,
and of each event once.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import re

import pytest

from rig.arrangement import Service
from rig.command import Timeout, wait_until
from rig.events import Scripts
from rig.libvirtd import QEMU_URI, Libvirtd

GUESTS = ["g1", "g2", "g3", "g4"]
KILLS = 50
QEMU_LOGS = "/var/log/libvirt/qemu"

# A libvirtd that was killed while it started guests holds them, one after the other, for half a
# minute and more when it is there again; then nothing can be told of them, or asked.
STUCK_SECONDS = 240

# Starts and stops a guest until it is killed; where there is no daemon it waits for one. Each guest
# has one: a libvirtd that was killed in the middle of a job can keep its guest for half a minute
# when it is there again.
UNREST = """
import sys, time
import libvirt
libvirt.registerErrorHandler(lambda *_: None, None)
while True:
    try:
        guest = libvirt.open(sys.argv[1]).lookupByName(sys.argv[2])
        while True:
            guest.destroy() if guest.isActive() else guest.create()
    except libvirt.libvirtError:
        time.sleep(0.05)
"""


@pytest.fixture
def daemon(cache):
    with Libvirtd(Service(), cache=cache) as daemon:
        for name in GUESTS:
            daemon.define_guest(name)
        yield daemon


class Lives:
    """What scripts were told of the guests' coming and going."""

    def __init__(self, scripts):
        self.scripts = scripts

    def of(self, guest):
        """In the order in which it was told."""
        return [run for run in self.scripts.runs()
                if run.arguments[1] == guest and run.arguments[2] in ("started", "stopped")]

    def count(self):
        return sum(len(self.of(guest)) for guest in GUESTS)

    def running(self):
        """The guests that run, by what was told of each last."""
        return {guest for guest in GUESTS
                if self.of(guest) and self.of(guest)[-1].arguments[2] == "started"}

    def grow(self, what):
        """Wait until more is told."""
        before = self.count()
        try:
            wait_until(lambda: self.count() > before, STUCK_SECONDS, what)
        except Timeout as late:
            raise Timeout(f"{late}; {state_of(self.scripts)}") from None


def state_of(scripts):
    """Who is stuck."""
    cell = scripts.cell
    guests = cell.run(["timeout", "10", "virsh", "list", "--all"]).stdout
    status = cell.run(["virteventd", "--status"]).stdout
    return f"libvirtd says: {guests or 'nothing'}; virteventd: {status}"


def begin_unrest(daemon):
    daemon.cell.write("/run/unrest.py", UNREST)
    return [daemon.cell.spawn(["/usr/bin/python3", "-I", "/run/unrest.py", QEMU_URI, guest])
            for guest in GUESTS]


def running(daemon):
    """The guests that run: not those whose start libvirt was killed in, and which it keeps so."""
    return set(daemon.virsh("list", "--name", "--state-running").checked().stdout.split())


def test_after_fifty_kills_what_was_told_last_is_how_it_is_and_nothing_came_twice(daemon):
    scripts = Scripts(daemon, QEMU_URI).start()
    lives, unrest = Lives(scripts), begin_unrest(daemon)
    for number in range(KILLS):
        lives.grow(f"life before kill {number}")
        if number % 2:
            scripts.kill()
            scripts.start(within=STUCK_SECONDS)
        else:
            daemon.kill()
            daemon.start()
    lives.grow("life after the last kill")
    for command in unrest:
        command.kill()
        command.wait(10)
    wait_until(lambda: lives.running() == running(daemon), 60, "the last word to be the real one")
    for guest in GUESTS:
        told = [run.document for run in lives.of(guest)]
        numbers = [document["sequence"] for document in told]
        assert numbers == sorted(set(numbers))
        assert repeated(told, starts(daemon, guest)) == []


def starts(daemon, guest):
    """When QEMU was started for the guest, by its own log."""
    return [f"{day}T{time}Z" for day, time in re.findall(
        r"^(\S+) (\S+)\+0000: starting up libvirt", daemon.cell.read(f"{QEMU_LOGS}/{guest}.log"),
        re.MULTILINE)]


def repeated(told, began):
    """Neighbours that say the same of the same start of QEMU.

    Of another start libvirt itself may say it: a guest that it gives up when it is there again has
    no "stopped", and one whose start it was killed in no "started".
    """
    found, last_start = [], ""
    for before, after in itertools.pairwise(told):
        last_start = before["time"] if before["event"] == "started" else last_start
        of_a_new_start = any(last_start < moment < after["time"] for moment in began)
        if before["event"] == after["event"] and (after["reconciled"] or not of_a_new_start):
            found.append((before, after))
    return found
