"""A script with the host's processes: what it sees of them, and what it can do to them.

Each refusal is beside the same deed under a profile that does not refuse it.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import os
import subprocess
from pathlib import Path

import pytest

LANDLOCK_CREATE_RULESET, SCOPES = 444, 6


def landlock_abi():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)


pytestmark = pytest.mark.skipif(landlock_abi() < SCOPES, reason="root is refused the host's "
                                "processes where Landlock has no scopes")

PROFILES = """
default_profile = unconfined
profile "alone" {
    inherits = isolated
    user = root
}
profile "watcher" {
    inherits = alone
    pids = host
}
profile "neighbour" {
    inherits = watcher
    user = nobody
}
profile "tuner" {
    inherits = watcher
    capabilities = SYS_NICE
    writable += /proc/sys/vm
}
profile "free" {
    inherits = unconfined
    pids = host
}
profile "ender" {
    inherits = watcher
    capabilities = KILL
}
"""

NOBODY = 65534


@pytest.fixture
def call(place, start):
    """Runs a shell's lines under a profile; what it printed."""
    place.configure("grace = 0.2\n" + PROFILES)
    helper = start()

    def run(profile, body):
        place.script("qemu", body)
        verdict = helper.peer.call(profile=profile)
        assert verdict.allow, verdict
        return verdict.script["stdout_tail"].splitlines()

    return run


@pytest.fixture(params=[0, NOBODY], ids=["root's", "nobody's"])
def stranger(request):
    """A process of the host's that does nothing, of root or of nobody."""
    with subprocess.Popen(["/bin/cat"], user=request.param, group=request.param, extra_groups=[],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        yield process
        process.stdin.close()


def test_it_sees_the_host_s_processes_and_others_do_not(call):
    body = f"test -e /proc/{os.getpid()}/fd && cat /proc/{os.getpid()}/comm || echo none"
    own = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
    assert call("watcher", body) == [own]
    assert call("alone", "grep -c . /proc/1/comm; cat /proc/1/comm") == ["1", "virthook-runner"]
    assert call("watcher", "cat /proc/1/comm") != ["virthook-runner"]


def test_it_signals_none_of_them_whoever_s_they_are(call, stranger):
    body = f"kill -0 {stranger.pid} 2>/dev/null && echo reached || echo refused"
    for profile in ("watcher", "neighbour", "tuner"):
        assert call(profile, body) == ["refused"], profile
    assert call("free", body) == ["reached"]


def test_with_kill_it_signals_all_of_them(call, stranger):
    assert call("ender", f"kill -0 {stranger.pid} && echo reached") == ["reached"]
    assert stranger.poll() is None
    assert call("ender", f"kill -KILL {stranger.pid} && echo reached") == ["reached"]
    assert stranger.wait() == -9


def test_it_does_not_look_into_them(call, stranger):
    body = (f"for file in environ maps; do cat /proc/{stranger.pid}/$file >/dev/null 2>&1 "
            "&& echo read || echo refused; done")
    for profile in ("watcher", "neighbour"):
        assert call(profile, body) == ["refused"] * 2, profile
    assert call("free", body) == ["read"] * 2


def test_with_sys_nice_it_changes_their_priority(call, stranger):
    body = f"renice -n 3 -p {stranger.pid} >/dev/null 2>&1 && echo changed || echo refused"
    assert call("tuner", body) == ["changed"]
    assert os.getpriority(os.PRIO_PROCESS, stranger.pid) == 3
    assert call("neighbour", body.replace("-n 3", "-n 1")) == ["refused"]
    assert os.getpriority(os.PRIO_PROCESS, stranger.pid) == 3


def test_of_proc_only_what_writable_names_can_be_written(call):
    """Each value is written back as it was."""
    body = ("for file in /proc/sys/vm/swappiness /proc/sys/kernel/core_uses_pid; do "
            "(cat $file >/tmp/value; cat /tmp/value >$file) 2>/dev/null && echo wrote "
            "|| echo refused; done; (echo 0 >/proc/self/oom_score_adj) 2>/dev/null && echo wrote "
            "|| echo refused")
    assert call("tuner", body) == ["wrote", "refused", "refused"]
    assert call("watcher", body) == ["refused"] * 3
    assert call("unconfined", body) == ["wrote"] * 3


def test_what_held_it_says_so(place, start):
    place.configure(PROFILES)
    place.script("qemu", "exit 0")
    words = start().peer.call(profile="watcher").script["enforced"].split()
    assert "pids:host" in words and "pid" not in words
