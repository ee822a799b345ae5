"""What a profile requires of the host: without it there is no such profile, and it is told why."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import json
import struct

import pytest

from helper.wire import ERROR, RELOAD, STATUS, Refused

LANDLOCK_CREATE_RULESET = 444
LANDLOCK_SCOPES = 6  # since this ABI

# Where a profile has the host's processes, no host can give it a PID namespace.
IMPOSSIBLE = """
profile "impossible" {
    inherits = isolated
    user = nobody
    pids = host
    required = { mount-namespace, pid-namespace }
}
"""
POSSIBLE = """
profile "possible" {
    inherits = isolated
    user = nobody
    required = { mount-namespace, pid-namespace }
}
"""
WHY = "it requires pid-namespace, but the profile has pids = host"


def status(peer):
    return json.loads(peer.ask(STATUS)["json"])


def test_a_profile_that_requires_what_is_there_is_had(place, start):
    place.configure(POSSIBLE + "default_profile = possible\n")
    place.script("qemu", "exit 0")
    verdict = start().peer.call()
    assert verdict.allow and verdict.script["profile"] == "possible", verdict


@pytest.mark.parametrize("use", ["default_profile = impossible",
                                 "rule r { profile = impossible }"])
def test_where_scripts_have_it_the_configuration_is_refused(place, start, use):
    place.configure(f"{use}\n{IMPOSSIBLE}")
    packet = start(greet=False).peer.receive(10)
    assert packet.type == ERROR
    assert packet.fields["message"] == \
        f"{place.config}:1: profile impossible cannot be used on this host: {WHY}"


def test_at_a_reload_too_and_what_was_in_force_stays(place, start):
    place.configure("default_profile = possible\n" + POSSIBLE)
    place.script("qemu", "exit 0")
    helper = start()
    place.configure("default_profile = impossible\n" + IMPOSSIBLE)
    with pytest.raises(Refused) as refused:
        helper.peer.ask(RELOAD)
    assert WHY in str(refused.value)
    assert helper.peer.call().script["profile"] == "possible"


def test_where_nobody_has_it_status_tells_and_nobody_can_ask_for_it(place, start):
    place.configure("default_profile = possible\n" + POSSIBLE + IMPOSSIBLE)
    place.script("qemu", "exit 0")
    helper = start()
    assert f"profile impossible cannot be used on this host: {WHY}" in status(helper.peer)["notes"]
    with pytest.raises(Refused) as refused:
        helper.peer.call(profile="impossible")
    assert str(refused.value).startswith("unknown-profile: "), refused.value


def test_profiles_that_scripts_have_and_that_are_near_root_are_named(place, start):
    place.configure("default_profile = possible\nrule r { profile = near }\n" + POSSIBLE +
                    "profile near { inherits = isolated user = nobody capabilities = SYS_MODULE }\n"
                    "profile idle { inherits = near }\n")
    notes = [note for note in status(start().peer)["notes"] if "near root" in note]
    assert len(notes) == 1 and "scripts under profile near are" in notes[0], notes
    assert "it grants SYS_MODULE" in notes[0]


def test_status_tells_what_this_kernel_can_give(start):
    abi = ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)
    enforced = status(start().peer)["enforced"]
    told = "\n".join(enforced["lacks"])
    assert enforced["landlock"] in (max(abi, 0), 0)
    assert ("Landlock" in told) == (enforced["landlock"] < LANDLOCK_SCOPES), enforced
    assert ("seccomp notification" in told) == (enforced["seccomp"] == "errno"), enforced
    assert ("a new /proc" in told) == (not enforced["own_proc"]), enforced
    assert ("PID limit" in told) == (not enforced["pid_max"] and not enforced["cgroup"]), enforced


# linux/filter.h, linux/seccomp.h, linux/prctl.h
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE, SET_SECCOMP, MODE_FILTER = 0x7fff0000, 0x00050000, 22, 2


def deny_landlock():
    """As a kernel without it: for this process, the helper to be, and all that it starts."""
    class Program(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("lines", ctypes.c_char_p)]

    lines = [(LOAD_NUMBER, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, LANDLOCK_CREATE_RULESET),
             (RETURN, 0, 0, REFUSE | errno.EOPNOTSUPP), (RETURN, 0, 0, ALLOW)]
    program = Program(len(lines), b"".join(struct.pack("=HBBI", *line) for line in lines))
    if ctypes.CDLL(None).prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0):
        raise OSError("no filter")


WITH_LANDLOCK = """
profile "walled" {
    inherits = isolated
    user = nobody
    required = landlock
}
profile "tools" {
    inherits = isolated
    user = nobody
    executable = /bin/sh
}
profile "watcher" {
    inherits = isolated
    user = root
    pids = host
}
default_profile = unconfined
"""


def test_a_kernel_without_landlock_has_fewer_profiles_and_says_so(place, start):
    place.configure(WITH_LANDLOCK)
    peer = start(preexec_fn=deny_landlock).peer
    told = status(peer)
    notes = "\n".join(told["notes"])
    assert told["enforced"]["landlock"] == 0
    assert "no list of executable paths holds" in "\n".join(told["enforced"]["lacks"])
    assert "profile walled cannot be used on this host: it requires landlock" in notes
    assert "profile tools lets scripts execute more than its list" in notes
    assert "profile watcher cannot be used on this host: it runs scripts as root with pids" in notes


def test_there_what_is_not_required_is_gone_and_told_and_what_is_required_is_refused(place, start):
    place.script("qemu", "/usr/bin/id -u")
    place.configure(WITH_LANDLOCK)
    script = start(preexec_fn=deny_landlock).peer.call(profile="tools").script
    assert script["exit_status"] == 0
    assert "executable" not in script["enforced"].split()
    place.configure(WITH_LANDLOCK + "rule r { profile = walled }")
    packet = start(greet=False, preexec_fn=deny_landlock).peer.receive(10)
    assert packet.type == ERROR
    assert "profile walled cannot be used on this host: it requires landlock, but this kernel" in \
        packet.fields["message"]
