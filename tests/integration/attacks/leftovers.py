"""What a run of the suite makes on the host is written down, so that the next run can clear away
what one that was cut off has left. Runs that go on meanwhile hold a lock, and are left alone.

Runs in the tests' own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import fcntl
import shutil
import subprocess
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
IPC_RMID = 0

# Where a run keeps its files, and what in that folder is its record.
PLACE, PREFIX = Path("/var/cache"), "virthook-attacks-"
RECORD = "made"


def _remove_folder(folder):
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    points = [line.split()[4] for line in mounts.splitlines()]
    for point in reversed([point for point in points if point.startswith(f"{folder}/")]):
        subprocess.run(["/bin/umount", "--lazy", point], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)


def _detach(disk):
    subprocess.run(["/usr/sbin/losetup", "-d", disk], check=False, stderr=subprocess.DEVNULL)


REMOVE = {
    "folder": _remove_folder,
    "file": lambda path: Path(path).unlink(missing_ok=True),
    "disk": _detach,
    "shm": lambda number: LIBC.shmctl(int(number), IPC_RMID, None),
    "queue": lambda number: LIBC.msgctl(int(number), IPC_RMID, None),
    "semaphores": lambda number: LIBC.semctl(int(number), 0, IPC_RMID),
    "message queue": lambda name: LIBC.mq_unlink(name.encode()),
}


def _remove_all(text):
    """What was made last goes first."""
    for line in reversed(text.splitlines()):
        kind, _, value = line.partition("\t")
        REMOVE[kind](value)


class Record:
    """Of one run, in its folder; locked as long as the run goes on."""

    def __init__(self, folder):
        self.file = (folder / RECORD).open("x+", encoding="utf-8")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.add("folder", folder)

    def add(self, kind, value):
        """Gives the value back."""
        self.file.write(f"{kind}\t{value}\n")
        self.file.flush()
        return value

    def remove(self):
        """All that was made."""
        self.file.seek(0)
        _remove_all(self.file.read())
        self.file.close()


def clear():
    """What runs have left behind that were cut off."""
    for path in PLACE.glob(f"{PREFIX}*/{RECORD}"):
        try:
            with open(path, encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove_all(file.read())
        except (BlockingIOError, FileNotFoundError):
            continue
