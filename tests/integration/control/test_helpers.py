"""`virt-hook status` and `reload` with no socket given: all helpers that run are asked."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import signal
import socket
import subprocess
import threading
import time

import msgpack
import pytest

from degraded.conditions import BUILD
from helper.place import Place
from helper.processes import wait_until
from helper.wire import HELLO, STATUS, encode

from .conftest import ENVIRONMENT, STUCK

# What a test allows the machine over the 2 s that each helper is waited for.
SLACK = 1.5

LOOP = "echo $$ >> $T/started; while :; do sleep 0.1; done"


class Host:
    """Helpers in a /run of their own, and virt-hook that asks them all."""

    def __init__(self, apart, start):
        self.apart, self.start_helper = apart, start

    def start(self, name="service", **more):
        helper = self.start_helper(wrapper=self.apart.wrapper,
                                   options=[*more.pop("options", ()), "--name", name], **more)
        self.apart.connect(helper, name).close()
        return helper

    def ask(self, command, *arguments):
        # What this machine's libvirt has of hooks is no matter of these tests.
        libvirt = ["--libvirt", self.apart.admin / "none"] if command == "status" else []
        return subprocess.run([*self.apart.wrapper, BUILD / "admin/virt-hook", command, *libvirt,
                               *arguments], capture_output=True, text=True, timeout=STUCK,
                              check=False, env=ENVIRONMENT)

    def status(self):
        done = self.ask("status", "--json")
        return json.loads(done.stdout), done.returncode


@pytest.fixture
def host(other, apart, start):  # pylint: disable=unused-argument
    """The other place is there for longer than any helper in it."""
    return Host(apart, start)


@pytest.fixture(name="other")
def other_place():
    """The place of a second helper, with a configuration of its own."""
    made = Place()
    yield made
    made.remove()


def test_all_helpers_are_asked_private_ones_and_services(host, place):
    private = host.start("libvirtd")
    service = host.start(channel=False, options=["--listen", place.root / "sock"])
    told, status = host.status()
    assert status == 0
    assert [(one["name"], one["pid"], one["private"]) for one in told] == [
        ("libvirtd", private.pid, True), ("service", service.pid, False)]
    shown = host.ask("status")
    assert shown.returncode == 0 and shown.stderr == "" and "\x1b" not in shown.stdout
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert any(row[:3] == ["libvirtd", str(private.pid), "private"] and
               row[-2:] == ["process", str(os.getpid())] for row in rows if len(row) > 3)
    assert any(row[:3] == ["service", str(service.pid), "service"] for row in rows if row)


def test_the_calls_of_all_are_in_one_table(host, place, other):
    scripts = [where.script("qemu", LOOP) for where in (place, other)]
    helpers = [host.start("one"), host.start("two", place=other)]
    for helper, where in zip(helpers, (place, other)):
        helper.peer.accepted(helper.peer.start(name=f"of-{helper.pid}"))
        wait_until(lambda where=where: where.lines("started"), STUCK, "the script has started")
        helper.peer.accepted(helper.peer.start(name=f"of-{helper.pid}", operation="stopped"))
    rows = [line.split() for line in host.ask("status").stdout.splitlines()]
    for helper, script in zip(helpers, scripts):
        mine = {row[1]: row for row in rows if len(row) > 3 and row[3] == f"of-{helper.pid}"}
        assert mine["running"][-1] == str(script) and mine["queued"][-1] == "-"
        assert "120.0" in mine["running"]


def test_reload_reaches_all_and_each_takes_its_own_or_nothing(host, place, other):
    good, bad = host.start("good"), host.start("bad", place=other)
    place.configure("running_max = 3\n")
    other.configure("running_max = 3\nno_such_key = 1\n")
    done = host.ask("reload")
    assert done.returncode == 2
    assert done.stdout == f"good-{good.pid}: the configuration is in force\n"
    assert f"bad-{bad.pid}: {other.config}:2" in done.stderr and "stays in force" in done.stderr
    slots = {one["name"]: one["hook"]["slots"] for one in host.status()[0]}
    assert slots["good"] == 3 and slots["bad"] != 3
    other.configure("running_max = 4\n")
    done = host.ask("reload", "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == [
        {"helper": f"bad-{bad.pid}", "reloaded": True},
        {"helper": f"good-{good.pid}", "reloaded": True}]


@pytest.mark.parametrize("command", ["status", "reload"])
def test_where_none_runs_it_says_so_and_what_it_means(host, command):
    done = host.ask(command)
    assert done.returncode == 3 and done.stdout == ""
    assert "no helper runs" in done.stderr and "only as long as a call does" in done.stderr
    done = host.ask(command, "--json")
    assert done.returncode == 3 and json.loads(done.stdout) == []


def test_the_socket_of_a_killed_helper_is_passed_over(host):
    killed, lives = host.start(), host.start()
    killed.kill()
    told, status = host.status()
    assert [one["pid"] for one in told] == [lives.pid] and status == 0
    assert lives.end() == 0
    assert host.apart.sockets() == [f"service-{killed.pid}.sock"]
    assert host.ask("status").returncode == 3


def test_one_that_does_not_answer_is_told_and_the_others_are_shown(host):
    stopped, lives = host.start("a"), host.start("b")
    stopped.signal(signal.SIGSTOP)
    started = time.monotonic()
    done = host.ask("status", "--json")
    seconds = time.monotonic() - started
    alone = host.ask("reload")
    stopped.signal(signal.SIGCONT)
    assert [one["pid"] for one in json.loads(done.stdout)] == [lives.pid]
    assert done.returncode == 1 and f"a-{stopped.pid}.sock does not answer" in done.stderr
    assert seconds < 2 + SLACK
    assert alone.returncode == 3 and f"b-{lives.pid}: the configuration" in alone.stdout


def test_a_service_without_an_admin_socket_is_asked_at_its_own(host, start):
    host.apart.admin.mkdir()
    host.apart.admin.chmod(0o777)
    service = start(channel=False, wrapper=host.apart.wrapper,
                    options=["--listen", host.apart.run / "helper.sock"])
    service.connect(host.apart.folder / "helper.sock").close()
    told, status = host.status()
    assert [one["pid"] for one in told] == [service.pid] and status == 0


def test_asked_at_an_admin_socket_by_name(host):
    helper = host.start()
    path = host.apart.run / f"admin/service-{helper.pid}.sock"
    done = host.ask("status", "--json", "--socket", path)
    assert done.returncode == 0 and json.loads(done.stdout)["pid"] == helper.pid


LIES = ["{}", '{"running": 7, "clients": {"a": 1}, "notes": "x", "enforced": [], "hook": "y"}',
        '{"clients": [1, null, "x", {"program": "\\u001b[31m"}], "running": [[], 3]}',
        '{"name": "a\\nservice", "pid": -1, "uptime_ms": 1e300, "notes": ["\\u001b]0;x\\u0007"],'
        ' "privilege": {"capabilities": 3, "why": [{"a": 1}]}, "enforced": {"lacks": {}}}',
        "[]", "nonsense"]


def answer(listener, text):
    """A helper's part in one connection, with this as its status."""
    connection, _ = listener.accept()
    with connection:
        connection.send(encode(HELLO, 0, {
            "version_min": 1, "version_max": 1, "name": "liar", "deadline_ms": 1, "stdin_max": 1,
            "calls_max": 1}))
        while data := connection.recv(65536):
            _, kind, number, _ = msgpack.unpackb(data)
            if kind == STATUS:
                connection.send(encode(STATUS, number, {"json": text}))


@pytest.mark.parametrize("text", LIES)
def test_whatever_one_answers_is_shown_safely(host, text):
    host.apart.admin.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(os.fspath(host.apart.admin / "liar-1.sock"))
        listener.listen()
        served = threading.Thread(target=answer, args=(listener, text))
        served.start()
        done = host.ask("status")
        served.join()
    assert done.returncode == (0 if text.startswith("{") else 3)
    assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stdout
    assert not any(line.startswith("service") for line in done.stdout.splitlines())
