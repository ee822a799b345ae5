"""A /run/virthook of a test's own, so that it sees its own helpers and no others of the machine;
and an /etc/libvirt without hooks.

Runs in the test's own process; what it starts is in a mount namespace of its own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import socket
import subprocess
from pathlib import Path

from degraded.conditions import BUILD
from helper.processes import wait_until
from helper.wire import Peer

# Mounts and says so, and then only keeps the namespace.
HOLD = """mkdir -p "$1" && mount -t tmpfs -o mode=0755 virthook-test "$1" || exit
[ ! -d /etc/libvirt ] || mount -t tmpfs -o mode=0755 virthook-test /etc/libvirt || exit
echo ready && read end"""


def run_folder():
    """Where this build's helpers have their sockets, as virt-hook tells."""
    told = subprocess.run([BUILD / "admin/virt-hook", "status", "--help"], check=True,
                          capture_output=True, text=True).stdout
    return Path(re.search(r"(/\S+)/admin\b", told).group(1))


class Apart:
    """The namespace. `wrapper` starts a program in it, `admin` is its folder of admin sockets."""

    def __init__(self):
        self.run = run_folder()
        self.holder = subprocess.Popen(  # pylint: disable=consider-using-with
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", HOLD, "hold", self.run],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == b"ready\n"
        self.wrapper = ("/usr/bin/nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt")
        self.root = Path(f"/proc/{self.holder.pid}/root")
        self.folder = Path(f"{self.root}{self.run}")
        self.admin = self.folder / "admin"

    def end(self):
        self.holder.communicate(b"\n")

    def sockets(self):
        return sorted(path.name for path in self.admin.glob("*")) if self.admin.exists() else []

    def connect(self, helper, name="service", greet=True):
        """To the admin socket of this helper, as soon as it listens."""
        path = self.admin / f"{name}-{helper.pid}.sock"
        wait_until(lambda: path.exists() or helper.process.poll() is not None, 20,
                   "the helper has its admin socket")
        return connect(path, greet)


def connect(path, greet=True):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect(os.fspath(path))
    return Peer(sock, greet)
