"""Scripts among the host's processes: nothing of them is left, though no namespace ends with them.

The host is a PID namespace of the test's own, so that what a script may do to all processes is done
to these alone. Each promise is held where scripts have a cgroup each, and where there is none. That
the attacks survive where nobody sees to it is shown in test_deadline.py.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import re
import uuid
from pathlib import Path

import pytest

from .attacks import ATTACKS
from .processes import children, in_namespace, is_alive, marked, status, wait_until
from .wire import STATUS

pytestmark = pytest.mark.invariant(4)

NOBODY = 65534

DEADLINE_MS = 4000

# What a machine with other things to do may take over that, in seconds.
SLACK = 3

# PID 1 of the host that the helper sees; the helper is its child.
HOST = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", "-c",
        '"$@"; exit $?', "init")

# The same without the file system by which cgroups are made.
UNMOUNT = """
while read -r _ _ _ _ where _ rest; do
    case $rest in *" cgroup2 "*) umount -l "$where" ;; esac
done </proc/self/mountinfo
"$@"; exit $?
"""
HOST_WITHOUT_CGROUPS = (*HOST[:-2], UNMOUNT, "init")

HOSTS = {"cgroup": HOST, "no-cgroup": HOST_WITHOUT_CGROUPS}

BY_NAME = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.replace(" ", "-"))


def profile(place, *lines, writable=(), grace=0.2):
    """A configuration by which all scripts have the host's PIDs, and this place to write to."""
    text = "\n".join(("user = root", *lines))
    paths = ", ".join(f'"{path}"' for path in (place.root, *writable))
    place.configure(f'default_profile = "tested"\ngrace = {grace}\nprofile "tested" {{\n'
                    f'pids = host\n{text}\nwritable += {{ {paths} }}\n}}\n')


@pytest.fixture(params=HOSTS)
def host(request, place, start):
    """Starts a helper on such a host, by the lines of its profile."""
    def begin(*lines, **more):
        profile(place, *lines, **more)
        helper = start(wrapper=HOSTS[request.param])
        enforced = json.loads(helper.peer.ask(STATUS)["json"])["enforced"]
        if request.param == "cgroup" and not enforced["cgroup"]:
            pytest.skip("no cgroup can be made here: version 2 is not mounted, or not ours")
        assert enforced["cgroup"] == (request.param == "cgroup")
        return helper

    return begin


@pytest.fixture
def name():
    return f"guest-{uuid.uuid4()}"


def helper_of(started):
    """The PID of the helper proper, below its host's PID 1."""
    init, = children(started.pid)
    found, = [pid for pid in children(init) if b"virthook-helper" in
              Path(f"/proc/{pid}/cmdline").read_bytes()]
    return found


def runners(started):
    return [pid for pid in children(helper_of(started)) if status(pid, "Name") == "virthook-runner"]


def left_in(started):
    """All processes of that host but PID 1 and the helper."""
    init, = children(started.pid)
    link = os.readlink(f"/proc/{init}/ns/pid")
    return [pid for pid in in_namespace(link) if pid not in (init, helper_of(started))]


def is_told_to_be_left(verdict):
    """What takes the kernel more than half a second to end does not delay the verdict."""
    return "state D" in (verdict.script.get("problem") or "")


def describe(pid):
    return [pid, *(status(pid, key) for key in ("Name", "State", "PPid"))]


@BY_NAME
def test_nothing_survives_the_verdict(place, host, name, attack):
    helper = host()
    ATTACKS[attack].install(place, "qemu")
    verdict = helper.peer.call(name, timeout_ms=DEADLINE_MS)
    if is_told_to_be_left(verdict):
        wait_until(lambda: not left_in(helper), 20, "a busy machine ends them")
    left = left_in(helper)
    assert not left, [describe(pid) for pid in left] + [verdict]
    assert not marked(name)
    assert (place.root / name / "ready").exists()
    assert verdict.seconds < DEADLINE_MS / 1000 + SLACK
    place.script("qemu", "exit 0")
    assert helper.peer.call(name).allow


def unconfined(place):
    """Scripts that may do to their runner what they like."""
    place.configure('default_profile = "tested"\ngrace = 0.2\n'
                    'profile "tested" {\nunconfined = yes\npids = host\n}\n')


TO_THE_RUNNER = {"kill": "kill -KILL $PPID", "stop": "kill -STOP $PPID",
                 "starve": "chrt --idle --pid 0 $PPID; renice 19 $PPID >/dev/null"}


@pytest.mark.parametrize("wrapper", HOSTS.values(), ids=HOSTS)
@pytest.mark.parametrize("attack", TO_THE_RUNNER)
def test_what_an_unconfined_script_does_to_its_runner_saves_nothing_of_it(
        place, start, name, attack, wrapper):
    unconfined(place)
    place.script("qemu", f"mkdir $T/$1; cd $T/$1; trap '' TERM; setsid sleep 600 & "
                         f"touch ready; {TO_THE_RUNNER[attack]}; sleep 600")
    helper = start(wrapper=wrapper)
    verdict = helper.peer.call(name, timeout_ms=DEADLINE_MS)
    assert (place.root / name / "ready").exists()
    assert not left_in(helper)
    assert verdict.seconds < DEADLINE_MS / 1000 + SLACK
    place.script("qemu", "exit 0")
    assert helper.peer.call(name).allow


@pytest.mark.parametrize("action", ["KILL", "STOP", "TERM", "0"])
def test_a_confined_script_cannot_signal_its_runner(place, host, action):
    place.script("qemu", f"kill -{action} $PPID && touch $T/did; kill -0 $PPID && touch $T/did;"
                         "exit 0")
    assert host().peer.call().allow
    assert not (place.root / "did").exists()


def test_it_cannot_signal_the_helper_or_others_of_its_user_either(place, host):
    helper = host()
    init, = children(helper.pid)
    place.script("qemu", "for pid in 1 2 3; do kill -0 $pid && touch $T/did; done; kill -KILL -1;"
                         "exit 0")
    helper.peer.call()
    assert not (place.root / "did").exists()
    assert is_alive(init) and is_alive(helper_of(helper))
    place.script("qemu", "exit 0")
    assert helper.peer.call().allow


def test_it_can_signal_its_own(place, host):
    place.script("qemu", "sleep 600 & kill -TERM $!; wait $!; test $? = 143")
    assert host().peer.call().allow


def test_it_sees_the_host_s_processes_and_is_none_s_pid_1(place, host):
    place.script("qemu", "echo $$ >$T/own; cat /proc/1/cmdline >$T/first; ls /proc >$T/all")
    helper = host()
    assert helper.peer.call().allow
    assert "init" in (place.root / "first").read_text(encoding="utf-8")
    own, = place.lines("own")
    assert int(own) > 3 and own in place.lines("all")


def test_a_daemon_that_has_become_another_user_is_found_by_the_helper(place, host):
    """Its runner, root without CAP_KILL, may not signal it."""
    place.python("qemu", "import os, time\n"
                         "if os.fork() == 0:\n"
                         "    os.setsid()\n"
                         f"    os.setresuid({NOBODY}, {NOBODY}, {NOBODY})\n"
                         "    for fd in range(3):\n"
                         "        os.close(fd)\n"
                         "    open('/tmp/became', 'w').close()\n"
                         "    time.sleep(600)\n"
                         "while not os.path.exists('/tmp/became'):\n"
                         "    time.sleep(0.01)\n")
    helper = host("capabilities = { SETUID }")
    verdict = helper.peer.call()
    assert verdict.script["exit_status"] == 0
    assert not left_in(helper)


def test_the_grace_is_given_to_all_of_the_tree(place, host, name):
    """To a daemon, and to one that is stopped and must go on for it."""
    place.script("qemu", """mkdir $T/$1; cd $T/$1; trap : TERM
        setsid sh -c "trap 'touch daemon; exit' TERM; touch d; sleep 600 & wait" &
        sh -c "trap 'touch stopped; exit' TERM; touch s; kill -STOP \\$\\$; sleep 600 & wait" &
        until test -e daemon && test -e stopped; do wait; done""")
    helper = host(grace=30)
    call = helper.peer.start(name, timeout_ms=300000)
    wait_until(lambda: (place.root / name / "s").exists() and (place.root / name / "d").exists(),
               10, "both are there")
    wait_until(lambda: any(status(pid, "State").startswith("T") for pid in marked(name)), 10,
               "one is stopped")
    helper.peer.cancel(call)
    assert helper.peer.finish(call).reason == "cancelled"
    assert (place.root / name / "daemon").exists() and (place.root / name / "stopped").exists()
    assert not left_in(helper)


def test_a_bystander_of_the_same_user_lives_on(place, start):
    """It is in no script's tree."""
    profile(place)
    bystander = "sleep 600 & echo $! >$T/bystander; "
    place.script("qemu", "setsid sleep 600 & exit 0")
    helper = start(wrapper=(*HOST[:-2], f'T={place.root}; {bystander}"$@"; exit $?', "init"))
    init, = children(helper.pid)
    slept = wait_until(lambda: [pid for pid in children(init) if pid != helper_of(helper)], 10,
                       "the bystander is there")
    assert helper.peer.call().allow
    assert [pid for pid in left_in(helper) if pid not in slept] == []
    assert all(is_alive(pid) for pid in slept)


def test_a_killed_helper_s_scripts_end_without_it(place, host, name):
    place.script("qemu", "setsid sleep 600 & touch $T/hung; trap '' TERM; sleep 600")
    helper = host()
    helper.peer.start(name)
    wait_until((place.root / "hung").exists, 10, "the script runs")
    link = os.readlink(f"/proc/{helper_of(helper)}/ns/pid")
    scripts = marked(name)
    assert scripts
    os.kill(helper_of(helper), 9)
    wait_until(lambda: not any(is_alive(pid) for pid in scripts), 10, f"all in {link} is gone")


def test_other_calls_go_on_beside_one_that_is_killed(place, host, name):
    place.script("qemu", 'test "$1" = good || { trap "" TERM; touch $T/hung; sleep 600; }')
    helper = host()
    hung = helper.peer.start(name, timeout_ms=DEADLINE_MS)
    wait_until((place.root / "hung").exists, 10, "the script runs")
    assert all(helper.peer.call("good").allow for _ in range(5))
    assert helper.peer.finish(hung).reason == "timed-out"
    assert helper.peer.call("good").allow


# Of version 2, as the kernel shows it to the test.
CGROUPS = next((Path(line.split()[4]) for line in
                Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
                if " - cgroup2 " in line), None)


def cgroup_of(pid):
    text = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    return re.search(r"^0::/(.*)$", text, re.MULTILINE).group(1)


def is_empty(group):
    """It is gone where a helper of another test's has begun meanwhile."""
    try:
        return "populated 0" in (group / "cgroup.events").read_text(encoding="utf-8")
    except OSError:
        return not group.exists()


@pytest.fixture
def with_cgroups(place, start):
    def begin(**more):
        profile(place, **more)
        helper = start(wrapper=HOST)
        if not json.loads(helper.peer.ask(STATUS)["json"])["enforced"]["cgroup"]:
            pytest.skip("no cgroup can be made here: version 2 is not mounted, or not ours")
        return helper

    return begin


def hang(place, helper, name, body="sleep 600"):
    """A call whose script runs; its main process."""
    place.script("qemu", f"mkdir $T/$1; cd $T/$1; touch hung; {body}")
    call = helper.peer.start(name, timeout_ms=20000)
    wait_until((place.root / name / "hung").exists, 10, "the script runs")
    return call


def test_each_script_has_a_cgroup_of_its_own_and_it_goes_with_it(place, with_cgroups):
    helper = with_cgroups()
    names = [f"guest-{uuid.uuid4()}" for _ in range(2)]
    calls = [hang(place, helper, name) for name in names]
    found = {cgroup_of(pid) for name in names for pid in marked(name)}
    assert len(found) == 2
    assert not {cgroup_of(helper_of(helper)), *map(cgroup_of, runners(helper))} & found
    for call in calls:
        helper.peer.cancel(call)
        helper.peer.finish(call)
    wait_until(lambda: not any((CGROUPS / group).exists() for group in found), 10,
               "the cgroups are removed, at the next call at the latest")
    base = CGROUPS / os.path.dirname(found.pop())
    assert helper.end() == 0
    assert not base.exists()


def test_a_killed_helper_s_cgroups_are_removed_by_the_next(place, with_cgroups, name):
    helper = with_cgroups()
    hang(place, helper, name)
    scripts = marked(name)
    base = CGROUPS / os.path.dirname(cgroup_of(scripts[0]))
    os.kill(helper_of(helper), 9)
    wait_until(lambda: not any(is_alive(pid) for pid in scripts), 10, "its scripts end")
    wait_until(lambda: is_empty(base), 10, "its runners end")
    place.script("qemu", "exit 0")
    assert with_cgroups().peer.call().allow
    assert not base.exists()


def test_a_script_cannot_leave_its_cgroup(place, with_cgroups, name):
    helper = with_cgroups()
    call = hang(place, helper, name,
                f"for procs in {CGROUPS}/cgroup.procs $(find {CGROUPS} -name cgroup.procs); do "
                "echo $$ >$procs; done 2>/dev/null; touch tried; sleep 600")
    wait_until((place.root / name / "tried").exists, 10, "it has tried")
    assert len({cgroup_of(pid) for pid in marked(name)}) == 1
    assert "run-" in cgroup_of(marked(name)[0])
    helper.peer.cancel(call)
    helper.peer.finish(call)
    assert not left_in(helper)


def test_one_that_may_leave_it_is_killed_all_the_same(place, with_cgroups, name):
    """As with the profile tune, which grants the cgroup file system."""
    helper = with_cgroups(writable=[CGROUPS])
    call = hang(place, helper, name, f"trap '' TERM; echo $$ >{CGROUPS}/cgroup.procs; "
                                     "setsid sleep 600 & touch left; sleep 600")
    wait_until((place.root / name / "left").exists, 10, "it has left")
    assert {cgroup_of(pid) for pid in marked(name)} == {""}
    helper.peer.cancel(call)
    assert helper.peer.finish(call).reason == "cancelled"
    assert not left_in(helper)
    assert not marked(name)


@pytest.fixture
def freezer():
    """A cgroup that root's scripts may use, as there are many on a host."""
    folder = (CGROUPS or Path("/proc")) / f"frozen-{uuid.uuid4()}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no cgroup can be made here: {error}")
    yield folder
    (folder / "cgroup.freeze").write_text("0", encoding="utf-8")
    (folder / "cgroup.kill").write_text("1", encoding="utf-8")
    wait_until(lambda: "populated 0" in (folder / "cgroup.events").read_text(encoding="utf-8"), 10,
               "nobody is in it")
    folder.rmdir()


def test_one_that_freezes_its_runner_leaves_nothing_either(place, with_cgroups, freezer, name):
    helper = with_cgroups(writable=[freezer])
    place.script("qemu", f"echo $PPID >{freezer}/cgroup.procs || exit 1\n"
                         f"echo 1 >{freezer}/cgroup.freeze || exit 1\nsleep 600")
    verdict = helper.peer.finish(helper.peer.start(name, timeout_ms=DEADLINE_MS))
    assert verdict.reason == "timed-out"
    wait_until(lambda: not marked(name) and not runners(helper), 20, "it ends, and its runner")
    assert not (freezer / "cgroup.procs").read_text(encoding="utf-8")


def test_a_helper_that_has_given_root_up_makes_cgroups_too(place, start, name):
    """In what root gave it; the folder that is root's is removed by the next."""
    place.root.chmod(0o755)
    place.configure('default_profile = "tested"\nprofile "tested" {\nrequired = { cgroup }\n}\n')
    place.script("qemu", "exec sleep 600")
    helper = start()
    told = json.loads(helper.peer.ask(STATUS)["json"])
    if told["privilege"]["uid"] == 0 or not told["enforced"]["cgroup"]:
        pytest.skip("there is no user virthook here, or no cgroup of version 2")
    call = helper.peer.start(name, timeout_ms=20000)
    found = wait_until(lambda: marked(name), 10, "the script runs")
    wait_until(lambda: "/run-" in f"/{cgroup_of(found[0])}", 10, "it has entered its cgroup")
    base = CGROUPS / os.path.dirname(cgroup_of(found[0]))
    helper.peer.cancel(call)
    assert helper.peer.finish(call).reason == "cancelled"
    assert helper.end() == 0
    assert is_empty(base)
    start()
    assert not base.exists()
