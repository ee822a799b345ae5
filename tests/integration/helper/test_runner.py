"""What a script can learn from its runner: nothing; what a runner holds: its own call's alone."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import json
import os
import shutil
import subprocess
import uuid

import pytest

from .place import PYTHON
from .processes import memory_of, wait_until

pytestmark = pytest.mark.invariant(5)

# Tries on a PID all that another process of the same user could do to it. ptrace.h, prctl.h
PRY = """
import ctypes, json, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)

def read_memory(pid):
    with open(f'/proc/{pid}/maps') as maps:
        start = int(maps.readline().split('-')[0], 16)
    with open(f'/proc/{pid}/mem', 'rb') as memory:
        memory.seek(start)
        return len(memory.read(64))

def write_memory(pid):
    os.close(os.open(f'/proc/{pid}/mem', os.O_RDWR))

def list_descriptors(pid):
    os.readlink(f'/proc/{pid}/fd/0')

def read_environment(pid):
    open(f'/proc/{pid}/environ').read()

def find_binary(pid):
    os.readlink(f'/proc/{pid}/exe')

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')

def trace(pid):
    seize, detach = 0x4206, 17
    if libc.ptrace(seize, pid, None, None) < 0:
        raise OSError(ctypes.get_errno(), 'refused')

def take_descriptor(pid):
    pidfd_getfd = 438
    call(pidfd_getfd, os.pidfd_open(pid), 0, 0)

def pry(pid):
    done = []
    for attack in (read_memory, write_memory, list_descriptors, read_environment, find_binary,
                   take_descriptor, trace):
        try:
            attack(pid)
            done.append(attack.__name__)
        except OSError:
            pass
    return done

child = subprocess.Popen(['/bin/sleep', '600'])
found = {'runner': pry(1), 'child': pry(child.pid), 'uid': os.getuid(),
         'capabilities': [line.split()[1] for line in open('/proc/self/status')
                          if line.startswith('CapEff')][0]}
json.dump(found, open(sys.argv[1] + '/found', 'w'))
"""

ATTACKS = ["read_memory", "write_memory", "list_descriptors", "read_environment", "find_binary",
           "take_descriptor", "trace"]

NOBODY = 65534


def open_to_nobody(place, binary):
    """A place that a session's user can use, with binaries of its own; returns the helper's."""
    place.root.chmod(0o755)
    folder = place.folder("libexec")
    for name in ("virthook-helper", "virthook-runner"):
        shutil.copy(binary.parent / name, folder / name)
    os.chown(place.audit, NOBODY, NOBODY)
    place.folder("out").chmod(0o777)
    return folder / "virthook-helper"


def pry_from_a_script(place, peer, uid):
    """What a script without capabilities could do to its runner, and to a process of its own."""
    place.folder("out", 0o777, exist_ok=True)
    program = place.root / "pry"
    program.write_text(PRY, encoding="utf-8")
    program.chmod(0o644)
    place.script("qemu", "exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "
                         f"{PYTHON} $T/pry $T/out" if uid == 0 else
                         f"exec {PYTHON} $T/pry $T/out")
    verdict = peer.call(timeout_ms=20000)
    assert verdict.allow, verdict
    return json.loads(place.read("out/found"))


@pytest.fixture(params=[0, NOBODY], ids=["root-without-capabilities", "session"])
def found(request, place, binary, start):
    if request.param == 0:
        helper = start()
    else:
        helper = start(binary=open_to_nobody(place, binary), user=NOBODY, group=NOBODY,
                       extra_groups=[])
    return pry_from_a_script(place, helper.peer, request.param)


def test_a_script_of_the_runner_s_uid_can_do_nothing_to_it(found):
    assert found["capabilities"] == "0000000000000000"
    assert found["runner"] == []


def test_to_an_ordinary_process_of_its_uid_it_can_do_all_of_it(found):
    assert found["child"] == ATTACKS


def two_hung_calls(place, peer):
    """The runners of two calls, each with a word of its own in object and stdin."""
    words = [uuid.uuid4().hex for _ in range(2)]
    place.script("qemu", "touch $T/hung-$1; sleep 600")
    runners = []
    for word in words:
        peer.start(f"guest-{word}", stdin=word.encode())
        wait_until((place.root / f"hung-guest-{word}").exists, 10, "the script runs")
    return words


def runner_of(helper, word):
    """The runner whose script has this word in its arguments."""
    for runner in helper.runners():
        with open(f"/proc/{runner}/task/{runner}/children", encoding="utf-8") as listed:
            script = listed.read().split()[0]
        with open(f"/proc/{script}/cmdline", encoding="utf-8") as arguments:
            if word in arguments.read():
                return runner
    raise AssertionError(f"no runner for {word}")


def holds(pid, word):
    return any(word.encode() in piece for piece in memory_of(pid))


def test_a_runner_holds_no_memory_of_other_calls(place, helper):
    words = two_hung_calls(place, helper.peer)
    for own, other in (words, reversed(words)):
        runner = runner_of(helper, own)
        assert holds(runner, own)
        assert not holds(runner, other)
    assert holds(helper.pid, words[0]) and holds(helper.pid, words[1])


def held_in(folder):
    """What each descriptor is."""
    found = {}
    for fd in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            found[int(fd)] = os.readlink(f"{folder}/{fd}").partition(":")[0]
    return found


def test_a_runner_holds_its_channel_and_no_other_descriptor(place, helper):
    words = two_hung_calls(place, helper.peer)
    for word in words:
        folder = f"/proc/{runner_of(helper, word)}/fd"
        # The pipe that told it of the script's exec is closed as soon as it has looked.
        wait_until(lambda: "pipe" not in held_in(folder).values(), 10, "the runner has looked")
        held = held_in(folder)
        assert {fd: held.pop(fd) for fd in (0, 1, 2)} == dict.fromkeys(range(3), "/dev/null")
        assert sorted(held.values()) == ["anon_inode", "socket"]
    assert len(helper.descriptors()) > 15


def test_a_runner_has_no_environment_and_a_program_of_its_own(place, helper):
    word, _ = two_hung_calls(place, helper.peer)
    runner = runner_of(helper, word)
    with open(f"/proc/{runner}/environ", "rb") as environment:
        assert environment.read() == b""
    assert os.readlink(f"/proc/{runner}/exe").endswith("/virthook-runner")


def test_the_helper_itself_is_closed_to_its_own_uid(place, binary, start):
    helper = start(binary=open_to_nobody(place, binary), user=NOBODY, group=NOBODY,
                   extra_groups=[])
    assert os.stat(f"/proc/{helper.pid}/mem").st_uid == 0


def test_the_runner_refuses_to_be_started_by_another_than_the_helper(binary):
    done = subprocess.run([binary.parent / "virthook-runner"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2
    assert "only virthook-helper starts this" in done.stderr
