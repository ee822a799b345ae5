"""Who hears a daemon's events: virteventd, and libvirt's own Python binding beside it.

Both give what they heard as dictionaries of the same keys: kind, object, uuid, event, detail,
extra, payload.

    with Libvirtd(Shim()) as daemon:
        heard, told = Listener(daemon.cell, QEMU_URI), Printer(daemon.cell, QEMU_URI)
        daemon.virsh("start", "g1")
        assert told.events() == heard.events()
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal
from dataclasses import dataclass
from pathlib import Path

from .command import wait_until

LISTENER = Path(__file__).with_name("listener.py")
BURST = Path(__file__).with_name("burst.py")

KEYS = ("kind", "object", "uuid", "event", "detail", "extra", "payload")


def of_libvirt(event):
    """What of an event of virteventd's comes from libvirt."""
    return {key: event[key] for key in KEYS}


def burst(cell, uri, guests, each):
    """So many events of each of so many guests of the test driver; see burst.py."""
    cell.write("/run/burst.py", BURST.read_bytes())
    cell.run(["/usr/bin/python3", "-I", "/run/burst.py", uri, str(guests), str(each)],
             timeout=120).checked()


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
        wait_until(lambda: self.command.output()[0].count('"synchronized"') >= len(uris), 20,
                   "virteventd's connections")

    def lines(self):
        """Every event, with all its keys."""
        return [json.loads(line) for line in self.command.output()[0].splitlines()]

    def events(self):
        return [of_libvirt(event) for event in self.lines() if event["kind"] != "daemon"]


# Leaves a line of each run: its arguments, VIRTHOOK_UUID and stdin; by one write of the shell.
RECORDER = """#!/bin/sh
IFS= read -r document
printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' \\
    "$1" "$2" "$3" "$4" "$5" "$VIRTHOOK_UUID" "$document" >>/run/told
"""
TOLD = "/run/told"
SCRIPT = "/etc/libvirt/events"

SYNCHRONIZED = "daemon - synchronized -"

CONFIGURATION = "/etc/virthook/virteventd.conf"
STATE = "/run/virthook/virteventd.state"


@dataclass(frozen=True)
class Run:
    """One run of the script: what it was told."""
    arguments: tuple
    uuid: str
    document: dict

    @property
    def words(self):
        return " ".join(self.arguments[:4])

    @property
    def event(self):
        """By its arguments and VIRTHOOK_UUID, which have to be the same as in the document."""
        kind, name, event, detail, extra = self.arguments
        told = {"kind": kind, "object": name, "uuid": self.uuid, "event": event, "detail": detail,
                "extra": extra, "payload": self.document["payload"]}
        assert told == of_libvirt(self.document)
        return told


class Scripts:
    """virteventd as a service, and a script for all events that records what it is told.

    For a Libvirtd with the arrangement Service(). The configuration is virteventd's own.
    """

    def __init__(self, daemon, *uris, config="", recorder=RECORDER):
        self.daemon, self.cell, self.uris = daemon, daemon.cell, uris
        self.cell.write(TOLD, "", 0o666)
        self.cell.write(SCRIPT, recorder, 0o755)
        listed = ", ".join(f'"{uri}"' for uri in uris)
        self.cell.write(CONFIGURATION, f"uris = {{ {listed} }}\nstate = {STATE}\n{config}")
        self.process = None
        self._runs, self._read = [], 0

    def start(self, synchronized=None, within=90):
        """Start it, and wait until nothing is missed from here on (of so many daemons, or all)."""
        wanted = len(self.runs(SYNCHRONIZED)) + (synchronized or len(self.uris))
        self.process = self.cell.spawn(["virteventd"])
        wait_until(lambda: len(self.runs(SYNCHRONIZED)) >= wanted, within,
                   "virteventd's connections")
        return self

    def stop(self):
        self.process.kill(signal.SIGTERM)
        return self.process.wait(40)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def runs(self, *words):
        """What the script was told, in the order of its runs; those of these words, where some are
        given.
        """
        with open(self.cell.path(TOLD), encoding="utf-8") as file:
            file.seek(self._read)
            lines = file.read().split("\n")[:-1]
        self._read += sum(len(line.encode()) + 1 for line in lines)
        self._runs += [run_of(*line.split("\t")) for line in lines]
        return [run for run in self._runs if not words or run.words in words]

    def events(self, uri):
        """A daemon's events, in the order in which libvirt told them; each by its arguments, and by
        what of it is in stdin alone.
        """
        runs = [run for run in self.runs()
                if run.document["uri"] == uri and run.document["kind"] != "daemon"]
        return [run.event for run in sorted(runs, key=lambda run: run.document["sequence"])]


def run_of(*fields):
    return Run(fields[:5], fields[5], json.loads(fields[6]))
