"""What the tests share: a virteventd with a configuration, a helper of its own, and scripts."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import select
import signal
import socket
import subprocess

import pytest

from degraded.conditions import BUILD
from helper.conftest import SANITIZER_WORDS, binary, place  # pylint: disable=unused-import
from helper.processes import marked
from rig.command import wait_until

VIRTEVENTD = BUILD / "events/virteventd"
URI = "test:///default"
OTHER_URI = "test:///default?other"

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 30


class Manager:
    """A service manager's end of the socket that $NOTIFY_SOCKET names."""

    def __init__(self, place):
        self.path = place.root / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(STUCK)

    def has_said(self):
        return bool(select.select([self._socket], [], [], 0)[0])

    def wait_for(self, word):
        """All that was said until something has this in it, which comes last."""
        said = []
        while not said or word not in said[-1]:
            said.append(self._socket.recv(4096).decode())
        return said

    def close(self):
        self._socket.close()


class Service:
    """One virteventd; `configure()` it, and `start()` it."""

    def __init__(self, place, helper):
        self.place, self.helper = place, helper
        self.path = place.root / "virteventd.conf"
        self.error = place.root / "virteventd.stderr"
        self.manager = Manager(place)
        self.process = None
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                            "HOME": "/root", "NOTIFY_SOCKET": str(self.manager.path)}
        self.events = place.events
        place.configure('grace = 0.2\ndefault_profile = unconfined\n'
                        f'audit = "{place.audit}/"\n')
        self.configure()

    def configure(self, *lines, uris=(URI,)):
        listed = ", ".join(f'"{uri}"' for uri in uris)
        own = [f"uris = {{{listed}}}", "socket = none", f'helper = "{self.helper}"',
               f'config = "{self.place.config}"', f'state = "{self.place.root}/state"',
               f'status = "{self.place.root}/status"']
        text = "\n".join([*own, *lines])
        self.path.write_text(text + "\n", encoding="utf-8")
        self.path.chmod(0o644)

    def script(self, name, body):
        """A script of events; $T is the place's root."""
        path = self.events / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nT={self.place.root}\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def ask(self, *arguments):
        """What `virteventd …` of this configuration answers."""
        return subprocess.run([VIRTEVENTD, *arguments, "--config", self.path], timeout=STUCK,
                              capture_output=True, text=True, check=False, env=self.environment)

    def spawn(self, *arguments, **environment):
        with self.error.open("ab") as stderr:
            self.process = subprocess.Popen(
                [VIRTEVENTD, "--config", self.path, *arguments], stderr=stderr,
                stdin=subprocess.DEVNULL, env=self.environment | environment)
        return self

    def start(self, *arguments, **environment):
        self.spawn(*arguments, **environment)
        wait_until(lambda: self.manager.has_said() or self.process.poll() is not None, STUCK,
                   "virteventd's first word")
        assert self.process.poll() is None, self.said()
        self.manager.wait_for("READY=1")
        return self

    def said(self):
        return self.error.read_text(encoding="utf-8")

    def status(self):
        answer = self.ask("--status", "--json")
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def wait_for_status(self, is_met, what):
        def found():
            status = self.status()
            return status if status and is_met(status) else None
        return wait_until(found, STUCK, what)

    def synchronized(self, *uris, away=()):
        """Waits until just these daemons are watched, in this order; how many events each told."""
        wanted = [(uri, "synchronized") for uri in uris] + [(uri, "away") for uri in away]
        status = self.wait_for_status(
            lambda status: [(d["uri"], d["state"]) for d in status["daemons"]] == wanted,
            f"daemons {wanted}")
        return [daemon["events"] for daemon in status["daemons"]]

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.manager.wait_for("RELOADING=1")
        self.manager.wait_for("READY=1")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(STUCK)

    def clean_up(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        # Its helper ends with it, a moment later, and makes things in the place until then.
        wait_until(lambda: not marked(str(self.place.root)), STUCK, "the end of its helper")
        self.manager.close()


@pytest.fixture
def service(place, binary):
    made = Service(place, binary)
    yield made
    made.clean_up()
    said = made.said() if made.error.exists() else ""
    assert not any(word in said for word in SANITIZER_WORDS), said
