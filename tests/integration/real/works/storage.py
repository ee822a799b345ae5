"""Images and disks of the host."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
from pathlib import Path

from ..host import USERS
from .work import Work

IMAGES = "/var/lib/libvirt/images"


class AttachVolume(Work):
    """A loop device with a name in /dev."""

    def __init__(self):
        super().__init__("storage/attach-volume", told="losetup: ")

    def arrange(self, host):
        self.image = f"{IMAGES}/web.img"
        host.run("mkfs.ext4", "-q", self.image, "1m")

    def has_effect(self, host):
        attached = host.run("losetup", "--associated", self.image).split(":")[0]
        link = host.path("/dev/guest-web")
        assert link.is_symlink() == bool(attached)
        if not attached:
            return False
        assert str(link.readlink()) == attached
        return host.path(self.image).stat().st_uid == USERS["libvirt-qemu"]

    def clean_up(self, host):
        for line in host.run("losetup", "--associated", self.image).splitlines():
            host.run("losetup", "--detach", line.split(":")[0])


class SnapshotImage(Work):
    """qemu-img, and the image's owner."""

    def __init__(self):
        super().__init__("storage/snapshot-image", undoes=(), told="qemu-img: ",
                         tried=("io_uring_setup",))

    def arrange(self, host):
        self.image = f"{IMAGES}/web.qcow2"
        host.run("qemu-img", "create", "-q", "-f", "qcow2", self.image, "1M")
        for name in ("old", "newer"):
            host.run("qemu-img", "snapshot", "-c", name, self.image)

    def has_effect(self, host):
        about = json.loads(host.run("qemu-img", "info", "--output=json", self.image))
        names = [entry["name"] for entry in about["snapshots"]]
        if names == ["old", "newer"]:
            return False
        assert names[0] == "newer" and names[1].startswith("before-") and len(names) == 2
        return host.path(self.image).stat().st_uid == USERS["libvirt-qemu"]


class MapVolume(Work):
    """A mapping of the device-mapper, as LVM makes them."""

    def __init__(self):
        super().__init__("storage/map-volume", told="")

    def lacks(self, host):
        if "device-mapper" in Path("/proc/devices").read_text(encoding="ascii"):
            return None
        return "this kernel has no device-mapper"

    def arrange(self, host):
        image = f"{IMAGES}/disk.img"
        host.run("truncate", "--size=1M", image)
        self.disk = host.run("losetup", "--find", "--show", image).strip()
        host.setting("disk.conf", f"{self.disk}\n")

    def has_effect(self, host):
        return "guest-web" in host.tell("dmsetup", "ls")

    def clean_up(self, host):
        host.tell("dmsetup", "remove", "guest-web")
        host.run("losetup", "--detach", self.disk)


WORKS = (AttachVolume, SnapshotImage, MapVolume)
