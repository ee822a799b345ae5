"""Ways to more privilege than the profile gave: set-user-ID, file capabilities, the sets."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import os
import shutil
import struct
import subprocess
import tempfile

from .kernel_calls import LIBC, came_through, somebody_else, syscall
from .programs import path
from .table import Refused, attack, each

NOBODY = 65534
ROOTS = ["network", "tune", "vfio", "storage", "desktop", "callback"]

CAP_CHOWN, CAP_SYS_ADMIN, CAP_SYS_TIME = 0, 21, 25
PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 28, 47, 2


def _become_nobody():
    """Where the script is root, so that what follows shows a gain."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def _who(*command):
    """Real and effective user, effective group and effective capabilities of a child."""
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return {"euid": int(said[0]), "egid": int(said[1]), "effective": int(said[2], 16),
            "no_new_privs": said[3] == "1", "filter": said[4] != "0"}


@attack()
def set_user_id_program(_):
    """Executes a program of root's with the set-user-ID bit"""
    _become_nobody()
    found = _who(path("who-setuid"))
    if found["euid"] != 0:
        raise Refused(found)
    return found


@attack()
def set_group_id_program(_):
    """Executes a program with the set-group-ID bit of the group shadow"""
    _become_nobody()
    found = _who(path("who-setgid"))
    if found["egid"] == os.getegid():
        raise Refused(found)
    return found


@attack()
def program_with_file_capabilities(_):
    """Executes a program that carries CAP_SYS_ADMIN"""
    _become_nobody()
    try:
        found = _who(path("who-filecaps"))
    except PermissionError as error:
        raise Refused(error) from error
    if not found["effective"] & 1 << CAP_SYS_ADMIN:
        raise Refused(found)
    return found


@attack()
def su(_):
    """The host's own su, which needs its set-user-ID bit for all but saying who called it"""
    done = subprocess.run(["/usr/bin/su", "-s", "/bin/sh", "-c", "echo won $(id -u)", "root"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if "won 0" not in done.stdout or not _may_administer():
        raise Refused(done.stderr)
    return done.stdout


@attack(granted=["storage"])
def mount_program(_):
    """The host's own mount"""
    below = tempfile.mkdtemp()
    done = subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "none", below], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return below


def _may_administer():
    with open("/proc/self/status", encoding="ascii") as status:
        held = next(line.split()[1] for line in status if line.startswith("CapEff"))
    return int(held, 16) & 1 << CAP_SYS_ADMIN


@attack(granted=["storage"])
def exec_as_root(_):
    """What uid 0 is given by every exec: all that the bounding set has"""
    found = _who(path("who"))
    if not found["effective"] & 1 << CAP_SYS_ADMIN:
        raise Refused(found)
    return found


@attack()
def exec_without_no_new_privs(_):
    """A program that is executed may gain from its file: no_new_privs is off"""
    found = _who(path("who"))
    if found["no_new_privs"]:
        raise Refused(found)
    return found


@attack(granted=ROOTS)
def setuid_root(_):
    """setresuid(0, 0, 0)"""
    return os.setresuid(0, 0, 0)


@attack(granted=ROOTS)
def setgid_root(_):
    """setresgid(0, 0, 0)"""
    return os.setresgid(0, 0, 0)


@attack(granted=["desktop"])
def setgroups_shadow(_):
    """The group that may read the passwords"""
    return os.setgroups([42])


@attack(granted=["desktop"])
def become_another_user(_):
    """Some other user of the host, whose processes and files it then owns"""
    with somebody_else(12345):
        return os.setresuid(12345, 12345, 12345)


@attack(granted=ROOTS)
def setfsuid_root(_):
    """The user for file access alone, which fails without a word"""
    LIBC.setfsuid(0)
    if LIBC.setfsuid(-1) != 0:
        raise Refused("still another user")
    return "root for files"


def _capset(bits):
    header = struct.pack("=Ii", 0x20080522, 0)
    low, high = bits & 0xffffffff, bits >> 32
    data = struct.pack("=6I", low, low, low, high, high, high)
    return syscall("capset", ctypes.create_string_buffer(header),
                   ctypes.create_string_buffer(data))


@each({"CAP_SYS_ADMIN": CAP_SYS_ADMIN, "CAP_SYS_TIME": CAP_SYS_TIME}, granted=["storage"])
def raise_by_capset(_, number):
    """Takes a capability into all three sets"""
    return _capset(1 << number)


@attack(granted=["storage"])
def raise_ambient(_):
    """The ambient set, which an exec keeps"""
    _capset(1 << CAP_SYS_ADMIN)
    if LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "PR_CAP_AMBIENT_RAISE")
    return _who(path("who"))


@attack()
def reset_securebits(_):
    """Takes the securebits back, so that uid 0 counts for something again"""
    if LIBC.prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "PR_SET_SECUREBITS")
    return "none set"


@attack(granted=["vfio", "storage"])
def make_a_set_user_id_program(_):
    """A set-user-ID program of root's in /tmp, for a friend outside"""
    made = shutil.copy(path("who"), os.path.join(tempfile.mkdtemp(), "who"))
    if os.getuid() == 0:
        os.chown(made, 1, 1)
    os.chown(made, 0, 0)
    os.chmod(made, 0o4755)
    return made


@attack()
def give_a_file_capabilities(_):
    """setcap: CAP_SYS_ADMIN for a program of its own"""
    made = shutil.copy(path("who"), os.path.join(tempfile.mkdtemp(), "who"))
    value = struct.pack("=5I", 0x02000001, 1 << CAP_SYS_ADMIN, 0, 0, 0)
    os.setxattr(made, "security.capability", value)
    return made


@attack(denied="setns")
def into_a_parent_s_user_namespace(_):
    """setns(2) to the user namespace of PID 1, which knows all users"""
    return came_through("setns", os.open("/proc/self/ns/user", os.O_RDONLY), 0,
                        beyond={errno.EINVAL})
