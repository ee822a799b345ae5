"""A guest's own /tmp: from its first call to its release, and nobody else's."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import shutil
from pathlib import Path

import pytest

CONFIGURATION = """
per_guest_layout = no
default_profile = "own"
profile "own" {{ user = "{user}"
    tmp_size = 1M }}
"""

WRITE = 'echo "$1 $2" >>/tmp/state; cat /tmp/state >&2'


@pytest.fixture
def guests(place, start):
    """Starts a helper whose scripts have a /tmp of their guest's own, and write down each call."""
    place.script("qemu", WRITE)

    def start_helper(user="nobody", **more):
        place.configure(CONFIGURATION.format(user=user) + more.pop("also", ""))
        return start(**more)

    return start_helper


def seen(helper, guest, operation):
    verdict = helper.peer.call(guest, operation)
    assert verdict.allow, verdict.message
    return verdict.script["stderr_tail"].splitlines()


def test_what_prepare_left_is_there_until_release(guests):
    helper = guests()
    assert seen(helper, "d1", "prepare") == ["d1 prepare"]
    assert seen(helper, "d1", "start") == ["d1 prepare", "d1 start"]
    assert seen(helper, "d1", "release") == ["d1 prepare", "d1 start", "d1 release"]
    assert seen(helper, "d1", "prepare") == ["d1 prepare"]


def test_another_guest_has_another(guests):
    helper = guests()
    seen(helper, "d1", "prepare")
    assert seen(helper, "d2", "prepare") == ["d2 prepare"]


def test_another_user_of_the_same_guest_has_another(guests):
    helper = guests("virthook-run", also='profile "other" { inherits = own\nuser = games }\n'
                                         'rule "r" { operation = start\nprofile = other }\n')
    seen(helper, "d1", "prepare")
    assert seen(helper, "d1", "start") == ["d1 start"]
    assert seen(helper, "d1", "release") == ["d1 prepare", "d1 release"]


def test_it_is_there_over_a_restart_of_the_helper(guests):
    first = guests()
    seen(first, "d1", "prepare")
    first.end()
    assert seen(guests(), "d1", "start") == ["d1 prepare", "d1 start"]


def test_a_killed_helper_leaves_it_too(guests):
    first = guests()
    seen(first, "d1", "prepare")
    first.kill()
    assert seen(guests(), "d1", "start") == ["d1 prepare", "d1 start"]


def test_two_helpers_of_one_place_share_it(guests):
    """As where the shim starts a helper for each call."""
    first, second = guests(), guests()
    seen(first, "d1", "prepare")
    assert seen(second, "d1", "start") == ["d1 prepare", "d1 start"]
    seen(second, "d1", "release")
    assert seen(first, "d1", "prepare") == ["d1 prepare"]


@pytest.mark.parametrize("user", ["nobody", "virthook-run"])
def test_where_its_folder_was_removed_the_next_helper_makes_another(guests, place, user):
    """As a service manager or an admin does who tidies /run up."""
    place.root.chmod(0o755)
    first = guests(user)
    seen(first, "d1", "prepare")
    first.end()
    shutil.rmtree(place.root / "guest-tmp")
    second = guests(user)
    assert seen(second, "d1", "start") == ["d1 start"]
    second.end()
    assert seen(guests(user), "d1", "release") == ["d1 start", "d1 release"]


LOCK = """test "$2" = prepare || exit 0
(exec 9</tmp; flock 9; echo >/tmp/locked; exec sleep 600) >/dev/null 2>&1 &
until test -e /tmp/locked; do sleep 0.02; done"""


def test_a_script_that_keeps_it_locked_keeps_no_later_script_from_it(guests, place):
    """One that lingers, or an event's that runs beside it."""
    helper = guests(also='profile "lingers" { inherits = own\nlinger = 600 }\n'
                         'rule "r" { operation = prepare\nprofile = lingers }\n')
    place.script("qemu", LOCK)
    seen(helper, "d1", "prepare")
    seen(helper, "d1", "start")


def mounts_below(place):
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if str(place.root) in line]


def test_the_host_s_table_of_mounts_does_not_grow_with_guests(guests, place):
    helper = guests()
    seen(helper, "d0", "prepare")
    before = mounts_below(place)
    for number in range(20):
        seen(helper, f"d{number}", "prepare")
    assert mounts_below(place) == before


def test_more_than_its_size_does_not_fit(guests, place):
    helper = guests()
    place.script("qemu", "head -c 2000000 /dev/zero >/tmp/large")
    assert not helper.peer.call("d1", "prepare").allow
    place.script("qemu", "head -c 200000 /dev/zero >/tmp/small")
    assert helper.peer.call("d2", "prepare").allow


def test_released_it_takes_no_memory_any_more(guests, place):
    """The tmpfs goes with its mount point, in whatever namespace it is mounted."""
    helper = guests()
    place.script("qemu", "head -c 900000 /dev/zero >/tmp/full || exit 1")
    for _ in range(3):
        for operation in ("prepare", "release"):
            assert helper.peer.call("d1", operation).allow
    assert not list((place.root / "guest-tmp").iterdir())
