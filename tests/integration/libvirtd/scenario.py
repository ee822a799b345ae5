"""A life of guests, networks and containers that makes libvirt call its hooks, and what they saw.

Every step names the calls that libvirt makes in it; play() waits for just these, and fails when
others come, so that a trace is complete and says nothing by chance.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

from rig import xml
from rig.command import Timeout, wait_until
from rig.libvirtd import LXC_URI, Libvirtd

FOLDER = "/run/hooktest"
TRACE = f"{FOLDER}/trace"

START = [("qemu", "prepare"), ("network", "port-created"), ("qemu", "start"), ("qemu", "started")]
STOP = [("qemu", "stopped"), ("network", "port-deleted"), ("qemu", "release")]


def virsh(*arguments, uri=None):
    return lambda daemon: daemon.virsh(*arguments, uri=uri).checked()


def end_container(daemon):
    """End the container's init, so that each hook is called once.

    virsh destroy calls them once or twice, as libvirt's threads race. But now and then libvirt
    9.0.0 does not see a container's end, and has to be told.
    """
    init = [p for p in daemon.processes() if p.command_line == "/bin/sleep 1000"]
    daemon.cell.signal(init[0].pid)
    try:
        wait_until(lambda: called(records(daemon)[-1]) == ("lxc", "release"), 3, "the end")
    except Timeout:
        daemon.virsh("destroy", "c1", uri=LXC_URI).checked()


# (name, what is done, the calls that libvirt makes of it: driver and operation)
STEPS = [
    ("daemon start", Libvirtd.start, [("daemon", "start")]),
    ("network start", virsh("net-start", "n1"), [("network", "start"), ("network", "started")]),
    ("network update",
     virsh("net-update", "n1", "add", "ip-dhcp-host", xml.dhcp_host("g1", "192.168.99.11"),
           "--live"),
     [("network", "updated")]),
    ("start", virsh("start", "g1"), START),
    ("managedsave", virsh("managedsave", "g1"), STOP),
    ("restore", virsh("start", "g1"), [("qemu", "restore"), *START]),
    ("LXC start", virsh("start", "c1", uri=LXC_URI),
     [("lxc", "prepare"), ("lxc", "start"), ("lxc", "started")]),
    ("LXC stop", end_container, [("lxc", "stopped"), ("lxc", "release")]),
    ("daemon restart with a live guest", Libvirtd.restart,
     [("daemon", "shutdown"), ("daemon", "start"), ("network", "port-created"),
      ("qemu", "reconnect")]),
    ("SIGHUP", Libvirtd.reload, [("daemon", "reload")]),
    ("destroy", virsh("destroy", "g1"), STOP),
    ("network stop", virsh("net-destroy", "n1"), [("network", "stopped")]),
    ("daemon shutdown", Libvirtd.stop, [("daemon", "shutdown")]),
]


def records(daemon):
    """What the recording hook wrote so far; stdin as text beside its digest."""
    if not daemon.cell.path(TRACE).exists():
        return []
    found = [json.loads(line) for line in daemon.cell.read(TRACE).splitlines()]
    for record in found:
        record["stdin_text"] = daemon.cell.read(f"{FOLDER}/stdin/{record['stdin']}")
    return found


def called(record):
    """(driver, operation) of a call that was recorded."""
    return record["argv"][0].rpartition("/")[2], record["argv"][2]


def calls_of(arrangement, calls):
    """The calls of a step: each daemon has its own start, shutdown and reload."""
    return [call for call in calls
            for _ in (arrangement.daemons if call[0] == "daemon" else [arrangement])]


def play_step(daemon, name, action, calls):
    before = len(records(daemon))
    action(daemon)
    wait_until(lambda: len(records(daemon)) >= before + len(calls), 10, f"the hooks of {name}")
    seen = records(daemon)[before:]
    # Calls of different drivers can come from different threads: the order holds within a driver.
    seen.sort(key=lambda record: called(record)[0])
    assert [called(r) for r in seen] == sorted(calls, key=lambda call: call[0]), name
    return seen


def play(arrangement, recorder, cache):
    """Play all steps and return ({step: records}, the guest's XML after the restore)."""
    hooks = {driver: recorder for driver in ("daemon", "lxc", "network", "qemu")}
    with Libvirtd(arrangement, hooks=hooks, cache=cache, start=False) as daemon:
        daemon.cell.path(FOLDER).mkdir()
        trace, restored = {}, None
        for name, action, calls in STEPS:
            trace[name] = play_step(daemon, name, action, calls_of(arrangement, calls))
            if name == "daemon start":
                daemon.define_network("n1")
                daemon.define_guest("g1", "n1")
                daemon.define_container("c1")
            if name == "restore":
                restored = daemon.virsh("dumpxml", "g1").checked().stdout
        return trace, restored
