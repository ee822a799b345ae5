"""The rig keeps its word: a libvirtd in a cell does nothing to the machine and leaves nothing."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import os
from pathlib import Path

import pytest

from rig.arrangement import Service
from rig.cell import Cell
from rig.command import RigError, wait_until
from rig.events import Scripts
from rig.libvirtd import Libvirtd

PLACES = ["/etc/libvirt", "/var/lib/libvirt", "/run/libvirt", "/var/log/libvirt", "/etc/virthook",
          "/var/lib/virthook"]


def contents(folder):
    """{path: digest and times} of all files below the folder."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path, name)
            data = file.read_bytes() if file.is_file() else b""
            found[str(file)] = (hashlib.sha256(data).hexdigest(), file.lstat().st_mtime_ns)
    return found


def machine():
    """What a careless libvirtd would change: files, interfaces, mounts, cgroups."""
    cgroups = Path("/sys/fs/cgroup").glob(f"**/virthook-cell-{os.getpid()}-*")
    return {
        "files": {place: contents(place) for place in PLACES},
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "mounts": Path("/proc/self/mountinfo").read_text(encoding="utf-8"),
        "cgroups": [str(path) for path in cgroups],
    }


def members(pid_namespace):
    """Processes of that namespace, as the machine sees them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "ns/pid") == pid_namespace:
                found.append(entry.name)
        except OSError:  # ended meanwhile, or not for us to see
            pass
    return found


def test_a_daemon_with_a_guest_and_a_network_leaves_the_machine_as_it_was(cache):
    before = machine()
    with Libvirtd(cache=cache) as daemon:
        daemon.define_network("n1")
        daemon.virsh("net-start", "n1").checked()
        daemon.define_guest("g1", "n1")
        daemon.virsh("start", "g1").checked()
        assert machine() | {"cgroups": []} == before
    assert machine() == before


def test_a_virteventd_remembers_nothing_from_cell_to_cell_and_leaves_the_machine_as_it_was(cache):
    before = machine()["files"]
    for _ in range(2):
        with Libvirtd(Service(), cache=cache) as daemon:
            told = Scripts(daemon, "test+unix:///default").start().runs()
            assert told[0].document["sequence"] == 1
    assert machine()["files"] == before


def test_a_process_that_wants_to_outlive_its_cell_does_not():
    with Cell() as cell:
        cell.run(["setsid", "--fork", "sleep", "600"])
        wait_until(lambda: [p.command_line for p in cell.processes()] == ["sleep 600"], 5, "sleep")
        namespace = cell.pid_namespace
        assert len(members(namespace)) == 2
    assert members(namespace) == []


def test_a_command_that_hangs_is_ended_at_its_bound():
    with Cell() as cell:
        result = cell.run(["sleep", "60"], timeout=0.2)
        assert result.hung
        assert result.seconds < 5
        assert cell.processes() == []


def test_a_command_that_does_not_exist_is_an_error_of_the_rig():
    with Cell() as cell, pytest.raises(RigError, match="no-such-program: No such file"):
        cell.run(["no-such-program"])
