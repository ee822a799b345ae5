"""A process that the kernel does not let die: it is told, and does not delay the verdict.

A file system on a loop device is frozen; who writes to it waits in the kernel until it is thawed.
All of it lies in a mount namespace of the helper's own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fcntl
import json
import os
import signal
import subprocess

import pytest

from .processes import children, is_alive, marked, status, wait_until
from .wire import STATUS

# linux/fs.h
FIFREEZE = 0xC0045877
FITHAW = 0xC0045878

IMAGE_BYTES = 4 * 1024 * 1024

# Mounts the image for the helper alone, then becomes it. The loop device goes with the mount.
MOUNT_AND_EXEC = 'mount -o loop "$0" "$1" && shift && exec "$@"'

# What a verdict may be late, in seconds.
LATE = 3

# What a call that is not delayed may take on a busy machine; the deadlines are later.
AT_ONCE = 10

DEADLINE_MS = 60000

pytestmark = pytest.mark.invariant(4)


class Frozen:
    """A helper in its namespace, and the file system there that can be frozen."""

    def __init__(self, place, start):
        image, folder = place.root / "image", place.folder("frozen")
        with open(image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", image], check=True)
        self.helper = start(wrapper=("unshare", "--mount", "--propagation", "private",
                                     "/bin/sh", "-c", MOUNT_AND_EXEC, image, folder))
        self.fd = os.open(f"/proc/{self.helper.pid}/root{folder}", os.O_RDONLY)
        self.is_frozen = False

    def freeze(self):
        fcntl.ioctl(self.fd, FIFREEZE, 0)
        self.is_frozen = True

    def thaw(self):
        if self.is_frozen:
            fcntl.ioctl(self.fd, FITHAW, 0)
            self.is_frozen = False

    def close(self):
        self.thaw()
        os.close(self.fd)


@pytest.fixture
def frozen(place, start):
    if subprocess.run(["losetup", "--find"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no loop device: a file system to freeze cannot be made")
    made = Frozen(place, start)
    made.freeze()
    yield made
    made.close()


def unkillable(peer):
    return json.loads(peer.ask(STATUS)["json"])["unkillable"]


def states(name):
    """The states of the living processes of the call for that object."""
    return [(status(pid, "State") or "gone")[0] for pid in marked(name)]


def stick(peer, name):
    """A call whose script is in state D by now."""
    call = peer.start(name, timeout_ms=DEADLINE_MS)
    wait_until(lambda: states(name) == ["D"], 20, "the script waits for the device")
    return call


def call_that_sticks(peer, name):
    """The verdict of one that is taken back when its script is in state D."""
    call = stick(peer, name)
    peer.cancel(call)
    return peer.finish(call)


def test_a_script_in_state_d_does_not_delay_the_verdict_and_is_told(place, frozen):
    path = place.script("qemu", "echo x >$T/frozen/file")
    verdict = frozen.helper.peer.call("stuck", timeout_ms=4000)
    assert verdict.seconds < 4 + LATE
    assert verdict.reason == "timed-out"
    assert str(path) in verdict.message
    assert "state D" in verdict.script["problem"]
    assert "state D" in place.ends()[0]["scripts"][0]["problem"]


def test_what_a_good_script_left_in_state_d_is_told_and_delays_nothing(place, frozen):
    place.script("qemu", "echo x >$T/frozen/file & until grep -q '^State:.D' "
                         "/proc/$!/status; do :; done; exit 0")
    verdict = frozen.helper.peer.call("stuck", timeout_ms=DEADLINE_MS)
    assert verdict.seconds < AT_ONCE
    assert (verdict.allow, verdict.script["exit_status"]) == (True, 0)
    assert "state D" in verdict.script["problem"]


def test_once_the_device_answers_it_is_reaped_and_no_longer_counted(place, frozen):
    place.script("qemu", "echo x >$T/frozen/file")
    peer = frozen.helper.peer
    call_that_sticks(peer, "stuck-in-the-kernel")
    stuck = marked("stuck-in-the-kernel")
    runner, = frozen.helper.runners()
    assert states("stuck-in-the-kernel") == ["D"]
    assert unkillable(peer) == 1
    frozen.thaw()
    wait_until(lambda: unkillable(peer) == 0, 10, "the helper forgets what has died")
    assert not children(frozen.helper.pid)
    assert not is_alive(runner) and not any(is_alive(pid) for pid in stuck)


def test_other_calls_go_on_beside_it(place, frozen):
    place.script("qemu", 'test "$1" = good || echo x >$T/frozen/file')
    peer = frozen.helper.peer
    stuck = [stick(peer, f"stuck-{number}") for number in range(4)]
    assert peer.call("good").seconds < AT_ONCE
    for call in stuck:
        peer.cancel(call)
    assert {peer.finish(call).reason for call in stuck} == {"cancelled"}
    assert peer.call("good").allow


def test_the_helper_ends_in_time_all_the_same(place, frozen):
    place.script("qemu", "echo x >$T/frozen/file")
    call_that_sticks(frozen.helper.peer, "stuck-in-the-kernel")
    assert frozen.helper.end(timeout=AT_ONCE) == 0


def test_a_cancelled_call_starts_no_further_script(place, frozen):
    """Its first script ends and leaves something in state D, which is waited for; the helper is
    stopped meanwhile, so that it hears of that and of the cancel at the same time."""
    place.script("qemu.d/1", "echo x >$T/frozen/file & until grep -q '^State:.D' "
                             "/proc/$!/status; do :; done; touch $T/first\n"
                             "until test -e $T/go; do sleep 0.01; done")
    place.script("qemu.d/2", "touch $T/second; sleep 600")
    peer = frozen.helper.peer
    call = peer.start("left-in-the-kernel", timeout_ms=DEADLINE_MS)
    wait_until((place.root / "first").exists, 10, "the first script runs")
    frozen.helper.signal(signal.SIGSTOP)
    (place.root / "go").touch()
    wait_until(lambda: states("left-in-the-kernel") == ["D"], 10, "the first script has ended")
    peer.cancel(call)
    frozen.helper.signal(signal.SIGCONT)
    verdict = peer.finish(call)
    assert verdict.reason == "cancelled"
    assert not (place.root / "second").exists()
