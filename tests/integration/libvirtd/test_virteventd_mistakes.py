"""Mistakes in the configuration of events, and what is missing: it is told, the rest goes on."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from rig.arrangement import CONFIG, Service
from rig.command import wait_until
from rig.events import CONFIGURATION, Scripts
from rig.libvirtd import QEMU_URI, Libvirtd

HELPERS = "/etc/virthook/virthook.conf"
MISSING = "/etc/virthook/not-there"

SECTION = """
event "one" {{
    kind = {kind}
    event = {event}
    detail = {detail}
    script = {script}
}}
"""


@pytest.fixture(scope="module")
def daemon(cache):
    with Libvirtd(Service(CONFIG), cache=cache) as daemon:
        daemon.define_guest("g1")
        yield daemon


@pytest.fixture
def events(daemon):
    scripts = Scripts(daemon, QEMU_URI).start()
    yield scripts
    scripts.stop()


def configure(daemon, text):
    """Changes virthook.conf, and has the helper read it; returns how that went."""
    daemon.cell.write(HELPERS, f"{CONFIG}default_profile = unconfined\n{text}")
    return daemon.cell.run(["virt-hook", "reload"])


@pytest.fixture(autouse=True)
def configured_well(daemon):
    yield
    configure(daemon, "").checked()


def start_and_stop(daemon):
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "g1").checked()


def wait_for_stop(scripts, times=1):
    def told():
        return len(scripts.runs("domain g1 stopped destroyed")) >= times
    wait_until(told, 20, "the stop to be told")


@pytest.mark.parametrize("line, complaint", [
    ("queue_event = 5", "queue_events"),
    ("queue_full = drop-newest", "drop-oldest"),
    ("queue_events = many", "many"),
    ("running_max = 0", "running_max"),
    ("retry_first = 1", "retry_most"),
])
def test_a_mistake_in_virteventd_s_own_configuration_is_told_with_its_line(daemon, line, complaint):
    daemon.cell.write(CONFIGURATION, f'uris = {{ "{QEMU_URI}" }}\n{line}\nretry_most = 0.5\n')
    for words in (["virteventd"], ["virteventd", "--check"]):
        done = daemon.cell.run(words, timeout=10)
        assert done.status == 1
        assert f"{CONFIGURATION}:" in done.stderr and complaint in done.stderr


@pytest.mark.parametrize("wrong, nearest", [
    ({"kind": "domains"}, "domain"),
    ({"event": "startd"}, "started"),
    ({"detail": "boot"}, "booted"),
])
def test_a_word_that_libvirt_does_not_have_is_refused_with_the_nearest(
        daemon, events, wrong, nearest):
    words = {"kind": "domain", "event": "started", "detail": "booted", "script": MISSING} | wrong
    done = configure(daemon, SECTION.format(**words))
    assert done.status != 0
    assert f"{HELPERS}:" in done.stderr and f"'{nearest}'" in done.stderr
    start_and_stop(daemon)
    wait_for_stop(events)


def test_a_script_that_is_missing_is_told_and_the_others_run(daemon, events):
    words = {"kind": "domain", "event": "stopped", "detail": "destroyed", "script": MISSING}
    configure(daemon, SECTION.format(**words)).checked()
    checked = daemon.cell.run(["virt-hook", "check"])
    assert checked.status != 0 and MISSING in checked.stdout + checked.stderr
    start_and_stop(daemon)
    wait_for_stop(events)

    def recorded():
        return [call for call in daemon.audit("end") if MISSING in str(call)]
    call = wait_until(recorded, 20, "the record of the missing one")[0]
    assert (call["object"], call["operation"]) == ("g1", "stopped")


def test_a_daemon_that_cannot_be_reached_is_told_once_and_the_others_events_go_on(daemon):
    nowhere = "qemu+unix:///system?socket=/run/none"
    scripts = Scripts(daemon, nowhere, QEMU_URI)
    scripts.start(synchronized=1)
    start_and_stop(daemon)
    wait_for_stop(scripts)
    assert scripts.process.output()[1].count("cannot be reached") == 1
    scripts.stop()


def test_who_is_there_not_at_all_is_told(daemon):
    done = daemon.cell.run(["virteventd", "--status"])
    assert done.status == 1 and done.stderr
