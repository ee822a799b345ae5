"""A libvirtd, with virthook in its way or without, on which the scenes are played."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import re
import time
from dataclasses import dataclass, field

import scratch
from interrupts import hold
from scenes import GUEST, HOOKS

from rig.command import RigError, wait_until
from rig.libvirtd import Libvirtd

URI = "qemu:///system"

# For whatever answers at once when all is well.
SOON = 20


@dataclass
class Outcome:
    """What came of a scene on one side; growth and peak in KiB."""
    start: object = None        # rig.command.Result of virsh start
    listing: object = None      # of virsh list --all in a second shell, or None where not asked
    destroy: object = None      # of virsh destroy, or None where the guest did not run
    state: str | None = None    # of the guest afterwards; None where libvirtd does not answer
    growth: int = 0             # of libvirtd's memory at its peak
    helper_peak: int | None = None
    left: list = field(default_factory=list)     # the hook's processes when virsh had ended
    records: list = field(default_factory=list)  # of the guest's calls' ends, in their order

    @property
    def prepare(self):
        """The record of the call that decided, or {} where there is none."""
        return next((r for r in self.records if r["operation"] == "prepare"), {})


def make_daemon(arrangement):
    """A Libvirtd that is not yet started, in its namespaces."""
    try:
        return Libvirtd(arrangement, hooks={"qemu": HOOKS / "allow"}, cache=scratch.cache(),
                        start=False)
    except (OSError, RigError) as error:
        raise RigError(f"no namespaces, or no mounts in them, for a libvirtd of its own: {error} "
                       "(in a container: does it have CAP_SYS_ADMIN?)") from error


class Side:
    """One libvirtd and its guest."""

    def __init__(self, name, daemon):
        self.name = name
        self._daemon = daemon

    @classmethod
    @contextlib.contextmanager
    def open(cls, name, arrangement):
        """Start a libvirtd; it ends with the block."""
        daemon = None
        try:
            with hold():
                daemon = make_daemon(arrangement)
            daemon.start()
            daemon.define_guest(GUEST)
            yield cls(name, daemon)
        finally:
            if daemon:
                with hold():
                    daemon.close()

    def virsh(self, *arguments):
        """A virsh that says all that it says to people (the rig's own is quiet)."""
        return self._daemon.cell.spawn(["virsh", "--connect", URI, *arguments])

    def version(self):
        return self.virsh("version").finish(SOON).checked().stdout

    def log(self):
        """virthook's audit log."""
        logs = sorted(self._daemon.cell.path("/var/log/virthook").glob("*.log"))
        return "".join(log.read_text(encoding="utf-8") for log in logs)

    def play(self, scene):
        """Start the guest with the scene's hook in place, see what comes of it, and stop it."""
        try:
            return self._play(scene)
        except RigError as error:
            raise RigError(f"the hook {scene.name}, {self.name}: {error}") from error

    def _play(self, scene):
        daemon, outcome = self._daemon, Outcome()
        daemon.put_hook("qemu", scene.hook)
        known = len(daemon.audit())
        before = self._forget_peaks()
        self._start(scene, outcome)
        outcome.growth = daemon.peak_rss_kib() - before
        outcome.helper_peak = self._helper_peak()
        outcome.left = self._of_the_hook()
        outcome.state = None if outcome.start.hung else self._state()
        self._put_away(outcome)
        outcome.records = [r for r in daemon.audit()[known:]
                           if r["type"] == "end" and r["object"] == GUEST]
        return outcome

    def _start(self, scene, outcome):
        end = time.monotonic() + scene.patience
        starting = self.virsh("start", GUEST)
        if scene.asks_meanwhile:
            wait_until(lambda: self._hook_runs() or not starting.running, SOON, "the hook")
            asked = self.virsh("list", "--all")
            outcome.listing = asked.finish(max(0, end - time.monotonic()))
        outcome.start = starting.finish(max(0, end - time.monotonic()))

    def _hook_runs(self):
        return self._daemon.cell.processes_like(f"{self._daemon.hook_path('qemu')} {GUEST} ")

    def _state(self):
        answer = self._daemon.virsh("domstate", GUEST, timeout=SOON)
        return answer.stdout.strip() if answer.status == 0 else None

    def _put_away(self, outcome):
        """Bring libvirtd back to where the next scene can begin."""
        if outcome.state == "running":
            outcome.destroy = self.virsh("destroy", GUEST).finish(SOON)
            return
        if outcome.start.hung:
            self._end_hook()
            self._daemon.virsh("destroy", GUEST, timeout=SOON)  # fails where it did not start
        if self._state() != "shut off":
            raise RigError(f"{self.name}: libvirtd does not recover from the hook")

    # processes and their memory

    def _of_the_hook(self):
        """What a hook has started and is still there."""
        return self._daemon.left_behind()

    def _end_hook(self):
        """What an admin does who finds out in time: end the hook by hand."""
        for process in self._of_the_hook():
            self._daemon.cell.signal(process.pid)
        wait_until(lambda: not self._of_the_hook(), SOON, "the end of the hook's processes")

    def _forget_peaks(self):
        """Peaks count anew from here; returns libvirtd's memory as it is."""
        self._daemon.forget_peak()
        if self._helper:
            self._helper_file("clear_refs").write_text("5", encoding="ascii")
        return self._daemon.rss_kib()

    def _helper_peak(self):
        if not self._helper:
            return None
        status = self._helper_file("status").read_text(encoding="utf-8")
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1])

    @property
    def _helper(self):
        return getattr(self._daemon.arrangement, "helper", None)

    def _helper_file(self, name):
        """One of its files in /proc."""
        if not self._helper.running:
            said = self._daemon.cell.read("/var/log/virthook-helper.stderr")
            raise RigError(f"virthook-helper ended with {self._helper.exit_status}: {said}")
        return self._daemon.cell.path(f"/proc/{self._helper.pid}/{name}")
