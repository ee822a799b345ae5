"""Ways to read what the profile hides: secrets by path, by link, by handle, by the kernel's log."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import os
import struct
import tempfile

from .kernel_calls import AT_FDCWD, came_through, syscall
from .programs import program
from .table import ARENA, Cannot, attack, each

ROOTS = ["network", "tune", "vfio", "storage", "desktop", "callback"]
SYSLOG_ACTION_READ_ALL = 3
ROOT_INODE = 2


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(4096) or _nothing()


def _nothing():
    raise Cannot("there is nothing")


@attack()
def read_by_path(target):
    """A secret by its path"""
    return _read(target.secret)


@attack()
def read_by_symbolic_link(target):
    """A secret by a link in /tmp"""
    link = os.path.join(tempfile.mkdtemp(), "link")
    os.symlink(target.secret, link)
    return _read(link)


@attack()
def read_by_hard_link(target):
    """A secret by another name of the same file"""
    link = os.path.join(target.open, "hard-link")
    os.link(target.secret, link)
    return _read(link)


@attack()
def read_by_proc_self_root(target):
    """A secret by /proc/self/root"""
    return _read(f"/proc/self/root{target.secret}")


@attack()
def read_by_parent_folders(target):
    """A secret by many "..", and by the working directory of /proc/self"""
    os.chdir(target.open)
    return _read("/proc/self/cwd/../../../../../.." + target.secret)


@attack()
def read_by_inherited_descriptor(_):
    """A folder or a file that was open when the script began"""
    for fd in os.listdir("/proc/self/fd"):
        place = os.readlink(f"/proc/self/fd/{fd}") if os.path.lexists(
            f"/proc/self/fd/{fd}") else ""
        if int(fd) > 2 and place.startswith("/") and not place.startswith("/proc/"):
            return place
    # The right to open the runner's is as good as to inherit them.
    return os.stat("/proc/1/fd/0")


@attack(denied=("open_by_handle_at", "name_to_handle_at"))
def read_by_handle(target):
    """open_by_handle_at(2) on the root of the file system, which no mount covers; then down"""
    handle = ctypes.create_string_buffer(struct.pack("=II", 8, 1) +
                                         struct.pack("=II", ROOT_INODE, 0) + bytes(120))
    below = os.open("/var", os.O_RDONLY)
    number = ctypes.c_int(0)
    own = ctypes.create_string_buffer(struct.pack("=II", 128, 0) + bytes(128))
    syscall("name_to_handle_at", AT_FDCWD, b"/", own, ctypes.byref(number), 0)
    if struct.unpack_from("=I", own.raw, 4)[0] == 1:
        handle = own
    root = syscall("open_by_handle_at", below, handle, os.O_RDONLY)
    with open(os.open(target.secret.lstrip("/"), os.O_RDONLY, dir_fd=root),
              encoding="utf-8") as file:
        return file.read()


@attack(denied="io_uring_setup")
def read_by_io_uring(target):
    """Opens and reads a file by io_uring, with no open(2) and no read(2) for a filter to see"""
    return program("uring", target.canary)


@each({"shadow": "/etc/shadow", "gshadow": "/etc/gshadow", "root": "/root", "home": "/home",
       "libvirt": "/etc/libvirt/qemu.conf", "ssh": "/etc/ssh/ssh_host_ed25519_key",
       "ssl": "/etc/ssl/private"},
      granted=["desktop", "storage", "vfio"])
def look_into(_, path):
    """Places of secrets"""
    if not os.path.exists(path):
        raise Cannot(f"this host has no {path}")
    if os.path.isdir(path):
        if not os.listdir(path):
            _nothing()
        return os.listdir(path)
    return len(_read(path))


@attack()
def read_the_audit_log(target):
    """The helper's own log"""
    names = os.listdir(target.audit) or _nothing()
    return [len(_read(os.path.join(target.audit, name))) for name in names]


@attack()
def read_the_host_s_tmp(target):
    """Another program's file in /tmp"""
    return _read(target.tmp_file)


@attack(baseline=ARENA, granted=["tune", "vfio"])
def read_the_host_s_processes(_):
    """The host's init by /proc/1/comm"""
    if _read("/proc/1/comm").strip() == "virthook-runner":
        _nothing()
    return "the host's PIDs"


@attack(denied="syslog")
def read_the_kernel_s_log(_):
    """syslog(2)"""
    buffer = ctypes.create_string_buffer(4096)
    return syscall("syslog", SYSLOG_ACTION_READ_ALL, buffer, 4096)


@attack()
def read_kernel_addresses(_):
    """/proc/kallsyms with addresses that are not zero"""
    with open("/proc/kallsyms", encoding="ascii") as symbols:
        if int(symbols.readline().split()[0], 16) == 0:
            _nothing()
    return "addresses"


@attack(granted=ROOTS)
def read_kernel_pages(_):
    """/proc/kpageflags"""
    with open("/proc/kpageflags", "rb", buffering=0) as pages:
        return pages.read(8)


@each({"kcore": "/proc/kcore", "mem": "/dev/mem", "port": "/dev/port"})
def read_physical(_, path):
    """The machine's memory"""
    if not os.path.exists(path):
        raise Cannot(f"this kernel has no {path}")
    return os.close(os.open(path, os.O_RDONLY))


@attack(granted=["vfio", "storage"])
def read_a_disk(target):
    """The first bytes of a block device"""
    if not target.disk:
        raise Cannot("this host has no loop devices")
    with open(target.disk, "rb", buffering=0) as disk:
        return disk.read(512)[:48]


@attack()
def read_the_quotas(_):
    """quotactl(2): who uses how much"""
    return came_through("quotactl", 0x80000100, None, 0, None,
                        beyond={errno.ESRCH, errno.EINVAL, errno.ENODEV})
