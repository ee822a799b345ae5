"""Daemons that virteventd lets go and takes again while it runs: real ones."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal

import pytest

from rig.arrangement import Service
from rig.command import wait_until
from rig.events import CONFIGURATION, STATE, SYNCHRONIZED, Scripts
from rig.libvirtd import QEMU_URI, Libvirtd

TEST_URI = "test:///default"


class Reloaded(Scripts):
    """Its URIs can be changed."""

    def watch(self, *uris):
        """Reload with these; returns when just these are watched, and nothing of them is missed."""
        listed = ", ".join(f'"{uri}"' for uri in uris)
        self.cell.write(CONFIGURATION, f"uris = {{ {listed} }}\nstate = {STATE}\n")
        self.process.kill(signal.SIGHUP)
        wanted = [(uri, "synchronized") for uri in uris]
        wait_until(lambda: self.watched() == wanted, 30, f"daemons {wanted}")

    def watched(self):
        status = self.cell.run(["virteventd", "--status", "--json"]).checked().stdout
        return [(daemon["uri"], daemon["state"]) for daemon in json.loads(status)["daemons"]]


@pytest.fixture
def daemon(cache):
    with Libvirtd(Service(), cache=cache) as daemon:
        daemon.define_guest("g1")
        yield daemon


def test_one_that_was_let_go_tells_nothing_more(daemon):
    scripts = Reloaded(daemon, QEMU_URI).start()
    scripts.watch(TEST_URI)
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "g1").checked()
    scripts.watch(TEST_URI, "test:///default?other")  # so that what was told has come
    wait_until(lambda: len(scripts.runs(SYNCHRONIZED)) == 3, 30, "the last event")
    assert not [run for run in scripts.runs() if run.arguments[0] == "domain"]


def test_one_that_is_taken_again_tells_what_was_missed(daemon):
    scripts = Reloaded(daemon, QEMU_URI).start()
    scripts.watch(TEST_URI)
    daemon.virsh("start", "g1").checked()
    scripts.watch(QEMU_URI)
    wait_until(lambda: scripts.runs("domain g1 started -"), 30, "what was missed")
    assert scripts.runs("domain g1 started -")[0].document["reconciled"]


def test_one_that_answers_no_more_is_let_go_and_holds_up_nobody(daemon):
    scripts = Reloaded(daemon, QEMU_URI).start()
    daemon.signal(signal.SIGSTOP)
    scripts.watch(TEST_URI)
    daemon.signal(signal.SIGCONT)
    assert scripts.stop() == 0


def test_a_connection_that_was_lost_is_not_kept(daemon):
    scripts = Reloaded(daemon, QEMU_URI).start()
    before = descriptors(scripts)
    for times in range(2, 5):
        daemon.restart()
        wait_until(lambda n=times: len(scripts.runs(SYNCHRONIZED)) == n, 60, "it again")
    wait_until(lambda: descriptors(scripts) <= before, 30, "as few descriptors as before")


def descriptors(scripts):
    """How many virteventd has open."""
    pid = scripts.cell.processes_like("virteventd")[0].pid
    return len(scripts.cell.run(["ls", f"/proc/{pid}/fd"]).checked().stdout.split())
