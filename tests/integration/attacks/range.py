"""Where attacks are tried: under a profile as a call of the helper, and plainly in the arena.

Runs in the tests' own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import re
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from helper.place import PYTHON
from helper.processes import SYSTEM_PATH, marked, wait_until

from .arsenal.table import ARENA, CANNOT, REFUSED, SUCCEEDED

ARENA_PROGRAM = Path(__file__).resolve().parent / "arena.py"

SCRIPT = """import sys
sys.path.insert(0, {hooks!r})
from arsenal.run import main
main({name!r})
"""

# What run.py says first.
BEGUN = re.compile(r"^namespace (pid:\[\d+\]) at (\d+)$", re.M)

# What a verdict says of processes that were killed and have not ended yet.
STILL_ENDING = "state D"

# The last operation of a guest's life: what the helper keeps of it ends with the call.
OPERATION = "release"

# Attacks that run at the same time.
WAVE = 8

# What one attack may take, in seconds; none is stopped by this.
LONG = 60


def _namespace_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except (FileNotFoundError, ProcessLookupError):
        return None


def _start_of(pid):
    """In nanoseconds since the machine's start, rounded down to a tick."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        ticks = int(stat.read().rpartition(")")[2].split()[19])
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def _status_of(said):
    """An attack that kills all others leaves nobody to tell its status: then its word counts."""
    status = re.search(r"^status (-?\d+)$", said, re.M)
    if status:
        return int(status[1])
    return SUCCEEDED if "\nsucceeded: " in said else None


@dataclass
class Outcome:
    """status: of table.py, or None where the script did not end by itself. verdict: None in the
    arena. left: processes that were there when it was over."""
    status: int | None
    said: str
    left: list
    verdict: object = None
    victim_lives: bool = True

    @property
    def succeeded(self):
        return self.status == SUCCEEDED

    @property
    def refused(self):
        return self.status == REFUSED

    @property
    def impossible(self):
        return self.status == CANNOT

    @property
    def denied(self):
        """The names of the calls that the script was refused."""
        told = self.verdict.script.get("denied", "") if self.verdict else ""
        return [re.sub(r" ×\d+$", "", line) for line in told.splitlines()]


class Range:
    """helper, place, ground: what the attacks run under, lie in, and are aimed at."""

    def __init__(self, helper, place, ground):
        self.helper = helper
        self.place = place
        self.ground = ground
        self.plain = {}
        self.done = {}
        self.seen = {}
        place.script(f"qemu.d/bystander/{OPERATION}")

    def _install(self, attack, name):
        text = SCRIPT.format(hooks=str(self.place.hooks), name=attack.name)
        path = self.place.script(f"qemu.d/{name}/{OPERATION}", text, PYTHON)
        bystander = path.parent / "bystander"
        bystander.write_text("#!/bin/true\n", encoding="utf-8")
        return path

    def _uninstall(self, name):
        """Each call looks at all that is in qemu.d."""
        shutil.rmtree(self.place.hooks / f"qemu.d/{name}")

    def begin(self, attack, profile, pid=None, **more):
        """Starts the call; its object's name marks all its processes. pid: whom it is aimed at, by
        itself the helper."""
        name = f"{profile}.{attack.name}.{uuid.uuid4().hex[:8]}"
        script = self._install(attack, name)
        target = self.ground.target(script=str(script), hooks=str(self.place.hooks),
                                    programs=str(self.place.hooks / "programs"),
                                    pid=pid or self.helper.pid)
        return name, self.helper.peer.start(name, OPERATION, target.encode(), **more)

    @staticmethod
    def _outcome(verdict):
        return Outcome(verdict.script.get("exit_status"), verdict.script.get("stderr_tail", ""), [],
                       verdict)

    def finish(self, name, call, timeout=LONG):
        """The outcome, with the processes that live on at the moment of the verdict."""
        outcome = self._outcome(self.helper.peer.finish(call, timeout))
        self._uninstall(name)
        outcome.left = self.left_by(outcome.verdict, name)
        return outcome

    def left_by(self, verdict, name=None):
        """The processes that a call with this verdict has left. Where the verdict tells that the
        kernel is still at ending them, which it may be on a busy machine, they are waited for."""
        def find():
            found = marked(name) if name else []
            for namespace, moment in BEGUN.findall(verdict.script.get("stderr_tail", "")):
                found += self._living_in(namespace, int(moment))
            return found if name else self.helper.runners()
        if STILL_ENDING in verdict.script.get("problem", ""):
            wait_until(lambda: not find(), LONG, "the kernel has ended all of it")
        return find()

    def _living_in(self, namespace, moment):
        """Its PID 1, while it lives: with it the kernel ends all others. One that began after the
        moment, in nanoseconds since the machine's start, is of another call: numbers come again.
        The host's own namespace tells nothing."""
        if namespace == _namespace_of("self"):
            return []
        return [runner for runner in self.helper.runners()
                if _namespace_of(runner) == namespace and _start_of(runner) <= moment]

    def under(self, profile, attack, **more):
        """The attack as the script of a call."""
        return self.finish(*self.begin(attack, profile, timeout_ms=LONG * 1000, **more))

    def in_arena(self, attack, seconds=LONG):
        """The attack as a plain run. Processes that are left are only counted."""
        name = f"arena.{attack.name}.{uuid.uuid4().hex[:8]}"
        script = self._install(attack, name)
        target = self.ground.target(script=str(script), hooks=str(self.place.hooks),
                                    programs=str(self.place.hooks / "programs"))
        done = subprocess.run(
            ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
             "/usr/bin/python3", "-IS", ARENA_PROGRAM, str(seconds), script, name],
            input=target.encode(), capture_output=True, check=False, timeout=LONG * 2,
            env={"PATH": SYSTEM_PATH})
        self._uninstall(name)
        assert done.returncode == 0, done
        told = json.loads(done.stdout)
        return Outcome(_status_of(told["said"]), told["said"], ["left"] * told["left"],
                       victim_lives=told["victim_lives"])

    def baseline(self, attack):
        """How the attack ends where nothing confines it; tried once."""
        if attack.name not in self.plain:
            self.ground.renew()
            self.plain[attack.name] = (self.in_arena(attack) if attack.baseline == ARENA else
                                       self.under("unconfined", attack))
        return self.plain[attack.name]

    def all_under(self, profile, attacks):
        """Outcomes by name of all these attacks under the profile; many at once, since each waits
        for others most of the time. What they have left is looked for after each wave."""
        if profile not in self.done:
            self.done[profile] = {}
            self.ground.renew()
            before = self.ground.look()
            for first in range(0, len(attacks), WAVE):
                self.done[profile] |= self._wave(profile, attacks[first:first + WAVE])
                assert self.serves_the_next_call(), attacks[first:first + WAVE]
            self.seen[profile] = before, self.ground.look()
        return self.done[profile]

    def _wave(self, profile, attacks):
        calls = [(attack, *self.begin(attack, profile, timeout_ms=LONG * 1000))
                 for attack in attacks]
        outcomes = {attack.name: self._outcome(self.helper.peer.finish(call, LONG))
                    for attack, _, call in calls}
        for attack, name, _ in calls:
            outcomes[attack.name].left = self.left_by(outcomes[attack.name].verdict, name)
            self._uninstall(name)
        assert not self.helper.runners(), [attack.name for attack in attacks]
        return outcomes

    def serves_the_next_call(self):
        verdict = self.helper.peer.call("bystander", OPERATION)
        return verdict.allow and verdict.script["exit_status"] == 0
