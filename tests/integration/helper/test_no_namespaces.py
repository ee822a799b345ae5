"""Where neither kernel nor policy gives namespaces: scripts run, are ended whole, and it is told.

The limit of user namespaces is that of a namespace of the test's own, so that the machine's own is
left alone. What is killed is killed among the processes of a PID namespace of the test's own too.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from .attacks import ATTACKS
from .processes import children, in_namespace, marked, wait_until
from .test_host_pids import is_told_to_be_left
from .wire import STATUS

NOBODY = 65534

DEADLINE_MS = 4000

# What a machine with other things to do may take over that, in seconds.
SLACK = 3

# But for those that need a namespace, or may kill the helper too, as an unconfined script of its
# own user may.
BY_NAME = pytest.mark.parametrize(
    "attack", [name for name in ATTACKS
               if name not in ("makes a namespace of its own", "kills who runs it")],
    ids=lambda attack: attack.replace(" ", "-"))

# In a user namespace of its own with all users in it, in which there may be no further one.
ENTER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
parent, (ready, entered) = os.getpid(), os.pipe()
if os.fork() == 0:
    os.close(entered)
    if os.read(ready, 1):
        for name in ("uid_map", "gid_map"):
            with open(f"/proc/{parent}/{name}", "w") as users:
                users.write("0 0 4294967295")
    os._exit(0)
os.close(ready)
if libc.unshare(CLONE_NEWUSER) != 0:
    sys.exit(99)
os.write(entered, b"x")
os.close(entered)
if os.wait()[1] != 0:
    sys.exit(99)
with open("/proc/sys/user/max_user_namespaces", "w") as limit:
    limit.write("0")
os.execv(sys.argv[1], sys.argv[1:])
"""

# PID 1 of the host that the helper sees, which is its child.
INIT = ("/bin/sh", "-c", '"$@"; exit $?', "init")

BASE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/usr/bin/python3", "-IS",
        "-c", ENTER, "/usr/bin/setpriv")
USERS = {"session": ("--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                     "--bounding-set=-all"),
         "root-without-SYS_ADMIN": ("--inh-caps=-sys_admin", "--bounding-set=-sys_admin")}


def wrapper(user):
    return (*BASE, *USERS[user], *INIT)


def can_deprive():
    done = subprocess.run([*wrapper("session"), "true"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture(params=USERS)
def helper(request, place, binary, start):
    """A helper that can make no namespace, of an ordinary user or of a root that may not."""
    if not can_deprive():
        pytest.skip("no user namespace can be had in which there are no further ones")
    owner = NOBODY if request.param == "session" else 0
    place.configure("default_profile = unconfined\ngrace = 0.2\n")
    place.root.chmod(0o755)
    os.chown(place.root, owner, owner)
    os.chown(place.audit, owner, owner)
    folder = place.folder("libexec")
    for name in ("virthook-helper", "virthook-runner"):
        shutil.copy(binary.parent / name, folder / name)
    return start(binary=folder / "virthook-helper", wrapper=wrapper(request.param))


def enforced(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])["enforced"]


def host_of(helper):
    """The PIDs of its PID 1, and of the helper proper."""
    init, = children(helper.pid)
    proper, = [pid for pid in children(init) if b"virthook-helper" in
               Path(f"/proc/{pid}/cmdline").read_bytes()]
    return init, proper


def left_in(helper):
    """What is on its host beside these two."""
    host = host_of(helper)
    link = os.readlink(f"/proc/{host[0]}/ns/pid")
    return [pid for pid in in_namespace(link) if pid not in host]


def test_it_serves_and_says_what_is_missing(place, helper):
    place.script("qemu", "echo $$ >$T/pid")
    assert helper.peer.call().allow
    assert int(place.read("pid")) > 2
    told = enforced(helper)
    assert told["pid_namespace"] == "none"
    assert told["own_proc"] is False
    assert any("namespaces (see user.max_user_namespaces)" in lack for lack in told["lacks"])


def test_a_confined_script_is_held_by_what_is_left(place, helper):
    """By Landlock, the filter and no_new_privs."""
    if enforced(helper)["landlock"] == 0:
        pytest.skip("this kernel has no Landlock")
    place.script("qemu", "touch $T/mine 2>/dev/null; unshare --user true 2>/dev/null; "
                         "kill -0 $PPID 2>/dev/null && exit 7; "
                         "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status")
    verdict = helper.peer.call(profile="isolated")
    assert verdict.allow, verdict
    assert verdict.script["stdout_tail"].split() == ["NoNewPrivs:", "1", "Seccomp:", "2"]
    assert not (place.root / "mine").exists()
    assert "unshare" in verdict.script["denied"]


@pytest.mark.invariant(4)
@BY_NAME
def test_nothing_survives_the_verdict(place, helper, attack):
    name = f"guest-{uuid.uuid4()}"
    ATTACKS[attack].install(place, "qemu")
    verdict = helper.peer.call(name, timeout_ms=DEADLINE_MS)
    if is_told_to_be_left(verdict):
        wait_until(lambda: not left_in(helper), 20, "a busy machine ends them")
    assert not marked(name)
    assert not left_in(helper)
    assert (place.root / name / "ready").exists()
    assert verdict.seconds < DEADLINE_MS / 1000 + SLACK
    place.script("qemu", "exit 0")
    assert helper.peer.call(name).allow


@pytest.mark.invariant(4)
def test_a_killed_runner_saves_nothing_of_its_script(place, helper):
    name = f"guest-{uuid.uuid4()}"
    place.script("qemu", "setsid sleep 600 & kill -KILL $PPID; sleep 600")
    verdict = helper.peer.call(name, timeout_ms=DEADLINE_MS)
    assert "killed from outside" in verdict.script["problem"]
    assert not marked(name) and not left_in(helper)


@pytest.mark.invariant(4)
def test_its_scripts_end_with_it_when_it_is_killed(place, helper):
    name = f"guest-{uuid.uuid4()}"
    place.script("qemu", "setsid sleep 600 & touch $T/runs; sleep 600")
    helper.peer.start(name)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    os.kill(host_of(helper)[1], signal.SIGKILL)
    wait_until(lambda: not marked(name), 10, "all is gone")
