"""A command that runs inside a cell, and the bounded ways to wait for it.

Runs in the test's own process. Output goes to files and not to pipes: a process that a hook leaves
behind with the command's stdout open cannot make a wait longer, and a flood cannot block anybody.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import select
import signal
import time
from dataclasses import dataclass


class RigError(Exception):
    """The rig itself did not work; says nothing about what is tested."""


class Timeout(RigError):
    """What was waited for did not happen within the bound."""


@dataclass
class Result:
    """How a command ended.

    status is the exit status, minus the signal's number, or None where it was still running when
    the bound was over (it was killed then); seconds is how long it ran, or the bound.
    """
    argv: list
    status: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def hung(self):
        return self.status is None

    def checked(self):
        """This result, if the command succeeded; else RigError."""
        if self.status != 0:
            raise RigError(f"{' '.join(self.argv)}: status {self.status} after {self.seconds:.1f} s"
                           f"\n{self.stdout}{self.stderr}")
        return self


class Command:
    """A running command: pid (as seen inside the cell), wait(), kill(), finish()."""

    def __init__(self, cell, argv, status_fd, stdout, stderr):
        self.argv = argv
        self._cell = cell
        self._status_fd = status_fd
        self._unread = b""
        self._stdout = stdout
        self._stderr = stderr
        self.exit_status = None
        self.seconds = None
        self.started = time.monotonic()
        self.pid = self._read_pid()

    def _read_pid(self):
        word, _, rest = self._read_line(10).partition(" ")
        if word != "pid":
            self._close()
            raise RigError(rest)
        return int(rest)

    def _read_line(self, timeout):
        """The next line of status, or None when the bound is over first."""
        end = time.monotonic() + timeout
        while b"\n" not in self._unread:
            ready, _, _ = select.select([self._status_fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            data = os.read(self._status_fd, 4096)
            if not data:
                raise RigError(f"the cell ended under {self.argv[0]}")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode()

    def _close(self):
        if self._status_fd is not None:
            os.close(self._status_fd)
            self._status_fd = None

    def wait(self, timeout):
        """The exit status, or None if the command still runs after timeout seconds."""
        if self.exit_status is None:
            line = self._read_line(timeout)
            if line is None:
                return None
            _, status, clock = line.split()
            self.exit_status = int(status)
            self.seconds = float(clock) - self.started
            self._close()
        return self.exit_status

    @property
    def running(self):
        return self.wait(0) is None

    def kill(self, number=signal.SIGKILL):
        self._cell.signal(self.pid, number)

    def output(self):
        """What the command has written so far: (stdout, stderr)."""
        return tuple(os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
                     .decode(errors="replace") for file in (self._stdout, self._stderr))

    def finish(self, timeout):
        """Wait, kill what is late, and return the Result."""
        status = self.wait(timeout)
        seconds = self.seconds if status is not None else time.monotonic() - self.started
        if status is None:
            self.kill()
            self.wait(10)
        stdout, stderr = self.output()
        return Result(self.argv, status, stdout, stderr, seconds)


def wait_until(condition, timeout, what):
    """Return the first true value of condition(), or raise Timeout naming what was waited for.

    Looks every 10 ms; for events that have no descriptor to wait on.
    """
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Timeout(f"{what}: not within {timeout} s")
        time.sleep(0.01)
