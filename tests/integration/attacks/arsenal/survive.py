"""Scripts that want to live on after the verdict. Each says nothing; the tests count what is left.

ENDING names those whose main process ends by itself and at once; the others last until the
deadline.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import socket
import subprocess
import time

from .kernel_calls import LIBC
from .programs import path
from .table import ARENA, attack

LONG = 600
FORK_BOMB = 200
PR_SET_CHILD_SUBREAPER = 36

ENDING = {"setsid_daemon", "double_fork", "hidden_daemon", "child_holds_output", "fork_chain",
          "subreaper", "exec_from_memory_daemon", "sibling_of_the_script", "thread_leader_exits",
          "orphan_ignores_everything", "daemon_of_another_user"}


def _ignore_all():
    for number in range(1, 65):
        if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
            signal.signal(number, signal.SIG_IGN)


def _sleep():
    time.sleep(LONG)
    os._exit(0)


def _detach():
    """A session of its own, and no descriptor of the script's."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.closerange(3, 256)


def _daemon():
    if os.fork() == 0:
        _detach()
        _sleep()


@attack(baseline=ARENA)
def setsid_daemon(_):
    """A daemon in a session of its own"""
    _daemon()


@attack(baseline=ARENA)
def double_fork(_):
    """A daemon whose parent has gone"""
    if os.fork() == 0:
        _daemon()
        os._exit(0)
    os.wait()


@attack(baseline=ARENA)
def orphan_ignores_everything(_):
    """A daemon that ignores every signal that can be ignored"""
    if os.fork() == 0:
        _ignore_all()
        _detach()
        _sleep()


@attack(baseline=ARENA)
def daemon_of_another_user(_):
    """A daemon that is another user's where it may be: a runner of uid 0 cannot signal it"""
    if os.fork() == 0:
        _detach()
        try:
            os.setresuid(12345, 12345, 12345)
        except PermissionError:
            pass
        _sleep()


@attack(baseline=ARENA)
def hidden_daemon(_):
    """A daemon with another name, no arguments and no environment"""
    if os.fork() == 0:
        _detach()
        os.execve("/bin/sleep", ["[kworker/0:1]", str(LONG)], {})


@attack(baseline=ARENA)
def exec_from_memory_daemon(_):
    """A daemon whose program is no file"""
    if os.fork() == 0:
        _detach()
        fd = os.memfd_create("daemon", 0)
        with open(path("spawn"), "rb") as source:
            os.write(fd, source.read())
        os.execve(fd, ["daemon", "sleep", str(LONG)], {})


@attack(baseline=ARENA)
def child_holds_output(_):
    """A child that keeps stdout and stderr open"""
    if os.fork() == 0:
        _sleep()


@attack(baseline=ARENA)
def fork_chain(_):
    """A daemon that changes its PID all the time"""
    if os.fork() == 0:
        _detach()
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            if os.fork():
                os._exit(0)
            time.sleep(0.001)
        os._exit(0)


@attack(baseline=ARENA)
def subreaper(_):
    """A daemon that takes orphans in, in place of PID 1"""
    if os.fork() == 0:
        _detach()
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for _ in range(4):
            if os.fork() == 0:
                if os.fork() == 0:
                    _sleep()
                os._exit(0)
        _sleep()


@attack(baseline=ARENA)
def sibling_of_the_script(_):
    """clone(2) with CLONE_PARENT: the runner's own child, beside the script"""
    subprocess.run([path("spawn"), "parent", str(LONG)], check=False)


@attack(baseline=ARENA)
def thread_leader_exits(_):
    """A thread that goes on when the main one has ended"""
    if os.fork() == 0:
        os.execv(path("threads"), ["threads", "leader", str(LONG)])


@attack(baseline=ARENA)
def ignore_sigterm(_):
    """Does not end when told to"""
    _ignore_all()
    _sleep()


@attack(baseline=ARENA)
def block_all_signals(_):
    """Blocks every signal"""
    signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))
    _sleep()


@attack(baseline=ARENA)
def stop_itself(_):
    """SIGSTOP to itself and to its child"""
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
    _sleep()


@attack(baseline=ARENA)
def stop_each_other(_):
    """Two processes, each of which stops the other again as soon as it goes on"""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _ignore_all()
        while True:
            time.sleep(0.01)
            os.kill(parent, signal.SIGSTOP)
    _ignore_all()
    while True:
        time.sleep(0.01)
        os.kill(child, signal.SIGSTOP)


@attack(baseline=ARENA)
def traced_and_stopped(_):
    """A child that is stopped by its tracer, where tracing is allowed"""
    subprocess.run([path("spawn"), "traced", str(LONG)], check=False)
    _sleep()


@attack(baseline=ARENA)
def wait_in_vfork(_):
    """A parent that the kernel lets wait for its child without end"""
    subprocess.run([path("spawn"), "vfork", str(LONG)], check=False)
    _sleep()


@attack(baseline=ARENA)
def fork_bomb(_):
    """Forks as often as it is let, up to a few hundred times"""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(FORK_BOMB):
        try:
            if os.fork() == 0:
                _sleep()
        except OSError:
            time.sleep(0.01)
    _sleep()


@attack(baseline=ARENA)
def spawn_without_end(_):
    """One short process after the other"""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)


@attack(baseline=ARENA)
def fork_when_told_to_end(_):
    """Each SIGTERM makes two of one"""
    def double(*_):
        os.fork()
    signal.signal(signal.SIGTERM, double)
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        signal.pause()


@attack(baseline=ARENA)
def kill_its_parent(_):
    """Kills and stops whoever runs it, and all others"""
    os.kill(os.getppid(), signal.SIGSTOP)
    if os.getppid() != 1:
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(1, signal.SIGKILL)
    _sleep()


@attack(baseline=ARENA)
def pass_a_socket_in_a_circle(_):
    """Descriptors in flight to each other, which only the kernel's collector ends"""
    if os.fork() == 0:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        for _ in range(64):
            socket.send_fds(ours, [b"x"], [theirs.fileno(), ours.fileno()])
        _sleep()
    _sleep()


@attack(baseline=ARENA)
def many_threads_hang(_):
    """Sixty threads that do not end when told to"""
    _ignore_all()
    os.execv(path("threads"), ["threads", "many", str(LONG)])
