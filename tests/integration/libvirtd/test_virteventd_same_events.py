"""virteventd tells what libvirt's own Python binding hears of the same daemon, field by field: in
its lines (--print), and in what its scripts are given as arguments and on stdin.

Each scene is played on a real daemon; `comes` is what libvirt has told when it is over, so that a
scene in which nothing happens fails.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import signal
from dataclasses import dataclass
from functools import partial

import pytest

from rig import xml
from rig.arrangement import Service
from rig.command import Timeout, wait_until
from rig.events import Listener, Printer, Scripts
from rig.libvirtd import QEMU_URI, Libvirtd

TEST_URI = "test+unix:///default"
URIS = [QEMU_URI, TEST_URI]

DISK, COPY, BACKUP = (f"/var/lib/libvirt/images/{name}.img" for name in ("g1", "copy", "backup"))

BACKUP_XML = f"""<domainbackup><disks><disk name='vda' type='file'>
  <target file='{BACKUP}'/><driver type='raw'/></disk></disks></domainbackup>"""

# As much of VNC as it takes to be let in.
VIEWER = """import socket
with socket.create_connection(("127.0.0.1", 5900)) as server, server.makefile("rwb", 0) as file:
    file.write(file.read(12))
    file.read(file.read(1)[0])
    file.write(b"\\1")
    file.read(4)
    file.write(b"\\1")
    file.read(24)
"""


class Stage:
    """A daemon, somebody who listens to it, and a virteventd whose word is held against that:
    told() answers what it told of this daemon.
    """

    def __init__(self, daemon, uri, told):
        self.daemon, self.cell, self.uri, self.told = daemon, daemon.cell, uri, told
        self.heard = Listener(self.cell, uri).events

    def virsh(self, *words):
        self.daemon.virsh(*words, uri=self.uri).checked()

    def virsh_file(self, command, content, *words):
        self.cell.write("/run/virsh.xml", content)
        self.virsh(command, *words, "/run/virsh.xml")

    def play(self, scene):
        """Plays the scene, and waits until virteventd has told what libvirt told of it."""
        before = len(self.heard())
        scene.act(self)
        wait_until(lambda: set(scene.comes) <= set(map(words_of, self.heard()[before:])),
                   20, f"{scene.comes}")
        try:
            wait_until(lambda: self.told() == self.heard(), 20, "the same events")
        except Timeout:
            assert self.told()[before:] == self.heard()[before:]
            raise


def words_of(event):
    """An event by its words: "domain g1 started booted"."""
    return " ".join(event[key] for key in ("kind", "object", "event", "detail"))


@dataclass(frozen=True)
class Scene:
    name: str
    comes: tuple
    act: callable

    def __str__(self):
        return self.name


def scene(*comes):
    """Makes of a function a scene of that name."""
    return lambda act: Scene(act.__name__, comes, act)


@scene("domain g1 suspended paused", "domain g1 resumed unpaused")
def a_guest_is_paused(stage):
    stage.virsh("suspend", "g1")
    stage.virsh("resume", "g1")


@scene("domain g1 reboot -")
def a_guest_reboots(stage):
    stage.virsh("reset", "g1")


@scene("domain g1 device-added -", "domain g1 device-removed -")
def a_device_is_plugged_in_and_out(stage):
    stage.cell.write("/run/usb.img", bytes(65536))
    stage.virsh_file("attach-device", xml.usb_disk("/run/usb.img"), "g1")
    stage.virsh_file("detach-device", xml.usb_disk("/run/usb.img"), "g1")


@scene("domain g1 tray-change open", "domain g1 tray-change close")
def a_tray_opens_and_closes(stage):
    stage.cell.write("/run/cd.iso", bytes(65536))
    stage.virsh("change-media", "g1", "hdc", "/run/cd.iso", "--insert", "--live")
    stage.virsh("change-media", "g1", "hdc", "--eject", "--live")


@scene("domain g1 metadata-change title", "domain g1 metadata-change element",
       "domain g1 metadata-change description")
def metadata_changes(stage):
    stage.virsh("desc", "g1", "--live", "--title", 'with "quotes", Umlauten äöü and a \\')
    stage.virsh("desc", "g1", "--live", "of no use")
    stage.virsh("metadata", "g1", "http://example.com/a b", "--key", "k", "--set", "<a/>", "--live")


@scene("domain g1 tunable -")
def what_a_guest_may_use_changes(stage):
    stage.virsh("blkdeviotune", "g1", "vda", "--total-bytes-sec", str(2 ** 40 + 1), "--live")
    stage.virsh("vcpupin", "g1", "0", "0", "--live")


@scene("domain g1 graphics connect", "domain g1 graphics initialize",
       "domain g1 graphics disconnect")
def somebody_looks_at_the_screen(stage):
    stage.cell.run(["/usr/bin/python3", "-I", "-c", VIEWER]).checked()


@scene("domain g1 job-completed backup", "domain g1 block-job completed",
       "domain g1 block-job-2 completed")
def a_disk_is_backed_up(stage):
    stage.virsh_file("backup-begin", BACKUP_XML, "g1")


@scene("domain g1 block-job-2 ready", "domain g1 block-job-2 completed")
def a_disk_moves(stage):
    stage.virsh("blockcopy", "g1", "vda", COPY, "--transient-job", "--wait", "--pivot")


@scene("domain g1 migration-iteration -", "domain g1 job-completed save",
       "domain g1 stopped saved", "domain g1 started restored", "domain g1 resumed from-snapshot")
def a_guest_is_saved_and_restored(stage):
    stage.virsh("save", "g1", "/run/g1.save")
    stage.virsh("restore", "/run/g1.save")


@scene("domain g1 stopped failed")
def a_guest_s_qemu_is_killed(stage):
    qemu = stage.cell.wait_for_process("^/usr/bin/qemu-system.*guest=g1", 10)
    stage.cell.signal(qemu.pid, signal.SIGKILL)


@scene("domain g3 started booted", "domain g3 stopped destroyed")
def a_transient_guest_comes_and_goes(stage):
    stage.virsh_file("create", xml.guest("g3"))
    stage.virsh("destroy", "g3")


@scene("domain g2 defined added", "domain g2 undefined renamed", "domain renamed defined renamed",
       "domain renamed undefined removed")
def a_guest_is_renamed(stage):
    stage.virsh_file("define", xml.guest("g2"))
    stage.virsh("domrename", "g2", "renamed")
    stage.virsh("undefine", "renamed")


@scene("network n1 defined -", "network n1 started -", "network n1 stopped -",
       "network n1 undefined -")
def a_network_lives(stage):
    stage.virsh_file("net-define", xml.network("n1"))
    for command in ("net-start", "net-destroy", "net-undefine"):
        stage.virsh(command, "n1")


@scene(*(f"storage-pool p1 {event} -" for event in (
    "defined", "created", "started", "refresh", "stopped", "deleted", "undefined")))
def a_pool_lives(stage):
    stage.virsh_file("pool-define", xml.pool("p1", "/var/lib/libvirt/p1"))
    for word in ("build", "start", "refresh", "destroy", "delete", "undefine"):
        stage.virsh(f"pool-{word}", "p1")


@scene(*(f"secret key of g1 {event} -" for event in ("defined", "value-changed", "undefined")),
       *(f"secret - {event} -" for event in ("defined", "undefined")))
def secrets_live(stage):
    stage.virsh_file("secret-define", "<secret><usage type='ceph'><name>key of g1</name></usage>"
                     f"<uuid>{xml.uuid_of('s1')}</uuid></secret>")
    stage.virsh_file("secret-define", f"<secret><uuid>{xml.uuid_of('s2')}</uuid></secret>")
    stage.virsh("secret-set-value", xml.uuid_of("s1"), "--base64", "Zm9v")
    for name in ("s1", "s2"):
        stage.virsh("secret-undefine", xml.uuid_of(name))


@scene("domain test suspended paused", "domain test resumed unpaused",
       "domain test stopped shutdown", "domain test started booted",
       "domain test stopped destroyed", "domain test undefined removed",
       "domain test defined added")
def libvirt_s_test_guest_lives(stage):
    for command in ("suspend", "resume", "shutdown", "start", "destroy", "undefine"):
        stage.virsh(command, "test")
    stage.virsh_file("define", "<domain type='test'><name>test</name><memory>1</memory>"
                     "<os><type>hvm</type></os></domain>")


@scene("network default stopped -", "network default started -", "network default stopped -",
       "network default undefined -")
def libvirt_s_test_network_lives(stage):
    for command in ("net-destroy", "net-start", "net-destroy", "net-undefine"):
        stage.virsh(command, "default")


@scene(*(f"storage-pool default-pool {event} -" for event in (
    "refresh", "stopped", "started", "deleted")))
def libvirt_s_test_pool_lives(stage):
    for word in ("refresh", "destroy", "start", "destroy", "delete"):
        stage.virsh(f"pool-{word}", "default-pool")


@scene("node-device scsi_host12 created -", "node-device scsi_host12 deleted -")
def a_node_device_comes_and_goes(stage):
    stage.virsh_file("nodedev-create", """<device><parent>scsi_host1</parent>
      <capability type='scsi_host'><capability type='fc_host'>
      <wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability>
      </device>""")
    stage.virsh("nodedev-destroy", "scsi_host12")


OF_QEMU = [a_guest_is_paused, a_guest_reboots, a_device_is_plugged_in_and_out,
           a_tray_opens_and_closes, metadata_changes, what_a_guest_may_use_changes,
           somebody_looks_at_the_screen, a_disk_is_backed_up, a_disk_moves,
           a_guest_is_saved_and_restored, a_guest_s_qemu_is_killed,
           a_transient_guest_comes_and_goes, a_guest_is_renamed, a_network_lives, a_pool_lives,
           secrets_live]
OF_TEST = [libvirt_s_test_guest_lives, libvirt_s_test_network_lives, libvirt_s_test_pool_lives,
           a_node_device_comes_and_goes]


@pytest.fixture(scope="module", params=["lines", "scripts"])
def stages(request, cache):
    """{URI: Stage}; what is judged are virteventd's lines, or what its scripts are told."""
    with Libvirtd(Service(), cache=cache) as daemon:
        daemon.cell.write(DISK, bytes(2 ** 20))
        if request.param == "lines":
            told = {uri: Printer(daemon.cell, uri).events for uri in URIS}
        else:
            scripts = Scripts(daemon, *URIS).start()
            told = {uri: partial(scripts.events, uri) for uri in URIS}
        yield {uri: Stage(daemon, uri, told[uri]) for uri in URIS}


@pytest.fixture
def running(stages):
    """QEMU's stage, with a guest that runs."""
    qemu = stages[QEMU_URI]
    if not re.search(r"^g1$", qemu.daemon.virsh("list", "--name").stdout, re.MULTILINE):
        qemu.virsh_file("create", xml.guest_with_devices("g1", DISK))
    return qemu


@pytest.mark.parametrize("scene", OF_QEMU, ids=str)
def test_what_libvirt_tells_is_told(running, scene):
    running.play(scene)


@pytest.mark.parametrize("scene", OF_TEST, ids=str)
def test_what_libvirts_test_driver_tells_is_told(stages, scene):
    stages[TEST_URI].play(scene)
