"""What `virt-hook check`, `list` and `explain --event` tell of the scripts of events."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

CRASH = ("domain", "guest1", "stopped", "crashed")


@pytest.fixture
def events(asker):
    """A folder of events' scripts and a configuration that names it; its function writes more."""
    folder = asker.folder / "events.d"
    folder.mkdir(mode=0o755)

    def configure(text=""):
        asker.write_config(f'events = "{folder}"\nevents_set = none\n{text}')
        return asker.config.read_text(encoding="utf-8").splitlines()

    configure()
    asker.events, asker.configure = folder, configure
    asker.write_event = lambda name, mode=0o755: asker.write_hook(f"../events.d/{name}", mode)
    return asker


def paths(answer):
    return [script["path"] for script in answer["scripts"]]


def names(*written):
    return [str(path.resolve()) for path in written]


def line_of(lines, text):
    return 1 + [line.strip() for line in lines].index(text)


def test_an_events_scripts_are_told_in_the_order_of_running(events):
    own = events.write_event("../notify")
    one = events.write_event("../one")
    events.write_event("network/10-net")
    found = [events.write_event(name) for name in (
        "domain/10-all", "domain/20-all", "domain/guest1/stopped/a",
        "domain/guest1/stopped/crashed")]
    events.configure(f'event "crash" {{\n detail = crashed\n script = "{own.resolve()}"\n}}\n')
    text = events.config.read_text(encoding="utf-8").replace("events_set = none", "")
    events.config.write_text(f'{text}events_script = "{one.resolve()}"\n', encoding="utf-8")
    answer, status = events.json("explain", "--event", *CRASH)
    assert paths(answer) == names(one, *found, own) and status == 0
    answer, _ = events.json("explain", "--event", "domain", "guest1", "stopped", "saved")
    assert paths(answer) == names(one, *found[:3])


def test_what_a_script_gets_and_which_section_gives_it(events):
    events.write_event("domain/10-all")
    lines = events.configure(
        'event "slow" {\n kind = domain\n timeout = 1800\n retries = 7\n}\n'
        'event "net" {\n event = stopped\n profile = isolated\n}\n')
    answer, _ = events.json("explain", "--event", *CRASH)
    script, = answer["scripts"]
    assert script["profile"] == "isolated"
    assert script["rule"] == {"name": "net", "line": line_of(lines, "profile = isolated")}
    assert (script["timeout_ms"], script["retries"]) == (1800000, 7)
    assert script["timeout_rule"] == {"name": "slow", "line": line_of(lines, "timeout = 1800")}
    assert script["retries_rule"] == {"name": "slow", "line": line_of(lines, "retries = 7")}
    assert answer["deadline_ms"] == 1800000 and answer["deadline_rule"]["name"] == "slow"
    answer, _ = events.json("explain", "--event", "domain", "guest1", "reboot")
    assert (answer["scripts"][0]["profile"], answer["scripts"][0]["rule"]) == ("unconfined", None)


def test_rules_are_for_hooks_alone(events):
    events.write_event("domain/10-all")
    events.configure('rule "all" {\n profile = isolated\n}\n')
    answer, _ = events.json("explain", "--event", *CRASH)
    assert answer["scripts"][0]["profile"] == "unconfined"


def test_a_detail_that_is_left_out_is_the_first_that_there_is(events):
    for event, detail in (("started", "booted"), ("reboot", "-")):
        answer, _ = events.json("explain", "--event", "domain", "g", event)
        assert answer["sub_operation"] == detail


@pytest.mark.parametrize("event, words", [
    (("qemu", "g", "started"), "the kind is domain, network"),
    (("domain", "a/b", "started"), "without slash"),
    (("domain", "g", "strated"), "did you mean 'started'?"),
    (("domain", "g", "Started"), "lower-case"),
    (("network", "g", "reboot"), "'reboot' is no event of kind network; write one of defined"),
    (("domain", "g", "stopped", "crashd"), "'crashd' is no detail of event stopped; did you mean"),
])
def test_an_event_that_there_is_not_is_refused_with_those_that_there_are(events, event, words):
    done = events.ask("explain", "--event", *event)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""


def test_names_and_options_of_another_number_are_refused(events):
    done = events.ask("explain", "--event", "domain", "g")
    assert done.returncode == 2 and "KIND OBJECT EVENT [DETAIL]" in done.stderr
    done = events.ask("explain", "--event", *CRASH, "more")
    assert done.returncode == 2 and "one name too many: 'more'" in done.stderr
    done = events.ask("explain", "--event", "--profile", "isolated", *CRASH)
    assert done.returncode == 2 and "no event asks for a profile" in done.stderr


def test_a_person_is_told_times_and_tries(events):
    script = events.write_event("domain/10-all")
    events.configure('event "slow" {\n timeout = 90\n retries = 7\n profile = isolated\n}\n')
    lines = events.ask("explain", "--event", *CRASH).stdout.splitlines()
    assert lines[0].split() == ["event", *CRASH]
    assert [line for line in lines if line.startswith("events ")]
    assert not [line for line in lines if line.startswith(("hooks", "failure"))]
    row, = [line for line in lines if str(script.resolve()) in line]
    assert "isolated" in row and "event 'slow', line " in row and "90 s" in row
    assert row.split()[-2:] == ["7", "runs"]
    done = events.ask("explain", "--event", "daemon", "-", "lost")
    assert done.returncode == 0 and done.stdout.endswith("\n\nNo script would run.\n")


def test_missing_scripts_are_faults_with_file_line_and_mend(events):
    plain = events.write_event("../plain", 0o644)
    lines = events.configure('event "gone" {\n script = /nowhere/gone\n}\n'
                             f'event "plain" {{\n script = "{plain.resolve()}"\n}}\n')
    done = events.ask("check")
    assert done.returncode == 1
    gone = line_of(lines, "script = /nowhere/gone")
    assert (f"error: {events.config}:{gone}: event 'gone' runs /nowhere/gone, which cannot run: it "
            "does not exist: put the script there, or take it out of the configuration"
            ) in done.stdout
    assert f"{events.config}:{gone + 3}: event 'plain' runs " in done.stdout
    assert f"run chmod +x {plain.resolve()}" in done.stdout


def test_an_events_script_that_was_set_must_exist(events):
    events.config.write_text(f'hooks = "{events.hooks}"\nevents = "{events.events}"\n'
                             "events_script = /nowhere/events\n", encoding="utf-8")
    done = events.ask("check")
    assert done.returncode == 1
    assert f"{events.config}:3: events_script is /nowhere/events, which cannot run" in done.stdout


def test_what_stands_in_the_folders_is_vetted_and_strangers_are_told(events):
    good = events.write_event("domain/good")
    bad = events.write_event("domain/bad")
    bad.chmod(0o777)
    for stranger in ("domian/x", "file", "domain/guest1/strated", "domain/guest1/stopped/new/x",
                     "domain/guest1/stopped/crashed/deep/x"):
        events.write_event(stranger)
    answer, status = events.json("check")
    assert status == 1
    listed = {script["path"]: script["problem"] for script in answer["scripts"]}
    assert listed.pop(str(good.resolve())) is None
    assert "chmod" in listed.pop(str(bad.resolve()))
    assert listed == {}
    passed = {item["path"][len(str(events.events)) + 1:]: item["why"]
              for item in answer["passed_over"]}
    assert set(passed) == {"domian", "file", "domain/guest1/strated",
                           "domain/guest1/stopped/new", "domain/guest1/stopped/crashed/deep"}
    assert "storage-pool" in passed["domian"] and "no event of this name" in \
        passed["domain/guest1/strated"]


def test_a_wrong_word_is_told_with_line_and_nearest(events):
    lines = events.configure('event "x" {\n event = strated\n retries = 1\n}\n')
    done = events.ask("check")
    where = line_of(lines, "event = strated")
    assert done.returncode == 1
    assert f"{events.config}:{where}: 'strated' is no event; did you mean 'started'?" in done.stdout


def test_events_scripts_are_listed_with_what_they_are_for(events):
    own = events.write_event("../notify")
    events.write_hook("qemu")
    written = [events.write_event(name) for name in (
        "domain/10-all", "domain/guest1/stopped/crashed", "network/default/started")]
    events.configure(f'event "crash" {{\n kind = "d*"\n detail = crashed\n'
                     f' script = "{own.resolve()}"\n profile = isolated\n}}\n')
    answer, status = events.json("list")
    assert status == 0
    scripts = {script["path"]: script for script in answer["scripts"]
               if script["class"] == "event"}
    assert set(scripts) == set(names(own, *written))

    def about(path):
        script = scripts[str(path.resolve())]
        return tuple(script[key] for key in ("driver", "object", "operation", "sub_operation",
                                             "others"))

    assert about(written[0]) == ("domain", None, None, None, False)
    assert about(written[1]) == ("domain", "guest1", "stopped", "crashed", False)
    assert about(written[2]) == ("network", None, "started", None, True)
    assert about(own) == ("d*", None, None, "crashed", False)
    assert scripts[str(own.resolve())]["run_by"]["name"] == "crash"
    assert [item["profile"] for item in scripts[str(own.resolve())]["profiles"]] == ["isolated"]
    shown = events.ask("list").stdout
    assert "KIND" in shown and "DRIVER" in shown


def test_the_sections_that_may_give_a_listed_script_its_profile_stand_in_their_order(events):
    script = events.write_event("domain/10-all")
    events.configure('event "a" {\n detail = crashed\n profile = open\n}\n'
                     'event "b" {\n kind = network\n profile = open\n}\n'
                     'event "c" {\n kind = domain\n profile = isolated\n}\n'
                     'profile "open" {\n unconfined = yes\n}\n')
    answer, _ = events.json("list")
    listed, = [item for item in answer["scripts"] if item["path"] == str(script.resolve())]
    assert [item["rule"] and item["rule"]["name"] for item in listed["profiles"]] == ["a", "c"]
    assert listed["profiles"][0]["sub_operation"] == "crashed"


def test_a_listing_of_one_object_or_driver_leaves_others_out(events):
    hook = events.write_hook("network")
    written = [events.write_event(name) for name in (
        "domain/10-all", "domain/guest1/started", "domain/guest2/started", "domain/default/started",
        "network/10-net")]
    answer, _ = events.json("list", "--guest", "guest1")
    listed = [script["path"] for script in answer["scripts"] if script["class"] == "event"]
    assert sorted(listed) == sorted(names(*written[:2], written[4]))
    answer, _ = events.json("list", "--driver", "network")
    assert paths(answer) == names(hook)
