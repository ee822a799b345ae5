"""A service's socket: connecting, its loss, and a private helper where nothing listens."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import socket
import subprocess
import sys

import pytest

from .support import EARLY, HERE, SLACK


class Service:
    """fake_helper.py as a service, whose connections go by the plan, one after the other."""

    def __init__(self, folder, path):
        self.folder, self.path = folder, path
        self.process = None

    def start(self):
        self.path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-B", HERE / "fake_helper.py", self.folder, self.path],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def signal(self, number):
        os.kill(self.process.pid, number)

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


@pytest.fixture
def service(plan, tmp_path):
    instance = Service(plan.folder, tmp_path / "socket")
    yield instance
    instance.end()


@pytest.fixture
def connected(daemon, service, plan, hooks):
    """connected(*manners, helper=None): a daemon whose hook connects to a service of that plan."""
    def connect_with(*manners, **options):
        plan.write(*manners)
        service.start()
        given = {"socket": str(service.path), "hooks": str(hooks), "policy": ""} | options
        assert daemon.open(**given) == 0
        return daemon
    return connect_with


def test_calls_go_over_one_connection(connected, plan):
    daemon = connected("Honest")
    assert all(daemon.call()["allow"] for _ in range(3))
    assert len(plan.starts()) == 1 and daemon.children() == {}


def test_nothing_listens(daemon, service, hooks):
    assert daemon.open(socket=str(service.path), hooks=str(hooks), policy="") == 0
    reply = daemon.call()
    assert reply["reason"] == "no-helper" and reply["seconds"] < SLACK
    assert reply["message"].startswith(
        f"the helper at {service.path} cannot be reached: No such file or directory; start the "
        "service that listens there; ")


def test_a_socket_that_nobody_serves_any_more(daemon, service, hooks, plan):
    plan.write("Honest")
    service.start()
    service.end()
    assert daemon.open(socket=str(service.path), hooks=str(hooks), policy="") == 0
    reply = daemon.call()
    assert reply["reason"] == "no-helper" and "Connection refused" in reply["message"]
    service.start()
    assert daemon.call()["allow"]


@pytest.mark.parametrize("is_left", [True, False])
def test_where_nothing_listens_a_private_helper_serves(daemon, service, plan, hooks, is_left):
    plan.write("Honest")
    if is_left:
        service.start()
        service.end()
    assert daemon.open(socket=str(service.path), helper=str(plan.path), hooks=str(hooks),
                       policy="") == 0
    assert daemon.call()["allow"]
    assert len(daemon.children()) == 1


def test_where_a_service_listens_no_private_helper_is_started(connected, plan):
    daemon = connected("Honest", helper=str(plan.path))
    assert daemon.call()["allow"] and daemon.children() == {}


def test_a_stopped_service_is_disconnected_from_and_not_killed(connected, service):
    daemon = connected("Honest", "Honest")
    assert daemon.call()["allow"]
    service.signal(signal.SIGSTOP)
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and "disconnected" in reply["message"]
    assert reply["seconds"] < 2 + SLACK
    service.signal(signal.SIGCONT)
    assert daemon.call()["allow"]
    assert service.process.poll() is None


def test_a_service_that_takes_no_connections_is_waited_for_two_seconds(daemon, service, hooks):
    """Its queue is full: connect() alone would wait for ever."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(service.path))
        listener.listen(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as first:
            first.connect(str(service.path))
            assert daemon.open(socket=str(service.path), hooks=str(hooks), policy="") == 0
            reply = daemon.call()
    assert reply["reason"] == "no-answer" and "takes no connection" in reply["message"]
    assert 2 - EARLY < reply["seconds"] < 2 + SLACK


def test_a_connection_that_is_not_answered_is_waited_for_two_seconds(connected):
    daemon = connected("NeverGreets", "Honest")
    reply = daemon.call()
    assert reply["reason"] == "no-answer" and reply["seconds"] < 2 + SLACK
    assert daemon.call()["allow"]


def test_a_service_that_is_restarted_is_found_again(connected, service, plan):
    daemon = connected("Honest")
    assert daemon.call()["allow"]
    service.end()
    service.start()
    assert daemon.call()["allow"]
    assert len(plan.starts()) == 2


def test_a_service_that_dies_with_the_call_is_a_lost_helper(connected, service, plan):
    daemon = connected("NeverObeys")
    call = daemon.begin("call")
    plan.await_packet(kind=2, count=1)
    service.end()
    reply = call.result(5)
    assert reply["reason"] == "helper-lost" and "closed the connection" in reply["message"]


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_of_another_kind_is_no_helper(daemon, service, hooks, kind):
    with socket.socket(socket.AF_UNIX, kind) as other:
        other.bind(str(service.path))
        if kind == socket.SOCK_STREAM:
            other.listen()
        assert daemon.open(socket=str(service.path), hooks=str(hooks), policy="") == 0
        reply = daemon.call()
    assert reply["reason"] == "no-helper" and "cannot be reached" in reply["message"]


def test_closing_leaves_the_service_and_no_descriptor(connected, service):
    daemon = connected("Honest", "Honest")
    before = daemon.descriptors()
    assert daemon.call()["allow"]
    daemon.close()
    assert daemon.descriptors() == before and service.process.poll() is None
