"""Scripts that take all there is of something: up to what would be a success, never more.

A profile's own limits stop each; what they are, profiles.py says.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import mmap
import os
import resource
import signal
import subprocess
import tempfile
import time

from .kernel_calls import LIBC
from .programs import path
from .table import ARENA, Cannot, Refused, attack

CAP_SYS_RESOURCE = 24

MIB = 1 << 20
PIECE = bytes(MIB)


def _fill(folder, size, files=1):
    """Writes that much in all; what is there is removed again."""
    place = tempfile.mkdtemp(dir=folder)
    names = [os.path.join(place, str(number)) for number in range(files)]
    try:
        for name in names:
            with open(name, "wb", buffering=0) as file:
                for _ in range(size // files // MIB):
                    if file.write(PIECE) < MIB:
                        raise Refused("a short write")
    finally:
        for name in names:
            if os.path.exists(name):
                os.unlink(name)
        os.rmdir(place)
    return f"{size // MIB} MiB"


@attack(baseline=ARENA)
def memory(_):
    """640 MiB of memory in one process"""
    area = mmap.mmap(-1, 640 * MIB)
    return len(area)


@attack(baseline=ARENA)
def memory_by_mapping_a_file(_):
    """640 MiB of a sealed nameless file, mapped"""
    fd = os.memfd_create("big")
    os.ftruncate(fd, 640 * MIB)
    return len(mmap.mmap(fd, 640 * MIB))


# Of root's processes that are in no PID namespace only a cgroup counts how many there are.
UNCOUNTED = ["tune", "vfio"]


@attack(baseline=ARENA, granted=UNCOUNTED)
def many_processes(_):
    """600 processes at once"""
    return _fork(600)


def _fork(count):
    pids = []
    try:
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            pids.append(pid)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)
    return len(pids)


@attack(baseline=ARENA, granted=UNCOUNTED)
def many_threads(_):
    """600 threads at once"""
    done = subprocess.run([path("threads"), "count", "600"], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise Refused(done.stdout + done.stderr)
    return done.stdout


@attack(baseline=ARENA)
def descriptors(_):
    """5000 open files"""
    _raise(resource.RLIMIT_NOFILE, 6000)
    return len([os.open("/dev/null", os.O_RDONLY) for _ in range(5000)])


@attack(baseline=ARENA)
def raise_a_limit(_):
    """setrlimit(2) over what it was given"""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _raise(resource.RLIMIT_NOFILE, hard + 1)


def _raise(limit, value):
    try:
        return resource.setrlimit(limit, (value, value))
    except ValueError as error:
        raise _no_resource(error) from error


def _no_resource(error):
    """Even root unconfined has no CAP_SYS_RESOURCE on some machines; then nothing is shown here."""
    with open("/proc/self/status", encoding="ascii") as status:
        bounding = next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd"))
    return Refused(error) if bounding & 1 << CAP_SYS_RESOURCE else Cannot("no CAP_SYS_RESOURCE")


@attack(baseline=ARENA)
def raise_a_limit_of_a_child(_):
    """The same by prlimit(2) for another process"""
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        try:
            resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (16, 16))
            resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (16, 20000))
        except (PermissionError, ValueError) as error:
            raise _no_resource(error) from error
        finally:
            child.kill()
    return "lowered and raised"


@attack(baseline=ARENA)
def one_large_file(_):
    """A file of 300 MiB in /tmp"""
    return _fill("/tmp", 300 * MIB)


@attack(baseline=ARENA)
def many_files(_):
    """300 MiB in 30 files in /tmp"""
    return _fill("/tmp", 300 * MIB, files=30)


@attack(baseline=ARENA)
def shared_memory(_):
    """300 MiB in 30 files in /dev/shm"""
    return _fill("/dev/shm", 300 * MIB, files=30)


@attack(baseline=ARENA)
def names(_):
    """70 000 empty files in /tmp: the kernel keeps about a kilobyte for each"""
    place = tempfile.mkdtemp(dir="/tmp")
    made = 0
    try:
        for number in range(70000):
            os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_WRONLY))
            made += 1
    finally:
        for number in range(made):
            os.unlink(f"{place}/{number}")
    return made


@attack(baseline=ARENA)
def core_dump(_):
    """A core, as large as the process; 1 byte stops a program that core_pattern names too"""
    if resource.getrlimit(resource.RLIMIT_CORE) in ((0, 0), (1, 1)):
        raise Refused("no core")
    return "a core"


@attack(baseline=ARENA, granted=["tune", "vfio"])
def real_time(_):
    """A real-time priority, before which nothing else runs"""
    return os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


@attack(baseline=ARENA)
def real_time_without_rest(_):
    """Every processor for two seconds, before all that has no real-time priority"""
    pids = [_compute(processor) for processor in os.sched_getaffinity(0)]
    ended = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    if any(ended):
        raise Refused(f"ended with {ended}")
    return f"{len(pids)} processors"


def _compute(processor):
    pid = os.fork()
    if pid:
        return pid
    end = time.monotonic() + 2
    try:
        os.sched_setaffinity(0, [processor])
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        while time.monotonic() < end:
            pass
        os._exit(0)
    finally:
        os._exit(1)


@attack(baseline=ARENA, granted=["tune", "vfio"])
def higher_priority(_):
    """A nice value below 0"""
    return os.nice(-5)


@attack(baseline=ARENA)
def lock_memory(_):
    """mlock(2) of 64 MiB"""
    area = ctypes.create_string_buffer(64 * MIB)
    if LIBC.mlock(area, ctypes.c_size_t(64 * MIB)) < 0:
        raise OSError(ctypes.get_errno(), "mlock")
    return "64 MiB"
