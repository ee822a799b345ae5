"""What a profile means for every system call: from its words, the sets, and libseccomp's names.

Runs in the test's own process. The sets are the helper's own, compiled as they are; how the helper
makes a filter of them is not shared.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# seccomp.h, linux/audit.h
NATIVE, I386 = 0xc000003e, 0x40000003
NUMBERS = 1024

# linux/sched.h: all that make a namespace, as clone(2) takes them; and the user's.
NAMESPACES, NEW_USER = 0x7e020000, 0x10000000
NOEXEC_SEAL = 8  # linux/memfd.h
REFUSED_REQUESTS = (0x5412, 0x541c)

# i386's ipc(2) stands for these, by its first argument. sys/ipc.h
IPC = {1: "semop", 2: "semget", 3: "semctl", 4: "semtimedop", 11: "msgsnd", 12: "msgrcv",
       13: "msgget", 14: "msgctl", 21: "shmat", 22: "shmdt", 23: "shmget", 24: "shmctl"}

# Asked about more than once, since their arguments count.
WITH_ARGUMENTS = ("clone", "ioctl", "ipc", "memfd_create", "prlimit64", "socket", "socketcall",
                  "socketpair", "unshare")


class _Set(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("about", ctypes.c_char_p),
                ("members", ctypes.POINTER(ctypes.c_char_p))]


def _members(members):
    found = []
    while members[len(found)]:
        found.append(members[len(found)].decode())
    return found


class Sets:
    """The named sets, from the helper's source."""

    def __init__(self, folder):
        library = Path(folder) / "sets.so"
        subprocess.run(["/usr/bin/cc", "-std=gnu17", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                        library, ROOT / "helper/names/sets.c"], check=True)
        at = ctypes.CDLL(str(library)).syscall_set_at
        at.restype, at.argtypes = ctypes.POINTER(_Set), [ctypes.c_size_t]
        self.sets = {}
        while found := at(len(self.sets)):
            self.sets[found.contents.name.decode()] = _members(found.contents.members)

    def calls(self, names):
        """The names of all calls that these names and sets stand for."""
        found = set()
        for name in names:
            found |= self.calls(self.sets[name]) if name.startswith("@") else {name}
        return found


class Names:
    """System calls by number, as libseccomp knows them."""

    def __init__(self):
        resolve = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_num_arch
        resolve.restype, resolve.argtypes = ctypes.c_char_p, [ctypes.c_uint32, ctypes.c_int]
        self.of = {arch: {number: name.decode() for number in range(NUMBERS)
                          if (name := resolve(arch, number))} for arch in (NATIVE, I386)}
        self.first_unknown = max(self.of[NATIVE]) + 1


@dataclass
class Wish:
    """What a profile says of system calls; names are its words, calls what they stand for."""
    names: list
    families: list
    calls: set = field(default_factory=set)
    sealed: bool = False  # memory may not be executed

    def dissolve(self, sets):
        self.calls = sets.calls(["@default", "@runner", *self.names])

    def allows(self, name, first, second):
        """name is a call's; the arguments are unsigned."""
        if name == "ipc" and name not in self.calls:
            return IPC.get(first) in self.calls
        if name not in self.calls or name == "socketcall":
            return False
        if name == "clone":
            return not first & NAMESPACES
        if name == "memfd_create" and self.sealed:
            return second & NOEXEC_SEAL != 0
        if name == "unshare":
            return not first & NEW_USER
        if name == "ioctl":
            return second & 0xffffffff not in REFUSED_REQUESTS
        if name == "prlimit64":
            return name in self.names or first & 0xffffffff == 0
        return name not in ("socket", "socketpair") or first in self.families

    def answer(self, name, first, second):
        """The errno where nothing is carried out: probe.c answers ENOSYS for what is allowed."""
        if name == "clone3" or self.allows(name, first, second):
            return -errno.ENOSYS
        return -errno.EAFNOSUPPORT if name in ("socket", "socketpair") else -errno.EPERM
