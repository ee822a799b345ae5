"""`virt-hook check`: is the configuration right, and would every hook be run?"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from .support import build


def problems(answer):
    return {script["path"]: script["problem"] for script in answer["scripts"] if script["problem"]}


def passed_over(answer):
    return {item["path"]: item["why"] for item in answer["passed_over"]}


def test_what_is_right_is_told_in_one_line(asker):
    asker.write_hook("qemu")
    asker.write_hook("network.d/10-bridge")
    done = asker.ask("check")
    assert done.returncode == 0 and done.stderr == ""
    last = done.stdout.splitlines()[-1]
    assert last == "the configuration is right; scripts: 2, all can be run"
    assert "error" not in done.stdout and "passed over" not in done.stdout


def test_an_error_of_the_configuration_has_file_line_and_mend(asker):
    asker.write_config("deadlin = 3\n")
    done = asker.ask("check")
    assert done.returncode == 1 and done.stdout.startswith(f"error: {asker.config}:3: ")
    answer, status = asker.json("check")
    assert status == 1 and len(answer["problems"]) == 1 and "deadline" in answer["problems"][0]


def test_a_profile_in_use_that_is_not_there_is_an_error_of_its_line(asker):
    asker.write_config('rule "all" {\n    profile = nowhere\n}\n')
    answer, status = asker.json("check")
    assert status == 1 and answer["problems"][0].startswith(f"{asker.config}:4: ")


def test_what_an_admin_should_know_is_noted_and_is_no_error(asker):
    asker.write_config('profile "absent" {\n    user = nobody-has-this-name\n}\n')
    answer, status = asker.json("check")
    assert status == 0 and any("nobody-has-this-name" in note for note in answer["notes"])
    done = asker.ask("check")
    assert done.returncode == 0 and "note: " in done.stdout


def test_every_script_below_the_hooks_directory_is_vetted(asker):
    asker.write_config("per_guest_layout = yes\n")
    bad = [asker.write_hook(name, mode=0o775) for name in (
        "qemu", "lxc.d/10-first", "qemu.d/guest1/prepare", "qemu.d/guest1/start/05-all",
        "qemu.d/guest2/release/end/01-end", "qemu.d/default/started/begin/x")]
    good = asker.write_hook("daemon")
    answer, status = asker.json("check")
    assert status == 1 and set(problems(answer)) == {str(path) for path in bad}
    assert str(good) in {script["path"] for script in answer["scripts"]}
    done = asker.ask("check")
    assert done.returncode == 1
    for path in bad:
        assert f"refused: {path}: " in done.stdout and f"run chmod g-w {path}" in done.stdout


def test_what_no_call_would_run_is_passed_over_with_why(asker):
    asker.write_config("per_guest_layout = yes\n")
    names = ("README", "qemu.d/10-plain", "qemu.d/20-hook~", "qemu.d/guest1/NOTES",
             "qemu.d/guest1/prepare/Begin/01-a", "qemu.d/guest1/prepare/begin/deeper/01-a",
             "network/10-a", "lxc.d")
    for name in names:
        asker.write_hook(name, mode=0o644 if name.endswith("plain") else 0o755)
    answer, status = asker.json("check")
    assert status == 0 and answer["scripts"] == []
    told = {os.path.relpath(path, asker.hooks) for path in passed_over(answer)}
    assert told == {"README", "qemu.d/10-plain", "qemu.d/20-hook~", "qemu.d/guest1/NOTES",
                    "qemu.d/guest1/prepare/Begin", "qemu.d/guest1/prepare/begin/deeper",
                    "network", "lxc.d"}


def test_guests_folders_are_passed_over_where_the_layout_is_off(asker):
    asker.write_hook("qemu.d/guest1/prepare/begin/01-a")
    answer, status = asker.json("check")
    why = passed_over(answer)[str(asker.hooks / "qemu.d/guest1")]
    assert "per_guest_layout = yes" in why and status == 0


def test_a_hooks_directory_that_is_not_there_holds_no_script(asker):
    asker.hooks.rmdir()
    answer, status = asker.json("check")
    assert answer["scripts"] == [] and status == 0


def test_more_scripts_than_one_call_may_have_are_all_vetted(asker):
    asker.write_config("per_guest_layout = yes\n")
    for number in range(1100):
        asker.write_hook(f"qemu.d/guest{number}/prepare")
    answer, status = asker.json("check")
    assert len(answer["scripts"]) == 1100 and status == 0


def test_nothing_is_run_and_nothing_is_written(asker):
    asker.write_hook("qemu")
    before = sorted(asker.folder.rglob("*"))
    asker.ask("check")
    assert sorted(asker.folder.rglob("*")) == before


def test_names_of_files_cannot_steer_the_terminal(asker):
    asker.write_hook("qemu.d/\x1b[31mred", mode=0o775)
    done = asker.ask("check")
    assert "\\x1b[31mred" in done.stdout and "\x1b" not in done.stdout


def test_where_it_cannot_be_asked_that_is_no_finding(asker):
    assert asker.ask("check", "name").returncode == 2
    asker.helper = build() / "nowhere"
    done = asker.ask("check")
    assert done.returncode == 3 and "cannot be asked" in done.stderr
