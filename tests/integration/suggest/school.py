"""A script that is learnt from: run permissive, then under what was suggested, by virt-hook.

Runs in the test's own process, as root.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import socket
import subprocess

from helper.processes import SYSTEM_PATH, sanitizer_options

from .pasted import each_taken_away

LEARNING = 'profile "learning" {\n    inherits = isolated\n    permissive = yes\n}\n'


class School:
    """place: hooks and log; store: a folder that isolated hides."""

    def __init__(self, place, binary, store):
        self.place, self.binary, self.store = place, binary, store
        self.services = []
        place.root.chmod(0o755)
        self.configure("")

    def configure(self, text):
        self.place.configure(f"grace = 0.2\ndefault_profile = isolated\n{LEARNING}{text}")

    def virt_hook(self, command, *arguments):
        argv = [self.binary.parents[1] / "admin/virt-hook", command, "--config", self.place.config,
                "--audit", f"{self.place.audit}/", "--helper", self.binary, *arguments]
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False,
                              env={"PATH": SYSTEM_PATH} | sanitizer_options())

    def run(self, *options, operation="start", guest="d1"):
        """The script as the log tells of it."""
        done = self.virt_hook("run", "--json", "--hooks", self.place.hooks, *options, "qemu",
                              guest, operation, "begin")
        assert done.returncode in (0, 1), done
        script, = self.place.ends()[-1]["scripts"]
        return script

    def run_event(self, *options):
        """The script of an event as the log tells of it."""
        done = self.virt_hook("run", "--json", "--event", *options, "domain", "d1", "started",
                              "booted")
        assert done.returncode in (0, 1), done
        script, = self.place.ends()[-1]["scripts"]
        return script

    def learn(self, **call):
        script = self.run("--profile", "learning", **call)
        assert script["exit_status"] == 0, script
        return script

    def suggest(self, *options, script="qemu", status=0):
        done = self.virt_hook("suggest", *options, script)
        assert done.returncode == status, done
        return done.stdout

    def suggest_json(self, **more):
        return json.loads(self.suggest("--json", **more))

    def listen(self, path):
        """A service's socket, for as long as this lives."""
        self.services.append(socket.socket(socket.AF_UNIX))
        self.services[-1].bind(str(path))
        self.services[-1].listen()

    def less(self, block):
        """Runs it without each of the grants, all in one configuration: {grant: the script}."""
        taken = list(each_taken_away(block))
        self.configure("".join(section for _, _, section in taken))
        for grant, name, _ in taken:
            yield grant, self.run("--profile", name)
