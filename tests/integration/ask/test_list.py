"""`virt-hook list`: every script that could run, under which profile, and how it last ended."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os

import pytest
from degraded import conditions

from .support import build, run

RULES = """rule "games" {
    object = "win*"
    operation = prepare
    profile = open
}
rule "first" {
    script = "10-*"
    profile = isolated
}
profile "open" {
    unconfined = yes
}
"""


def by_name(asker, answer):
    return {os.path.relpath(script["path"], asker.hooks): script for script in answer["scripts"]}


def profiles(script):
    """[(profile, rule, object, operation)] in their order."""
    return [(item["profile"], item["rule"] and item["rule"]["name"], item["object"],
             item["operation"]) for item in script["profiles"]]


def places(script):
    return tuple(script[key] for key in ("driver", "object", "others", "operation",
                                         "sub_operation"))


def passed_over(asker, answer):
    return {os.path.relpath(item["path"], asker.hooks): item["why"]
            for item in answer["passed_over"]}


# Which calls a script is for.

def test_each_script_is_told_with_the_calls_that_run_it(asker):
    asker.write_config("per_guest_layout = yes\n")
    wanted = {
        "qemu": ("qemu", None, False, None, None),
        "network.d/10-bridge": ("network", None, False, None, None),
        "qemu.d/win10/prepare": ("qemu", "win10", False, "prepare", None),
        "qemu.d/web/start/05-all": ("qemu", "web", False, "start", None),
        "qemu.d/web/start/begin/01": ("qemu", "web", False, "start", "begin"),
        "qemu.d/default/release/end": ("qemu", None, True, "release", "end")}
    for name in wanted:
        asker.write_hook(name)
    answer, status = asker.json("list")
    assert {name: places(script) for name, script in by_name(asker, answer).items()} == wanted
    assert status == 0 and answer["passed_over"] == []


def test_of_a_guest_only_what_runs_for_it_is_told(asker):
    asker.write_config("per_guest_layout = yes\n")
    for name in ("qemu", "daemon", "qemu.d/win10/prepare", "qemu.d/web/prepare",
                 "qemu.d/default/prepare"):
        asker.write_hook(name)
    answer, _ = asker.json("list", "--guest", "win10")
    assert set(by_name(asker, answer)) == {"qemu", "qemu.d/win10/prepare"}
    answer, _ = asker.json("list", "--guest", "no-folder")
    assert set(by_name(asker, answer)) == {"qemu", "qemu.d/default/prepare"}


def test_what_list_tells_of_a_guest_is_what_explain_tells_of_its_calls(asker):
    asker.write_config(f"per_guest_layout = yes\n{RULES}")
    for name in ("qemu", "qemu.d/10-first", "qemu.d/win10/prepare/05-all",
                 "qemu.d/win10/prepare/begin/01", "qemu.d/default/prepare/begin/01"):
        asker.write_hook(name)
    listed, _ = asker.json("list", "--guest", "win10", "--driver", "qemu")
    explained, _ = asker.json("explain", "qemu", "win10", "prepare")
    first = {script["path"]: next(item["profile"] for item in script["profiles"]
                                  if item["operation"] in (None, "prepare"))
             for script in listed["scripts"]}
    assert first == {script["path"]: script["profile"] for script in explained["scripts"]}


def test_of_a_driver_only_its_scripts_are_told(asker):
    for name in ("qemu", "lxc", "lxc.d/10-first", "lxc.d/20-old~", "README"):
        asker.write_hook(name)
    answer, _ = asker.json("list", "--driver", "lxc")
    assert set(by_name(asker, answer)) == {"lxc", "lxc.d/10-first"}
    assert set(passed_over(asker, answer)) == {"lxc.d/20-old~"}


# Under which profile.

def test_each_rule_that_may_count_is_told_with_what_it_depends_on(asker):
    asker.write_config(RULES)
    for name in ("qemu", "qemu.d/10-first"):
        asker.write_hook(name)
    answer, _ = asker.json("list")
    scripts = by_name(asker, answer)
    assert profiles(scripts["qemu"]) == [("open", "games", "win*", "prepare"),
                                         ("unconfined", None, None, None)]
    assert profiles(scripts["qemu.d/10-first"]) == [("open", "games", "win*", "prepare"),
                                                    ("isolated", "first", None, None)]


def test_for_one_guest_the_rules_of_others_do_not_count(asker):
    asker.write_config(RULES)
    asker.write_hook("qemu")
    answer, _ = asker.json("list", "--guest", "web")
    assert profiles(by_name(asker, answer)["qemu"]) == [("unconfined", None, None, None)]
    answer, _ = asker.json("list", "--guest", "win10")
    assert profiles(by_name(asker, answer)["qemu"])[0] == ("open", "games", None, "prepare")


# Would it run?

def test_a_script_that_vetting_refuses_is_told_with_its_mend(asker):
    path = asker.write_hook("qemu", mode=0o775)
    answer, status = asker.json("list")
    assert f"run chmod g-w {path}" in answer["scripts"][0]["problem"] and status == 1
    done = asker.ask("list")
    assert done.returncode == 1 and f"run chmod g-w {path}" in done.stdout


@pytest.mark.parametrize("name, mode, words", [
    ("qemu.d/10-hook~", 0o755, "ends as a backup's"), ("qemu.d/.hook", 0o755, "starts with a dot"),
    ("qemu.d/10-hook.rpmsave", 0o755, "ends as a backup's"),
    ("qemu.d/10-hook.dpkg-old", 0o755, "that dpkg leaves"),
    ("qemu.d/10-hook", 0o644, "not executable"), ("kvm", 0o755, "no driver of libvirt")])
def test_a_file_that_is_passed_over_is_told_with_why(asker, name, mode, words):
    path = asker.write_hook(name, mode=mode)
    answer, status = asker.json("list")
    assert words in passed_over(asker, answer)[name] and status == 0
    done = asker.ask("list")
    [line] = [line for line in done.stdout.splitlines() if line.startswith(str(path))]
    assert words in line


# How it last ended.

def call(asker, guest, *names):
    argv = [build() / "admin/virt-hook", "run", "--json", "--helper", asker.helper, "--config",
            asker.config, "qemu", guest, *(names or ("prepare", "begin"))]
    return run(argv)


@pytest.fixture
def logging(asker):
    asker.log = asker.folder / "log"
    asker.write_config(f'audit = "{asker.log}/"\n')
    return asker


needs_unconfined = pytest.mark.skipif(conditions.IS_SET, reason="scripts run unconfined")


@needs_unconfined
@pytest.mark.parametrize("text, keys, words", [
    ("exit 0", {"exit_status": 0}, "exit 0"), ("exit 7", {"exit_status": 7}, "exit 7"),
    ("kill -9 $$", {"signal": 9, "exit_status": None}, "signal 9")])
def test_when_and_how_a_script_last_ended_is_told(logging, text, keys, words):
    path = logging.write_hook("qemu")
    path.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    call(logging, "win10")
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    call(logging, "web", "release", "end")
    answer, _ = logging.json("list")
    [script] = answer["scripts"]
    last = script["last"]
    assert {key: last[key] for key in keys} == keys
    assert (last["object"], last["operation"], last["profile"]) == ("web", "release", "unconfined")
    [record] = [record for record in ends(logging) if record["call"] == last["call"]]
    assert record["time"] == last["time"]
    done = logging.ask("list")
    assert done.stdout.splitlines()[1].endswith(words)


def ends(asker):
    records = [json.loads(line) for path in asker.log.iterdir()
               for line in path.read_text(encoding="utf-8").splitlines()]
    return [record for record in records if record["type"] == "end"]


@needs_unconfined
def test_of_a_guest_its_own_last_result_is_told(logging):
    logging.write_hook("qemu")
    call(logging, "win10")
    call(logging, "web")
    answer, _ = logging.json("list", "--guest", "win10")
    assert answer["scripts"][0]["last"]["object"] == "win10"
    answer, _ = logging.json("list", "--guest", "db")
    assert answer["scripts"][0]["last"] is None


@needs_unconfined
@pytest.mark.parametrize("guest", ["a guest", "g\u00fcest", "x\u202ey", "back\\slash", "quo\"te",
                                   "tab\there", "a\\x09b"])
def test_a_guest_of_any_name_has_its_last_result(logging, guest):
    logging.write_hook("qemu")
    call(logging, guest)
    call(logging, "another")
    answer, _ = logging.json("list", "--guest", guest)
    [wanted] = [end["call"] for end in ends(logging) if end["object"] != "another"]
    assert answer["scripts"][0]["last"]["call"] == wanted


@needs_unconfined
def test_a_script_that_was_refused_then_is_told_as_not_run(logging):
    logging.write_hook("qemu", mode=0o775)
    call(logging, "win10")
    answer, _ = logging.json("list")
    assert "can be written by its group" in answer["scripts"][0]["last"]["problem"]
    done = logging.ask("list")
    assert "  not run: " in done.stdout.splitlines()[1]


def test_where_there_is_no_log_no_script_has_run(logging):
    logging.write_hook("qemu")
    answer, status = logging.json("list")
    assert answer["scripts"][0]["last"] is None and status == 0
    done = logging.ask("list")
    assert done.stderr == "" and "none in the log" in done.stdout


def test_a_log_that_cannot_be_read_is_named_and_the_scripts_are_shown(logging):
    logging.write_hook("qemu")
    logging.log.symlink_to(logging.log)
    done = logging.ask("list")
    assert done.returncode == 2 and "cannot be read" in done.stderr
    assert str(logging.hooks / "qemu") in done.stdout


def test_another_log_is_read_where_it_is_named(asker):
    path = asker.write_hook("qemu")
    log = asker.folder / "other.log"
    log.write_text(json.dumps({
        "schema": 1, "type": "end", "time": "2026-11-23T09:41:18.123456Z", "call": "x-1",
        "object": "g", "scripts": [{"path": str(path), "exit_status": None, "signal": 15,
                                    "timed_out": True}]}) + "\nnot a record\n", encoding="utf-8")
    done = asker.ask("list", "--audit", log, env={"TZ": "UTC", "LC_ALL": "C.UTF-8",
                                                  "PATH": "/usr/bin:/bin", "HOME": "/root"})
    assert done.stdout.splitlines()[1].endswith("2026-11-23 09:41:18.123  timed out")
    assert "1 line that is no record" in done.stderr and done.returncode == 0


# In all.

def test_for_a_person_it_is_a_table_with_a_line_for_each_profile(asker):
    asker.write_config(RULES)
    script = asker.write_hook("qemu")
    done = asker.ask("list")
    assert done.returncode == 0 and done.stderr == ""
    titles, first, second = done.stdout.splitlines()
    assert titles.split() == ["SCRIPT", "DRIVER", "GUEST", "OPERATION", "PROFILE", "CHOSEN", "BY",
                              "VETTING", "LAST", "RESULT"]
    assert first.split()[:5] == [str(script), "qemu", "all", "all", "open"]
    assert "rule 'games', line 6: object win*, operation prepare" in first
    assert second.split() == ["unconfined", "default_profile"]


def test_where_there_is_no_script_that_is_said(asker):
    done = asker.ask("list")
    assert (done.returncode, done.stdout) == (0, "There is no script that could run.\n")


def test_names_of_files_cannot_steer_the_terminal(asker):
    asker.write_hook("qemu.d/\x1b[31mred")
    asker.write_hook("qemu.d/\x1b[31mold~")
    done = asker.ask("list")
    assert "\\x1b[31mred" in done.stdout and "\x1b" not in done.stdout


def test_nothing_is_run_and_nothing_is_written(asker):
    asker.write_hook("qemu")
    before = sorted(asker.folder.rglob("*"))
    asker.ask("list")
    assert sorted(asker.folder.rglob("*")) == before


def test_a_configuration_that_is_refused_is_named_with_its_line(asker):
    asker.write_config("deadlin = 3\n")
    done = asker.ask("list")
    assert (done.returncode, done.stdout) == (2, "") and f"{asker.config}:3: " in done.stderr


def test_a_directory_that_cannot_be_looked_at_is_no_empty_one(asker):
    asker.hooks.rmdir()
    asker.hooks.symlink_to(asker.hooks)
    done = asker.ask("list")
    assert (done.returncode, done.stdout) == (2, "") and "cannot be looked at" in done.stderr


@pytest.mark.parametrize("arguments, said", [
    (["name"], "no name is taken: 'name'"), (["--guest", "a/b"], "an object's name is"),
    (["--profile", "x"], "there is no option --profile"),
    (["--driver", "kvm"], "the driver is qemu, network, lxc, libxl, bhyve or daemon, not 'kvm'")])
def test_a_mistake_on_the_command_line_is_named(asker, arguments, said):
    done = asker.ask("list", *arguments)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
