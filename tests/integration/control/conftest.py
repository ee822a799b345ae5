"""What the tests of `virt-hook status` and `reload` share: a real helper that listens."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest

from degraded.conditions import BUILD
from helper.conftest import binary, place, start  # pylint: disable=unused-import

from .apart import Apart

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60


class Service:
    """A helper at a socket, and virt-hook that asks it."""

    def __init__(self, place, start):
        self.place, self.start_helper = place, start
        self.socket = place.root / "helper.sock"
        self.helper = self.peer = None

    def start(self):
        self.helper = self.start_helper(channel=False, options=["--listen", self.socket])
        self.peer = self.helper.connect(self.socket)

    def ask(self, *arguments):
        return subprocess.run([BUILD / "admin/virt-hook", *arguments, "--socket", self.socket],
                              capture_output=True, text=True, timeout=STUCK, check=False,
                              env=ENVIRONMENT)


@pytest.fixture
def apart():
    made = Apart()
    yield made
    made.end()


@pytest.fixture
def absent(place, start):
    """A service that is not started."""
    return Service(place, start)


@pytest.fixture
def service(absent):
    absent.start()
    yield absent
    absent.peer.close()
