"""Ways to write where the profile does not let one, though the file's own mode does."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno
import fcntl
import os
import socket
import stat
import struct
import tempfile

from .kernel_calls import came_through, syscall
from .programs import path as program_path
from .table import Cannot, Refused, attack, each

FS_IOC_SETFLAGS, FS_IOC_GETFLAGS, FS_NODUMP = 0x40086602, 0x80086601, 0x40
NEAR_ROOT = ["vfio", "storage", "desktop"]


def _append(path):
    with open(path, "a", encoding="utf-8") as file:
        return file.write("attacked\n")


@attack()
def write_by_path(target):
    """A file that everybody may write to"""
    return _append(target.canary)


@attack()
def write_by_symbolic_link(target):
    """The same by a link in /tmp"""
    link = os.path.join(tempfile.mkdtemp(), "link")
    os.symlink(target.canary, link)
    return _append(link)


@attack()
def write_by_hard_link(target):
    """A hard link in /tmp, where writing is allowed"""
    link = os.path.join(target.open, "another-name")
    os.link(target.canary, link)
    return _append(link)


@attack()
def link_into_tmp(target):
    """A hard link from outside into /tmp, or a rename there"""
    here = tempfile.mkdtemp(dir="/var/tmp")
    os.link(target.canary, os.path.join(here, "linked"))
    return _append(os.path.join(here, "linked"))


@attack()
def write_by_proc_self_root(target):
    """The same by /proc/self/root"""
    return _append(f"/proc/self/root{target.canary}")


@attack()
def write_by_parent_folders(target):
    """The same by many ".." from /tmp"""
    os.chdir(tempfile.mkdtemp())
    return _append("../../../../../.." + target.canary)


@attack()
def write_by_reopening(target):
    """Opens it for reading, then its descriptor for writing by /proc/self/fd"""
    fd = os.open(target.canary, os.O_RDONLY)
    return _append(f"/proc/self/fd/{fd}")


@attack()
def write_by_path_descriptor(target):
    """The same with a descriptor of O_PATH, which needs no right to read"""
    fd = os.open(target.canary, os.O_PATH)
    return _append(f"/proc/self/fd/{fd}")


@attack()
def truncate(target):
    """truncate(2), which opens nothing"""
    return os.truncate(target.canary, 0)


@attack()
def open_and_truncate(target):
    """O_TRUNC with a descriptor for reading only"""
    return os.open(target.canary, os.O_RDONLY | os.O_TRUNC)


@attack()
def create(target):
    """A new file in a folder of mode 0777"""
    return _append(os.path.join(target.open, "created"))


@attack()
def create_without_a_name(target):
    """O_TMPFILE, then a name by linkat(2)"""
    fd = os.open(target.open, os.O_TMPFILE | os.O_WRONLY)
    # With a directory's descriptor Python asks for the link to be followed.
    return os.link(f"/proc/self/fd/{fd}", os.path.join(target.open, "named"),
                   src_dir_fd=os.open("/", os.O_PATH), follow_symlinks=True)


@attack()
def create_folder(target):
    """mkdir(2)"""
    return os.mkdir(os.path.join(target.open, "folder"))


@attack()
def create_link(target):
    """symlink(2)"""
    return os.symlink("/etc/shadow", os.path.join(target.open, "shadow"))


@attack()
def create_fifo(target):
    """mkfifo(2)"""
    return os.mkfifo(os.path.join(target.open, "fifo"))


@attack()
def create_socket(target):
    """A unix socket where others look for one"""
    server = socket.socket(socket.AF_UNIX)
    return server.bind(os.path.join(target.open, "listening"))


@attack()
def remove(target):
    """unlink(2)"""
    return os.unlink(target.canary)


@attack()
def rename_within(target):
    """rename(2)"""
    return os.rename(target.canary, target.canary + ".moved")


@attack()
def rename_into_tmp(target):
    """rename(2) into a folder that is the script's own"""
    return os.rename(target.canary, os.path.join(tempfile.mkdtemp(dir=_same_file_system(target)),
                                                 "moved"))


def _same_file_system(target):
    """/var/tmp unconfined: a rename does not leave its file system in any case."""
    return "/var/tmp" if os.stat("/var/tmp").st_dev == os.stat(target.open).st_dev else "/tmp"


@attack()
def exchange(target):
    """renameat2(2) with RENAME_EXCHANGE is rename(2) both ways"""
    other = os.path.join(target.open, "other")
    _append(other)
    return os.rename(other, target.canary)


@attack()
def change_mode(target):
    """chmod(2) of a file"""
    return os.chmod(target.canary, 0o600)


@attack()
def change_mode_by_descriptor(target):
    """fchmod(2) of a descriptor for reading"""
    return os.chmod(os.open(target.canary, os.O_RDONLY), 0o600)


@attack()
def change_owner(target):
    """chown(2) to itself"""
    return os.chown(target.canary, 1, 1)


@attack()
def change_times(target):
    """utimensat(2), which anyone who may write may do"""
    return os.utime(target.canary)


@attack()
def set_attribute(target):
    """setxattr(2)"""
    return os.setxattr(target.canary, "user.attacked", b"yes")


@attack()
def set_file_flags(target):
    """The ioctl behind chattr"""
    fd = os.open(target.canary, os.O_RDONLY)
    flags = struct.unpack("i", fcntl.ioctl(fd, FS_IOC_GETFLAGS, bytes(4)))[0]
    return fcntl.ioctl(fd, FS_IOC_SETFLAGS, struct.pack("i", flags | FS_NODUMP))


@attack()
def allocate(target):
    """fallocate(2) over the file's end"""
    return os.posix_fallocate(os.open(target.canary, os.O_WRONLY), 0, 1 << 20)


@attack()
def write_by_sendfile(target):
    """copy_file_range(2) into it"""
    source = os.open(target.secret if os.path.exists(target.secret) else "/etc/hostname",
                     os.O_RDONLY)
    return os.copy_file_range(source, os.open(target.canary, os.O_WRONLY), 8)


@each({"etc": "/etc", "cron": "/etc/cron.d", "bin": "/usr/bin", "lib": "/usr/lib", "root": "/root",
       "spool": "/var/spool", "boot": "/boot", "opt": "/opt", "srv": "/srv", "home": "/home",
       "init": "/etc/init.d", "profile": "/etc/profile.d"}, granted=NEAR_ROOT)
def plant_a_file_in(_, place):
    """A file in a folder from which root's programs run; it is removed at once"""
    if not os.path.isdir(place):
        raise Refused(f"no {place}")
    name = os.path.join(place, f"virthook-attack-{os.getpid()}")
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return os.unlink(name)


@each({"passwd": "/etc/passwd", "shadow": "/etc/shadow", "program": "/usr/sbin/nologin",
       "hosts": "/etc/hosts"}, granted=NEAR_ROOT)
def open_for_writing(_, path):
    """Opens the host's own files for writing; nothing is written"""
    return os.open(path, os.O_WRONLY)


@each({"core_pattern": "/proc/sys/kernel/core_pattern", "sysrq": "/proc/sys/kernel/sysrq",
       "hostname": "/proc/sys/kernel/hostname", "suid_dumpable": "/proc/sys/fs/suid_dumpable",
       "uevent_helper": "/sys/kernel/uevent_helper",
       "profiling": "/sys/kernel/profiling"},
      granted=["vfio", "storage", "desktop"])
def open_kernel_setting(_, path):
    """Opens a setting of the kernel for writing; nothing is written"""
    if not os.path.exists(path):
        raise Cannot(f"this kernel has no {path}")
    return os.open(path, os.O_WRONLY)


@each({"drop_caches": "/proc/sys/vm/drop_caches",
       "overcommit": "/proc/sys/vm/overcommit_memory"}, granted=["tune", "vfio"])
def open_memory_setting(_, path):
    """The same below /proc/sys/vm"""
    return os.open(path, os.O_WRONLY)


@attack(granted=["network"])
def open_network_setting(_):
    """The same below /proc/sys/net"""
    return os.open("/proc/sys/net/ipv4/ip_forward", os.O_WRONLY)


@attack()
def replace_itself(target):
    """Writes into its own script while it runs"""
    try:
        return os.open(target.script, os.O_RDWR)
    except OSError as error:
        if error.errno == errno.ETXTBSY:
            return "busy, so only its moment was wrong"
        raise


@attack()
def make_itself_writable(target):
    """chmod(2) of its own script"""
    return os.chmod(target.script, 0o777)


@attack()
def add_a_hook(target):
    """A new script beside itself"""
    return os.close(os.open(os.path.join(os.path.dirname(target.script), "zz-added"),
                            os.O_CREAT | os.O_WRONLY, 0o755))


@attack()
def rename_over_a_hook(target):
    """Another file in place of its script"""
    return os.rename(os.path.join(os.path.dirname(target.script), "bystander"),
                     target.script + ".other")


@attack()
def hooks_directory_for_writing(target):
    """A nameless file in the directory of hooks"""
    return os.close(os.open(target.hooks, os.O_TMPFILE | os.O_RDWR))


@attack()
def cut_the_audit_log(target):
    """Opens the helper's log for writing"""
    return [os.open(os.path.join(target.audit, name), os.O_WRONLY)
            for name in os.listdir(target.audit)] or _nothing()


def _nothing():
    raise Refused("there is nothing")


@attack()
def exec_from_memory(_):
    """A program that never was a file, executed from a memfd: whether it is still confined"""
    fd = os.memfd_create("program", 0)
    with open(program_path("spawn"), "rb") as source:
        os.write(fd, source.read())
    pid = os.fork()
    if pid == 0:
        os.execve(fd, ["spawn", "clone", str(0x10000000)], {})
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 0:
        raise Refused(f"it ran, and ended with {status}")
    return "a user namespace from memory"


@attack()
def exec_by_the_loader(_):
    """A program of mode 0600, by the dynamic loader: whether it is still confined"""
    made = os.path.join(tempfile.mkdtemp(), "program")
    with open(program_path("spawn-dynamic"), "rb") as source, open(made, "wb") as copy:
        copy.write(source.read())
    pid = os.fork()
    if pid == 0:
        os.execve("/lib64/ld-linux-x86-64.so.2", ["ld.so", made, "clone", str(0x10000000)], {})
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 0:
        raise Refused(f"it ran, and ended with {status}")
    return "a user namespace by the loader"


@attack(granted=["vfio", "storage"])
def make_a_disk(target):
    """A node for a block device of the host, then read"""
    if not target.disk:
        raise Cannot("this host has no loop devices")
    node = os.path.join(tempfile.mkdtemp(), "disk")
    os.mknod(node, stat.S_IFBLK | 0o600, target.disk_number)
    with open(node, "rb", buffering=0) as disk:
        return disk.read(512)[:48]


@attack(granted=["vfio", "storage"])
def make_a_device(_):
    """A node for /dev/kmsg below /dev itself, where mounts allow devices"""
    for place in ("/dev/shm", "/dev"):
        node = os.path.join(place, f"attack-{os.getpid()}")
        try:
            os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(1, 11))
            opened = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
            return opened
        except PermissionError as error:
            if place == "/dev":
                raise error
        finally:
            if os.path.lexists(node):
                os.unlink(node)
    return None


@attack(denied="swapon")
def swap_on(target):
    """swapon(2) of something that is none"""
    return came_through("swapon", target.canary.encode(), 0, beyond={errno.EINVAL})


@attack(denied="acct")
def account(_):
    """acct(2): a log of all processes, into a file of its own"""
    return came_through("acct", b"/proc/version", beyond={errno.EINVAL, errno.EACCES, errno.EIO})


@attack(denied="fanotify_init")
def watch_the_file_system(_):
    """fanotify(7) with the power to let others' opens wait"""
    return syscall("fanotify_init", 0x4, os.O_RDONLY)


@attack()
def take_a_lease(target):
    """A write lease lets others' opens wait"""
    fd = os.open(target.canary, os.O_RDWR)
    return fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)

