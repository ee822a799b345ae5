"""virteventd --print on real daemons: what libvirt tells, and when a daemon comes and goes."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import signal

import pytest

from rig.arrangement import Shim
from rig.command import wait_until
from rig.libvirtd import QEMU_URI, Libvirtd
from rig.xml import uuid_of

# A daemon that is stopped is noticed when three keepalives, 5 s apart, had no answer.
HALF_DEAD_SECONDS = 40


class Watched:
    """A libvirtd and a virteventd that prints its events."""

    def __init__(self, daemon, *uris):
        self.daemon = daemon
        options = [word for uri in uris for word in ("--uri", uri)]
        self.command = daemon.cell.spawn(["virteventd", "--print", *options])

    def events(self):
        return [json.loads(line) for line in self.command.output()[0].splitlines()]

    def told(self, **wanted):
        """The events that have these values, once there are any."""
        def found():
            return [e for e in self.events() if all(e[key] == wanted[key] for key in wanted)]
        return wait_until(found, HALF_DEAD_SECONDS, f"an event {wanted}")

    def synchronized(self, times=1):
        """Each connection has been compared with what was heard before: nothing is missed now."""
        wait_until(lambda: len(self.told(kind="daemon", event="synchronized")) >= times, 90,
                   f"comparison {times}")
        return self


@pytest.fixture
def daemon(cache):
    with Libvirtd(Shim(), cache=cache) as daemon:
        daemon.define_guest("g1")
        yield daemon


def test_a_guests_life(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("start", "g1").checked()
    daemon.virsh("suspend", "g1").checked()
    daemon.virsh("resume", "g1").checked()
    daemon.virsh("destroy", "g1").checked()
    daemon.virsh("undefine", "g1").checked()
    watched.told(event="undefined")
    life = [(e["event"], e["detail"]) for e in watched.events()
            if e["kind"] == "domain" and e["event"] != "shutdown"]  # QEMU comes to that, or not
    assert life == [("resumed", "unpaused"), ("started", "booted"), ("suspended", "paused"),
                    ("resumed", "unpaused"), ("stopped", "destroyed"), ("undefined", "removed")]


def test_an_event_says_whose_it_is_and_has_its_payload_by_the_apis_names(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("start", "g1").checked()
    event = watched.told(event="started")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("time"))
    assert event.pop("sequence") > 1
    assert event == {"uri": QEMU_URI, "kind": "domain", "object": "g1", "uuid": uuid_of("g1"),
                     "event": "started", "detail": "booted", "extra": "-", "reconciled": False,
                     "payload": {"event": "started", "detail": "booted"}}


def test_what_a_guest_s_definition_says_of_itself(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("desc", "g1", "--config", "--title", "of no use").checked()
    event = watched.told(event="metadata-change")[0]
    assert event["detail"] == "title"
    assert event["payload"] == {"type": "title", "nsuri": None}


def test_a_network_s_life(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.define_network("n1")
    daemon.virsh("net-start", "n1").checked()
    daemon.virsh("net-destroy", "n1").checked()
    watched.told(kind="network", event="stopped")
    assert [e["event"] for e in watched.events() if e["kind"] == "network"] == [
        "defined", "started", "stopped"]


def test_events_of_pools_nodes_and_secrets_of_libvirts_test_driver(daemon):
    uri = "test+unix:///default"
    watched = Watched(daemon, uri).synchronized()
    daemon.virsh("pool-refresh", "default-pool", uri=uri).checked()
    daemon.virsh("pool-destroy", "default-pool", uri=uri).checked()
    watched.told(kind="storage-pool", event="stopped")
    assert [e["event"] for e in watched.events() if e["kind"] == "storage-pool"] == [
        "refresh", "stopped"]


def test_a_secret_s_life(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.cell.write("/run/secret.xml", "<secret><usage type='ceph'><name>key of g1</name>"
                      "</usage></secret>")
    daemon.virsh("secret-define", "/run/secret.xml").checked()
    event = watched.told(kind="secret")[0]
    assert (event["event"], event["object"]) == ("defined", "key of g1")


def test_several_daemons_are_watched_at_once(daemon):
    uri = "test+unix:///default"
    watched = Watched(daemon, QEMU_URI, uri).synchronized(times=2)
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "test", uri=uri).checked()
    assert watched.told(event="started")[0]["uri"] == QEMU_URI
    assert watched.told(event="stopped")[0]["uri"] == uri


def test_the_sequence_has_no_gap(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "g1").checked()
    watched.told(event="stopped")
    numbers = [event["sequence"] for event in watched.events()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_domain_event_that_the_library_knows_is_asked_for(daemon):
    """By libvirt's own log of what it was called with."""
    log = "/run/libvirt.log"
    environment = {"LIBVIRT_LOG_FILTERS": "1:libvirt", "LIBVIRT_LOG_OUTPUTS": f"1:file:{log}",
                   "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    command = daemon.cell.spawn(["virteventd", "--print", "--uri", QEMU_URI], env=environment)
    wait_until(lambda: "synchronized" in command.output()[0], 20, "the connection")
    asked = re.findall(r"virConnectDomainEventRegisterAny:.* eventID=(\d+)", daemon.cell.read(log))
    known = daemon.cell.run(["virsh", "event", "--list"]).checked().stdout.split()
    assert sorted(map(int, asked)) == list(range(len(known)))


# Daemons that come and go.

def test_a_daemon_that_ends_and_comes_again_is_told_and_watched_again(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.restart()
    assert watched.told(event="disconnected")[0]["detail"] in ("eof", "error")
    watched.synchronized(times=2)
    daemon.virsh("start", "g1").checked()
    assert watched.told(event="started")


def test_a_daemon_that_is_not_there_yet_is_waited_for(cache):
    with Libvirtd(Shim(), cache=cache, start=False) as daemon:
        watched = Watched(daemon, QEMU_URI)
        wait_until(lambda: "is tried again" in watched.command.output()[1], 20, "the first failure")
        daemon.start()
        watched.synchronized()


def test_one_that_cannot_be_reached_is_told_once_and_does_not_hold_up_the_others(daemon):
    watched = Watched(daemon, "qemu+unix:///system?socket=/run/none", QEMU_URI).synchronized()
    daemon.virsh("start", "g1").checked()
    assert watched.told(event="started")
    assert watched.command.output()[1].count("/run/none") == 2  # the URI, and libvirt's own words


def test_a_daemon_that_answers_no_more_is_given_up(daemon):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.signal(signal.SIGSTOP)
    event = watched.told(event="disconnected")[0]
    assert event["detail"] == "keepalive"
    daemon.signal(signal.SIGCONT)
    watched.synchronized(times=2)


# Nothing is missed: what happened without a connection is told when there is one again.

LINK = "/run/to-libvirt"


@pytest.fixture
def away(daemon):
    """away(): virteventd's way to the daemon is cut off; away.back() opens it again."""
    class Away:
        def __init__(self):
            daemon.cell.path(LINK).symlink_to("/run/libvirt/libvirt-sock")
            self.watched = Watched(daemon, f"qemu+unix:///system?socket={LINK}").synchronized()

        def __enter__(self):
            daemon.cell.path(LINK).unlink()
            daemon.restart()
            self.watched.told(event="disconnected")

        def __exit__(self, *_):
            daemon.cell.path(LINK).symlink_to("/run/libvirt/libvirt-sock")

        def missed(self, count):
            """The events that were found out afterwards, so many of them."""
            def found():
                told = [e for e in self.watched.events() if e["reconciled"]]
                return told if len(told) >= count else None
            return [(e["kind"], e["object"], e["event"])
                    for e in wait_until(found, 60, f"{count} reconciled events")]
    return Away()


def test_what_happened_without_a_connection_is_told_afterwards_and_marked(daemon, away):
    with away:
        daemon.virsh("start", "g1").checked()
        daemon.define_guest("g2")
        daemon.define_network("n1")
    assert sorted(away.missed(3)) == [
        ("domain", "g1", "started"), ("domain", "g2", "defined"), ("network", "n1", "defined")]


def test_a_guest_that_ended_without_a_connection_is_told_to_have_stopped(daemon, away):
    daemon.virsh("start", "g1").checked()
    away.watched.told(event="started")
    with away:
        daemon.virsh("destroy", "g1").checked()
        daemon.virsh("undefine", "g1").checked()
    assert away.missed(2) == [("domain", "g1", "stopped"), ("domain", "g1", "undefined")]


def test_after_an_outage_in_which_nothing_happened_nothing_is_told(daemon, away):
    daemon.virsh("start", "g1").checked()
    away.watched.told(event="started")
    with away:
        pass
    away.watched.synchronized(times=2)
    daemon.virsh("destroy", "g1").checked()
    away.watched.told(event="stopped")
    assert not [event for event in away.watched.events() if event["reconciled"]]


def test_when_nothing_is_missed_any_more_is_told_with_how_much_was(daemon, away):
    with away:
        daemon.define_guest("g2")
    away.watched.synchronized(times=2)
    told = [(e["kind"], e["event"], e["payload"].get("missed")) for e in away.watched.events()]
    assert told == [("daemon", "connected", None), ("daemon", "synchronized", 0),
                    ("daemon", "disconnected", None), ("daemon", "connected", None),
                    ("domain", "defined", None), ("daemon", "synchronized", 1)]


def test_at_the_first_connection_what_is_there_is_not_told(daemon):
    daemon.virsh("start", "g1").checked()
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("destroy", "g1").checked()
    watched.told(event="stopped")
    assert not [event for event in watched.events() if event["reconciled"]]


# Its own end.

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_a_signal_with_whole_lines_and_status_0(daemon, number):
    watched = Watched(daemon, QEMU_URI).synchronized()
    daemon.virsh("start", "g1").checked()
    watched.told(event="started")
    watched.command.kill(number)
    assert watched.command.wait(10) == 0
    assert watched.events()


def test_it_ends_when_nobody_reads(daemon):
    done = daemon.cell.run(["sh", "-c", f"virteventd --print --uri {QEMU_URI} | head -1"],
                           timeout=20)
    assert done.status == 0 and json.loads(done.stdout)["event"] == "connected"


@pytest.mark.parametrize("words, complaint", [
    (["--print", "qemu:///system"], "nothing but options is taken: qemu:///system"),
    (["--no-such"], "unrecognized option"),
    (["--print"] + [f"--uri=test:///default?{i}" for i in range(65)], "more daemons are named"),
    (["--print", "--uri", "test:///default", "--uri", "test:///default"], "named twice"),
    (["--print", "--check"], "--print, --check and --status do not go together"),
    (["--print", "--config", "/run/x"], "--print reads no configuration"),
    (["--status", "--uri", "test:///default"], "nothing is watched: leave out --uri"),
    (["--check", "--json"], "--json goes with --status"),
])
def test_a_wrong_use_is_told(daemon, words, complaint):
    done = daemon.cell.run(["virteventd", *words])
    assert done.status == 2 and complaint in done.stderr
