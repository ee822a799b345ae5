"""A killed helper takes its runners and scripts with it, and the next one closes its records."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import collections
import os
import subprocess
import time
import uuid

import pytest

from .processes import is_alive, marked, wait_until

# Seconds in which the kernel has ended a namespace on a busy machine.
SOON = 20

# Milliseconds between two kills of a helper, at first; on a busy machine its way takes longer.
STEPS_MS = (1, 5, 25)


@pytest.fixture
def name():
    """An object's name that nothing else on the host has."""
    return f"guest-{uuid.uuid4()}"


def each_begin_has_one_end(place):
    begins = collections.Counter(record["call"] for record in place.records("begin"))
    ends = collections.Counter(record["call"] for record in place.ends())
    return begins == ends and set(begins.values()) <= {1}


def before_a_call(place, helper, name):
    pass


def after_a_call(place, helper, name):
    place.script("qemu")
    helper.peer.call(name)


def while_a_script_runs(place, helper, name):
    place.script("qemu", "setsid sleep 600 & touch $T/ready; sleep 600")
    helper.peer.start(name)
    wait_until((place.root / "ready").exists, 10, "the script runs")


def while_calls_wait(place, helper, name):
    while_a_script_runs(place, helper, name)
    for _ in range(3):
        helper.peer.accepted(helper.peer.start(name))


def within_the_grace(place, helper, name):
    place.script("qemu", "trap 'touch $T/ready; sleep 600' TERM; touch $T/runs; sleep 600 & wait")
    call = helper.peer.start(name)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    helper.peer.cancel(call)
    wait_until((place.root / "ready").exists, 10, "the script is told to end")


def between_two_scripts(place, helper, name):
    place.script("qemu.d/1")
    place.script("qemu.d/2", "touch $T/ready; sleep 600")
    helper.peer.start(name)
    wait_until((place.root / "ready").exists, 10, "the second script runs")


STAGES = {  # how many calls are open
    before_a_call: 0, after_a_call: 0, while_a_script_runs: 1, while_calls_wait: 4,
    within_the_grace: 1, between_two_scripts: 1,
}


@pytest.mark.invariant(4)
@pytest.mark.invariant(7)
@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_helper_leaves_nothing_and_the_next_closes_its_calls(place, start, name, stage):
    place.configure("grace = 60\n")
    killed = start()
    stage(place, killed, name)
    runners = killed.runners()
    killed.kill()
    wait_until(lambda: not marked(name) and not any(map(is_alive, runners)), SOON, "all is gone")
    following = start()
    lost = [record for record in place.ends() if record["reason"] == "helper-lost"]
    assert len(lost) == STAGES[stage]
    assert all(record["verdict"] is None and record["object"] == name for record in lost)
    assert each_begin_has_one_end(place)
    place.script("network")
    assert following.peer.call(name, driver="network").allow
    assert each_begin_has_one_end(place)


@pytest.mark.invariant(4)
@pytest.mark.invariant(7)
def test_wherever_in_its_way_a_call_is_a_kill_leaves_nothing(place, start, name):
    place.script("qemu.d/1", "sleep 0.005")
    place.script("qemu.d/2", "sleep 600")
    for step in STEPS_MS:
        for number in range(25):
            kill_on_its_way(start(), name, number * step / 1000)
        wait_until(lambda: not marked(name), SOON, "all is gone")
        start().end()
        assert each_begin_has_one_end(place)
        if len(place.ends()) > 10:
            return
    raise AssertionError("no helper came far enough to record its call")


def kill_on_its_way(helper, name, seconds):
    helper.peer.start(name)
    time.sleep(seconds)
    helper.kill()


@pytest.mark.invariant(4)
def test_without_the_runner_a_script_outlives_who_started_it(place, name):
    path = place.script("qemu", "touch $T/ready; exec sleep 600")
    program = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    daemon = subprocess.Popen(["/usr/bin/python3", "-IS", "-c", program, path, name],
                              env={"VIRTHOOK_OBJECT": name, "PATH": os.environ["PATH"]})
    wait_until((place.root / "ready").exists, 10, "the script runs")
    daemon.kill()
    daemon.wait()
    left = marked(name)
    for pid in left:
        os.kill(pid, 9)
    assert left


def test_a_second_helper_keeps_a_log_of_its_own_beside_the_first(place, start):
    place.script("qemu")
    first, second = start(), start()
    assert first.peer.call().allow and second.peer.call().allow
    assert len(list(place.audit.glob("*.log"))) == 2
    assert each_begin_has_one_end(place)
