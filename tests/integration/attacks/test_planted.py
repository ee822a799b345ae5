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


def call(attacks, profile, body):
    """What is told of a script with this body."""
    name = f"{profile}.planted"
    attacks.place.script(f"qemu.d/{name}/{OPERATION}", body)
    return attacks.helper.peer.call(name, OPERATION).script


def run(attacks, profile, body):
    """The exit status of a script with this body."""
    return call(attacks, profile, body).get("exit_status")


def plant_a_nested_folder(attacks, shared, victim, profile):
    """A link in place of what leads to a folder that the profile grants where it is there."""
    assert run(attacks, profile, f"ln -s {victim.parents[1]} {shared}/leads") == 0
    run(attacks, profile, f"echo planted >>{victim}")


def plant_a_log(attacks, shared, victim, profile):
    """A link in place of a log to which a script of root's profile appends."""
    log = shared / "custom.log"
    assert run(attacks, profile, f"ln -s {victim} {log}") == 0
    run(attacks, "network" if profile == "isolated" else profile, f"echo planted >>{log}")


def plant_for_another_profile(attacks, shared, victim, profile):
    """The same for a profile that grants what lies behind the link, and not what is before it."""
    assert run(attacks, profile, f"ln -s {victim.parents[1]} {shared}/leads") == 0
    run(attacks, "led" if profile == "isolated" else profile, f"echo planted >>{victim}")


PLANTS = pytest.mark.parametrize("plant", [plant_a_nested_folder, plant_a_log,
                                           plant_for_another_profile])


@PLANTS
def test_unconfined_what_is_planted_is_stepped_on(attacks, shared, victim, plant):
    plant(attacks, shared, victim, "unconfined")
    assert victim.read_text(encoding="utf-8") == "untouched\nplanted\n"


@PLANTS
def test_confined_it_is_not(attacks, shared, victim, plant):
    plant(attacks, shared, victim, "isolated")
    assert victim.read_text(encoding="utf-8") == "untouched\n"


def read_through(attacks, shared, profile, reader):
    """What the reader's script finds in a secret by a link that a script of the profile planted, in
    place of a folder in which the reader is granted a socket of the secret's name."""
    assert run(attacks, profile, f"ln -s {attacks.ground.hidden} {shared}/leads") == 0
    return call(attacks, reader, f"cat {shared}/leads/secret {attacks.ground.hidden}/secret >&2")


def test_unconfined_a_planted_link_leads_to_a_secret(attacks, shared):
    told = read_through(attacks, shared, "unconfined", "unconfined")
    assert told["stderr_tail"] == attacks.ground.word * 2


def test_confined_no_socket_is_shown_behind_a_planted_link(attacks, shared):
    told = read_through(attacks, shared, "isolated", "led")
    assert told["exit_status"] == 1
    assert attacks.ground.word not in told["stderr_tail"].replace(str(attacks.ground.hidden), "")


CONNECT = "/usr/bin/python3 -IS -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{}\")'"


def test_a_link_of_root_s_is_followed_to_the_socket_that_is_granted(attacks):
    """As /dev/log is, where the journal listens in /run; it is reached by both names."""
    for path in (attacks.ground.log_link, attacks.ground.log_socket):
        assert run(attacks, "led", CONNECT.format(path)) == 0
