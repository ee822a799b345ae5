"""System calls by name, also those that Python has no function for. x86_64's numbers."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import ctypes
import errno
import os

from .table import Refused

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long

NUMBERS = {
    "ioctl": 16, "shmget": 29, "shmat": 30, "shmctl": 31, "socket": 41, "clone": 56, "semctl": 66,
    "msgsnd": 69, "msgrcv": 70, "fchown": 93, "ptrace": 101, "syslog": 103, "setgroups": 116,
    "setfsuid": 122, "capget": 125, "capset": 126, "rt_sigqueueinfo": 129, "mknod": 133,
    "personality": 135, "setpriority": 141, "vhangup": 153, "modify_ldt": 154, "pivot_root": 155,
    "prctl": 157, "adjtimex": 159, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165,
    "umount2": 166, "swapon": 167, "reboot": 169, "sethostname": 170, "setdomainname": 171,
    "iopl": 172, "ioperm": 173, "init_module": 175, "delete_module": 176, "quotactl": 179,
    "setxattr": 188, "tkill": 200, "lookup_dcookie": 212, "clock_settime": 227, "mq_open": 240,
    "mq_unlink": 241, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
    "ioprio_set": 251, "migrate_pages": 256, "unshare": 272, "move_pages": 279,
    "perf_event_open": 298, "fanotify_init": 300, "prlimit64": 302, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "kcmp": 312, "finit_module": 313, "seccomp": 317, "memfd_create": 319, "kexec_file_load": 320,
    "bpf": 321, "get_robust_list": 274, "execveat": 322, "userfaultfd": 323,
    "pidfd_send_signal": 424,
    "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431,
    "fsmount": 432, "fspick": 433, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
    "process_madvise": 440, "mount_setattr": 442, "process_mrelease": 448,
}

CLONE_NEW = {"time": 0x80, "mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000,
             "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "network": 0x40000000}

AT_FDCWD = -100


def syscall(name, *arguments):
    """The call's result; OSError where it fails. Integers are passed in all their 64 bits."""
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = LIBC.syscall(ctypes.c_long(NUMBERS[name]), *passed)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


@contextlib.contextmanager
def somebody_else(uid):
    """In a user namespace that does not have this uid, its number is invalid: a refusal as well."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EINVAL and not _is_mapped(uid):
            raise Refused(f"there is no uid {uid} here") from error
        raise


def _is_mapped(uid):
    with open("/proc/self/uid_map", encoding="ascii") as lines:
        maps = [[int(word) for word in line.split()] for line in lines]
    return any(first <= uid < first + count for first, _, count in maps)


def came_through(name, *arguments, beyond):
    """Whether a call that is wrong in a harmless way came as far as being found wrong.

    beyond: the errors that the kernel gives after it has checked whether the caller may.
    """
    try:
        return f"{name}: {syscall(name, *arguments)}"
    except OSError as error:
        if error.errno in beyond:
            return f"{error}, so it was looked at"
        raise
