"""Doors to the kernel itself: modules, BPF, keyrings, tracing, clocks, and the like.

Where a real success would harm the machine the call is wrong in some way that the kernel looks at
only after it has checked whether the caller may.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import mmap
import os
import struct

from .kernel_calls import LIBC, came_through, syscall
from .table import Cannot, attack, each

UFFD_USER_MODE_ONLY = 1
KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING = -4, -3
KEYCTL_DESCRIBE, KEYCTL_JOIN_SESSION_KEYRING, KEYCTL_READ = 6, 1, 11
PERF_TYPE_SOFTWARE = 1
BPF_MAP_CREATE, BPF_PROG_GET_NEXT_ID = 0, 11
REBOOT_MAGIC = 0xfee1dead


def _unless_missing(call, *arguments, beyond=frozenset()):
    """In a kernel without the call all would be well for the wrong reason."""
    try:
        return came_through(call, *arguments, beyond=beyond)
    except OSError as error:
        if error.errno == errno.ENOSYS:
            raise Cannot(f"this kernel has no {call}") from error
        raise


@attack(denied="init_module")
def init_module(_):
    """Loads a module, whose image is none"""
    return _unless_missing("init_module", b"no module", 9, b"", beyond={errno.ENOEXEC})


@attack(denied="finit_module")
def finit_module(_):
    """The same from a file"""
    return _unless_missing("finit_module", os.open("/bin/sh", os.O_RDONLY), b"", 0,
                           beyond={errno.ENOEXEC})


@attack(denied="delete_module")
def delete_module(_):
    """Unloads a module that is not there"""
    return _unless_missing("delete_module", b"virthook_none", os.O_NONBLOCK,
                           beyond={errno.ENOENT})


@attack(denied="kexec_load")
def kexec_load(_):
    """Another kernel, of no segments and the wrong machine"""
    return _unless_missing("kexec_load", 0, 0, None, 0xfff0000, beyond={errno.EINVAL})


@attack(denied="kexec_file_load")
def kexec_file_load(_):
    """The same from a file that is no kernel"""
    return _unless_missing("kexec_file_load", -1, -1, 0, None, 0xffff, beyond={errno.EINVAL})


@attack(denied="reboot")
def reboot(_):
    """reboot(2) with the wrong second number"""
    return came_through("reboot", REBOOT_MAGIC, 0, 0, None, beyond={errno.EINVAL})


@attack(denied="bpf")
def bpf_map(_):
    """bpf(2): a map"""
    attributes = struct.pack("=5I", 2, 4, 8, 1, 0) + bytes(100)
    return syscall("bpf", BPF_MAP_CREATE, ctypes.create_string_buffer(attributes), 72)


@attack(denied="bpf")
def bpf_list_programs(_):
    """bpf(2): the programs that the host has loaded"""
    return came_through("bpf", BPF_PROG_GET_NEXT_ID, ctypes.create_string_buffer(120), 12,
                        beyond={errno.ENOENT})


@attack(denied="perf_event_open")
def perf_event(_):
    """Counts of its own process by perf_event_open(2)"""
    attributes = struct.pack("=IIQ", PERF_TYPE_SOFTWARE, 128, 0) + bytes(112)
    return syscall("perf_event_open", ctypes.create_string_buffer(attributes), 0, -1, -1, 0)


@attack(denied="userfaultfd")
def userfaultfd(_):
    """userfaultfd(2) of user mode, which lets a race in the kernel's users be won at leisure"""
    return syscall("userfaultfd", UFFD_USER_MODE_ONLY | os.O_CLOEXEC)


@attack(denied="userfaultfd")
def userfaultfd_of_the_kernel(_):
    """The same for faults of the kernel"""
    return syscall("userfaultfd", os.O_CLOEXEC)


@attack(denied="add_key")
def add_key(_):
    """A key that outlives the script"""
    key = syscall("add_key", b"user", f"virthook-{os.getpid()}".encode(), b"word", 4,
                  KEY_SPEC_SESSION_KEYRING)
    syscall("keyctl", 21, key)  # KEYCTL_INVALIDATE
    return key


@attack(denied="request_key")
def request_key(_):
    """A key by a program that the kernel runs as root; none of this name is there"""
    return came_through("request_key", b"user", b"virthook-none", None, 0, beyond={errno.ENOKEY})


@attack(denied="keyctl")
def keyctl_describe(_):
    """The keyring that was inherited"""
    buffer = ctypes.create_string_buffer(256)
    return came_through("keyctl", KEYCTL_DESCRIBE, KEY_SPEC_USER_KEYRING, buffer, 256,
                        beyond={errno.ENOKEY})


@attack(denied="keyctl")
def keyctl_session(_):
    """A session keyring of its own"""
    return syscall("keyctl", KEYCTL_JOIN_SESSION_KEYRING, None)


@attack(denied="iopl")
def iopl(_):
    """All ports of the machine"""
    return _unless_missing("iopl", 3)


@attack(denied="ioperm")
def ioperm(_):
    """One port of the machine"""
    return _unless_missing("ioperm", 0x80, 1, 1)


@attack(denied="modify_ldt")
def modify_ldt(_):
    """The processor's segments"""
    return came_through("modify_ldt", 0, ctypes.create_string_buffer(64), 64, beyond=set())


@attack(denied="adjtimex")
def adjust_clock(_):
    """adjtimex(2), to the error that the clock says it has already"""
    timex = ctypes.create_string_buffer(256)
    syscall("adjtimex", timex)
    struct.pack_into("=I", timex, 0, 0x4)  # ADJ_MAXERROR
    return syscall("adjtimex", timex)


@attack(denied="clock_settime")
def set_clock(_):
    """clock_settime(2) of a clock that cannot be set"""
    return came_through("clock_settime", 1, struct.pack("=qq", 0, 0), beyond={errno.EINVAL})


@attack(denied="settimeofday")
def set_time_zone(_):
    """settimeofday(2), with a time zone that is none"""
    return came_through("settimeofday", None, struct.pack("=ii", 10**6, 0), beyond={errno.EINVAL})


@attack(denied="vhangup")
def hang_up(_):
    """vhangup(2): the terminal's end for all others"""
    return syscall("vhangup")


@attack(denied="seccomp")
def listen_to_system_calls(_):
    """A filter of its own, with a listener that answers in place of the kernel"""
    LIBC.prctl(38, 1, 0, 0, 0)
    code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7fff0000))
    program = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", 1, ctypes.addressof(code)))
    return syscall("seccomp", 1, 8, program)


@attack(denied=("io_uring_setup",))
def io_uring(_):
    """io_uring, whose work no filter sees"""
    return came_through("io_uring_setup", 1, ctypes.create_string_buffer(120), beyond=set())


@attack(denied="process_mrelease")
def process_mrelease(_):
    """process_mrelease(2) on PID 1"""
    return came_through("process_mrelease", os.pidfd_open(1), 0, beyond={errno.EINVAL})


@attack(denied="lookup_dcookie")
def lookup_dcookie(_):
    """A path by the kernel's own name for it"""
    return _unless_missing("lookup_dcookie", 0, None, 0, beyond={errno.EINVAL})


@attack(denied="syslog")
def silence_the_console(_):
    """syslog(2): the console's level, of a value that is none"""
    return came_through("syslog", 8, None, 99, beyond={errno.EINVAL})


@attack()
def map_page_zero(_):
    """mmap(2) at address 0"""
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                          ctypes.c_int, ctypes.c_long)
    fixed, anonymous = 0x10, 0x20
    got = LIBC.mmap(None, mmap.PAGESIZE, 3, fixed | anonymous | mmap.MAP_PRIVATE, -1, 0)
    if got is not None:
        raise OSError(ctypes.get_errno(), "mmap")
    return "page zero"


@each({"binfmt_misc": "/proc/sys/fs/binfmt_misc/register", "sysrq": "/proc/sysrq-trigger",
       "tracing": "/sys/kernel/tracing/trace_marker", "debugfs": "/sys/kernel/debug/sched/features",
       "wake_lock": "/sys/power/state", "scsi": "/proc/scsi/scsi"},
      granted=["vfio"])
def open_control_file(_, path):
    """A file by which the kernel is told what to do"""
    if not os.path.exists(path):
        raise Cannot(f"this host has no {path}")
    return os.open(path, os.O_WRONLY if os.stat(path).st_mode & 0o222 else os.O_RDONLY)
