"""Who hears a daemon's events: virteventd, and libvirt's own Python binding beside it.

Both give what they heard as dictionaries of the same keys: kind, object, uuid, event, detail, extra,
payload.

    with Libvirtd(Shim()) as daemon:
        heard, told = Listener(daemon.cell, QEMU_URI), Printer(daemon.cell, QEMU_URI)
        daemon.virsh("start", "g1")
        assert told.events() == heard.events()
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
from pathlib import Path

from .command import wait_until

LISTENER = Path(__file__).with_name("listener.py")

KEYS = ("kind", "object", "uuid", "event", "detail", "extra", "payload")


def of_libvirt(event):
    """What of an event of virteventd's comes from libvirt."""
    return {key: event[key] for key in KEYS}


class Listener:
    """The binding, in a process of its own; see listener.py."""

    def __init__(self, cell, uri):
        cell.write("/run/listener.py", LISTENER.read_bytes())
        self._command = cell.spawn(["/usr/bin/python3", "-I", "/run/listener.py", uri])
        wait_until(self._lines, 20, "the listener's registration")

    def _lines(self):
        return self._command.output()[0].splitlines()

    def events(self):
        return [json.loads(line) for line in self._lines()[1:]]


class Printer:
    """virteventd --print."""

    def __init__(self, cell, *uris):
        options = [word for uri in uris for word in ("--uri", uri)]
        self.command = cell.spawn(["virteventd", "--print", *options])
        wait_until(lambda: self.command.output()[0].count('"connected"') >= len(uris), 20,
                   "virteventd's connections")

    def lines(self):
        """Every event, with all its keys."""
        return [json.loads(line) for line in self.command.output()[0].splitlines()]

    def events(self):
        return [of_libvirt(event) for event in self.lines() if event["kind"] != "daemon"]
