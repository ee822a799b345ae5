"""Devices that give power over the host, opened; nothing is done to them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno
import os
import stat

from .table import Cannot, each

NEAR_ROOT = ["vfio", "storage", "desktop"]


@each({"kvm": "/dev/kvm", "fuse": "/dev/fuse",
       "loop_control": "/dev/loop-control", "loop": "/dev/loop7", "userfaultfd": "/dev/userfaultfd",
       "ptmx": "/dev/ptmx", "console": "/dev/console", "cpu": "/dev/cpu/0/msr",
       "vsock": "/dev/vsock", "vga": "/dev/vga_arbiter",
       "autofs": "/dev/autofs", "screen": "/dev/vcs1", "terminal": "/dev/tty1",
       "mapper": "/dev/mapper/control", "vfio": "/dev/vfio/vfio", "vhost": "/dev/vhost-net"},
      granted=NEAR_ROOT)
def open_device(_, path):
    """A device of the host"""
    if not os.path.exists(path):
        raise Cannot(f"this host has no {path}")
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno in (errno.ENODEV, errno.ENXIO):
            raise Cannot(f"this host has nothing behind {path}") from error
        raise


@each({"tun": "/dev/net/tun"}, granted=[*NEAR_ROOT, "network"])
def open_network_device(_, path):
    """What makes network devices, for who may administer the network"""
    return open_device(_, path)


@each({"kmsg": "/dev/kmsg", "latency": "/dev/cpu_dma_latency"},
      granted=[*NEAR_ROOT, "network", "tune"])
def write_to_device(_, path):
    """A device that some profiles have for writing: the kernel's log, the processor's sleep"""
    if not os.path.exists(path):
        raise Cannot(f"this host has no {path}")
    return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)


@each({"null": "/dev/null", "zero": "/dev/zero", "full": "/dev/full", "random": "/dev/random",
       "urandom": "/dev/urandom", "tty": "/dev/tty"}, granted=NEAR_ROOT[:2])
def set_mode_of(_, path):
    """chmod(2) of a device that every script has, to what it is: another mode is as easily set"""
    return os.chmod(path, stat.S_IMODE(os.stat(path).st_mode))


@each({"shadow": "/etc/shadow", "gshadow": "/etc/gshadow"})
def set_mode_of_hidden(_, path):
    """The same of a file that is hidden: what lies over it may be the host's /dev/null"""
    return os.chmod(path, stat.S_IMODE(os.stat(path).st_mode))
