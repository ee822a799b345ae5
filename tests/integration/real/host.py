"""A host with guests: a cell of the rig, with the build installed as it is shipped, and users.

Runs in the test's own process, as root. Network, mounts, processes, /etc, /run, /var/log and
/var/lib/libvirt are the cell's own; what of /proc/sys, /sys and /dev has no namespace is the
machine's, and who changes it in a test puts it back.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from rig.arrangement import Shim
from rig.build import build_folder, installed
from rig.cell import Cell
from rig.command import Timeout, wait_until
from rig.libvirtd import DAEMON_CONFIGURATION, QEMU_CONFIGURATION

SCRIPTS = Path(__file__).resolve().parent / "scripts"
SERVERS = Path(__file__).resolve().parent / "servers.py"
HOOKS = "/etc/virthook/hooks"
HOMES = "/home"
HOME_OF_ALICE = f"{HOMES}/alice"

# How virthook calls libvirt in `denied`.
LIBVIRT = "libvirt (a hook must not call it back)"

# A profile of the admin's own, for scripts that need the host's processes.
OUTSIDE = """profile "unconfined-outside" {
    unconfined = yes
    pids = host
}
"""

# Homes and shares of the cell's own, and a /dev with the machine's devices and names of its own.
MOUNTS = [
    ("tmpfs", "tmpfs", HOMES, "mode=755"), ("tmpfs", "tmpfs", "/srv", "mode=755"),
    ("folder", "", "/run/.dev/upper", ""), ("folder", "", "/run/.dev/work", ""),
    ("overlay", "overlay", "/dev", "lowerdir=/dev,upperdir=/run/.dev/upper,workdir=/run/.dev/work"),
    ("tmpfs", "tmpfs", "/dev/shm", "mode=1777"), ("bind", "/dev/pts", "/dev/pts", "")]

# What the packages of libvirt and virthook make, and who sits at the host.
USERS = {"virthook": 64990, "virthook-run": 64991, "libvirt-qemu": 64055, "alice": 61000}

DOMAIN = """<domain type='kvm'>
  <name>{guest}</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <description>[vlan 42]</description>
  <devices>
    <interface type='bridge'>
      <source bridge='br-guests'/>
      <target dev='vnet-{guest}'/>
    </interface>
  </devices>
</domain>
"""


@dataclass
class Answer:
    """How one call ended, as `virt-hook run --json` tells it, and the call's record in the log."""
    allow: bool
    message: str
    scripts: list
    record: dict
    output: str

    @property
    def script(self):
        assert len(self.scripts) == 1, self
        return self.scripts[0]

    @property
    def said(self):
        return self.output + self.script["stderr"]


class Host:
    """cell: the rig's. Its virthook.conf is the shipped one; see call() for what runs."""

    def __init__(self):
        self.answers = []
        self.servers = {}
        self.cell = Cell(Shim().early_mounts(), MOUNTS)
        try:
            self._install()
            self._add_users()
        except BaseException:
            self.close()
            raise

    def close(self):
        self.cell.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _install(self):
        etc = self.cell.path("/etc/virthook")
        if etc.exists():  # the machine's own; in here it is a copy
            shutil.rmtree(etc)
        shutil.copytree(installed(build_folder()) / "etc/virthook", etc)
        self.cell.write("/etc/virthook/profiles.d/55-outside.conf", OUTSIDE)
        self.cell.path(HOOKS).mkdir(exist_ok=True)
        self.cell.path("/var/log/libvirt").mkdir()
        self.cell.path("/var/lib/libvirt/images").mkdir()

    def _add_users(self):
        for name, uid in USERS.items():
            self._add_user(name, uid)
        self.cell.path("/var/log/virthook").mkdir(mode=0o700)
        # As a host's own init does it: what is mounted in one place is seen in all.
        self.run("mount", "--make-rshared", "/")
        self._make("/var/log/virthook-run", "virthook-run", 0o755)

    def _add_user(self, name, uid):
        lines = {"passwd": f"{name}:x:{uid}:{uid}::{HOMES}/{name}:/bin/bash",
                 "group": f"{name}:x:{uid}:", "shadow": f"{name}:!:19000::::::"}
        for file, line in lines.items():
            path = self.cell.path(f"/etc/{file}")
            kept = [old for old in path.read_text(encoding="utf-8").splitlines()
                    if old.split(":")[0] != name and old.split(":")[2] != str(uid)]
            path.write_text("\n".join([*kept, line]) + "\n", encoding="utf-8")

    def _make(self, path, user, mode):
        folder = self.cell.path(path)
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, USERS[user], USERS[user])
        folder.chmod(mode)
        return folder

    def make_for_alice(self, path):
        """A folder of the user who sits at the host."""
        return self._make(path, "alice", 0o700)

    # scripts

    def put(self, script):
        """Make a script of scripts/ the host's only hook; "PROFILE/NAME" names it."""
        folder = self.cell.path(f"{HOOKS}/qemu.d")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        folder.chmod(0o755)
        shutil.copy(SCRIPTS / script, folder)

    def setting(self, name, text):
        """A file beside the hooks."""
        self.cell.write(f"{HOOKS}/{name}", text)

    def call(self, guest, operation, sub_operation="begin", *, profile, stdin=None):
        """One call for the driver qemu, by hand, and all that comes of it. Without a profile, the
        rules say which."""
        under = ["--profile", profile] if profile else []
        done = self.cell.run(
            ["virt-hook", "run", "--json", *under, "qemu", guest, operation, sub_operation],
            stdin=(stdin or DOMAIN.format(guest=guest)).encode(), timeout=130)
        assert done.status in (0, 1), done
        answer = json.loads(done.stdout)
        answered = Answer(answer["verdict"] == "allow", answer["message"], answer["scripts"],
                          self.records()[-1], answer["output"])
        self.answers.append(answered)
        return answered

    def records(self):
        """The ends of all calls, oldest first."""
        lines = [line for log in self.cell.path("/var/log/virthook").glob("*.log")
                 for line in log.read_text(encoding="utf-8").splitlines()]
        ends = [record for record in map(json.loads, lines) if record["type"] == "end"]
        return sorted(ends, key=lambda record: record["monotonic_ms"])

    # servers

    def serve(self, kind, address=0, user="root"):
        """Start servers.py in the cell as that user; its port. served() is what it has got."""
        # The checkout may lie in /tmp, which is another one in there.
        self.cell.write("/run/servers.py", SERVERS.read_text(encoding="utf-8"))
        log = self.cell.path(f"/run/{kind}.log")
        log.touch()
        log.chmod(0o666)
        with open(log, "ab") as out:
            command = self.cell.spawn(
                ["setpriv", f"--reuid={user}", "--clear-groups", "/usr/bin/python3", "-IBu",
                 "/run/servers.py", kind, str(address)], stdout=out)
        self.servers[kind] = log
        first = wait_until(lambda: self._first_line(command, log), 20, f"a {kind} server")
        return json.loads(first)

    @staticmethod
    def _first_line(command, log):
        assert command.running, "it has ended"
        return next((line for line in log.read_text("utf-8").splitlines(True) if line[-1] == "\n"),
                    None)

    def served(self, kind):
        """What clients have sent so far, each as one text."""
        return [json.loads(line) for line in self.servers[kind].read_text("utf-8").splitlines()[1:]]

    def listen_for_syslog(self):
        self.serve("syslog", "/dev/log")

    def syslog(self, count):
        """So many messages, as soon as they have come, or fewer."""
        try:
            wait_until(lambda: len(self.served("syslog")) >= count, 5, "messages")
        except Timeout:
            pass
        return self.served("syslog")

    def start_libvirtd(self):
        """A real one, of the cell's own."""
        self.cell.write("/etc/libvirt/qemu.conf", QEMU_CONFIGURATION)
        self.cell.write("/etc/libvirt/libvirtd.conf", DAEMON_CONFIGURATION)
        # It would build a /dev for each guest from the machine's own, which is an overlay here.
        self.add_line("/etc/libvirt/qemu.conf", "namespaces = []")
        daemon = self.cell.spawn(["libvirtd"])
        wait_until(lambda: self._answers(daemon), 60, "an answer from libvirtd")

    def _answers(self, daemon):
        assert daemon.running, daemon.output()
        return self.cell.run(["virsh", "uri"]).status == 0

    # what runs, and what is there

    def add_line(self, path, line):
        with open(self.cell.path(path), "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def run(self, *argv):
        """What a command says that must succeed."""
        return self.cell.run(argv).checked().stdout

    def tell(self, *argv):
        """What a command says, whether it succeeds or not."""
        done = self.cell.run(argv)
        return done.stdout + done.stderr

    def path(self, path):
        return self.cell.path(path)

    def lines(self, path):
        file = self.cell.path(path)
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
