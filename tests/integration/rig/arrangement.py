"""The three ways in which a daemon's hook calls can reach a script.

  Builtin()   libvirt's own: it runs the scripts in /etc/libvirt/hooks/ itself
  Shim()      virthook-shim stands in /etc/libvirt/hooks/; scripts are in /etc/virthook/hooks/; no
              service runs, so that each shim spawns a private helper
  Service()   the same, and virthook-helper serves /run/virthook/helper.sock

An arrangement is given to Libvirtd(), which calls its methods; tests read hooks_dir and name.
Shim and Service take config=, the text of virthook.conf (default: deadline 2 s, grace 1 s).
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import shutil
import socket

from degraded import conditions

from .build import build_folder, installed
from .command import RigError, wait_until

DRIVERS = ("daemon", "lxc", "network", "qemu")
CONFIG = "deadline = 2\ngrace = 1\n"

SHIM = "/usr/libexec/virthook-shim"
HELPER = "/usr/libexec/virthook-helper"
SOCKET = "/run/virthook/helper.sock"


class Builtin:
    """libvirt's own way."""

    name = "builtin"
    hooks_dir = "/etc/libvirt/hooks"

    def early_mounts(self):
        return []

    def set_up(self, cell):
        cell.path(self.hooks_dir).mkdir()

    def start(self, cell):
        pass

    def audit(self, cell):
        return []


class Shim:
    """virthook by the shim alone."""

    name = "shim"
    hooks_dir = "/etc/virthook/hooks"

    def __init__(self, config=CONFIG):
        self.config = config

    def early_mounts(self):
        """The installed build, laid over the machine's /usr."""
        folder = build_folder()
        if folder is None:
            raise RigError("VIRTHOOK_BUILD is not set: which build is to be tested?")
        return [("overlay", "overlay", "/usr", f"lowerdir={installed(folder)}/usr:/usr")]

    def set_up(self, cell):
        cell.path("/etc/libvirt/hooks").mkdir()
        for driver in DRIVERS:
            cell.path(f"/etc/libvirt/hooks/{driver}").symlink_to(SHIM)
        if cell.path("/etc/virthook").exists():  # the machine's own; in here it is a copy
            shutil.rmtree(cell.path("/etc/virthook"))
        cell.path(self.hooks_dir).mkdir(parents=True)
        cell.path("/var/log/virthook").mkdir(mode=0o700)
        cell.path("/run/virthook").mkdir()
        conditions.install_profiles(cell.path("/etc/virthook"), build_folder())
        cell.write("/etc/virthook/virthook.conf", conditions.configured(self.config, "/tmp"))

    def start(self, cell):
        pass

    def audit(self, cell):
        """Every record of the audit logs, oldest first within a log."""
        return [json.loads(line) for log in sorted(cell.path("/var/log/virthook").glob("*.log"))
                for line in log.read_text(encoding="utf-8").splitlines()]


class Service(Shim):
    """virthook by the shim and a helper that listens."""

    name = "service"
    helper = None

    def __init__(self, config=CONFIG, options=()):
        super().__init__(config)
        self.options = options

    def start(self, cell):
        with open(cell.path("/var/log/virthook-helper.stderr"), "ab") as log:
            self.helper = cell.spawn([HELPER, "--listen", SOCKET, *self.options],
                                     stdout=log, stderr=log)
        wait_until(lambda: self._listens(cell), 10, "the helper's socket")

    def _listens(self, cell):
        if not self.helper.running:
            raise RigError(f"virthook-helper ended: {cell.read('/var/log/virthook-helper.stderr')}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            try:
                probe.connect(str(cell.path(SOCKET)))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True

    def stop(self):
        """End the helper as a service manager does."""
        self.helper.kill(15)
        if self.helper.wait(10) is None:
            raise RigError("virthook-helper did not end within 10 s of SIGTERM")
