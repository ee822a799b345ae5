"""Invariant 3: a host without hooks does not depend on virthook; what is uncertain is asked for."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest


@pytest.fixture
def call(daemon, tmp_path, plan):
    """call(driver="qemu", **options): a call with the helper's binary missing.

    Whoever looks before a call finds what the call itself goes by.
    """
    def make(driver="qemu", **options):
        given = {"helper": str(tmp_path / "no-helper"), "policy": ""} | options
        assert daemon.open(**given) == 0
        present = daemon.present(driver=driver)
        reply = daemon.call(driver=driver)
        assert present == (reply["reason"] != "no-script")
        daemon.close()
        return reply
    return make


def is_allowed_unasked(reply):
    return reply["allow"] and reply["reason"] == "no-script"


def is_asked(reply):
    return reply["reason"] == "no-helper"


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_no_directory_of_hooks(call, tmp_path):
    assert is_allowed_unasked(call(hooks=str(tmp_path / "none")))


@pytest.mark.parametrize("driver", ["qemu", "network", "lxc", "libxl", "bhyve", "daemon"])
def test_no_script(call, empty, driver):
    reply = call(driver, hooks=str(empty))
    assert is_allowed_unasked(reply)
    assert reply["message"] == f"there is no script for driver {driver} in {empty}"


def test_another_drivers_script(call, empty):
    (empty / "network").touch()
    assert is_allowed_unasked(call("qemu", hooks=str(empty)))
    assert is_asked(call("network", hooks=str(empty)))


def test_an_empty_folder_of_scripts(call, empty):
    (empty / "qemu.d").mkdir()
    assert is_allowed_unasked(call(hooks=str(empty)))


def test_neither_asked_nor_started_where_the_helper_is_there(daemon, plan, empty):
    plan.write("Honest")
    assert daemon.open(helper=str(plan.path), hooks=str(empty), policy="") == 0
    assert is_allowed_unasked(daemon.call())
    assert plan.starts() == []


def test_an_event_is_asked_for_in_any_case(daemon, tmp_path, empty):
    """Its scripts are not among the hooks."""
    assert daemon.open(helper=str(tmp_path / "none"), hooks=str(empty), policy="") == 0
    assert is_asked(daemon.call(driver="domain", event=True))


def test_a_new_script_is_seen_by_the_next_call(daemon, plan, empty):
    plan.write("Honest")
    assert daemon.open(helper=str(plan.path), hooks=str(empty), policy="") == 0
    assert is_allowed_unasked(daemon.call())
    (empty / "qemu").touch()
    assert daemon.call()["reason"] == "ok"


@pytest.mark.parametrize("name", ["qemu", "qemu.d/50-script", "qemu.d/.hidden", "qemu.d/x~",
                                  "qemu.d/guest/prepare/begin"])
def test_a_file_that_may_be_a_script_is_asked_for(call, empty, name):
    path = empty / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert is_asked(call(hooks=str(empty)))


def test_a_link_to_nowhere_is_asked_for(call, empty):
    (empty / "qemu").symlink_to("nowhere")
    assert is_asked(call(hooks=str(empty)))


def test_a_folder_of_scripts_that_is_no_folder_is_asked_for(call, empty):
    (empty / "qemu.d").touch()
    assert is_asked(call(hooks=str(empty)))


def test_a_directory_of_hooks_that_is_a_file_is_asked_for(call, tmp_path):
    (tmp_path / "file").touch()
    assert is_asked(call(hooks=str(tmp_path / "file")))


def test_a_directory_that_cannot_be_read_is_asked_for(call, tmp_path):
    """A path of links that lead round and round stands for every other error of the kernel's."""
    (tmp_path / "loop").symlink_to("loop")
    assert is_asked(call(hooks=str(tmp_path / "loop")))


CONFIGURATIONS = {
    "absent": None,
    "names another place": 'hooks = "/srv/hooks"\n',
    "names it behind blanks": '  \thooks="/srv/hooks"\n',
    "names it on one line with more": 'deadline = 5 hooks = "/srv/hooks"\n',
    "names it without a newline": 'hooks = /srv/hooks',
    "is a folder": "folder",
}


@pytest.mark.parametrize("content", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_may_name_another_place_is_asked_for(call, tmp_path, content):
    path = tmp_path / "virthook.conf"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    assert is_asked(call(config=str(path)))


@pytest.mark.skipif(os.path.lexists("/etc/virthook/hooks"), reason="this host has hooks installed")
@pytest.mark.parametrize("content", [
    "", "deadline = 5\n", '#hooks = "/etc/virthook/hooks"\n', "  # the directory of hooks\n"])
def test_a_configuration_that_names_no_place_changes_nothing(call, tmp_path, content):
    (tmp_path / "virthook.conf").write_text(content)
    assert is_allowed_unasked(call(config=str(tmp_path / "virthook.conf")))


def test_a_place_that_the_caller_names_counts_whatever_is_configured(call, tmp_path, empty):
    (tmp_path / "virthook.conf").write_text('hooks = "/srv/hooks"\n')
    assert is_allowed_unasked(call(config=str(tmp_path / "virthook.conf"), hooks=str(empty)))


def test_what_is_no_driver_has_no_hooks(daemon, empty):
    (empty / "sound").touch()
    assert daemon.open(hooks=str(empty)) == 0
    assert not daemon.present(driver="sound")


def test_without_a_channel_hooks_count_as_there(daemon, empty):
    assert daemon.present(driver="qemu")


def test_in_a_fork_hooks_count_as_there(daemon, empty):
    assert daemon.open(hooks=str(empty)) == 0
    assert not daemon.present(driver="qemu")
    assert daemon.present_in_a_fork()
