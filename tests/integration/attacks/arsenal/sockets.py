"""Sockets of every family, and those of the host that a script must not reach."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import array
import ctypes
import errno
import fcntl
import os
import socket
import struct
import tempfile

from .kernel_calls import LIBC, somebody_else, syscall
from .table import Cannot, Refused, attack, each

# All that have a number, but AF_UNIX. Which of them a profile has is its own affair.
FAMILIES = {"AF_INET": 2, "AF_AX25": 3, "AF_IPX": 4, "AF_APPLETALK": 5, "AF_X25": 9, "AF_INET6": 10,
            "AF_KEY": 15, "AF_NETLINK": 16, "AF_PACKET": 17, "AF_RDS": 21, "AF_PPPOX": 24,
            "AF_LLC": 26, "AF_MPLS": 28, "AF_CAN": 29, "AF_TIPC": 30, "AF_BLUETOOTH": 31,
            "AF_RXRPC": 33, "AF_PHONET": 35, "AF_ALG": 38, "AF_NFC": 39, "AF_VSOCK": 40,
            "AF_KCM": 41, "AF_QIPCRTR": 42, "AF_SMC": 43, "AF_XDP": 44, "AF_MCTP": 45}

GRANTED = {"AF_INET": ["notify", "network"],
           "AF_INET6": ["notify", "network"],
           "AF_NETLINK": ["notify", "network"],
           "AF_PACKET": ["network"]}

NETWORKS = ["notify", "network"]
IPPROTO_MPTCP = 262


def _open(number):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        try:
            os.close(syscall("socket", number, kind, 0))
            return f"a socket of family {number}"
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT:
                raise Cannot(f"this kernel has no family {number}") from error
            if error.errno not in (errno.ESOCKTNOSUPPORT, errno.EPROTONOSUPPORT, errno.ENODEV):
                raise
    return f"family {number} answers, if only that there is no such kind"


def _put_families():
    for name, number in FAMILIES.items():
        each({name: number}, denied=f"socket({name})", granted=GRANTED.get(name, ()))(family)


def family(_, number):
    """socket(2)"""
    return _open(number)


_put_families()


@attack(denied="socket(AF_VSOCK)")
def family_with_high_bits(_):
    """socket(2) of a family with bits set over the 32 that the kernel looks at"""
    return os.close(syscall("socket", 40 | 1 << 32, socket.SOCK_STREAM, 0))


@attack(granted=["network"])
def raw_socket(_):
    """Packets of any kind over IP"""
    return os.close(syscall("socket", socket.AF_INET, socket.SOCK_RAW, 1))


@attack(granted=NETWORKS)
def obsolete_packet_socket(_):
    """SOCK_PACKET, which made a packet socket of AF_INET"""
    try:
        return os.close(syscall("socket", socket.AF_INET, 10, 0x300))
    except OSError as error:
        if error.errno == errno.ESOCKTNOSUPPORT:
            return "answered, if only that there is no such kind"
        raise


@attack(granted=NETWORKS)
def multipath_tcp(_):
    """TCP by another number"""
    return os.close(syscall("socket", socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP))


@attack(denied="socketpair(AF_NETLINK)", granted=GRANTED["AF_NETLINK"])
def pair_of_another_family(_):
    """socketpair(2) of AF_NETLINK: the kernel says that there are none only to who may ask"""
    pair = (ctypes.c_int * 2)()
    if LIBC.socketpair(socket.AF_NETLINK, socket.SOCK_RAW, 0, pair) < 0:
        error = ctypes.get_errno()
        if error != errno.EOPNOTSUPP:
            raise OSError(error, "socketpair")
    return "answered"


def _connect(kind, address):
    with socket.socket(socket.AF_UNIX, kind) as sock:
        return sock.connect(address)


@attack()
def host_s_abstract_socket(target):
    """A connection to an abstract socket of the host"""
    return _connect(socket.SOCK_STREAM, b"\0" + target.abstract.encode())


@attack()
def host_s_abstract_datagram(target):
    """A datagram to one"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        return sock.sendto(b"attack", b"\0" + target.abstract.encode() + b"-datagram")


@attack(granted=NETWORKS)
def list_the_host_s_sockets(target):
    """/proc/net/unix with the host's own sockets in it"""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as listed:
        if target.abstract not in listed.read():
            raise Refused("not listed")
    return "listed"


@attack()
def host_s_socket_in_run(target):
    """A socket of mode 0777 below /run: where systemd, D-Bus, docker and libvirt have theirs"""
    return _connect(socket.SOCK_STREAM, target.run_socket)


@attack()
def host_s_socket_in_var_run(target):
    """The same by /var/run"""
    return _connect(socket.SOCK_STREAM, target.run_socket.replace("/run/", "/var/run/", 1))


@attack()
def host_s_socket_in_var_lib(target):
    """A socket of mode 0777 in /var/lib, where databases and others have theirs"""
    return _connect(socket.SOCK_STREAM, target.socket)


@attack()
def host_s_socket_by_link(target):
    """The socket in /run by a symbolic link in /tmp"""
    link = os.path.join(tempfile.mkdtemp(), "link")
    os.symlink(target.run_socket, link)
    return _connect(socket.SOCK_STREAM, link)


@attack()
def close_the_log_socket(target):
    """chmod(2) of the one socket that is shown, /dev/log's like: nobody could log any more"""
    return os.chmod(target.log_socket, 0)


@attack()
def touch_the_log_socket(target):
    """utimensat(2) of it"""
    return os.utime(target.log_socket, (1, 1))


@attack()
def replace_the_log_socket(target):
    """A socket of its own in its place, which hears what others log"""
    os.rename(target.log_socket, target.log_socket + ".old")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(target.log_socket)
    os.unlink(target.log_socket)
    return os.rename(target.log_socket + ".old", target.log_socket)


@attack()
def beside_the_log_socket(target):
    """A new socket beside it, where others may look for one"""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(target.log_socket + ".new")
    return os.unlink(target.log_socket + ".new")


@attack(granted=NETWORKS)
def host_s_loopback(target):
    """A service that listens at 127.0.0.1"""
    with socket.socket(socket.AF_INET) as sock:
        return sock.connect(("127.0.0.1", target.port))


@attack(granted=NETWORKS)
def host_s_interfaces(_):
    """The network's own devices, by name"""
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    if not others:
        raise Refused("only lo")
    return others


@attack(granted=["network"])
def listen_to_the_network(_):
    """A port below 1024 of the host"""
    with socket.socket(socket.AF_INET) as sock:
        sock.bind(("0.0.0.0", 919))
        return sock.listen()


@attack(granted=["network"])
def change_an_interface(_):
    """Sets the loopback interface up, which it is already, by ioctl"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = b"lo".ljust(16, b"\0") + array.array("H", [0x49] + [0] * 11).tobytes()
        return fcntl.ioctl(sock, 0x8914, request)


@attack(granted=["desktop"])
def claim_to_be_another(target):
    """Says by SCM_CREDENTIALS that it is another process, as journald and D-Bus would believe"""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    who = struct.pack("3i", target.pid if os.path.exists(f"/proc/{target.pid}") else os.getpid(),
                      12345, 12345)
    with somebody_else(12345):
        return ours.sendmsg([b"attack"], [(socket.SOL_SOCKET, 2, who)])


@attack(granted=["network"])
def force_a_socket_s_buffer(_):
    """SO_RCVBUFFORCE: as much of the kernel's memory as it likes"""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return ours.setsockopt(socket.SOL_SOCKET, 33, 1 << 28)
