"""What a profile requires of the host: without it there is no such profile, and it is told why."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import json

import pytest

from helper.wire import ERROR, RELOAD, STATUS, Refused

LANDLOCK_CREATE_RULESET = 444

# Where a profile has the host's processes, no host can give it a PID namespace.
IMPOSSIBLE = """
profile "impossible" {
    inherits = isolated
    user = nobody
    pids = host
    required = { notify, pid-namespace }
}
"""
POSSIBLE = """
profile "possible" {
    inherits = isolated
    user = nobody
    required = { notify, pid-namespace }
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
    assert enforced["landlock"] == max(abi, 0)
    assert enforced["seccomp"] == "notify"
    assert enforced["own_proc"] is True
    assert any("Landlock" in lack for lack in enforced["lacks"]) == (abi < 6), enforced
