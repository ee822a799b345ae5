"""Nothing of a script is there any more when its verdict comes, whatever it does to stay.

All attacks of a profile run at the same time, each as the call of a guest of its own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .arsenal import ATTACKS
from .arsenal.survive import ENDING
from .profiles import TYPICAL
from .range import LONG

pytestmark = pytest.mark.invariant(4)

# What an attack says first of all.
BEGUN = "namespace pid:"

SURVIVORS = [attack for attack in ATTACKS.values() if attack.family == "survive"]

# The third has scripts that become other users.
PROFILES = (*TYPICAL, "desktop", "unconfined")

# What a plain run is given before whoever ran it gives up, in seconds; the longer ones are for an
# attack that a busy machine has not let come to it.
PLAINLY = (1, 5, 25)

# The deadlines of each call in milliseconds: time for all of them to begin on two processors; and
# again the longer ones are for those that were not let.
DEADLINES = (5000, 20000, 60000)

# What a busy machine may take over the deadline while all of them end, in seconds.
SLACK = 10

ALL = pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name)
                                         for attack in SURVIVORS])


@pytest.fixture(scope="module")
def outcomes(attacks):
    """Outcomes by profile and name, as of the moment of each verdict."""
    return {profile: run_all(attacks, profile) for profile in PROFILES}


def run_all(attacks, profile):
    """Outcomes by name, of all of them."""
    outcomes = {}
    for deadline in DEADLINES:
        calls = [(attack, *attacks.begin(attack, profile, timeout_ms=deadline))
                 for attack in SURVIVORS if not _came_to_it(attack, outcomes.get(attack.name))]
        outcomes |= {attack.name: attacks.finish(name, call, LONG + SLACK)
                     for attack, name, call in calls}
    return outcomes


def _came_to_it(attack, outcome):
    """Whether the deadline was late enough for the attack to show what it can."""
    if outcome is None:
        return False
    has_begun = outcome.said.startswith(BEGUN)
    ended = attack.name not in ENDING or not outcome.verdict.script.get("timed_out")
    return bool(outcome.left) or (has_begun and ended)


@ALL
def test_a_plain_run_leaves_something_behind(attacks, attack):
    assert any(attacks.in_arena(attack, seconds).left for seconds in PLAINLY)


@pytest.mark.parametrize("profile", PROFILES)
@ALL
def test_nothing_survives_the_verdict(outcomes, attack, profile):
    outcome = outcomes[profile][attack.name]
    assert outcome.said.startswith(BEGUN)
    assert not outcome.left


@pytest.mark.parametrize("profile", PROFILES)
@ALL
def test_the_verdict_keeps_its_deadline(outcomes, attack, profile):
    verdict = outcomes[profile][attack.name].verdict
    assert verdict.seconds < verdict.accepted_ms / 1000 + SLACK
    if attack.name in ENDING:
        assert verdict.script["exit_status"] == 0
    else:
        assert verdict.script["timed_out"]


def test_the_helper_serves_the_next_call(attacks, outcomes):
    assert len(outcomes) == len(PROFILES)
    assert not attacks.helper.runners()
    assert attacks.serves_the_next_call()
