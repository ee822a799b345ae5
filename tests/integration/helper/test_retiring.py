"""A helper that makes room for another, at an upgrade: no call suffers by it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import socket

import pytest

from .processes import children, wait_until
from .wire import Peer

LONG = "touch $T/runs-$1; while [ ! -e $T/go-on ]; do sleep 0.05; done; echo done >>$T/done"


@pytest.fixture
def long_call(place, helper, peer):
    """A call whose script runs until $T/go-on is there, and its helper told to retire."""
    place.script("qemu", LONG)
    call = peer.start("d1")
    wait_until((place.root / "runs-d1").exists, 10, "the script runs")
    helper.signal(signal.SIGUSR1)
    return call


def go_on(place):
    (place.root / "go-on").touch()


def test_without_a_call_it_ends_at_once(helper, peer):
    peer.call()
    helper.signal(signal.SIGUSR1)
    assert helper.wait() == 0


def test_a_call_that_runs_is_not_cut(place, helper, peer, long_call):
    go_on(place)
    assert peer.finish(long_call).reason == "ok"
    assert helper.wait() == 0
    assert place.lines("done") == ["done"]
    assert [record["reason"] for record in place.ends()] == ["ok"]


def test_until_it_ends_it_takes_calls_as_ever(place, helper, peer, long_call):
    another = peer.start("d2")
    peer.accepted(another)
    go_on(place)
    assert peer.finish(another).reason == "ok"
    assert peer.finish(long_call).reason == "ok"
    assert helper.wait() == 0


def test_with_sigterm_it_ends_its_calls_after_all(helper, peer, long_call):
    helper.signal(signal.SIGTERM)
    assert peer.finish(long_call).reason == "cancelled"
    assert helper.wait() == 0


def test_it_stays_for_what_lingers(place, start):
    place.configure('profile "p" {\n inherits = unconfined\n linger = 60\n}\n'
                    'default_profile = p\n')
    place.script("qemu", "(while [ ! -e $T/go-on ]; do sleep 0.05; done; echo done >>$T/done) "
                         ">/dev/null 2>&1 &")
    helper = start()
    assert helper.peer.call().reason == "ok"
    helper.signal(signal.SIGUSR1)
    wait_until(lambda: children(helper.pid), 10, "it lives, and its runner")
    go_on(place)
    assert helper.wait() == 0
    assert place.lines("done") == ["done"]


def test_who_connects_while_nobody_accepts_is_served_by_the_next(place, start):
    """The service manager keeps the socket; here the test does."""
    place.script("qemu")
    path = place.root / "kept"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.bind(os.fspath(path))
        sock.listen()

        def activated():
            def hand_over():
                os.dup2(sock.fileno(), 3)
                os.set_inheritable(3, True)
            return start(channel=False, close_fds=False, preexec_fn=hand_over,
                         wrapper=("/bin/sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh"),
                         environment={"LISTEN_FDS": "1"})

        first = activated()
        peer = first.connect(path)
        assert peer.call().reason == "ok"
        first.signal(signal.SIGUSR1)
        assert first.wait() == 0
        waiting = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        waiting.connect(os.fspath(path))
        activated()
        assert Peer(waiting).call().reason == "ok"
