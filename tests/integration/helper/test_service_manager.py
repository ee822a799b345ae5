"""What the helper tells its service manager, by a socket that stands where systemd's would."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import socket
import struct

import pytest

from .processes import status, wait_until

WATCHDOG_US = "400000"
WATCHED = {"WATCHDOG_USEC": WATCHDOG_US}
CREDENTIALS = struct.Struct("iII")


class Manager:
    """The receiving end; from each packet its sender's pid is taken, as systemd does."""

    def __init__(self, path):
        self.path = path
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.sock.bind(os.fspath(path))
        path.chmod(0o777)

    def next(self, timeout=20):
        """(the sender's pid, {variable: value})."""
        self.sock.settimeout(timeout)
        data, ancillary, _, _ = self.sock.recvmsg(4096, 256)
        pid = CREDENTIALS.unpack(ancillary[0][2])[0]
        return pid, dict(line.split("=", 1) for line in data.decode().splitlines())

    def await_word(self, word):
        """The first packet with this variable; what comes before it is passed over."""
        while True:
            pid, said = self.next()
            if word in said:
                return pid, said

    def drain(self):
        while self.is_told(0):
            pass

    def is_told(self, seconds):
        try:
            self.next(seconds)
        except (BlockingIOError, TimeoutError):
            return False
        return True


@pytest.fixture
def manager(place):
    made = Manager(place.root / "notify")
    place.root.chmod(0o755)
    yield made
    made.sock.close()


@pytest.fixture
def path(place):
    return place.root / "run/helper.sock"


@pytest.fixture
def serve(start, path, manager):
    def begin(**environment):
        return start(channel=False, options=("--listen", path),
                     environment={"NOTIFY_SOCKET": os.fspath(manager.path)} | environment)
    return begin


def test_it_is_ready_when_it_listens(serve, manager, path):
    helper = serve()
    assert manager.next() == (helper.pid, {"READY": "1"})
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        assert sock.connect_ex(os.fspath(path)) == 0


def test_one_that_cannot_serve_is_never_ready(serve, manager, place):
    place.configure("deadline = soon\n")
    helper = serve()
    assert helper.wait() == 2
    assert not manager.is_told(0)


def test_a_reload_is_told_from_its_begin_to_its_end(serve, manager):
    helper = serve()
    manager.next()
    helper.signal(signal.SIGHUP)
    said = manager.next()[1]
    assert said["RELOADING"] == "1" and int(said["MONOTONIC_USEC"]) > 0
    assert manager.next() == (helper.pid, {"READY": "1"})


def test_a_reload_that_is_refused_ends_too(serve, manager, place):
    helper = serve()
    manager.next()
    place.configure("deadline = soon\n")
    helper.signal(signal.SIGHUP)
    assert "RELOADING" in manager.next()[1]
    assert manager.next()[1] == {"READY": "1"}
    assert "the running configuration stays" in helper.stderr()


def test_its_end_is_told(serve, manager):
    helper = serve()
    manager.next()
    helper.signal(signal.SIGTERM)
    assert manager.next() == (helper.pid, {"STOPPING": "1"})
    assert helper.wait() == 0


def test_the_watchdog_is_fed_again_and_again(serve, manager):
    helper = serve(**WATCHED)
    for _ in range(4):
        assert manager.await_word("WATCHDOG")[0] == helper.pid


def test_the_watchdog_of_another_process_is_not_fed(serve, manager):
    serve(**WATCHED, WATCHDOG_PID="1")
    manager.await_word("READY")
    assert not manager.is_told(1)


def test_a_helper_that_hangs_feeds_it_no_more(serve, manager):
    helper = serve(**WATCHED)
    manager.await_word("WATCHDOG")
    helper.signal(signal.SIGSTOP)
    wait_until(lambda: status(helper.pid, "State").startswith("T"), 10, "it is stopped")
    manager.drain()
    assert not manager.is_told(2)
    helper.signal(signal.SIGCONT)
    assert manager.await_word("WATCHDOG")[0] == helper.pid


def test_it_is_fed_while_a_script_hangs(serve, manager, path, place):
    place.script("qemu", "exec sleep 100")
    helper = serve(**WATCHED)
    peer = helper.connect(path)
    peer.accepted(peer.start())
    manager.drain()
    for _ in range(4):
        manager.await_word("WATCHDOG")


def test_where_the_manager_does_not_read_calls_go_on(serve, manager, path, place):
    place.script("qemu")
    helper = serve(WATCHDOG_USEC="2000")
    manager.await_word("READY")
    peer = helper.connect(path)
    for _ in range(20):
        assert peer.call().reason == "ok"


def test_scripts_are_not_told_where_the_manager_is(serve, path, place):
    place.script("qemu", "env >$T/environment")
    assert serve(**WATCHED).connect(path).call().allow
    said = place.read("environment").decode()
    assert "NOTIFY" not in said and "WATCHDOG" not in said


def test_a_private_helper_tells_the_manager_of_its_client_nothing(start, manager, place):
    place.script("qemu")
    helper = start(environment=WATCHED | {"NOTIFY_SOCKET": os.fspath(manager.path)})
    assert helper.peer.call().allow
    assert helper.end() == 0
    assert not manager.is_told(0)
