"""A guest that moves between two daemons on one machine, and a hook that changes its XML.

The second daemon, a libvirtd in each case, is in the same cell, with a mount namespace and a host
name of its own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import uuid

import pytest

from rig.arrangement import Builtin, Modular, Replacement, Shim
from rig.command import wait_until
from rig.libvirtd import Libvirtd

OTHER_FOLDER = "/run/other"
OTHER_URI = f"qemu+unix:///system?socket={OTHER_FOLDER}/libvirt-sock"

OTHER_CONFIGURATION = f"""auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_dir = "{OTHER_FOLDER}"
host_uuid = "{uuid.uuid5(uuid.NAMESPACE_DNS, 'other.virthook.test')}"
"""

# What the first daemon has below these is not the second's; but for its configuration and hooks.
OTHER_DAEMON = f"""set -e
hostname other
cp --archive /etc/libvirt {OTHER_FOLDER}/etc
cp {OTHER_FOLDER}/libvirtd.conf {OTHER_FOLDER}/etc/libvirtd.conf
rm -rf {OTHER_FOLDER}/etc/qemu
mount --bind {OTHER_FOLDER}/etc /etc/libvirt
for folder in /run/libvirt /var/lib/libvirt /var/log/libvirt; do
    mount -t tmpfs tmpfs $folder
done
exec libvirtd --pid-file {OTHER_FOLDER}/pid
"""

HOOK = """#!/bin/sh
[ "$2" = migrate ] || exit 0
sed "s|<name>\\(.*\\)</name>|&<description>moved by a hook</description>|"
"""

DENYING_HOOK = """#!/bin/sh
[ "$2" = migrate ] || exit 0
echo "no room for $1" >&2
exit 1
"""


class Pair:
    """Two daemons, and a guest that runs at the first."""

    def __init__(self, daemon):
        self.daemon = daemon
        daemon.cell.path(OTHER_FOLDER).mkdir()
        daemon.cell.write(f"{OTHER_FOLDER}/libvirtd.conf", OTHER_CONFIGURATION)
        daemon.cell.spawn(["unshare", "--mount", "--uts", "--propagation", "private", "sh", "-c",
                           OTHER_DAEMON])
        wait_until(self._answers, 20, "an answer from the second daemon")
        daemon.define_guest("g1")
        daemon.virsh("start", "g1").checked()

    def _answers(self):
        socket = self.daemon.cell.path(f"{OTHER_FOLDER}/libvirt-sock")
        return socket.exists() and self.other("uri").status == 0

    def other(self, *arguments):
        return self.daemon.virsh(*arguments, uri=OTHER_URI)

    def migrate(self):
        return self.daemon.virsh("migrate", "--live", "g1", OTHER_URI, "--migrateuri",
                                 "tcp://127.0.0.1:49155", timeout=60)


@pytest.fixture(params=[Builtin, Shim, Replacement, Modular], ids=lambda way: way.name)
def moving(request, cache):
    """moving(hook): a Pair whose daemons both have this hook."""
    made = []

    def make(hook):
        daemon = Libvirtd(request.param(), cache=cache, start=False)
        made.append(daemon)
        daemon.cell.write(daemon.hook_path("qemu"), hook, 0o755)
        daemon.start()
        return Pair(daemon)
    yield make
    for daemon in made:
        daemon.close()


def test_a_hook_changes_the_xml_of_a_guest_that_moves(moving):
    pair = moving(HOOK)
    assert pair.migrate().checked().status == 0
    assert pair.other("domstate", "g1").stdout.strip() == "running"
    assert "<description>moved by a hook</description>" in pair.other("dumpxml", "g1").stdout


def test_a_guest_that_a_hook_does_not_let_in_stays_where_it_is(moving):
    pair = moving(DENYING_HOOK)
    result = pair.migrate()
    assert result.status == 1
    assert "Hook script execution failed" in result.stderr and "no room for g1" in result.stderr
    assert pair.daemon.virsh("domstate", "g1").stdout.strip() == "running"
    assert pair.other("domstate", "g1").status == 1
