"""A helper that listens: many connections can meet it, one after another and side by side."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from degraded.conditions import BUILD, helper_of
from helper.place import Place
from helper.processes import Helper, wait_until


class Service:
    """A helper at a socket. One serves all tests of a module: what one breaks, the next feels."""

    def __init__(self):
        self.place = Place()
        self.place.script("qemu", "test \"$1\" != slow || sleep 60; cat")
        self.path = self.place.root / "helper.sock"
        self.helper = Helper(self.place, helper_of(BUILD), channel=False,
                             options=("--listen", self.path))
        self.peers = []
        # The copy of its hello is written when it listens; the socket is there before.
        wait_until((self.place.root / "hello").exists, 20, "the helper listens")

    def connect(self, greet=True):
        self.peers.append(self.helper.connect(self.path, greet))
        return self.peers[-1]

    def close_peers(self):
        """What a test leaves open."""
        while self.peers:
            self.peers.pop().close()

    def descriptors(self):
        return len(self.helper.descriptors())

    def end(self):
        self.close_peers()
        self.helper.clean_up()
        said = self.helper.stderr()
        status = self.helper.process.returncode
        self.place.remove()
        return status, said


@pytest.fixture(scope="module")
def shared_service():
    service = Service()
    yield service
    status, said = service.end()
    assert status == 0, said
    assert "Sanitizer" not in said and "runtime error" not in said, said


@pytest.fixture
def service(shared_service):  # pylint: disable=redefined-outer-name
    """The module's helper; after each test it serves a call, and has given up all descriptors."""
    before = shared_service.descriptors()
    yield shared_service
    shared_service.close_peers()
    peer = shared_service.connect()
    assert peer.call("next").allow
    shared_service.close_peers()
    wait_until(lambda: shared_service.descriptors() <= before, 10, "all descriptors are closed")
