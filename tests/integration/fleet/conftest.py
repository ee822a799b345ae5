"""A host of a fleet: virthook as it is installed, in mount and network namespaces of its own.

Runs in the test's own process, as root; the machine's /etc, /run and /var/log are not touched.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
import os
import subprocess
from pathlib import Path

import pytest

from install.conftest import ENVIRONMENT, STUCK, installed

FLEET = Path(__file__).resolve().parents[3] / "examples/fleet"

# $1: what is installed. The host begins with empty logs, and with no hook.
HOST = """
mount -t tmpfs none /mnt
mkdir /mnt/etc /mnt/etc.work /mnt/lib /mnt/lib.work
mount -t overlay -o "lowerdir=$1/usr:/usr" none /usr
mount -t overlay -o "lowerdir=$1/etc:/etc,upperdir=/mnt/etc,workdir=/mnt/etc.work" none /etc
mount -t overlay -o "lowerdir=/var/lib,upperdir=/mnt/lib,workdir=/mnt/lib.work" none /var/lib
mount -t tmpfs none /var/log
mount -t tmpfs none /run
rm -rf /etc/libvirt/hooks /var/lib/prometheus/node-exporter
mkdir -p /etc/libvirt/hooks /var/lib/prometheus/node-exporter
systemd-tmpfiles --create virthook.conf
ip link set lo up
echo made
exec sleep infinity
"""


class Host:
    """Commands that run in there; what one leaves the next one finds."""

    def __init__(self, root):
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--net", "sh", "-ec", HOST, "sh", os.fspath(root)],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == b"made\n"

    def inside(self, *argv):
        names = f"/proc/{self.holder.pid}/ns"
        return ["nsenter", f"--mount={names}/mnt", f"--net={names}/net", *map(os.fspath, argv)]

    def run(self, *argv, **environment):
        return subprocess.run(self.inside(*argv), env=ENVIRONMENT | environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=STUCK,
                              check=False)

    def done(self, *argv):
        """What the command printed, which ended well."""
        done = self.run(*argv)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sh(self, script, *arguments):
        return self.done("sh", "-ec", script, "sh", *arguments)

    def start(self, *argv):
        return subprocess.Popen(self.inside(*argv), env=ENVIRONMENT, stdin=subprocess.DEVNULL)

    def hook(self, body, name="qemu"):
        """A hook of virthook's own."""
        self.sh('mkdir -p "$(dirname "$1")"; printf "#!/bin/sh\\n%s\\n" "$2" >"$1"; chmod 755 "$1"',
                f"/etc/virthook/hooks/{name}", body)

    def call(self, guest="web1"):
        return self.run("virt-hook", "run", "qemu", guest, "prepare", "begin")

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


@pytest.fixture
def host(installed):
    made = Host(installed.root)
    yield made
    made.end()
