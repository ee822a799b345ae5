"""The same attacks against a helper that is an ordinary user, whose scripts have another one's uid.

Its runners get what they need in a user namespace that the helper owns and no script may enter.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pwd

import pytest
from helper.processes import status

from .profiles import HELPER_S_USER, UNPRIVILEGED
from .test_attacks import against, baseline
from .test_survive import SURVIVORS, run_all

pytestmark = [pytest.mark.invariant(5), pytest.mark.invariant(12)]


def test_the_helper_is_an_ordinary_user_without_a_capability(unprivileged):
    pid = unprivileged.helper.pid
    assert status(pid, "Uid").split() == [str(pwd.getpwnam(HELPER_S_USER).pw_uid)] * 4
    assert int(status(pid, "CapBnd"), 16) == 0


@pytest.mark.parametrize("profile, attack", [
    pytest.param(profile, attack, id=f"{profile}-{attack.family}-{attack.name}")
    for profile in UNPRIVILEGED for attack in against(profile)])
def test_the_profile_stops_it_there_too(attacks, unprivileged, profile, attack):
    baseline(attacks, attack)
    outcome = unprivileged.all_under(profile, against(profile))[attack.name]
    assert outcome.refused or outcome.impossible, f"{attack.about}\n{outcome.said}{outcome.verdict}"
    assert not outcome.left


@pytest.mark.parametrize("profile", UNPRIVILEGED)
def test_all_of_them_together_change_nothing_outside_there_either(unprivileged, profile):
    unprivileged.all_under(profile, against(profile))
    before, after = unprivileged.seen[profile]
    assert after == before


@pytest.fixture(scope="module")
def survivors(unprivileged):
    return run_all(unprivileged, "isolated")


@pytest.mark.invariant(4)
@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in SURVIVORS])
def test_nothing_survives_the_verdict_there_either(survivors, attack):
    assert not survivors[attack.name].left
