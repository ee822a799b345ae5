"""`virt-hook status` and `virt-hook reload` at one socket."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import signal
import socket
import time

import pytest

from helper.processes import children, wait_until

from .conftest import STUCK

COMMANDS = ["status", "reload"]

# Bytes of the entries of the lists in a status, and of what is around them.
RUNNING_MAX = 12288
CLIENTS_MAX = 2048
LIST_FRAME = 2

# What a test allows the machine over the 2 s that the library promises.
SLACK = 1.5


def packed(value):
    return json.dumps(value, separators=(",", ":"))


def test_status_tells_of_the_helper_and_what_it_enforces(service):
    done = service.ask("status")
    assert done.returncode == 0 and done.stderr == ""
    labels = [line.split()[0] for line in done.stdout.splitlines() if line and line[0] != " "]
    for label in ("helper", "config", "hooks", "audit", "serves", "calls", "enforced",
                  "privilege"):
        assert label in labels
    assert f"process {service.helper.pid}," in done.stdout
    assert str(service.place.config) in done.stdout
    assert "\x1b" not in done.stdout


def test_status_as_json_is_the_helpers_own(service):
    told = json.loads(service.ask("status", "--json").stdout)
    assert told["pid"] == service.helper.pid and told["config"] == str(service.place.config)
    assert told["hook"]["running"] == 0 and told["open"] == 0


def test_status_counts_the_calls_that_run_and_wait(service):
    service.place.script("qemu", "echo $$ >> $T/started; while :; do sleep 0.1; done")
    calls = [service.peer.start(name="d1") for _ in range(2)]
    service.peer.accepted(calls[1])
    told = json.loads(service.ask("status", "--json").stdout)
    assert told["open"] == 2 and told["hook"]["running"] == 1 and told["hook"]["waiting"] == 1
    assert "1 running, 1 queued" in service.ask("status").stdout


def test_status_lists_the_open_calls(service):
    path = service.place.script("qemu", "echo $$ >> $T/started; while :; do sleep 0.1; done")
    service.peer.accepted(service.peer.start(name="d1"))
    wait_until(lambda: service.place.lines("started"), STUCK, "the script has started")
    service.peer.accepted(service.peer.start(name="d1", operation="stopped"))
    listed = json.loads(service.ask("status", "--json").stdout)["running"]
    told = {call["operation"]: call for call in listed}
    assert told["start"]["state"] == "running" and told["start"]["script"] == str(path)
    assert told["stopped"]["state"] == "queued" and told["stopped"]["script"] is None
    begun = {record["call"] for record in service.place.records("begin")}
    assert {call["id"] for call in listed} == begun
    assert all(call["elapsed_ms"] <= call["deadline_ms"] and call["object"] == "d1"
               and call["driver"] == "qemu" for call in listed)


def test_of_many_calls_it_lists_what_fits_and_counts_all(service):
    """Names of 1,024 bytes, which JSON makes twice as long: a packet could not hold them all."""
    service.place.script("qemu", "echo $$ >> $T/started; while :; do sleep 0.1; done")
    for number in range(100):
        call = service.peer.start(name=f"{number:04}" + '"' * 1020)
    service.peer.accepted(call)
    told = json.loads(service.ask("status", "--json").stdout)
    assert told["open"] == 100 and 1 < len(told["running"]) < 100
    assert len(packed(told["running"])) < RUNNING_MAX + LIST_FRAME
    assert "100 open" in service.ask("status").stdout


def test_of_many_clients_it_lists_what_fits(service):
    peers = [service.helper.connect(service.socket) for _ in range(100)]
    told = json.loads(service.ask("status", "--json").stdout)
    assert 1 < len(told["clients"]) < 100
    assert len(packed(told["clients"])) < CLIENTS_MAX + LIST_FRAME
    assert all(client["pid"] == os.getpid() for client in told["clients"][1:])
    for peer in peers:
        peer.close()


def test_reload_puts_the_configuration_in_force(service):
    service.place.configure("grace = 0.2\nrunning_max = 3\n")
    done = service.ask("reload")
    assert done.returncode == 0 and done.stdout == "the configuration is in force\n"
    assert json.loads(service.ask("status", "--json").stdout)["hook"]["slots"] == 3


def test_a_refused_reload_says_why_in_the_helpers_words(service):
    before = json.loads(service.ask("status", "--json").stdout)["hook"]["slots"]
    service.place.configure("grace = 0.2\nrunning_max = 3\nno_such_key = 1\n")
    done = service.ask("reload")
    assert done.returncode == 2 and done.stdout == ""
    assert f"{service.place.config}:3" in done.stderr and "stays in force" in done.stderr
    assert json.loads(service.ask("status", "--json").stdout)["hook"]["slots"] == before


def test_as_json_a_refused_reload_has_the_helpers_words_too(service):
    assert json.loads(service.ask("reload", "--json").stdout) == {"reloaded": True}
    service.place.configure("no_such_key = 1\n")
    done = service.ask("reload", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 2 and told.keys() == {"reloaded", "error"} and not told["reloaded"]
    assert f"{service.place.config}:1" in told["error"] and told["error"] in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_helper_it_says_what_to_do_and_starts_none(absent, command):
    before = children(os.getpid())
    done = absent.ask(command)
    assert done.returncode == 3 and done.stdout == ""
    assert f"no helper listens at {absent.socket}; start the service" in done.stderr
    assert children(os.getpid()) == before and not list(absent.place.audit.iterdir())


@pytest.mark.parametrize("command", COMMANDS)
def test_at_a_socket_that_nobody_serves(absent, command):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left:
        left.bind(str(absent.socket))
    done = absent.ask(command)
    assert done.returncode == 3 and f"no helper serves at {absent.socket}" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stopped_helper_keeps_nobody_beyond_two_seconds(service, command):
    service.helper.signal(signal.SIGSTOP)
    started = time.monotonic()
    done = service.ask(command)
    seconds = time.monotonic() - started
    service.helper.signal(signal.SIGCONT)
    assert done.returncode == 3 and "does not answer within 2 s" in done.stderr
    assert seconds < 2 + SLACK


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_command_line_is_a_usage_error(absent, command):
    for argument in ("--nothing", "word"):
        done = absent.ask(command, argument)
        assert done.returncode == 2 and "--help" in done.stderr
