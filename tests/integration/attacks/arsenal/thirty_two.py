"""The machine's other ways into the kernel: i386 by int 0x80 and by binaries of its own, and x32.

The filter's allow-list has to hold for each of them, with that architecture's numbers.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

from .programs import program
from .table import each

# i386's numbers.
MOUNT, PTRACE, SOCKETCALL, CLONE, IOCTL = 21, 26, 102, 120, 54
UNSHARE, KEYCTL, SETNS, BPF, SOCKET, CLONE3 = 310, 288, 346, 357, 359, 435
CALLS = {
    "unshare": (UNSHARE, 0x10000000),
    "mount": (MOUNT,),
    "keyctl": (KEYCTL, 1),
    "socket": (SOCKET, 16, 3, 0),
    "socket_vsock": (SOCKET, 40, 1, 0),
    "socketcall": (SOCKETCALL, 1),
    "setns": (SETNS, -1, 0),
    "bpf": (BPF, 0, 0, 0),
    "ioctl_tiocsti": (IOCTL, 0, 0x5412, 0),
    "clone_user": (CLONE, 0x10000011),
}

NETLINK = ["notify", "network"]


def _put(way):
    for name, arguments in CALLS.items():
        granted = NETLINK if name == "socket" else ()
        denied = "ioctl" if name == "ioctl_tiocsti" else name.partition("_")[0]
        if denied == "socket":
            denied = "socket(AF_VSOCK)" if name == "socket_vsock" else "socket(AF_NETLINK)"
        each({name: arguments}, denied=f"i386:{denied}", granted=granted)(way)


def int_0x80(_, arguments):
    """An i386 call from a 64-bit program"""
    return program("int80", *map(str, arguments))


def i386_binary(_, arguments):
    """An i386 call from an i386 program"""
    return program("i386", *map(str, arguments))


_put(int_0x80)
_put(i386_binary)


@each({"unshare": (272, 0x10000000), "mount": (165,), "socket_vsock": (41, 40, 1, 0),
       "ptrace": (521, 0), "ioctl_tiocsti": (514, 0, 0x5412, 0)})
def x32(_, arguments):
    """An x32 call: x86_64's numbers with one bit set"""
    return program("x32", *map(str, arguments))
