"""The ways in which a daemon's hook calls can reach a script.

  Builtin()       libvirt's own: it runs the scripts in /etc/libvirt/hooks/ itself
  Shim()          virthook-shim stands in /etc/libvirt/hooks/; scripts are in /etc/virthook/hooks/;
                  no service runs, so that each shim spawns a private helper
  Service()       the same, and virthook-helper serves /run/virthook/helper.sock
  Replacement()   a libvirt that was built with virthook's virhook.c: libvirtd has a helper of its
                  own, which runs the scripts in /etc/libvirt/hooks/
  Modular()       the same build, as virtqemud, virtlxcd and virtnetworkd with a helper each
  TurnedOff()     the same build, told by its environment to run hooks as libvirt does

An arrangement is given to Libvirtd(), which calls its methods; tests read hooks_dir and name.
Those of virthook take config=, the text of virthook.conf (default: deadline 2 s, grace 1 s).
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import shutil
import socket

from degraded import conditions

from .build import build_folder, installed, libvirt_with_virthook
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

    # What Libvirtd() starts, and what of virthook outlives a call (see left_behind()).
    daemons = ("libvirtd",)
    environment = {}
    lasting = "(?!)"

    def early_mounts(self):
        return []

    def set_up(self, cell):
        cell.path(self.hooks_dir).mkdir()

    def start(self, cell):
        pass

    def audit(self, cell):
        return []


class Virthook(Builtin):
    """What all ways by virthook share."""

    def __init__(self, config=CONFIG):
        self.config = config

    def early_mounts(self):
        """The installed build, and what lies between, laid over the machine's /usr."""
        folder = build_folder()
        if folder is None:
            raise RigError("VIRTHOOK_BUILD is not set: which build is to be tested?")
        layers = [installed(folder) / "usr", *self.layers(), "/usr"]
        return [("overlay", "overlay", "/usr", f"lowerdir={':'.join(map(str, layers))}")]

    def layers(self):
        return []

    def set_up(self, cell):
        if cell.path("/etc/virthook").exists():  # the machine's own; in here it is a copy
            shutil.rmtree(cell.path("/etc/virthook"))
        cell.path("/etc/virthook").mkdir()
        super().set_up(cell)
        cell.path("/var/log/virthook").mkdir(mode=0o700)
        cell.path("/run/virthook").mkdir()
        conditions.install_profiles(cell.path("/etc/virthook"), build_folder())
        cell.write("/etc/virthook/virthook.conf", conditions.configured(self.config, "/tmp"))

    def audit(self, cell):
        """Every record of the audit logs, oldest first within a log."""
        return [json.loads(line) for log in sorted(cell.path("/var/log/virthook").glob("*.log"))
                for line in log.read_text(encoding="utf-8").splitlines()]


class Shim(Virthook):
    """virthook by the shim alone."""

    name = "shim"
    hooks_dir = "/etc/virthook/hooks"

    def set_up(self, cell):
        super().set_up(cell)
        cell.path("/etc/libvirt/hooks").mkdir()
        for driver in DRIVERS:
            cell.path(f"/etc/libvirt/hooks/{driver}").symlink_to(SHIM)


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


class Replacement(Virthook):
    """virthook in libvirtd itself."""

    name = "replacement"
    lasting = f"^{HELPER} "

    def layers(self):
        return [libvirt_with_virthook() / "usr"]


class Modular(Replacement):
    """virthook in the daemons of which each has some of the drivers."""

    name = "modular"
    daemons = ("virtnetworkd", "virtqemud", "virtlxcd")


class TurnedOff(Replacement):
    """libvirtd with virthook in it, and not used."""

    name = "turned off"
    environment = {"LIBVIRT_VIRTHOOK": "off"}
    lasting = Builtin.lasting
