"""The folder of guests' own /tmp is root's and its user's: what others put in its place is not
touched."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import pwd

import pytest

from .wire import STATUS

CONFIGURATION = 'default_profile = "own"\nprofile "own" {{ user = nobody }}\nguest_tmp = "{}"\n'
STRANGER = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def shared(place):
    """A folder like /tmp, where everybody may make things."""
    place.root.chmod(0o755)
    return place.folder("shared", 0o1777)


def planted_link(place, shared):
    os.symlink(place.folder("root-s"), shared / "tmp")
    os.lchown(shared / "tmp", STRANGER, STRANGER)


def planted_folder(_place, shared):
    (shared / "tmp").mkdir()
    os.chown(shared / "tmp", STRANGER, STRANGER)


def open_to_all(_place, shared):
    (shared / "tmp").mkdir()
    (shared / "tmp").chmod(0o777)


def everybody_s_way(_place, shared):
    shared.chmod(0o777)


@pytest.mark.parametrize("plant", [planted_link, planted_folder, open_to_all, everybody_s_way])
def test_one_that_others_could_change_is_refused_and_left_as_it_is(place, shared, start, plant):
    plant(place, shared)
    place.configure(CONFIGURATION.format(shared / "tmp"))
    helper = start(greet=False)
    assert "guest_tmp cannot be trusted" in helper.peer.receive(10).fields["message"]
    assert helper.wait() == 2
    target = (shared / "tmp").stat()
    assert target.st_uid == (STRANGER if plant is planted_folder else 0)


def test_a_stranger_s_folder_in_place_of_the_pins_is_not_used(place, shared, start):
    (shared / "tmp.spaces").mkdir()
    os.chown(shared / "tmp.spaces", STRANGER, STRANGER)
    place.configure(CONFIGURATION.format(shared / "tmp"))
    place.script("qemu")
    peer = start().peer
    assert peer.call().allow
    assert json.loads(peer.ask(STATUS)["json"])["guest_tmp"] == "kept until this helper ends"
    assert not os.path.ismount(shared / "tmp.spaces")
