"""What gives events to virteventd's dispatch: tests/unit/event_feeder.c as a process."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import subprocess

from degraded.conditions import BUILD
from helper.processes import sanitizer_options, wait_until

# What a busy machine may need for a script, in seconds.
PATIENCE = 60


class Feeder:
    """A running one; its state file is at the place, and so is what it says."""

    def __init__(self, place, **settings):
        self.log = open(place.root / "feeder.log", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [BUILD / "tests/unit/event_feeder", place.root / "sock", place.root / "state",
             *(f"{key}={value}" for key, value in settings.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=sanitizer_options())

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def tell(self, name, event="started", detail="booted", kind="domain", uuid=""):
        self.do("tell", kind, name, event, detail, uuid)

    def count(self, key):
        self.do("count")
        return json.loads(self.process.stdout.readline())[key]

    def until(self, key, wanted):
        wait_until(lambda: self.count(key) >= wanted, PATIENCE, f"{key} is {wanted}")

    def stop(self, seconds=PATIENCE):
        """As at a SIGTERM; whether all scripts have ended by then."""
        self.do("stop", seconds * 1000)
        said = self.process.stdout.readline().strip()
        assert self.process.wait(PATIENCE) == 0
        return said == "ended"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def clean_up(self):
        if self.process.poll() is None:
            self.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()
