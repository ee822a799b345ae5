"""A small disk for the audit log that a test can fill, and calls until the helper notices.

Runs in the test's own process; the disk is in the helper's mount namespace alone.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
from pathlib import Path

from . import log

PAGE = 4096
CALLS_MAX = 100  # far more than a disk of 32 pages has records for


class Disk:
    """A file system of 128 KiB over the audit logs' folder, in the helper's mount namespace."""

    def __init__(self, place):
        self.wrapper = ("unshare", "--mount", "sh", "-c",
                        'mount -t tmpfs -o size=128k,mode=0700 none "$0" && exec "$@"',
                        str(place.audit))
        self.place = place
        self.folder = None

    def of(self, helper):
        """The folder, through the helper's eyes."""
        self.folder = Path(f"/proc/{helper.pid}/root{self.place.audit}")
        return self

    @property
    def ballast(self):
        return self.folder / "ballast"

    def fill(self):
        fd = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while os.write(fd, bytes(PAGE)):
                pass
        except OSError as error:
            assert error.strerror == "No space left on device"
        finally:
            os.close(fd)

    def make_room(self):
        self.ballast.unlink()

    def records(self):
        return log.read(self.folder / "service.log")


def call_until(peer, condition):
    """Calls until a verdict is as the condition says; that verdict."""
    for _ in range(CALLS_MAX):
        verdict = peer.call()
        if condition(verdict):
            return verdict
    raise AssertionError(f"not within {CALLS_MAX} calls")
