"""Event scripts of every temper: that hang, call back, flood, or want to be tried again; and hooks,
which never wait for them.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from rig.arrangement import CONFIG, Service
from rig.command import wait_until
from rig.events import Scripts, burst
from rig.libvirtd import QEMU_URI, Libvirtd

TEST_URI = "test+unix:///default"
TEMPER = "/etc/virthook/temper"

HANG = """#!/bin/sh
echo "$2" >>/run/began
sleep 1000
"""

# It starts the guest that has just ended, and asks for it then.
CALL_BACK = """#!/bin/sh
virsh start "$2"
virsh domstate "$2"
"""

FLOOD = """#!/bin/sh
head -c 100000000 /dev/zero
head -c 100000000 /dev/zero >&2
echo "$2" >>/run/flooded
"""

FOUR_TIMES_75 = """#!/bin/sh
echo "$2 $5" >>/run/tries
[ "$(grep -c "^$2 0$" /run/tries)" -gt 4 ] || exit 75
"""

HOOK = """#!/bin/sh
echo "$1 $2" >>/run/hooked
"""


def section(**keys):
    """A section of virthook.conf that has a temper besides what all events have, the recorder."""
    keys = {"kind": "domain", "event": "metadata-change", "script": TEMPER} | keys
    return 'event "temper" {\n' + "".join(f"    {k} = {v}\n" for k, v in keys.items()) + "}\n"


@pytest.fixture
def start(cache):
    """start(temper, uri, **keys): a daemon, and events that a script of that temper gets."""
    made = []

    def begin(temper, uri, config="", **keys):
        daemon = Libvirtd(Service(CONFIG + section(**keys)), cache=cache)
        made.append(daemon)
        daemon.cell.write(TEMPER, temper, 0o755)
        return daemon, Scripts(daemon, uri, config=config).start()
    yield begin
    for daemon in made:
        daemon.close()


def told(scripts, guest):
    """The numbers of a guest's events of a burst, in the order in which they were told."""
    return [int(run.arguments[4]) for run in scripts.runs()
            if run.arguments[1] == guest and run.arguments[2] == "metadata-change"]


def ended(daemon, guest):
    """How the calls of a guest's events ended."""
    return [call for call in daemon.audit("end")
            if call["object"] == guest and call["scripts"][-1]["path"] == TEMPER]


def test_a_script_that_hangs_keeps_its_own_guest_alone_and_no_longer_than_its_time(start):
    daemon, scripts = start(HANG, TEST_URI, object="burst-0", timeout=3)
    burst(daemon.cell, TEST_URI, 2, 3)
    wait_until(lambda: len(ended(daemon, "burst-0")) == 3, 40, "the ends")
    assert [call["scripts"][-1]["timed_out"] for call in ended(daemon, "burst-0")] == [True] * 3
    order = [(run.arguments[1], int(run.arguments[4])) for run in scripts.runs()
             if run.arguments[2] == "metadata-change"]
    assert told(scripts, "burst-0") == told(scripts, "burst-1") == [0, 1, 2]
    assert order.index(("burst-1", 2)) < order.index(("burst-0", 1))


def test_a_script_may_call_libvirt_back_and_have_its_own_guest_s_hook_run_meanwhile(start):
    daemon, scripts = start(CALL_BACK, QEMU_URI, object="g1", event="stopped", profile="callback",
                            timeout=60)
    daemon.cell.write(daemon.hook_path("qemu"), HOOK, 0o755)
    daemon.define_guest("g1")
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "g1").checked()
    wait_until(lambda: "running" in str(ended(daemon, "g1")), 30, "the guest to run again")
    wait_until(lambda: [run.words for run in scripts.runs()].count("domain g1 started booted") == 2,
               20, "its second start to be told")
    assert read(daemon, "/run/hooked").split("\n").count("g1 started") == 2


def read(daemon, path):
    return daemon.cell.read(path) if daemon.cell.path(path).exists() else ""


def test_a_script_that_floods_is_read_and_does_no_harm(start):
    daemon, scripts = start(FLOOD, TEST_URI, object="burst-0", timeout=60)
    burst(daemon.cell, TEST_URI, 2, 2)
    wait_until(lambda: read(daemon, "/run/flooded") == "burst-0\n" * 2, 60, "the floods' ends")
    wait_until(lambda: told(scripts, "burst-1") == [0, 1], 20, "the other guest's events")
    assert told(scripts, "burst-0") == [0, 1]


def test_a_script_that_exits_with_75_is_tried_again_until_it_succeeds_then_comes_the_next(start):
    daemon, scripts = start(FOUR_TIMES_75, TEST_URI, config="retry_first = 0.1\n",
                            object="burst-0", retries=4)
    burst(daemon.cell, TEST_URI, 2, 2)
    wait_until(lambda: "burst-0 1\n" in read(daemon, "/run/tries"), 30, "the last try")
    assert read(daemon, "/run/tries") == "burst-0 0\n" * 5 + "burst-0 1\n"
    assert told(scripts, "burst-0") == [0, 1]  # whose script did not fail is not run again
    assert told(scripts, "burst-1") == [0, 1]


def test_a_script_that_goes_on_failing_is_given_up_and_then_comes_the_next(start):
    daemon, scripts = start("#!/bin/sh\necho $5 >>/run/tries\nexit 75\n", TEST_URI,
                            config="retry_first = 0.1\n", object="burst-0", retries=2)
    burst(daemon.cell, TEST_URI, 1, 2)
    wait_until(lambda: read(daemon, "/run/tries") == "0\n" * 3 + "1\n" * 3, 30, "all tries")
    assert told(scripts, "burst-0") == [0, 1]


@pytest.mark.invariant(13)
def test_a_guest_starts_with_its_hook_while_sixty_four_event_scripts_hang(start):
    daemon, _ = start(HANG, TEST_URI, object="'burst-*'", timeout=600)
    daemon.cell.write(daemon.hook_path("qemu"), HOOK, 0o755)
    daemon.define_guest("g1")
    burst(daemon.cell, TEST_URI, 64, 1)
    wait_until(lambda: len(read(daemon, "/run/began").split()) == 64, 60, "the scripts to hang")
    daemon.virsh("start", "g1", timeout=20).checked()
    assert "g1 started" in read(daemon, "/run/hooked")
    assert "metadata-change" not in [call["operation"] for call in daemon.audit("end")]
