"""Invariant 10: what a lost call means is the admin's decision, whichever way it was lost."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import msgpack
import pytest

ALLOWED_BY_DEFAULT = [("qemu", "reconnect"), ("lxc", "reconnect"), ("qemu", "stopped"),
                      ("qemu", "release"), ("network", "stopped"), ("network", "port-deleted"),
                      ("daemon", "start"), ("daemon", "shutdown"), ("daemon", "reload")]
DENIED_BY_DEFAULT = [("qemu", "prepare"), ("qemu", "start"), ("qemu", "started"),
                     ("qemu", "attach"), ("qemu", "migrate"), ("qemu", "restore"),
                     ("network", "start"), ("network", "started"), ("network", "port-created"),
                     ("network", "updated"), ("qemu", "of-a-later-libvirt")]


def hello(rules):
    return msgpack.packb([1, 1, 0, {
        "version_min": 1, "version_max": 1, "name": "service", "deadline_ms": 1, "stdin_max": 1,
        "calls_max": 1, "policy": rules}])


# What the defaults deny, it allows, and the other way round.
UPSIDE_DOWN = [["*", "prepare", 1, 1], ["*", "*", 0, 0]]


@pytest.fixture
def copy(tmp_path):
    path = tmp_path / "hello"
    path.write_bytes(hello(UPSIDE_DOWN))
    path.chmod(0o644)
    return path


@pytest.fixture
def lost(daemon, tmp_path, hooks):
    """lost(policy): a daemon whose helper is missing, with that copy of the policy."""
    def make(policy):
        assert daemon.open(helper=str(tmp_path / "none"), hooks=str(hooks),
                           policy=str(policy)) == 0
        return daemon
    return make


@pytest.mark.parametrize("driver, operation", ALLOWED_BY_DEFAULT + DENIED_BY_DEFAULT)
def test_the_defaults(lost, driver, operation):
    allow = (driver, operation) in ALLOWED_BY_DEFAULT
    daemon = lost("")
    assert daemon.failure_allows(driver=driver, operation=operation) == allow
    if driver in ("qemu", "network"):
        reply = daemon.call(driver=driver, operation=operation)
        assert reply["allow"] == allow and reply["reason"] == "no-helper"
        assert f"'{operation}' of driver {driver} is {'allowed' if allow else 'denied'} by the " \
            "failure policy" in reply["message"]


def test_the_copy_on_disk_serves_while_no_helper_said_hello(lost, copy):
    daemon = lost(copy)
    assert daemon.call(operation="prepare")["allow"]
    assert not daemon.call(operation="reconnect")["allow"]


def test_the_hello_comes_before_the_copy(opened, copy):
    daemon = opened("DeniesByPolicy", policy=str(copy))
    assert not daemon.failure_allows(driver="qemu", operation="start")
    copy.write_bytes(hello([["*", "*", 0, 0]]))
    reply = daemon.call(operation="prepare")
    assert reply["allow"] and reply["reason"] == "helper-lost"
    assert not daemon.call(operation="reconnect")["allow"]


@pytest.mark.parametrize("way", ["StopsOnCall", "DiesAfterAccepting", "AcceptsTwice",
                                 "NeverAnswers", "RefusesItsConfiguration", "DiesAtOnce"])
def test_the_kind_of_the_failure_does_not_matter(opened, copy, way):
    """Each of these opens what the policy opens, and closes what it closes."""
    daemon = opened(way, policy=str(copy))
    opens, closes = (daemon.begin("call", object=name, operation=operation) for name, operation in
                     (("a", "prepare"), ("b", "reconnect")))
    assert opens.result(30)["allow"] and not closes.result(30)["allow"]


def is_the_default(daemon):
    return not daemon.call(operation="prepare")["allow"] and \
        daemon.call(operation="reconnect")["allow"]


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_copy_that_others_can_write_is_not_believed(lost, copy, mode):
    copy.chmod(mode)
    assert is_the_default(lost(copy))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_copy_of_another_user_is_not_believed(lost, copy):
    os.chown(copy, 65534, 65534)
    assert is_the_default(lost(copy))


def test_a_link_to_a_copy_is_not_believed(lost, copy, tmp_path):
    (tmp_path / "link").symlink_to(copy)
    assert is_the_default(lost(tmp_path / "link"))


def test_a_fifo_is_not_waited_for(lost, tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o600)
    assert is_the_default(lost(tmp_path / "fifo"))


RUBBISH = {
    "nothing": b"", "noise": bytes(range(256)), "a bomb": bytes.fromhex("dd0fffffffc0"),
    "a ping": msgpack.packb([1, 6, 5, {}]), "no policy": hello([])[:-9] + b"\x00",
    "a long one": hello(UPSIDE_DOWN) + b"\x00" * 65536, "a short one": hello(UPSIDE_DOWN)[:-1]}


@pytest.mark.parametrize("content", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_not_believed(lost, copy, content):
    copy.write_bytes(content)
    assert is_the_default(lost(copy))


def test_a_call_that_cannot_be_made_asks_the_same_policy(daemon):
    """Before virthook_open(), too: the hook is NULL here."""
    assert not daemon.failure_allows(driver="qemu", operation="prepare")
    assert daemon.failure_allows(driver="qemu", operation="reconnect")
