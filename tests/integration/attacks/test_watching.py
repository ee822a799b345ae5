"""Scripts that see the host's processes: they can name them, and yet do nothing to them.

Each attack of one process on another is aimed at the helper, at a process of root's that stands for
the daemon, and at another hook's script of the same profile and user.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pwd
import subprocess

import pytest
from helper.processes import children, is_alive, pids, status, wait_until

from .arsenal import ATTACKS
from .profiles import WATCHER
from .range import LONG, OPERATION, WAVE
from .test_attacks import baseline
from .test_survive import SURVIVORS, run_all

pytestmark = pytest.mark.invariant(5)

# What the profile grants by letting its scripts see other processes.
GRANTED = {"find_the_helper", "signal_runner_SIGKILL", "signal_runner_SIGTERM"}

# What the kernel lets processes of one user do to each other, in whatever domain of Landlock's.
AMONG_EQUALS = {"slow_the_other_down", "idle_io_for_the_other", "bind_the_other_to_a_cpu"}

AGAINST = [attack for attack in ATTACKS.values()
           if attack.family == "processes" and attack.name not in GRANTED]


@pytest.fixture(scope="module")
def daemon():
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture(scope="module")
def neighbour(attacks):
    """The script of another call that goes on meanwhile."""
    attacks.place.script(f"qemu.d/watching.neighbour/{OPERATION}", "exec sleep 600")
    call = attacks.helper.peer.start("watching.neighbour", OPERATION, timeout_ms=600000)
    pid = wait_until(lambda: script_of(attacks.helper), LONG, "the neighbour runs")
    yield pid
    attacks.helper.peer.cancel(call)
    attacks.helper.peer.finish(call)


def script_of(helper):
    """The PID of the only script that runs, once it is what it will be."""
    for runner in helper.runners():
        for child in children(runner):
            with open(f"/proc/{child}/cmdline", "rb") as words:
                if words.read().startswith(b"sleep\0"):
                    return child
    return None


@pytest.fixture(scope="module")
def outcomes(attacks, daemon, neighbour):
    """Of all attacks, by whom they were aimed at and by name; many at once."""
    found = {}
    for whom, pid in ("helper", attacks.helper.pid), ("daemon", daemon), ("neighbour", neighbour):
        for first in range(0, len(AGAINST), WAVE):
            calls = [(attack.name, *attacks.begin(attack, "watching", pid, timeout_ms=LONG * 1000))
                     for attack in AGAINST[first:first + WAVE]]
            found |= {(whom, attack): attacks.finish(name, call) for attack, name, call in calls}
        found[whom] = is_alive(pid)
    return found


@pytest.mark.parametrize("whom", ["helper", "daemon", "neighbour"])
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in AGAINST])
def test_what_it_sees_it_cannot_touch(attacks, outcomes, attack, whom):
    baseline(attacks, attack)
    if whom == "neighbour" and attack.name in AMONG_EQUALS:
        pytest.skip("the kernel lets processes of one user do this to each other")
    outcome = outcomes[whom, attack.name]
    assert outcome.refused or outcome.impossible, f"{attack.about}\n{outcome.said}"
    assert not outcome.left


@pytest.mark.parametrize("whom", ["helper", "daemon", "neighbour"])
def test_whoever_it_was_aimed_at_lives_on(outcomes, whom):
    assert outcomes[whom]


def of_the_watcher():
    """All processes of the user."""
    uid = str(pwd.getpwnam(WATCHER).pw_uid)
    return {pid for pid in pids()
            if (status(pid, "Uid") or "").split()[:1] == [uid] and is_alive(pid)}


@pytest.fixture(scope="module")
def survivors(attacks):
    """What the attacks have left of the user's processes, beside those that were there before; and
    their outcomes."""
    before = of_the_watcher()
    outcomes = run_all(attacks, "watching")
    return of_the_watcher() - before, outcomes


@pytest.mark.invariant(4)
def test_nothing_of_its_user_s_is_left_however_it_hides(survivors):
    assert not survivors[0]


@pytest.mark.invariant(4)
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in SURVIVORS])
def test_nothing_survives_the_verdict_there_either(survivors, attack):
    assert not survivors[1][attack.name].left
