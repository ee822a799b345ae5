"""Devices of the machine itself, which are put back as they were."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from pathlib import Path

from ..host import USERS
from .work import Work

RANDOM = Path("/sys/bus/virtio/drivers/virtio_rng")


def spare_device():
    """A PCI device that nobody misses for a moment: a virtual machine's source of randomness."""
    for entry in sorted(RANDOM.glob("virtio*")):
        parent = entry.resolve().parent
        if (parent / "driver_override").exists():
            return parent
    return None


class HandOverDevice(Work):
    """A PCI device is taken from its driver, and given back."""

    def __init__(self):
        super().__init__("vfio/hand-over-device", told="driver_override: ")
        self.device = None

    def lacks(self, host):
        self.device = spare_device()
        return None if self.device else "no PCI device of this machine can be spared"

    def arrange(self, host):
        host.setting("device.conf", f"address={self.device.name}\n")

    def has_effect(self, host):
        override = (self.device / "driver_override").read_text(encoding="ascii").strip()
        is_free = not (self.device / "driver").exists()
        assert is_free == (override == "vfio-pci")
        return is_free

    def clean_up(self, host):
        (self.device / "driver_override").write_text("\n", encoding="ascii")
        if not (self.device / "driver").exists():
            Path("/sys/bus/pci/drivers_probe").write_text(self.device.name, encoding="ascii")


class ShareFrames(Work):
    """Shared memory of the host, with an owner."""

    def __init__(self):
        super().__init__("vfio/share-frames", told="'/dev/shm/frames-web'")

    def has_effect(self, host):
        frames = host.path("/dev/shm/frames-web")
        if not frames.exists():
            return False
        about = frames.stat()
        assert (about.st_uid, about.st_mode & 0o777) == (USERS["alice"], 0o660)
        return True


WORKS = (HandOverDevice, ShareFrames)
