"""What the attacks are aimed at: files outside of what a profile grants, and things of the host.

Runs in the tests' own process. All of it is made for the tests and removed after them.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import os
import shutil
import socket
import stat
import subprocess
import tempfile
import uuid
from pathlib import Path

from .arsenal.target import Target
from .leftovers import PLACE, PREFIX, Record

LIBC = ctypes.CDLL(None, use_errno=True)
# Where helpers keep guests' own /tmp, those of other tests among them, and where these mount.
OF_HELPERS = ("/run/virthook", "/tmp/virthook-", "/tmp/pytest-")

IPC_PRIVATE, IPC_CREAT = 0, 0o1000


def _check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "ipc")
    return result


class Things:
    """The host's System V and POSIX objects, and its sockets; all open to everybody."""

    def __init__(self, ground):
        self.word = word = ground.word
        self.sockets = [self._listen(str(ground.lib_folder / "socket")),
                        self._listen(str(ground.open_socket)),
                        self._listen(str(ground.run_folder / "socket")),
                        self._listen(str(ground.log_socket)), self._listen(f"\0{word}")]
        datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        datagrams.bind(f"\0{word}-datagram")
        internet = socket.create_server(("127.0.0.1", 0))
        self.port = internet.getsockname()[1]
        self.sockets += [datagrams, internet]
        made = ground.record.add
        self.shm = made("shm", _check(LIBC.shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0o666)))
        self.queue = made("queue", _check(LIBC.msgget(IPC_PRIVATE, IPC_CREAT | 0o666)))
        self.semaphores = made("semaphores",
                               _check(LIBC.semget(IPC_PRIVATE, 1, IPC_CREAT | 0o666)))
        self.shm_file = made("file", Path("/dev/shm") / word)
        self.shm_file.write_text("of the host", encoding="utf-8")
        self.shm_file.chmod(0o666)
        made("message queue", f"/{word}")
        self._make_posix_queue()
        self.disk = self._attach_disk(ground.folder / "disk-image")
        if self.disk:
            made("disk", self.disk)
        self.disk_number = os.stat(self.disk).st_rdev if self.disk else 0

    def _attach_disk(self, image):
        """A loop device, or "" where the host has none."""
        image.write_bytes(self.word.encode().ljust(1 << 20, b"\0"))
        image.chmod(0o600)
        done = subprocess.run(["/usr/sbin/losetup", "-f", "--show", image], capture_output=True,
                              text=True, check=False)
        return done.stdout.strip()

    def _make_posix_queue(self):
        before = os.umask(0)
        _check(LIBC.mq_open(f"/{self.word}".encode(), os.O_CREAT | os.O_RDWR, 0o666, None))
        os.umask(before)

    @staticmethod
    def _listen(address):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(address)
        if address.startswith("/"):
            os.chmod(address, 0o777)
        # Nobody accepts: a connection that waits is one.
        sock.listen(1000)
        return sock

    def send(self):
        """One message for whoever reads the queue; more where nobody did, until it is full."""
        message = ctypes.create_string_buffer((1).to_bytes(8, "little") + self.word.encode())
        LIBC.msgsnd(self.queue, message, len(self.word), 0o4000)

    def close(self):
        for sock in self.sockets:
            sock.close()


def _describe(path):
    about = os.lstat(path)
    kept = (about.st_mode, about.st_uid, about.st_gid, about.st_nlink)
    if not stat.S_ISREG(about.st_mode):
        return kept
    return (*kept, about.st_size, about.st_mtime_ns, os.listxattr(path), path.read_bytes())


def _host():
    """What of the host an attack could change for all to see."""
    def read(path):
        return Path(path).read_text(encoding="utf-8", errors="replace")
    mounts = [line for line in read("/proc/self/mountinfo").splitlines()
              if not line.split()[4].startswith(OF_HELPERS)]
    return {"mounts": mounts, "name": os.uname().nodename,
            "core_pattern": read("/proc/sys/kernel/core_pattern"),
            "etc": sorted(os.listdir("/etc"))}


class Ground:
    """folder: what of it are files. hidden: what the tests' profiles hide. log_socket: a socket
    that they show, as they do /dev/log; log_link: a link of root's to it. open_socket: one that
    they neither show nor hide. shared: a folder that they all may write to. closed: one that only
    root's may."""

    def __init__(self):
        self.word = f"virthook-{uuid.uuid4().hex}"
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
        self.record = Record(self.folder)
        self.lib_folder, self.run_folder = (
            self.record.add("folder", Path(tempfile.mkdtemp(prefix=PREFIX, dir=place)))
            for place in ("/var/lib", "/run"))
        self.hidden = self.folder / "hidden"
        self.open = self.folder / "open"
        self.audit = self.folder / "audit"
        self.log_socket = self.run_folder / "log"
        self.log_link = self.folder / "log-link"
        self.open_socket = self.folder / "open-socket"
        self.shared = self.folder / "shared"
        self.closed = self.folder / "closed"
        modes = {self.folder: 0o755, self.lib_folder: 0o755, self.run_folder: 0o755,
                 self.hidden: 0o755, self.audit: 0o700, self.shared: 0o777, self.closed: 0o777,
                 self.closed / "nested": 0o777}
        for folder, mode in modes.items():
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
        self.log_link.symlink_to(self.log_socket)
        (self.hidden / "secret").write_text(self.word, encoding="utf-8")
        self.tmp_file = self.record.add("file", Path("/tmp") / self.word)
        self.tmp_file.write_text("of the host", encoding="utf-8")
        self.tmp_file.chmod(0o666)
        self.things = Things(self)
        self.renew()

    def renew(self):
        """The open folder as it was in the beginning."""
        shutil.rmtree(self.open, ignore_errors=True)
        self.open.mkdir()
        self.open.chmod(0o777)
        canary = self.open / "canary"
        canary.write_text("untouched\n", encoding="utf-8")
        canary.chmod(0o666)
        self.log_socket.chmod(0o777)

    def target(self, **more):
        things = self.things
        things.send()
        return Target(
            word=self.word, folder=str(self.folder), hidden=str(self.hidden),
            secret=str(self.hidden / "secret"), open=str(self.open),
            canary=str(self.open / "canary"), socket=str(self.lib_folder / "socket"),
            log_socket=str(self.log_socket), run_socket=str(self.run_folder / "socket"),
            abstract=self.word, port=things.port,
            audit=str(self.audit), tmp_file=str(self.tmp_file), shm=things.shm, queue=things.queue,
            semaphores=things.semaphores, shm_file=self.word, message_queue=self.word,
            disk=things.disk, disk_number=things.disk_number, **more)

    def look(self):
        """All that can be seen of its files, and of the host."""
        paths = [path for folder in (self.open, self.hidden, self.run_folder)
                 for path in (folder, *sorted(folder.rglob("*")))]
        return {path: _describe(path) for path in paths} | _host()

    def remove(self):
        self.things.close()
        self.record.remove()
