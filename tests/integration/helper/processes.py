"""What the kernel tells of processes, and the helper as a process.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from .wire import Peer

MAPPING_MAX = 1 << 30

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def wait_until(condition, timeout, what):
    """The first true value of condition(); fails where it does not come within timeout seconds."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, f"{what}: not within {timeout} s"
        time.sleep(0.005)
    return value


def status(pid, key):
    """The value of one line of /proc/PID/status, or None where the process is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((line.partition(":")[2].strip() for line in text.splitlines()
                 if line.startswith(f"{key}:")), None)


def kibibytes(pid, key):
    """VmRSS, VmHWM and the like, in KiB."""
    return int(status(pid, key).split()[0])


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def is_alive(pid):
    state = status(pid, "State")
    return state is not None and state[0] not in "ZX"


def children(pid):
    return [child for child in pids() if status(child, "PPid") == str(pid)]


def _read(path):
    try:
        return Path(path).read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def _link(path):
    try:
        return os.readlink(path).encode()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def marked(marker):
    """PIDs of the host's processes with the marker in environment, arguments or working folder."""
    return [pid for pid in pids() if pid != os.getpid() and is_alive(pid) and marker.encode() in
            _read(f"/proc/{pid}/environ") + _read(f"/proc/{pid}/cmdline")
            + _link(f"/proc/{pid}/cwd")]


def in_namespace(link):
    """PIDs of the living processes in the PID namespace "pid:[…]"."""
    return [pid for pid in pids()
            if _link(f"/proc/{pid}/ns/pid") == link.encode() and is_alive(pid)]


def memory_of(pid):
    """All that the process could read of its own memory, piece by piece.

    Mappings of many GiB are AddressSanitizer's own: they tell of bytes, and do not hold them.
    """
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end, mode = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            size = int(end, 16) - int(start, 16)
            if mode[0] != "r" or "[vv" in line or "[vs" in line or size > MAPPING_MAX:
                continue
            memory.seek(int(start, 16))
            yield memory.read(size)


class Helper:
    """A running helper. By default a private one over a socketpair: peer is connected to it.

    Its log is below place.audit, or where the configuration says if audit is False.
    """

    def __init__(self, place, binary, *, channel=True, audit=True, options=(), wrapper=(),
                 environment=None, greet=True, **popen):
        self.place = place
        self.binary = binary
        self.log = open(place.root / "helper.log", "ab")  # pylint: disable=consider-using-with
        self.peer = None
        inherited = list(popen.pop("pass_fds", ()))
        argv = [*wrapper, binary, "--config", place.config, "--hooks", place.hooks,
                *(["--audit", f"{place.audit}/"] if audit else []), *options]
        theirs = None
        if channel:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            argv += ["--channel", str(theirs.fileno())]
            inherited.append(theirs.fileno())
        self.process = subprocess.Popen(
            [os.fspath(word) for word in argv], pass_fds=inherited, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.log,
            env={"PATH": SYSTEM_PATH} | sanitizer_options() | (environment or {}), **popen)
        self.pid = self.process.pid
        if channel:
            theirs.close()
            self.peer = Peer(ours, greet)

    def stderr(self):
        return (self.place.root / "helper.log").read_text(encoding="utf-8", errors="replace")

    def connect(self, path, greet=True):
        """One more connection, to the socket that it listens at as soon as it has started."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wait_until(lambda: self.process.poll() is not None or sock.connect_ex(os.fspath(path)) == 0,
                   10, "the helper listens")
        return Peer(sock, greet)

    def descriptors(self):
        return sorted(int(name) for name in os.listdir(f"/proc/{self.pid}/fd"))

    def runners(self):
        """Those that are one by now: what starts them is a child too, until it has."""
        return [pid for pid in children(self.pid) if status(pid, "Name") == "virthook-runner"]

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        """Its exit status."""
        return self.process.wait(timeout)

    def kill(self):
        """SIGKILL, and the whole end of it."""
        self.process.kill()
        self.process.wait()

    def end(self, timeout=20):
        """End it as its client would, by closing the channel, or by SIGTERM; its exit status."""
        if self.peer:
            self.peer.close()
        else:
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def clean_up(self):
        """After a test: it is gone, whatever the test did."""
        if self.peer:
            self.peer.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()


def sanitizer_options():
    return {key: value for key, value in os.environ.items()
            if key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")}
