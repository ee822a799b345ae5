"""What one script leaves in a folder that it may write to, for the next one to step on."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .range import OPERATION


@pytest.fixture
def victim(attacks):
    """A file where only profiles of root may write, and no isolated script."""
    path = attacks.ground.closed / "nested/victim"
    path.write_text("untouched\n", encoding="utf-8")
    path.chmod(0o666)
    yield path
    path.unlink()


def run(attacks, profile, body):
    """The exit status of a script with this body."""
    name = f"{profile}.planted"
    attacks.place.script(f"qemu.d/{name}/{OPERATION}", body)
    return attacks.helper.peer.call(name, OPERATION).script.get("exit_status")


def plant_a_nested_folder(attacks, shared, victim, profile):
    """A link in place of what leads to a folder that the profile grants where it is there."""
    assert run(attacks, profile, f"ln -s {victim.parents[1]} {shared}/leads") == 0
    run(attacks, profile, f"echo planted >>{victim}")


def plant_a_log(attacks, shared, victim, profile):
    """A link in place of a log to which a script of root's profile appends."""
    log = shared / "custom.log"
    assert run(attacks, profile, f"ln -s {victim} {log}") == 0
    run(attacks, "network" if profile == "isolated" else profile, f"echo planted >>{log}")


PLANTS = pytest.mark.parametrize("plant", [plant_a_nested_folder, plant_a_log])


@PLANTS
def test_unconfined_what_is_planted_is_stepped_on(attacks, shared, victim, plant):
    plant(attacks, shared, victim, "unconfined")
    assert victim.read_text(encoding="utf-8") == "untouched\nplanted\n"


@PLANTS
def test_confined_it_is_not(attacks, shared, victim, plant):
    plant(attacks, shared, victim, "isolated")
    assert victim.read_text(encoding="utf-8") == "untouched\n"
