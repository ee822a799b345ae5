"""`virt-hook log --timeline`: the last start or stop of a guest as bars over time."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from admin.support import ENVIRONMENT

WIDE = {**ENVIRONMENT, "COLUMNS": "71", "TZ": "UTC"}


def script(path="/hooks/qemu", setup=10, ran=90, **more):
    return {"path": path, "setup_ms": setup, "duration_ms": ran, "exit_status": 0, "signal": None,
            "timed_out": False, "problem": None, **more}


class Guest:
    """Writes the records of calls that follow one another, as a helper does."""

    def __init__(self, log, name="d1", driver="qemu"):
        self.log, self.name, self.driver = log, name, driver
        self.now = 1000
        self.count = 0

    def write(self, kind, call, **keys):
        with self.log.log.open("a") as log:
            log.write(json.dumps({
                "type": kind, "call": call, "monotonic_ms": self.now, "boot": "b",
                "time": f"2026-11-23T00:{self.now // 60000:02}:{self.now // 1000 % 60:02}."
                        f"{self.now % 1000:03}000Z",
                "driver": self.driver, "object": self.name, "deadline_ms": 30000, **keys}) + "\n")

    def call(self, operation, took=100, verdict="allow", scripts=(), queued=0, ends=True, **keys):
        self.count += 1
        name = f"{self.name}-{self.driver}-{self.count}"
        asked = {"operation": operation, "sub_operation": "begin", **keys}
        self.write("begin", name, **asked)
        self.now += took
        if ends:
            self.write("end", name, verdict=verdict, queued_ms=queued, scripts=list(scripts),
                       **asked)


@pytest.fixture
def guest(log):
    return Guest(log)


def operations(log, *options, name="d1"):
    """Those of the calls that are drawn, by what --json prints."""
    done = log.show("--timeline", name, "--json", *options, env=WIDE)
    assert (done.returncode, done.stderr) == (0, b"")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [record["operation"] for record in records if record["type"] == "begin"]


def drawn(log, env=WIDE):
    done = log.show("--timeline", "d1", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_a_start_is_drawn_call_by_call_and_script_by_script(log, guest):
    guest.call("prepare", 400, queued=100, scripts=[script(setup=100, ran=200)])
    guest.call("start", 1000, deadline_ms=500, verdict="deny", scripts=[
        script("/hooks/qemu.d/10", 0, 500), script("/hooks/qemu.d/20", 100, 400, exit_status=3)])
    assert drawn(log) == [
        "start of d1 (qemu), 2026-11-23 00:00:01.000, 1.400 s",
        "prepare/begin       ..======                      allow, 400 ms of 30 s",
        "  /hooks/qemu         --####                      200 ms, exit 0",
        "start/begin                 ==========|=========  deny, 1 s of 500 ms",
        "  /hooks/qemu.d/10          ##########            500 ms, exit 0",
        "  /hooks/qemu.d/20                    --########  400 ms, exit 3",
        "= call  . queued  - set up  # running  | deadline",
    ]


@pytest.mark.parametrize(("how", "note"), [
    ({"exit_status": None, "signal": 9}, "90 ms, signal 9"),
    ({"exit_status": None, "timed_out": True, "signal": 15}, "90 ms, time was up"),
    ({"exit_status": None, "problem": "is no file"}, "not run"),
])
def test_how_a_script_ended_is_told(log, guest, how, note):
    guest.call("prepare", scripts=[script(**how)])
    assert drawn(log)[2].endswith(f"  {note}")


def test_a_call_that_is_open_is_told(log, guest):
    guest.call("prepare")
    guest.call("start", ends=False)
    assert drawn(log)[2].endswith("  open, deadline 30 s")


def test_a_call_whose_helper_was_lost_is_told(log, guest):
    guest.call("prepare", ends=False)
    guest.now += 3_600_000
    guest.write("end", "d1-qemu-1", closed_by="other", verdict=None, operation="prepare")
    assert drawn(log)[1].endswith("  helper lost")
    assert drawn(log)[0].endswith(", 1 ms")


START, STOP = ["prepare", "start", "started"], ["stopped", "release"]


@pytest.mark.parametrize(("calls", "last"), [
    (START, START), (START + STOP, STOP), (START + STOP + START, START), (START + START, START),
    (["prepare"] + START, START), (["restore"] + START, ["restore"] + START),
    (STOP + ["migrate"] + START, ["migrate"] + START), (START + ["reconnect"], START),
    (["reconnect"], []),
])
def test_the_last_start_or_stop_is_drawn(log, guest, calls, last):
    for operation in calls:
        guest.call(operation)
    assert operations(log) == last


@pytest.mark.parametrize(("after", "last"), [
    ([], ["prepare", "release"]), (["prepare", "start"], ["prepare", "start"]),
    (["migrate", "prepare"], ["migrate", "prepare"]),
])
def test_to_a_start_that_failed_belongs_the_stop_after_it(log, guest, after, last):
    for operation in START:
        guest.call(operation)
    guest.call("stopped")
    guest.call("prepare", verdict="deny")
    guest.call("release")
    for operation in after:
        guest.call(operation)
    assert operations(log) == last


def test_what_others_do_meanwhile_is_left_out(log, guest):
    other, network = Guest(log, "d2"), Guest(log, "d1", "network")
    for operation in START:
        network.call(operation)
    for operation in START:
        guest.call(operation)
        other.call(operation)
    assert operations(log) == START
    assert operations(log, "--driver", "network") == START
    assert operations(log, name="d2") == START


def test_times_choose_an_earlier_one(log, guest):
    for operation in START:
        guest.call(operation)
    guest.now += 60000
    for operation in STOP:
        guest.call(operation)
    assert operations(log, "--until", "2026-11-23 00:00:30") == START
    assert operations(log, "--since", "2026-11-23 00:00:30") == STOP


def test_a_guest_that_the_log_does_not_know_is_told(log, guest):
    guest.call("prepare")
    done = log.show("--timeline", "d9")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"no start or stop of d9 is in the log" in done.stderr


def test_a_real_start_is_drawn(log):
    log.write_hook("exit 0\n")
    for operation in START:
        log.run(call=("qemu", "d1", operation, "begin"))
    lines = drawn(log)
    assert [line.split("/")[0] for line in lines[1:-1:2]] == START
    assert all(" of 120 s" in line for line in lines[1:-1:2])
    assert all(line.endswith(", exit 0") for line in lines[2:-1:2])


@pytest.mark.parametrize("columns", ["20", "40", "79", "200", "9999"])
def test_bars_fit_the_width_where_that_is_enough(log, guest, columns):
    guest.call("prepare", scripts=[script("/hooks/" + "ü" * 100)])
    lines = drawn(log, {**WIDE, "COLUMNS": columns})
    assert all("=" in line or "#" in line for line in lines[1:3])
    assert max(len(line) for line in lines[1:3]) <= max(int(columns), 60)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_record_steers_the_terminal_or_its_numbers_the_bars(log, guest, options):
    bad = "\x1b]0;x\7\n\u202e\x9b"
    guest.call("prepare", sub_operation=bad, monotonic_ms=-5, deadline_ms=2 ** 62, verdict=bad,
               queued=2 ** 62, scripts=[None, 7, script(bad, 2 ** 62, 2 ** 62, signal=-1)])
    guest.call("start", monotonic_ms=2 ** 62, deadline_ms="x", scripts="x")
    guest.call("started", monotonic_ms="x", deadline_ms=-1, scripts=[script(bad, -1, bad)])
    shown = log.show("--timeline", "d1", *options, env=WIDE).stdout.decode()
    assert "d1" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize("options", [
    ("-f",), ("-n", "1"), ("--guest", "d1"), ("--verdict", "deny"), ("--operation", "start"),
    ("--reason", "x"), ("--script", "/x"), ("--verify",), ("--head",),
])
def test_what_does_not_go_with_it_is_refused(log, options):
    done = log.show("--timeline", "d1", *options)
    assert done.returncode == 2 and done.stdout == b""
    assert b"virt-hook log --help" in done.stderr
