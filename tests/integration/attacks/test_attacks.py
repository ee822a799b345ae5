"""Each attack succeeds where nothing confines it, and fails under the profiles that do not grant it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .arsenal import ATTACKS
from .ground import host_snapshot, snapshot
from .profiles import CONFINED

pytestmark = pytest.mark.invariant(5)

# These are tried by tests of their own: what they want is not told by how they end.
ELSEWHERE = ("survive", "exhaust")

TRIED = [attack for attack in ATTACKS.values() if attack.family not in ELSEWHERE]


def names(profile=None):
    return [pytest.param(attack, id=f"{attack.family}-{attack.name}") for attack in TRIED
            if profile not in attack.granted]


def baseline(attacks, attack):
    """The attack where nothing confines it; skips where this machine cannot do it at all."""
    outcome = attacks.baseline(attack)
    if outcome.impossible:
        pytest.skip(outcome.said.rpartition("cannot: ")[2].strip())
    return outcome


def check_stopped(attacks, attack, profile):
    baseline(attacks, attack)
    attacks.ground.renew()
    before = snapshot(attacks.ground.open, attacks.ground.hidden), host_snapshot()
    outcome = attacks.under(profile, attack)
    after = snapshot(attacks.ground.open, attacks.ground.hidden), host_snapshot()
    assert outcome.refused or outcome.impossible, f"{attack.about}\n{outcome.said}{outcome.verdict}"
    assert after == before
    assert not outcome.left
    assert attacks.serves_the_next_call()
    return outcome


def test_there_are_at_least_eighty_of_them():
    assert len(ATTACKS) >= 80


@pytest.mark.parametrize("attack", names())
def test_unconfined_it_succeeds(attacks, attack):
    outcome = baseline(attacks, attack)
    assert outcome.succeeded, f"{attack.about}\n{outcome.said}{outcome.verdict}"


def put_tests():
    for profile in CONFINED:
        @pytest.mark.parametrize("attack", names(profile))
        def test(attacks, attack, profile=profile):
            check_stopped(attacks, attack, profile)
        globals()[f"test_{profile}_stops_it"] = test


put_tests()


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in TRIED
                                    if attack.denied and "isolated" not in attack.granted])
def test_the_verdict_says_which_call_was_denied(attacks, attack):
    baseline(attacks, attack)
    outcome = attacks.under("isolated", attack)
    assert set(outcome.denied) & set(attack.denied), outcome.denied


@pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in TRIED
                                    if attack.name.startswith("signal_")])
def test_the_other_process_lives_on(attacks, attack):
    """Confined it is the helper at which the signal is aimed."""
    attacks.under("isolated", attack)
    assert attacks.helper.process.poll() is None
    assert attacks.serves_the_next_call()
