"""The deadline holds against scripts that do not want to end, and nothing of them is left."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from .attacks import ATTACKS, survivors_of_a_plain_run
from .place import Place
from .processes import Helper, marked

# Time for a script to be in place on a busy machine.
DEADLINE_MS = 4000

# Of the attacks, which run all at once; the longer ones are for one that was not in place in time.
ATTACK_MS = (2000, 10000, 50000)

# A deadline whose quarter, the grace, is enough to tidy up on a busy machine.
PATIENT_MS = 8000

# What a verdict may be late, in seconds: the client's own grace.
LATE = 3

BY_NAME = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.replace(" ", "-"))


@pytest.fixture(scope="module")
def arena():
    place = Place()
    yield place
    place.remove()


def attack_helper(place, helper, attack):
    """The verdict of the attack, and the PIDs of what lives when that has come."""
    for deadline in ATTACK_MS:
        name = f"guest-{uuid.uuid4()}"
        ATTACKS[attack].install(place, f"qemu.d/{name}/start")
        verdict = helper.connect(place.root / "sock").call(name, timeout_ms=deadline)
        left = marked(name)
        if left or (place.root / name / "ready").exists():
            return verdict, left
    raise AssertionError(f"{attack}: not in place before the deadline")


@pytest.fixture(scope="module")
def ended(arena, binary):
    """By attack: the verdict, and the processes that outlived it."""
    arena.configure("per_guest_layout = yes\ngrace = 0.2\n")
    helper = Helper(arena, binary, options=("--listen", arena.root / "sock"))
    with ThreadPoolExecutor(len(ATTACKS)) as pool:
        found = pool.map(lambda attack: attack_helper(arena, helper, attack), ATTACKS)
        yield dict(zip(ATTACKS, found))
    helper.clean_up()


@pytest.mark.invariant(4)
@BY_NAME
def test_nothing_survives_the_verdict(ended, attack):
    verdict, left = ended[attack]
    assert not left
    assert "problem" not in verdict.script


@BY_NAME
def test_the_verdict_comes_in_time_and_says_what_happened(ended, attack):
    verdict, _ = ended[attack]
    ends = ATTACKS[attack].ends
    assert verdict.seconds < verdict.accepted_ms / 1000 + LATE
    assert (verdict.allow, verdict.reason) == (ends, "ok" if ends else "timed-out")
    assert verdict.script.get("timed_out", False) != ends


@pytest.fixture(scope="module")
def survivors(arena):
    """How many processes each attack leaves when it is run plainly."""
    with ThreadPoolExecutor(2) as pool:
        counts = pool.map(lambda attack: survivors_of_a_plain_run(arena, attack), ATTACKS)
        return dict(zip(ATTACKS, counts))


@pytest.mark.invariant(4)
@BY_NAME
def test_without_the_runner_something_survives(survivors, attack):
    assert survivors[attack] > 0


def test_a_script_that_has_ended_is_not_waited_for_until_the_deadline(place, peer):
    ATTACKS["leaves a child with stdout open"].install(place, "qemu")
    verdict = peer.call(timeout_ms=20000)
    assert verdict.allow and verdict.seconds < 10


@pytest.fixture
def patient(place, start):
    """A helper that gives scripts the longest grace there is: a quarter of their time."""
    place.configure("grace = 60\n")
    return start().peer


def test_at_the_deadline_the_whole_tree_gets_sigterm_first(place, patient):
    place.script("qemu", "child() { trap 'echo child >>$T/said; exit' TERM; sleep 600 & wait; }\n"
                 "child & trap 'echo main >>$T/said; wait; exit 7' TERM; sleep 600 & wait; wait")
    verdict = patient.call(timeout_ms=PATIENT_MS)
    assert sorted(place.lines("said")) == ["child", "main"]
    assert verdict.script["exit_status"] == 7


def test_a_script_may_tidy_up_within_the_grace_which_is_inside_the_deadline(place, patient):
    place.script("qemu", "trap 'echo goodbye >&2; exit 0' TERM; sleep 600 & wait")
    verdict = patient.call(timeout_ms=PATIENT_MS)
    assert (verdict.allow, verdict.reason) == (False, "timed-out")
    assert verdict.script["timed_out"] and verdict.script["exit_status"] == 0
    assert verdict.script["stderr_tail"] == "goodbye\n"
    assert verdict.script["duration_ms"] <= PATIENT_MS


def test_a_stopped_script_may_tidy_up_too(place, patient):
    place.script("qemu", "trap 'echo goodbye >&2; exit 0' TERM; kill -STOP $$; sleep 600 & wait")
    assert patient.call(timeout_ms=PATIENT_MS).script["stderr_tail"] == "goodbye\n"


def test_a_script_that_ignores_sigterm_is_killed_at_the_deadline(place, peer):
    ATTACKS["ignores SIGTERM"].install(place, "qemu")
    verdict = peer.call(timeout_ms=DEADLINE_MS)
    assert verdict.script["signal"] == 9
    assert verdict.duration_ms >= DEADLINE_MS - 10


def test_the_accepted_deadline_is_the_configured_one(place, start):
    place.configure('deadline = 7\nrule "slow" { object = "big-*"\n deadline = 9.5 }\n')
    peer = start().peer
    assert peer.hello["deadline_ms"] == 7000
    assert peer.call("small").accepted_ms == 7000
    assert peer.call("big-1").accepted_ms == 9500


def test_a_client_shortens_the_deadline_and_never_lengthens_it(place, start):
    place.configure("deadline = 7\n")
    peer = start().peer
    assert peer.call(timeout_ms=300).accepted_ms == 300
    assert peer.call(timeout_ms=300000).accepted_ms == 7000
    assert peer.call(timeout_ms=0).accepted_ms == 7000


def test_the_command_line_s_deadline_overrides_the_configuration(place, start):
    place.configure('deadline = 7\nrule "slow" { object = "d1"\n deadline = 9 }\n')
    place.script("qemu", "sleep 600")
    verdict = start(options=("--deadline", "600")).peer.call("d1")
    assert (verdict.accepted_ms, verdict.reason) == (600, "timed-out")
    assert verdict.seconds < 0.6 + LATE


def test_the_deadline_is_that_of_the_call_over_all_its_scripts(place, peer):
    for number in range(4):
        place.script(f"qemu.d/{number}", f"touch $T/{number}; sleep 0.4")
    verdict = peer.call(timeout_ms=1000)
    assert verdict.reason == "timed-out"
    assert verdict.seconds < 1 + LATE
    assert not (place.root / "3").exists()


def test_the_message_of_a_late_call_says_what_to_do(place, peer):
    path = place.script("qemu", "sleep 600")
    message = peer.call(timeout_ms=500).message
    assert message.startswith(f"{path} was not done within its deadline of 0.5 s")
    assert str(place.config) in message
