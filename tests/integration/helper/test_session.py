"""The helper of an ordinary user: its scripts live in a user namespace, and end as surely."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import shutil
import subprocess
import uuid

import pytest

from .attacks import ATTACKS
from .processes import marked, wait_until
from .wire import STATUS

NOBODY = 65534

# The longer ones are for an attack that was not in place in time, on a busy machine.
DEADLINES_MS = (1000, 5000, 25000)
LATE = 3

BY_NAME = pytest.mark.parametrize(
    "attack", ["ignores SIGTERM", "stops itself", "leaves a daemon behind", "forks twice",
               "hides its name and environment", "changes its PID all the time",
               "kills who runs it"], ids=lambda attack: attack.replace(" ", "-"))


@pytest.fixture
def session(place, binary, start):
    """A helper of nobody's, with binaries that it can read."""
    if subprocess.run(["unshare", "--user", "true"], user=NOBODY, check=False).returncode != 0:
        pytest.skip("user namespaces are not allowed to users here")
    place.root.chmod(0o755)
    os.chown(place.root, NOBODY, NOBODY)
    os.chown(place.audit, NOBODY, NOBODY)
    folder = place.folder("libexec")
    for name in ("virthook-helper", "virthook-runner"):
        shutil.copy(binary.parent / name, folder / name)
    return start(binary=folder / "virthook-helper", user=NOBODY, group=NOBODY, extra_groups=[])


def test_it_tells_what_it_enforces(session):
    enforced = json.loads(session.peer.ask(STATUS)["json"])["enforced"]
    assert enforced["pid_namespace"] == "through a user namespace"
    assert enforced["own_proc"] is True
    assert any("scripts run as the helper's own user" in lack for lack in enforced["lacks"])


def test_processes_are_bounded_by_a_confined_script_s_own_namespace(place, session):
    enforced = json.loads(session.peer.ask(STATUS)["json"])["enforced"]
    if not enforced["pid_max"]:
        pytest.skip("this kernel's PID namespaces bound nothing of their own")
    place.script("qemu", "cat /proc/sys/kernel/pid_max")
    assert int(session.peer.call(profile="isolated").script["stdout_tail"]) < 1000
    assert int(session.peer.call(profile="unconfined").script["stdout_tail"]) > 1000


def test_a_script_has_the_user_s_own_ids_and_no_capability(place, session):
    place.script("qemu", "id -u >$T/found; id -g >>$T/found; grep CapEff /proc/self/status "
                         ">>$T/found; touch $T/mine")
    assert session.peer.call().allow
    assert place.lines("found") == ["65534", "65534", "CapEff:\t0000000000000000"]
    assert (place.root / "mine").stat().st_uid == NOBODY


def test_a_confined_script_is_held_as_root_s_is(place, session):
    """The same without the profile: it writes beside the script, which is its own user's."""
    attempt = "touch $T/planted; grep ^Cap /proc/self/status; ls -A /root /home | wc -l"
    place.script("qemu", attempt)
    script = session.peer.call(profile="isolated").script
    assert [line.split()[1] for line in script["stdout_tail"].splitlines()[:5]] == ["0" * 16] * 5
    assert {"mounts", "no-new-privs", "seccomp:notify", "network:none"} <= set(
        script["enforced"].split())
    assert not (place.root / "planted").exists()
    session.peer.call(profile="unconfined")
    assert (place.root / "planted").exists()


def test_virsh_in_a_script_asks_the_user_s_own_daemon(place, session):
    place.script("qemu", "echo $LIBVIRT_DEFAULT_URI >$T/found")
    assert session.peer.call().allow
    assert place.lines("found") == ["qemu:///session"]


@pytest.mark.invariant(4)
@BY_NAME
def test_nothing_survives_the_verdict_in_a_session_either(place, session, attack):
    ATTACKS[attack].install(place, "qemu")
    for deadline in DEADLINES_MS:
        name = f"guest-{uuid.uuid4()}"
        verdict = session.peer.call(name, timeout_ms=deadline)
        assert not marked(name)
        assert verdict.seconds < deadline / 1000 + LATE
        if (place.root / name / "ready").exists():
            return
    raise AssertionError("not in place before the deadline")


@pytest.mark.invariant(4)
def test_its_runners_end_with_it_when_it_is_killed(place, session):
    name = f"guest-{uuid.uuid4()}"
    place.script("qemu", "setsid sleep 600 & touch $T/runs; sleep 600")
    session.peer.start(name)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    session.kill()
    wait_until(lambda: not marked(name), 20, "all is gone")


@pytest.mark.invariant(9)
def test_scripts_of_the_user_s_own_are_run_and_those_of_others_are_not(place, session):
    path = place.script("qemu")
    os.chown(path, NOBODY, NOBODY)
    assert session.peer.call().allow
    os.chown(path, 1, 1)
    verdict = session.peer.call()
    assert verdict.reason == "not-runnable"
    assert f"{path} belongs to uid 1" in verdict.message
