"""Profiles of the configuration and of profiles.d: which one a script gets, and what is told."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re

import pytest

from .wire import ERROR, RELOAD, STATUS, Refused

NO_SUCH_USER = "virthook-no-such-user"


def confined(name, keys=""):
    return f"profile {name} {{ user = nobody {keys} }}\n"


def profile_of(peer, name="qemu"):
    """The profile under which this script ran."""
    for script in peer.call().scripts:
        if script["path"].endswith(f"/{name}"):
            return script["profile"]
    raise AssertionError(f"{name} did not run")


def profiles_d(place, name, text):
    folder = place.folder("profiles.d", exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o644)


def test_the_first_rule_that_fits_a_script_gives_its_profile(place, start):
    place.script("qemu")
    place.script("qemu.d/10-net")
    place.script("qemu.d/20-other")
    place.configure(confined("a") + confined("b") + confined("c") +
                    "rule one { script = '*-net' profile = a }\n"
                    "rule two { script = '*/qemu.d/*' profile = b }\n"
                    "rule three { object = 'd*' profile = c }\n")
    ran = {script["path"].rsplit("/", 1)[1]: script["profile"]
           for script in start().peer.call().scripts}
    assert ran == {"qemu": "c", "10-net": "a", "20-other": "b"}


def test_where_no_rule_fits_it_is_the_default_profile(place, start):
    place.script("qemu")
    place.configure(confined("a") + "default_profile = a\n"
                    "rule r { object = other profile = unconfined }\n")
    assert profile_of(start().peer) == "a"


def test_a_profile_of_profiles_d_is_used_and_replaced_by_one_of_the_main_file(place, start):
    place.script("qemu", "ulimit -n >$T/out/found")
    place.root.chmod(0o755)
    out = place.folder("out", 0o777)
    profiles_d(place, "a.conf", confined("a", f"open_files = 32 tmp = host writable = {out}"))
    place.configure("default_profile = a\n")
    start().peer.call()
    first = place.lines("out/found")
    place.configure("profile a { inherits = a open_files = 48 }\ndefault_profile = a\n")
    start().peer.call()
    assert (first, place.lines("out/found")) == (["32"], ["48"])


def test_an_error_in_profiles_d_refuses_a_reload_and_what_was_in_force_stays(place, start):
    place.script("qemu")
    profiles_d(place, "a.conf", confined("a"))
    place.configure("default_profile = a\n")
    helper = start()
    profiles_d(place, "a.conf", "\nprofile a { user = nobody cpu = lots }\n")
    with pytest.raises(Refused) as refused:
        helper.peer.ask(RELOAD)
    assert "profiles.d/a.conf:2: cpu takes" in str(refused.value)
    assert profile_of(helper.peer) == "a"


def test_a_rule_for_a_profile_without_its_user_is_refused_with_the_mend(place, start):
    place.configure(f"profile a {{ user = {NO_SUCH_USER} }}\nrule r {{ profile = a }}\n")
    packet = start(greet=False).peer.receive(10)
    assert packet.type == ERROR
    assert f"{place.config}:2: profile a runs scripts as user '{NO_SUCH_USER}'" in \
        packet.fields["message"]
    assert "useradd --system" in packet.fields["message"]


# What scripts have, so that nothing is said of an unconfined one.
OTHER = "default_profile = other\nprofile other { user = nobody }\n"


def notes_of(helper):
    """But for those of the sockets that this host happens to have."""
    return [note for note in json.loads(helper.peer.ask(STATUS)["json"])["notes"]
            if "lets scripts reach the socket" not in note]


def test_a_profile_that_waits_for_its_user_is_told_by_status(place, start):
    place.configure(f"profile a {{ user = {NO_SUCH_USER} }}\n" + OTHER)
    notes = notes_of(start())
    assert len(notes) == 1
    assert f"{place.config}:1: profile a cannot be used yet" in notes[0]


def test_many_notes_fit_into_the_answer(place, start):
    place.configure("".join(f"profile a{number} {{ user = {NO_SUCH_USER} }}\n"
                            for number in range(500)) + OTHER)
    notes = notes_of(start())
    assert int(re.fullmatch("and ([0-9]+) more", notes[-1])[1]) >= 500 - len(notes) + 1
