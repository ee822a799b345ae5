"""A socket that a profile neither hides nor grants can be reached; the helper's status says so."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

from helper.wire import STATUS

from .range import OPERATION

CONNECT = "/usr/bin/python3 -IS -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{}\")'"


def connects(attacks, profile):
    name = f"{profile}.reach"
    attacks.place.script(f"qemu.d/{name}/{OPERATION}", CONNECT.format(attacks.ground.open_socket))
    return attacks.helper.peer.call(name, OPERATION).script["exit_status"] == 0


def notes(attacks, profile):
    """What the status says of the profile and the socket."""
    told = json.loads(attacks.helper.peer.ask(STATUS)["json"])["notes"]
    return [note for note in told if note.startswith(f"profile {profile} ")
            and str(attacks.ground.open_socket) in note]


def test_a_socket_that_no_hidden_folder_covers_is_within_reach_and_told(attacks):
    assert connects(attacks, "isolated")
    assert len(notes(attacks, "isolated")) == 1


def test_one_that_is_hidden_is_out_of_reach_and_not_told(attacks):
    assert not connects(attacks, "led")
    assert not notes(attacks, "led")
