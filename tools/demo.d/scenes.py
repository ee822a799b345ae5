"""The hooks that are shown, and what virthook promises of each."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOOKS = Path(__file__).with_name("hooks")
GUEST = "web1"

DEADLINE = 2  # seconds, of a call
CONFIG = f"deadline = {DEADLINE}\n"

# What the client library adds to the deadline, at most, before it answers itself.
GRACE = 1

# How long an answer is waited for where libvirt's own way gives none.
PATIENCE = 4

FLOOD = 200_000_000
MIB = 1024  # KiB
OPERATIONS = ["prepare", "start", "started", "stopped", "release"]


@dataclass(frozen=True)
class Scene:
    """A hook; promises are (what is promised, whether an outcome keeps it)."""
    name: str
    title: str
    promises: list[tuple[str, Callable]]
    patience: float = 30
    asks_meanwhile: bool = False     # virsh list --all, in a second shell
    shows_memory: bool = False
    shows_every_record: bool = False

    @property
    def hook(self):
        return HOOKS / self.name

    def code(self):
        """The hook's lines, without its head and the one that passes over other operations."""
        lines = self.hook.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not line.startswith(("#", "["))]

    def judge(self, outcome):
        """[(promise, whether it was kept)]"""
        return [(promise, bool(keeps(outcome))) for promise, keeps in self.promises]


def runs(outcome):
    return outcome.start.status == 0 and outcome.state == "running"


def does_not_start(outcome):
    return outcome.start.status == 1 and outcome.state == "shut off"


def in_time(result):
    return result.status is not None and result.seconds < DEADLINE + GRACE


def ended_by_deadline(outcome):
    return outcome.prepare.get("reason") == "timed-out" and in_time(outcome.start)


def list_answered(outcome):
    return outcome.listing.status == 0 and in_time(outcome.listing)


def every_call_allowed(outcome):
    return [(r["operation"], r["verdict"], r["reason"]) for r in outcome.records] == [
        (operation, "allow", "ok") for operation in OPERATIONS]


def flood_counted(outcome):
    return [(s["stdout_bytes"], s["stderr_bytes"]) for s in outcome.prepare.get("scripts", [])] == [
        (FLOOD, FLOOD)]


def denied_by_hook(outcome):
    record = outcome.prepare
    return (record.get("verdict"), record.get("reason")) == ("deny", "exit-status")


LATE = [
    (f"ended by its deadline of {DEADLINE} s", ended_by_deadline),
    ("the guest does not start", does_not_start),
    ("virsh list was answered by then", list_answered),
    ("nothing of the hook lives on", lambda o: not o.left),
]

SCENES = [
    Scene("allow", "The hook allows", [
        ("the guest runs and stops", lambda o: runs(o) and o.destroy.status == 0),
        ("each call has its record", every_call_allowed),
    ], shows_every_record=True),
    Scene("deny", "The hook denies, and says why", [
        ("the guest does not start", does_not_start),
        ("virsh's error carries the hook's message",
         lambda o: f"no licence is left for {GUEST}" in o.start.stderr),
        ("so does the record", denied_by_hook),
    ]),
    Scene("hang", "The hook hangs, deaf to SIGTERM", LATE, PATIENCE, asks_meanwhile=True),
    Scene("flood", "The hook prints 200 MB to stdout and 200 MB to stderr", [
        ("the guest runs", runs),
        ("libvirtd grew by less than 8 MB", lambda o: o.growth < 8 * MIB),
        ("the helper stayed below 16 MB", lambda o: o.helper_peak < 16 * MIB),
        ("every byte is counted", flood_counted),
    ], shows_memory=True),
    Scene("leave-daemon", "The hook leaves a daemon behind that holds stdout open", [
        ("the guest runs", runs),
        ("virsh start did not wait for the daemon", lambda o: in_time(o.start)),
        ("the daemon is gone", lambda o: not o.left),
    ], PATIENCE),
    Scene("virsh-list", "The hook asks the libvirtd that waits for it", LATE, PATIENCE,
          asks_meanwhile=True),
]
