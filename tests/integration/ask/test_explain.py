"""`virt-hook explain`: what would run for a call, and why. Nothing is run to tell."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest

from .support import ENVIRONMENT, build, run

CALL = ("qemu", "guest1", "prepare", "begin")


def paths(answer):
    return [script["path"] for script in answer["scripts"]]


def test_scripts_are_told_in_the_order_in_which_calls_run_them(asker):
    asker.write_config("per_guest_layout = yes\n")
    wanted = [asker.write_hook(name) for name in (
        "qemu", "qemu.d/10-first", "qemu.d/20-second", "qemu.d/guest1/prepare/05-all",
        "qemu.d/guest1/prepare/begin/01-begin")]
    asker.write_hook("qemu.d/guest2/prepare/begin/01-other")
    asker.write_hook("network")
    answer, status = asker.json("explain", *CALL)
    assert paths(answer) == [str(path) for path in wanted] and status == 0


def test_without_the_layout_nothing_of_a_guests_folder_runs(asker):
    asker.write_hook("qemu.d/guest1/prepare/begin/01-begin")
    answer, status = asker.json("explain", *CALL)
    assert paths(answer) == [] and status == 0


def test_the_first_rule_that_fits_gives_the_profile_and_its_line_is_named(asker):
    asker.write_config('rule "others" {\n    driver = lxc\n    profile = isolated\n}\n'
                       'rule "guests" {\n    object = "guest*"\n    script = "20-*"\n'
                       '    profile = open\n}\n'
                       'profile "open" {\n    unconfined = yes\n}\n')
    asker.write_hook("qemu.d/10-plain")
    asker.write_hook("qemu.d/20-ruled")
    lines = asker.config.read_text().splitlines()
    answer, _ = asker.json("explain", *CALL)
    plain, ruled = answer["scripts"]
    assert (plain["profile"], plain["rule"]) == ("unconfined", None)
    assert ruled["profile"] == "open" and ruled["rule"]["name"] == "guests"
    assert lines[ruled["rule"]["line"] - 1].strip() == "profile = open"


def test_the_deadline_is_that_of_the_first_rule_that_sets_one(asker):
    asker.write_config('deadline = 30\nrule "slow" {\n    operation = release\n'
                       '    deadline = 90\n}\n')
    answer, _ = asker.json("explain", *CALL)
    assert answer["deadline_ms"] == 30000 and answer["deadline_rule"] is None
    answer, _ = asker.json("explain", "qemu", "guest1", "release")
    assert answer["deadline_ms"] == 90000 and answer["deadline_rule"]["name"] == "slow"


def test_the_failure_policy_of_that_operation_is_told(asker):
    asker.write_config('failure "qemu/prepare" {\n    exit = deny\n    other = allow\n}\n')
    answer, _ = asker.json("explain", *CALL)
    assert answer["failure"] == {"exit": "deny", "other": "allow"}


def test_a_script_that_vetting_refuses_is_told_with_its_mend(asker):
    path = asker.write_hook("qemu", mode=0o775)
    answer, status = asker.json("explain", *CALL)
    [script] = answer["scripts"]
    assert f"run chmod g-w {path}" in script["problem"] and status == 1
    done = asker.ask("explain", *CALL)
    assert done.returncode == 1 and f"run chmod g-w {path}" in done.stdout


def test_what_is_passed_over_is_told_with_why(asker):
    plain = asker.write_hook("qemu.d/10-plain", mode=0o644)
    backup = asker.write_hook("qemu.d/20-hook~")
    answer, status = asker.json("explain", *CALL)
    why = {item["path"]: item["why"] for item in answer["passed_over"]}
    assert set(why) == {str(plain), str(backup)} and status == 0
    assert "execut" in why[str(plain)]


@pytest.mark.parametrize("driver, operation, sub_operation", [
    ("qemu", "prepare", "begin"), ("qemu", "stopped", "end"), ("qemu", "release", "end"),
    ("network", "port-created", "begin"), ("daemon", "start", "-"), ("daemon", "reload", "-")])
def test_the_sub_operation_is_libvirts_own_where_none_is_given(asker, driver, operation,
                                                              sub_operation):
    answer, _ = asker.json("explain", driver, "-", operation)
    assert answer["sub_operation"] == sub_operation


def test_a_profile_that_calls_ask_for_goes_before_every_rule(asker):
    asker.write_config('rule "all" {\n    profile = unconfined\n}\n')
    asker.write_hook("qemu")
    answer, _ = asker.json("explain", "--profile", "isolated", *CALL)
    assert answer["scripts"][0]["profile"] == "isolated"
    done = asker.ask("explain", "--profile", "nobody-has-it", *CALL)
    assert done.returncode == 2 and "no profile" in done.stderr


def test_for_a_person_it_is_a_few_lines_and_a_table(asker):
    script = asker.write_hook("qemu")
    done = asker.ask("explain", *CALL)
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["call", *CALL]
    [row] = [line for line in lines if str(script) in line]
    assert row.split() == ["1", str(script), "unconfined", "default_profile", "runs"]


@pytest.mark.parametrize("columns", [1, 20, 60, 80, 150, 200])
def test_however_narrow_the_terminal_no_word_of_a_mend_is_lost_or_broken(asker, columns):
    asker.write_hook("qemu", mode=0o775)
    asker.write_hook("qemu.d/10-not-executable", mode=0o644)
    answer, _ = asker.json("explain", *CALL)
    lines = asker.ask("explain", *CALL, env={**ENVIRONMENT,
                                             "COLUMNS": str(columns)}).stdout.splitlines()
    shown = " ".join(" ".join(lines).split())
    assert f"refused: {answer['scripts'][0]['problem']}" in shown
    assert answer["passed_over"][0]["why"] in shown
    why = lines[next(at for at, line in enumerate(lines) if line.endswith("WHY")) + 1:]
    longest = max(len(word) for word in " ".join(why).split())
    assert all(len(line) <= max(columns, longest + 4) for line in why[1:])


def test_a_reader_that_has_seen_enough_is_no_error(asker):
    for number in range(800):
        asker.write_hook(f"qemu.d/{number:04}-" + 10 * "a-long-name-")
    argv = [build() / "admin/virt-hook", "explain", "--helper", asker.helper, "--config",
            asker.config, *CALL]
    done = run(["/bin/bash", "-c", '"$@" | head -n 1', "bash", *argv])
    assert (done.stdout, done.stderr) == ("call       qemu guest1 prepare begin\n", "")


def test_where_no_script_would_run_it_says_that_the_call_is_allowed(asker):
    done = asker.ask("explain", *CALL)
    assert done.returncode == 0 and "No script would run: the call is allowed." in done.stdout


def test_nothing_is_run_and_nothing_is_written(asker):
    asker.write_hook("qemu")
    before = sorted(asker.folder.rglob("*"))
    asker.ask("explain", *CALL)
    assert sorted(asker.folder.rglob("*")) == before


def test_names_of_files_cannot_steer_the_terminal(asker):
    (asker.hooks / "qemu.d").mkdir(mode=0o755)
    asker.write_hook("qemu.d/\x1b[31mred")
    name = os.fsencode(asker.hooks) + b"/qemu.d/\xff"
    os.rename(asker.write_hook("qemu.d/raw"), name)
    done = asker.ask("explain", *CALL)
    assert "\\x1b[31mred" in done.stdout and "\\xff" in done.stdout and "\x1b" not in done.stdout
    answer, _ = asker.json("explain", *CALL)
    assert len(answer["scripts"]) == 2


# Where there is no answer.

def test_a_configuration_that_is_refused_is_named_with_its_line(asker):
    asker.write_config("deadlin = 3\n")
    done = asker.ask("explain", *CALL)
    assert done.returncode == 2 and done.stdout == ""
    assert f"{asker.config}:3: " in done.stderr


@pytest.mark.parametrize("names, said", [
    (("qemu", "guest1"), "a name is missing"),
    (("qemu", "guest1", "prepare", "begin", "extra"), "one name too many: 'extra'"),
    (("xen", "guest1", "prepare"), "the driver is qemu, network"),
    (("qemu", "a/b", "prepare"), "an object's name"),
    (("qemu", "guest1", "../prepare"), "operation and sub-operation are words")])
def test_a_call_that_libvirt_cannot_make_is_refused_by_name(asker, names, said):
    done = asker.ask("explain", *names)
    assert done.returncode == 2 and done.stdout == "" and said in done.stderr


@pytest.mark.parametrize("helper, said", [
    ("/nonexistent", "No such file"), ("/bin/false", "did not answer"),
    ("/bin/echo", "is no answer")])
def test_a_helper_that_does_not_answer_is_named(asker, helper, said):
    asker.helper = helper
    done = asker.ask("explain", *CALL)
    assert done.returncode == 3 and helper in done.stderr and said in done.stderr


@pytest.mark.parametrize("does", ["exec sleep 600", "exec >&-; exec sleep 600",
                                  "while :; do echo '{'; sleep 1; done"],
                         ids=["silent", "closes-its-stdout", "goes-on-and-on"])
def test_a_helper_that_does_not_end_is_ended_and_named(asker, does):
    """It has 30 s, and is waited for no longer."""
    asker.helper = asker.folder / "endless"
    asker.helper.write_text(f"#!/bin/sh\necho $$ > {asker.folder}/pid\n{does}\n", encoding="utf-8")
    asker.helper.chmod(0o755)
    done = asker.ask("explain", *CALL)
    assert done.returncode == 3 and done.stdout == ""
    assert f"{asker.helper} gave no answer in 30 s and was ended" in done.stderr
    pid = (asker.folder / "pid").read_text(encoding="utf-8").strip()
    assert not os.path.exists(f"/proc/{pid}")


def test_an_object_may_begin_with_a_hyphen(asker):
    answer, _ = asker.json("explain", "qemu", "--help", "prepare")
    assert answer["object"] == "--help"


# The helper's own side.

def test_places_are_those_of_the_configuration(asker):
    asker.write_config('audit = "/somewhere/log/"\nguest_tmp = "/somewhere/tmp"\n')
    assert asker.answer("places") == {
        "config": str(asker.config), "config_read": True, "hooks": str(asker.hooks),
        "audit": "/somewhere/log/", "guest_tmp": "/somewhere/tmp"}


def test_options_go_before_the_configurations_places(asker):
    answer = asker.answer("places", options=("--hooks", "/h", "--audit", "/a"))
    assert answer["hooks"] == "/h" and answer["audit"] == "/a"


def test_a_question_that_is_none_is_refused_with_those_that_are():
    done = run([build() / "helper/virthook-helper", "--answer", "everything"])
    assert done.returncode == 1 and "near-root, explain or explain-event" in done.stderr
