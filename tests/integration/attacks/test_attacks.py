"""Each attack succeeds where nothing confines it, and fails under profiles that do not grant it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .arsenal import ATTACKS
from .profiles import CONFINED

pytestmark = pytest.mark.invariant(5)

# These are tried by tests of their own: what they want is not told by how they end.
ELSEWHERE = ("survive", "exhaust")

TRIED = [attack for attack in ATTACKS.values() if attack.family not in ELSEWHERE]


def against(profile):
    return [attack for attack in TRIED if profile not in attack.granted]


def named(attacks):
    return [pytest.param(attack, id=f"{attack.family}-{attack.name}") for attack in attacks]


def baseline(attacks, attack):
    """The attack where nothing confines it; skips where this machine cannot do it at all."""
    outcome = attacks.baseline(attack)
    if outcome.impossible:
        pytest.skip(outcome.said.rpartition("cannot: ")[2].strip())
    return outcome


def under(attacks, profile, attack):
    """The attack under the profile; skips as baseline()."""
    baseline(attacks, attack)
    return attacks.all_under(profile, against(profile))[attack.name]


def test_there_are_at_least_eighty_of_them():
    assert len(ATTACKS) >= 80


@pytest.mark.parametrize("attack", named(TRIED))
def test_unconfined_it_succeeds(attacks, attack):
    outcome = baseline(attacks, attack)
    assert outcome.succeeded, f"{attack.about}\n{outcome.said}{outcome.verdict}"


@pytest.mark.parametrize("profile, attack", [
    pytest.param(profile, attack, id=f"{profile}-{attack.family}-{attack.name}")
    for profile in CONFINED for attack in against(profile)])
def test_the_profile_stops_it(attacks, profile, attack):
    outcome = under(attacks, profile, attack)
    assert outcome.refused or outcome.impossible, f"{attack.about}\n{outcome.said}{outcome.verdict}"
    assert outcome.verdict.script["profile"] == profile
    assert not outcome.left


@pytest.mark.parametrize("profile", CONFINED)
def test_all_of_them_together_change_nothing_outside(attacks, profile):
    attacks.all_under(profile, against(profile))
    before, after = attacks.seen[profile]
    assert after == before


@pytest.mark.parametrize("attack", named(attack for attack in against("isolated")
                                         if attack.denied))
def test_the_verdict_says_which_call_was_denied(attacks, attack):
    outcome = under(attacks, "isolated", attack)
    assert set(outcome.denied) & set(attack.denied), outcome.denied


@pytest.mark.parametrize("attack", named(attack for attack in TRIED if "signal_" in attack.name
                                         or attack.name == "queue_a_signal_to_other"))
def test_the_helper_lives_on_when_it_is_signalled(attacks, attack):
    under(attacks, "isolated", attack)
    assert attacks.helper.process.poll() is None
    assert attacks.serves_the_next_call()
