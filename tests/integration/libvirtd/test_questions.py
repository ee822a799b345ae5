"""docs/questions.md: what its commands answer on a real libvirtd is what the page shows."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from pathlib import Path

import pytest

from degraded import conditions
from rig.arrangement import Service
from rig.libvirtd import Libvirtd

from transcript import files, normalised, sections, steps

PAGE = Path(__file__).resolve().parents[3].joinpath("docs/questions.md").read_text(encoding="utf-8")
STEPS = steps(PAGE)
CONFIG = "/etc/virthook/virthook.conf"

QUESTIONS = {
    "Why did guest d1 not start?": "virt-hook log",
    "Did my hook run?": "virt-hook log",
    "What does this hook need?": "virt-hook suggest",
    "Which hooks are slow?": "virt-hook stats",
    "Is my configuration right?": "virt-hook check",
}

pytestmark = pytest.mark.skipif(conditions.IS_SET, reason="the page's host has all features")


@pytest.fixture(scope="module")
def answers(cache):
    """What each command of the page answers, played in order on the page's host."""
    shown = files(PAGE)
    with Libvirtd(Service(config=shown.pop(CONFIG)), cache=cache) as daemon:
        for path, text in shown.items():
            daemon.cell.write(path, text, mode=0o755)
        daemon.cell.path("/run/balancer").mkdir()
        for guest in ("d1", "d2"):
            daemon.define_guest(guest)
        return [daemon.cell.run(["sh", "-c", f"{step.command} 2>&1"]).stdout for step in STEPS]


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.command for step in STEPS])
def test_a_command_answers_what_the_page_shows(answers, number):
    assert normalised(answers[number]).splitlines() == normalised(STEPS[number].answer).splitlines()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_its_first_command(question):
    assert steps(sections(PAGE)[question])[0].command.startswith(QUESTIONS[question])


@pytest.mark.parametrize(("one", "other"), [
    ("allow  ok", "deny  ok"), ("denied 1", "denied 2"), ("6 calls", "5 calls"), ("a b", "ab"),
    ("status 1: no licence", "status 1: licence"), ("permission write", "create"),
])
def test_answers_that_say_something_else_are_not_taken_for_the_same(one, other):
    assert normalised(one) != normalised(other)
