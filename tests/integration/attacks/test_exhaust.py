"""A script gets no more of the machine than its profile gives, and others do not notice."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import subprocess

import pytest
from helper.place import PYTHON
from helper.processes import wait_until

from .arsenal import ATTACKS
from .profiles import LIMIT_OF_PROCESSES, TYPICAL
from .range import LONG, OPERATION

# The third may set priorities.
PROFILES = (*TYPICAL, "tune")

EXHAUSTING = [attack for attack in ATTACKS.values() if attack.family == "exhaust"]

# Takes all the processes that it can get, says how many, makes the file {held} and holds them.
HOLD = """
import os, sys, time
made = 0
try:
    while made < 600:
        if os.fork() == 0:
            time.sleep(600)
        made += 1
except OSError:
    pass
print(made, file=sys.stderr, flush=True)
open({held!r}, "x").close()
time.sleep(600)
"""

# Takes every processor in real time, resting just often enough not to be ended for it.
COMPUTE = """
import os, time
for processor in os.sched_getaffinity(0):
    if os.fork() == 0:
        os.sched_setaffinity(0, [processor])
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        open({begun!r} + str(processor), "x").close()
        while True:
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass
            time.sleep(0.0001)
time.sleep(600)
"""

# What a call under COMPUTE is given, in milliseconds, and what its verdict may be late, in seconds:
# the kernel leaves a twentieth of the machine to all others.
COMPUTE_MS = 4000
LATE = 20

SPAWN = "for n in 1 2 3 4 5 6 7 8 9 10; do /bin/true || exit 1; done\nexit 0"


def cases():
    return [pytest.param(profile, attack, id=f"{profile}-{attack.name}") for profile in PROFILES
            for attack in EXHAUSTING if profile not in attack.granted]


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name)
                                    for attack in EXHAUSTING])
def test_a_plain_run_gets_all_that_it_asks_for(attacks, attack):
    outcome = attacks.baseline(attack)
    if outcome.impossible:
        pytest.skip(outcome.said.rpartition("cannot: ")[2].strip())
    assert outcome.succeeded, f"{attack.about}\n{outcome.said}"


@pytest.mark.parametrize("profile, attack", cases())
def test_the_profile_s_limit_stops_it(attacks, profile, attack):
    if attacks.baseline(attack).impossible:
        pytest.skip("not to be had on this machine at all")
    outcome = attacks.under(profile, attack)
    assert outcome.refused or outcome.impossible, f"{attack.about}\n{outcome.said}"
    assert not outcome.left
    assert attacks.serves_the_next_call()


def test_a_script_in_real_time_is_ended_at_its_deadline_and_others_are_served(attacks, shared):
    place, peer = attacks.place, attacks.helper.peer
    place.script(f"qemu.d/tune.compute/{OPERATION}", COMPUTE.format(begun=f"{shared}/"), PYTHON)
    call = peer.start("tune.compute", OPERATION, timeout_ms=COMPUTE_MS)
    wait_until(lambda: call.packets or any(shared.iterdir()), LONG, "a processor is taken")
    assert attacks.serves_the_next_call()
    verdict = peer.finish(call, LONG)
    assert verdict.script["timed_out"]
    assert verdict.seconds < COMPUTE_MS / 1000 + LATE
    assert not attacks.left_by(verdict)


# A user that nothing else runs as: the limit counts all of its processes on the host.
SOMEBODY = 60000 + os.getpid() % 4000


def as_somebody(*command):
    """A plain run with a limit of processes."""
    return ["/usr/bin/prlimit", f"--nproc={LIMIT_OF_PROCESSES}", "/usr/bin/setpriv",
            f"--reuid={SOMEBODY}", "--clear-groups", *command]


def test_plainly_a_fork_bomb_takes_all_processes_of_its_user(tmp_path):
    tmp_path.chmod(0o777)
    held = tmp_path / "held"
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    # PID 1 stays root's: a change of user would take from it that it ends with unshare.
    with subprocess.Popen(["/usr/bin/unshare", "--pid", "--fork", "--kill-child", "/bin/sh", "-c",
                           '"$@"; exit', "sh",
                           *as_somebody(*PYTHON.split(), "-c", HOLD.format(held=str(held)))],
                          stderr=subprocess.DEVNULL) as bomb:
        wait_until(held.exists, LONG, "the bomb has all that it gets")
        other = subprocess.run(as_somebody("/bin/sh", "-c", SPAWN), check=False,
                               stderr=subprocess.DEVNULL)
        bomb.kill()
    assert other.returncode != 0


def test_confined_another_script_of_its_user_does_not_notice(attacks, shared):
    """Both run as nobody, each with the profile's limit."""
    place, peer, held = attacks.place, attacks.helper.peer, shared / "held"
    place.script(f"qemu.d/isolated.bomb/{OPERATION}", HOLD.format(held=str(held)), PYTHON)
    place.script(f"qemu.d/isolated.beside/{OPERATION}", SPAWN)
    bomb = peer.start("isolated.bomb", OPERATION, timeout_ms=LONG * 1000)
    wait_until(held.exists, LONG, "the bomb has all that it gets")
    assert peer.call("isolated.beside", OPERATION).script["exit_status"] == 0
    peer.cancel(bomb)
    verdict = peer.finish(bomb)
    assert int(verdict.script["stderr_tail"]) == LIMIT_OF_PROCESSES - 1, "beside the first"
    assert not attacks.left_by(verdict)
