"""What one process can do to others: to the runner (PID 1), to the helper, to other scripts.

The runner is there in every call. In the arena, a plain run, the victim stands for it: a process of
the same user that holds the target's word in its memory.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import struct
import time

from .kernel_calls import LIBC, syscall
from .table import ARENA, UNCONFINED, Refused, attack, each

PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17
IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE = 1, 3 << 13
MADV_PAGEOUT = 21
F_SETSIG = 10

# Profiles that have the host's PIDs, for tuning the processes of guests.
SEEING = ["tune", "vfio"]

# Seconds in which a signal that reached its process has ended it.
PATIENCE = 4


def _ptrace(request, pid):
    LIBC.ptrace.argtypes = (ctypes.c_long,) * 4
    if LIBC.ptrace(request, pid, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


@each({"runner": 0, "other": 1}, baseline=ARENA)
def ptrace_attach(target, other):
    """Stops a process and takes it over"""
    pid = target.pid if other else _runner()
    _ptrace(PTRACE_ATTACH, pid)
    os.waitpid(pid, 0)
    _ptrace(PTRACE_DETACH, pid)
    return pid


def _runner():
    """Whoever started the script."""
    return os.getppid()


@attack(baseline=ARENA)
def ptrace_seize_runner(_):
    """Takes the runner over without stopping it"""
    return _ptrace(PTRACE_SEIZE, _runner())


def _first_mapping(pid):
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps:
        return int(maps.readline().split("-")[0], 16)


@each({"runner": 0, "other": 1}, baseline=ARENA)
def read_memory(target, other):
    """Reads /proc/PID/mem"""
    pid = target.pid if other else _runner()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(_first_mapping(pid))
        return memory.read(4)


@each({"runner": 0, "other": 1}, baseline=ARENA)
def write_memory(target, other):
    """Opens /proc/PID/mem for writing"""
    pid = target.pid if other else _runner()
    return os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))


def _mapping(pid, mode):
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps:
        return next(int(line.split("-")[0], 16) for line in maps if mode in line)


def _process_vm(name, pid, address):
    local = ctypes.create_string_buffer(64)
    ours = struct.pack("QQ", ctypes.addressof(local), 4)
    theirs = struct.pack("QQ", address, 4)
    return syscall(name, pid, ours, 1, theirs, 1, 0)


@each({"readv": "process_vm_readv", "writev": "process_vm_writev"}, baseline=ARENA)
def process_vm_of_runner(_, name):
    """Reads or writes the runner's memory by one call; the address is looked for in /proc first"""
    pid = _runner()
    try:
        address = _mapping(pid, " rw")
    except OSError:
        address = 0x10000
    return _process_vm(name, pid, address)


@each({"readv": 0, "writev": 1}, baseline=ARENA)
def process_vm_of_other(target, write):
    """Reads or writes the memory of another script of the same uid"""
    try:
        address = _mapping(target.pid, " rw") if write else _first_mapping(target.pid)
    except OSError:
        address = 0x400000
    return _process_vm("process_vm_writev" if write else "process_vm_readv", target.pid, address)


@attack(baseline=ARENA)
def take_a_descriptor_of_runner(_):
    """pidfd_getfd(2): the runner's own channel"""
    return syscall("pidfd_getfd", os.pidfd_open(_runner()), 0, 0)


@attack(baseline=ARENA)
def reopen_a_descriptor_of_runner(_):
    """What the runner's descriptors are, by /proc/PID/fd"""
    return os.readlink(f"/proc/{_runner()}/fd/0")


# A kernel from 6.13 on shows these to CAP_SYS_ADMIN as it does to CAP_PERFMON.
@each({"environ": "environ", "maps": "maps", "auxv": "auxv"}, baseline=ARENA, granted=["storage"])
def read_runner_s(_, name):
    """What /proc tells of the runner's memory"""
    with open(f"/proc/{_runner()}/{name}", "rb") as file:
        return file.read(64)


@each({"stack": "stack", "syscall": "syscall", "personality": "personality"}, baseline=ARENA)
def watch_runner_s(_, name):
    """What /proc tells of what the runner is doing"""
    with open(f"/proc/{_runner()}/{name}", "rb") as file:
        return file.read(64)


@each({"exe": "exe", "cwd": "cwd", "root": "root"}, baseline=ARENA)
def follow_runner_s(_, name):
    """The runner's binary, working directory and root"""
    return os.stat(f"/proc/{_runner()}/{name}").st_ino


@each({"oom_score_adj": "500", "coredump_filter": "51", "clear_refs": "1",
       "timerslack_ns": "50000"}, baseline=ARENA)
def set_runner_s(_, value):
    """What /proc lets one set in the runner"""
    names = {"500": "oom_score_adj", "51": "coredump_filter", "1": "clear_refs",
             "50000": "timerslack_ns"}
    with open(f"/proc/{_runner()}/{names[value]}", "w", encoding="ascii") as file:
        return file.write(value)


@attack(baseline=ARENA)
def limit_runner(_):
    """prlimit(2) on the runner: no CPU time, and the kernel kills it"""
    limit = struct.pack("QQ", 3600, 3600)
    return syscall("prlimit64", _runner(), resource.RLIMIT_CPU, limit, None)


@attack(baseline=ARENA)
def swap_runner_out(_):
    """process_madvise(2) on the runner"""
    area = struct.pack("QQ", 0x10000, mmap.PAGESIZE)
    try:
        area = struct.pack("QQ", _first_mapping(_runner()), mmap.PAGESIZE)
    except OSError:
        pass
    return syscall("process_madvise", os.pidfd_open(_runner()), area, 1, MADV_PAGEOUT, 0)


@attack(baseline=ARENA)
def compare_with_runner(_):
    """kcmp(2): whether the runner shares something, and where it lies in the kernel"""
    return syscall("kcmp", os.getpid(), _runner(), 0, 0, 0)


@attack(baseline=ARENA)
def where_runner_keeps_its_locks(_):
    """get_robust_list(2) on the runner: an address in its memory"""
    head, size = ctypes.c_void_p(), ctypes.c_size_t()
    return syscall("get_robust_list", _runner(), ctypes.byref(head), ctypes.byref(size))


@attack(baseline=ARENA)
def move_runner_s_pages(_):
    """move_pages(2) on the runner"""
    return syscall("move_pages", _runner(), 0, None, None, None, 0)


@attack(baseline=ARENA)
def watch_runner_by_perf(_):
    """perf_event_open(2) on the runner"""
    attributes = struct.pack("IIQ", 1, 128, 0) + bytes(112)
    return syscall("perf_event_open", ctypes.create_string_buffer(attributes), _runner(), -1, -1, 0)


@each({"SIGKILL": signal.SIGKILL, "SIGSTOP": signal.SIGSTOP, "SIGTERM": signal.SIGTERM},
      baseline=ARENA)
def signal_other(target, number):
    """A signal to the helper, or to another script, by the PID that it has on the host"""
    return os.kill(target.pid, number)


@attack(baseline=ARENA)
def signal_other_by_pidfd(target):
    """The same by pidfd_send_signal(2)"""
    return signal.pidfd_send_signal(os.pidfd_open(target.pid), signal.SIGUSR1)


@attack(baseline=ARENA)
def queue_a_signal_to_other(target):
    """The same by rt_sigqueueinfo(2)"""
    info = struct.pack("iii", signal.SIGKILL, 0, -1) + bytes(116)
    return syscall("rt_sigqueueinfo", target.pid, signal.SIGKILL, info)


@attack(baseline=ARENA)
def signal_other_by_descriptor(target):
    """The same by a descriptor whose owner it says to be, and which then has something to tell"""
    ours, theirs = os.pipe()
    fcntl.fcntl(ours, fcntl.F_SETOWN, target.pid)
    fcntl.fcntl(ours, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    os.close(theirs)
    return _wait_for_end(target.pid)


@each({"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM}, baseline=ARENA)
def signal_runner(_, number):
    """A signal to whoever runs it"""
    runner = _runner()
    os.kill(runner, number)
    end = time.monotonic() + PATIENCE
    while os.getppid() == runner:
        if time.monotonic() > end:
            raise Refused("it lives on")
        time.sleep(0.05)
    return "it has ended"


@attack(baseline=ARENA)
def signal_everybody(target):
    """kill(-1): all that this user may signal; whether the other still lives, the test looks"""
    os.kill(-1, signal.SIGKILL)
    return _wait_for_end(target.pid)


def _wait_for_end(pid, patience=PATIENCE * 10):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            state = stat.read().rpartition(")")[2].split()[0]
    except FileNotFoundError as error:
        raise Refused("there is no such process here") from error
    if state in "ZX":
        return "the other has ended"
    if patience == 0:
        raise Refused("it lives on")
    time.sleep(0.1)
    return _wait_for_end(pid, patience - 1)


@attack(baseline=ARENA, granted=SEEING)
def find_the_helper(target):
    """Looks for other processes in /proc"""
    found = [pid for pid in os.listdir("/proc")
             if pid.isdigit() and int(pid) not in (1, os.getpid())]
    if not found:
        raise Refused("none to be seen")
    return f"{found}, among them {target.pid}"


@attack(baseline=ARENA, granted=SEEING)
def slow_the_other_down(target):
    """The lowest priority, for a process by its PID and for all of the user"""
    os.setpriority(os.PRIO_USER, os.getuid(), 5)
    return os.setpriority(os.PRIO_PROCESS, target.pid, 19)


@attack(baseline=ARENA, granted=SEEING)
def idle_io_for_the_other(target):
    """The idle class for the disk"""
    return syscall("ioprio_set", IOPRIO_WHO_PROCESS, target.pid, IOPRIO_CLASS_IDLE)


@attack(baseline=ARENA, granted=SEEING)
def bind_the_other_to_a_cpu(target):
    """Affinity of a process that is not its own"""
    return os.sched_setaffinity(target.pid, {0})


@attack(baseline=UNCONFINED)
def overwrite_the_runner_s_binary(_):
    """Opens /proc/1/exe for writing; that it is busy is told only to who may"""
    try:
        return os.open("/proc/1/exe", os.O_WRONLY)
    except OSError as error:
        if error.errno == errno.ETXTBSY:
            return "busy, so only its moment was wrong"
        raise


def _by_id(name, *arguments):
    """A call on a System V object. Of an id that is not of the namespace the kernel says EINVAL."""
    try:
        return syscall(name, *arguments)
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise Refused("there is none of this id here") from error
        raise


@attack()
def attach_the_host_s_shared_memory(target):
    """shmat(2) of a segment that is open to everybody"""
    return _by_id("shmat", target.shm, None, 0o10000)


@attack()
def read_the_host_s_message_queue(target):
    """msgrcv(2) from a queue that is open to everybody"""
    buffer = ctypes.create_string_buffer(256)
    _by_id("msgrcv", target.queue, buffer, 128, 0, 0o4000)
    return buffer.raw[8:40]


@attack()
def lock_the_host_s_semaphore(target):
    """semctl(SETVAL) on a semaphore that is open to everybody"""
    return _by_id("semctl", target.semaphores, 0, 16, 0)


@attack(granted=["vfio", "storage"])
def open_the_host_s_posix_memory(target):
    """A file of mode 0666 in the host's /dev/shm"""
    with open(f"/dev/shm/{target.shm_file}", "r+", encoding="utf-8") as file:
        return file.read()


@attack()
def open_the_host_s_posix_queue(target):
    """mq_open(2) of a queue of mode 0666"""
    return syscall("mq_open", target.message_queue.encode(), os.O_RDWR, 0, None)
