"""Who receives copies of audit records, at its true path in a mount namespace of the test's own.

Runs in the test's own process. A journald is the machine's own program, with a journal in the
test's folder; syslog's socket is the test's.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import signal
import socket
import subprocess

from helper.processes import wait_until

SO_SNDBUFFORCE = 32  # of Linux; Python has no name for it

JOURNALD = "/lib/systemd/systemd-journald"

# /run, /dev and /etc/systemd of its own, over which the test's folder $0 lies: what is bound there
# from outside is found inside.
APART = """
mount -t tmpfs -o mode=755 none /run
mkdir -p /run/systemd/journal /run/log/journal
mount --bind "$0/sockets" /run/systemd/journal
mount --bind "$0/journal" /run/log/journal
mount -t tmpfs -o mode=755 none /etc/systemd
cp "$0/journald.conf" /etc/systemd/
mount -t tmpfs -o mode=755 none /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/dev,upperdir=/mnt/upper,workdir=/mnt/work none /dev
ln -s /run/systemd/journal/dev-log /dev/log
exec "$@"
"""

# Nothing of the machine is read or changed: not the kernel's messages, not whether it audits.
CONFIGURATION = """
[Journal]
Storage=volatile
RateLimitIntervalSec=0
ReadKMsg=no
Audit=
ForwardToSyslog=no
ForwardToConsole=no
ForwardToWall=no
"""


def waits_for_a_receiver(process):
    """Whether it is inside of a send that the kernel has put to sleep, for room in a queue."""
    with open(f"/proc/{process.pid}/wchan", encoding="ascii") as place:
        return place.read() == "unix_wait_for_peer"


class Corner:
    """The folders of one test; wrapper is what a program is started with to be in there."""

    def __init__(self, place):
        self.root = place.folder("corner")
        self.sockets = place.folder("corner/sockets")
        self.journal = place.folder("corner/journal")
        (self.root / "journald.conf").write_text(CONFIGURATION, encoding="ascii")
        self.wrapper = ("unshare", "--mount", "--propagation", "private", "sh", "-ec", APART,
                        str(self.root))

    def run(self, *argv, **more):
        return subprocess.run([*self.wrapper, *argv], capture_output=True, timeout=60, **more)

    def start(self, *argv):
        """A program that runs there."""
        return subprocess.Popen([*self.wrapper, *argv], stdin=subprocess.DEVNULL)

    def bind(self, name):
        """A receiving socket of the test's own, that any user may send to."""
        path = self.sockets / name
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(os.fspath(path))
        path.chmod(0o666)
        return receiver

    def fill(self, name):
        """Sends to a socket that is not read until its queue is full."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            # The sender's own buffer would be full before a long queue is.
            sender.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 22)
            try:
                while True:
                    sender.sendto(b"MESSAGE=filler\n", os.fspath(self.sockets / name))
            except BlockingIOError:
                pass


class Journald:
    """A journald that runs; its entries are what journalctl finds."""

    def __init__(self, corner):
        self.corner, self.process = corner, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([*self.corner.wrapper, "unshare", "--net", JOURNALD],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_until(self._answers, 30, "journald answers")

    def _answers(self):
        assert self.process.poll() is None, f"journald ended: {self.process.returncode}"
        return self.corner.run("journalctl", "--sync", check=False).returncode == 0

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Stopped as by a debugger: its sockets are there, and nobody reads."""
        self.signal(signal.SIGSTOP)
        wait_until(lambda: self._state() == "T", 10, "journald stops")

    def _state(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0]

    def end(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(30)

    def entries(self, *matches):
        """What has been sent so far, oldest first; each field a string, or a list of them."""
        self.corner.run("journalctl", "--sync", check=True)
        done = self.corner.run("journalctl", "--directory=/run/log/journal", "--output=json",
                               "--all", "SYSLOG_IDENTIFIER=virthook-helper", *matches, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]
