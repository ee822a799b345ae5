"""Processors and memory of the machine itself, which is put back as it was."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
from pathlib import Path

from .work import Work

HUGE_PAGES = Path("/proc/sys/vm/nr_hugepages")
WORKQUEUES = Path("/sys/devices/virtual/workqueue/cpumask")


class Kept(Work):
    """Keeps what files of the machine had in them."""

    def __init__(self, script, **more):
        super().__init__(script, **more)
        self.kept = {}

    def keep(self, *paths):
        self.kept = {path: path.read_text(encoding="ascii") for path in paths}

    def differ(self):
        return all(path.read_text(encoding="ascii") != text for path, text in self.kept.items())

    def clean_up(self, host):
        for path, text in self.kept.items():
            if path.read_text(encoding="ascii") != text:
                path.write_text(text, encoding="ascii")


class ReserveHugepages(Kept):
    """Huge pages, as many more as the guest needs."""

    def __init__(self):
        super().__init__("tune/reserve-hugepages", told="/proc/sys/vm/nr_hugepages: ")

    def lacks(self, host):
        return None if HUGE_PAGES.exists() else "this kernel has no huge pages"

    def arrange(self, host):
        self.keep(HUGE_PAGES)

    def has_effect(self, host):
        more = int(HUGE_PAGES.read_text(encoding="ascii")) - int(self.kept[HUGE_PAGES])
        if more:
            assert "huge pages, tries" in host.lines("/var/log/libvirt/hugepages.log")[-1]
        return more == 4


def movable_interrupts():
    """Numbers of interrupts that may be bound to the first processor, and are not."""
    for entry in sorted(Path("/proc/irq").iterdir()):
        affinity = entry / "smp_affinity_list"
        try:
            before = affinity.read_text(encoding="ascii")
            affinity.write_text("0", encoding="ascii")
            affinity.write_text(before, encoding="ascii")
        except OSError:
            continue
        if before.strip() != "0":
            yield entry.name


class SteerInterrupts(Kept):
    """Interrupts' affinity, and that of the kernel's own workers."""

    def __init__(self):
        super().__init__("tune/steer-interrupts", told="/proc/irq/")
        self.number = None

    def lacks(self, host):
        if len(os.sched_getaffinity(0)) < 2:
            return "one processor leaves nothing to choose"
        self.number = next(movable_interrupts(), None)
        return None if self.number else "no interrupt of this machine can be moved"

    def arrange(self, host):
        self.keep(Path(f"/proc/irq/{self.number}/smp_affinity_list"), WORKQUEUES)
        host.setting("interrupts.json", json.dumps({"interrupts": [int(self.number)]}))

    def has_effect(self, host):
        return self.differ()


class FavourGuest(Work):
    """Nice value, affinity and scheduling policy of a process that lives outside."""

    def __init__(self):
        super().__init__("tune/favour-guest", does=(("started", "begin"),), undoes=(),
                         told="no process of web",
                         unconfined="unconfined-outside")
        self.process = None

    def lacks(self, host):
        return "one processor leaves nothing to choose" if os.cpu_count() < 2 else None

    def arrange(self, host):
        self.process = host.cell.spawn(["/usr/bin/python3", "-c", "import time; time.sleep(3600)",
                                        "-name", "guest=web,debug-threads=on"])

    def has_effect(self, host):
        pid = str(self.process.pid)
        nice = host.run("ps", "-o", "ni=", "-p", pid).strip()
        policy = host.run("ps", "-o", "cls=", "-p", pid).strip()
        processors = host.run("taskset", "-cp", pid).split(":")[1].strip()
        return (nice, policy, processors) == ("-5", "B", "1")


WORKS = (ReserveHugepages, SteerInterrupts, FavourGuest)
