"""Nothing of a script is there any more when its verdict comes, whatever it does to stay.

All attacks of a profile run at the same time, each as the call of a guest of its own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .arsenal import ATTACKS
from .arsenal.survive import ENDING
from .profiles import TYPICAL

pytestmark = pytest.mark.invariant(4)

SURVIVORS = [attack for attack in ATTACKS.values() if attack.family == "survive"]

# The third has scripts that become other users.
PROFILES = (*TYPICAL, "desktop", "unconfined")

# What a plain run is given before whoever ran it gives up, in seconds.
PLAINLY = 1

# The deadline of each call in milliseconds: time for all of them to begin on two processors.
DEADLINE = 5000

# What the machine may take over the deadline while all of them end, in seconds.
SLACK = 3

ALL = pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name)
                                         for attack in SURVIVORS])


@pytest.fixture(scope="module")
def outcomes(attacks):
    """Outcomes by profile and name, as of the moment of each verdict."""
    return {profile: _run_all(attacks, profile) for profile in PROFILES}


def _run_all(attacks, profile):
    calls = [(attack, *attacks.begin(attack, profile, timeout_ms=DEADLINE))
             for attack in SURVIVORS]
    return {attack.name: attacks.finish(name, call) for attack, name, call in calls}


@ALL
def test_a_plain_run_leaves_something_behind(attacks, attack):
    assert attacks.in_arena(attack, PLAINLY).left


@pytest.mark.parametrize("profile", PROFILES)
@ALL
def test_nothing_survives_the_verdict(outcomes, attack, profile):
    outcome = outcomes[profile][attack.name]
    assert outcome.said.startswith("namespace pid:")
    assert not outcome.left


@pytest.mark.parametrize("profile", PROFILES)
@ALL
def test_the_verdict_keeps_its_deadline(outcomes, attack, profile):
    verdict = outcomes[profile][attack.name].verdict
    assert verdict.seconds < DEADLINE / 1000 + SLACK
    if attack.name in ENDING:
        assert verdict.script["exit_status"] == 0
    else:
        assert verdict.script["timed_out"]


def test_the_helper_serves_the_next_call(attacks, outcomes):
    assert len(outcomes) == len(PROFILES)
    assert not attacks.helper.runners()
    assert attacks.serves_the_next_call()
