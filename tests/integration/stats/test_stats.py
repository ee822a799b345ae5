"""`virt-hook stats`: how often each script ran, how long it took, and what it denied."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pty
import random
import subprocess

import pytest

from admin.support import ENVIRONMENT, STUCK


def call(name, driver="qemu", operation="prepare"):
    return (driver, name, operation, "begin")


@pytest.fixture
def four_calls(stats):
    """d1 and d2 are allowed, d3 denied, and d4 is late; another driver's script denies."""
    stats.quick = stats.write_hook('case $1 in d3) exit 3 ;; d4) sleep 60 ;; esac\n')
    stats.other = stats.write_hook("exit 1\n", driver="network")
    for name in ("d1", "d2", "d3"):
        stats.run(call=call(name))
    stats.run("--timeout", "1", call=call("d4"))
    stats.run(call=call("d1", "network", "start"))
    return stats


def test_each_script_has_its_calls_its_denials_and_those_that_were_late(four_calls):
    quick, other = (four_calls.script(path) for path in (four_calls.quick, four_calls.other))
    assert [quick[key] for key in ("driver", "calls", "denied", "timeouts")] == ["qemu", 4, 2, 1]
    assert [other[key] for key in ("driver", "calls", "denied", "timeouts")] == [
        "network", 1, 1, 0]


def test_calls_are_counted_by_their_verdict(four_calls):
    assert four_calls.counted()["calls"] == {"allow": 2, "deny": 3, "none": 0}


def test_the_newest_run_is_told(four_calls):
    records = four_calls.records()
    assert four_calls.script(four_calls.quick)["last"] == records[3]["time"]
    assert four_calls.counted()["from"] == records[0]["time"]
    assert four_calls.counted()["to"] == records[4]["time"]


def test_the_slowest_stands_first(four_calls):
    rows = four_calls.text().splitlines()
    assert rows[1].endswith(str(four_calls.quick)) and rows[2].endswith(str(four_calls.other))


@pytest.mark.parametrize(("key", "first"), [
    ("p95", "quick"), ("max", "quick"), ("calls", "quick"), ("denied", "quick"),
    ("timeouts", "quick"), ("last", "other"), ("script", "other"),
])
def test_what_stands_first_can_be_chosen(four_calls, key, first):
    scripts = four_calls.counted("--sort", key)["scripts"]
    assert scripts[0]["path"] == str(getattr(four_calls, first))


@pytest.mark.parametrize(("options", "calls"), [
    (("--guest", "d1"), 2), (("--guest", "d"), 0), (("--driver", "network"), 1),
    (("--guest", "d1", "--driver", "qemu"), 1),
])
def test_what_is_asked_for_is_counted(four_calls, options, calls):
    assert sum(four_calls.counted(*options)["calls"].values()) == calls


@pytest.fixture
def three_days(stats):
    """A call and a lost record at noon, in UTC, of each of three days."""
    stats.write_hook("exit 0\n")
    stats.run()
    times = [f"2026-11-{day}T12:00:00.000000Z" for day in (21, 22, 23)]
    stats.place = stats.write([{"type": kind, "count": 1, "time": time} if kind == "lost" else
                               {**stats.ended(), "time": time}
                               for time in times for kind in ("end", "lost")])
    return stats


@pytest.mark.parametrize(("options", "days"), [
    (("--since", "2026-11-22T12:00:00.000000Z"), [22, 23]), (("--until", "@1795348800"), [21, 22]),
    (("--since", "@1795348800", "--until", "@1795348800"), [22]),
])
def test_what_ended_in_the_time_is_counted_both_ends_included(three_days, options, days):
    counted = three_days.counted(*options, place=three_days.place)
    assert counted["calls"]["allow"] == counted["lost_records"] == len(days)
    assert [counted[key][8:10] for key in ("from", "to")] == [str(days[0]), str(days[-1])]


def test_a_script_that_did_its_part_is_not_told_of_another_s_denial(stats):
    good = stats.write_hook("exit 0\n")
    folder = stats.hooks / "qemu.d"
    folder.mkdir()
    (folder / "bad").write_text("#!/bin/sh\nexit 1\n")
    (folder / "bad").chmod(0o755)
    stats.run()
    assert stats.script(good)["denied"] == 0 and stats.script(folder / "bad")["denied"] == 1


@pytest.mark.parametrize("spoil", [
    lambda path: path.chmod(0o777), lambda path: path.write_bytes(b"\x7fELF nothing"),
], ids=["refused", "exec-failed"])
def test_a_script_that_was_not_run_has_no_duration(stats, spoil):
    path = stats.write_hook("exit 0\n")
    spoil(path)
    stats.run()
    found = stats.script(path)
    assert [found[key] for key in ("calls", "denied", "not_run", "p50_ms", "max_ms")] == [
        1, 1, 1, None, None]


def test_refused_system_calls_are_counted_as_often_as_they_were_made(stats):
    path = stats.write_hook("exit 0\n")
    stats.run()
    place = stats.write([stats.ended(denied=["mount", "socket(AF_NETLINK) ×3"]),
                         stats.ended(denied=["others ×12"])])
    assert stats.script(path, place=place)["denied_system_calls"] == 16


@pytest.mark.parametrize("longest", [10, 1000, 60_000, 40_000_000])
def test_percentiles_are_within_what_is_said(stats, longest):
    path = stats.write_hook("exit 0\n")
    stats.run()
    numbers = random.Random(longest)
    taken = [int(longest ** numbers.random()) for _ in range(999)]
    place = stats.write(stats.ended(duration_ms=ms) for ms in taken)
    found, said = stats.script(path, place=place), stats.counted()["percentile_error_percent"]
    for percent in (50, 95):
        exact = sorted(taken)[-(-len(taken) * percent // 100) - 1]
        assert abs(found[f"p{percent}_ms"] - exact) <= exact * said / 100
    assert found["max_ms"] == max(taken) and found["sum_ms"] == sum(taken)


def test_the_histogram_has_each_run_below_its_bound(stats):
    path = stats.write_hook("exit 0\n")
    stats.run()
    taken = [0, 3, 4, 10, 100, 101, 30_000, 30_001, 2**40]
    place = stats.write(stats.ended(duration_ms=ms) for ms in taken)
    assert stats.script(path, place=place)["histogram"] == [2, 2, 0, 1, 1, 0, 0, 0, 1, 2]


def test_the_histogram_is_of_blocks_on_a_terminal_and_of_ascii_elsewhere(four_calls):
    assert four_calls.text().isascii()
    assert "█" in on_a_terminal(four_calls, 200)


def test_on_a_narrow_terminal_the_end_of_the_path_is_kept(four_calls):
    rows = on_a_terminal(four_calls, 80).splitlines()
    assert rows[1].endswith("/hooks/qemu") and "..." in rows[1] and len(rows[1]) <= 80


def on_a_terminal(stats, width):
    """What the command shows on a terminal of so many columns without colour."""
    outer, inner = pty.openpty()
    with os.fdopen(outer, "rb", buffering=0) as shown:
        pty_size(inner, width)
        done = subprocess.Popen([stats.program, "stats", "--audit", stats.log], stdout=inner,
                                env={**ENVIRONMENT, "TERM": "xterm", "NO_COLOR": "1"})
        os.close(inner)
        text = b"".join(iter(lambda: read_terminal(shown), b""))
    assert done.wait(STUCK) == 0
    return text.decode().replace("\r\n", "\n")


def pty_size(terminal, width):
    subprocess.run(["/usr/bin/stty", "cols", str(width), "rows", "24"], stdin=terminal, check=True)


def read_terminal(shown):
    try:
        return shown.read(65536)
    except OSError:  # the last who had it open has closed it
        return b""


def test_a_log_without_a_call_is_told_as_one(stats):
    place = stats.write([])
    assert stats.text(place=place) == "No call that fits has ended.\n"


def test_calls_of_a_helper_that_was_lost_have_no_verdict(four_calls):
    record = {**four_calls.ended(), "verdict": None, "reason": "helper-lost", "scripts": []}
    place = four_calls.write([record])
    assert four_calls.counted(place=place)["calls"] == {"allow": 0, "deny": 0, "none": 1}
    assert "1 without a verdict" in four_calls.text(place=place)


def test_records_that_a_full_disk_has_cost_are_told(four_calls):
    place = four_calls.write([{"schema": 1, "type": "lost", "count": 7}, four_calls.ended()])
    assert four_calls.counted(place=place)["lost_records"] == 7
    assert "7 records were lost to a full disk" in four_calls.text(place=place)


def test_scripts_beyond_the_bound_are_counted_as_the_rest(four_calls):
    place = four_calls.write(four_calls.ended(path=f"/hooks/{number}") for number in range(4100))
    counted = four_calls.counted(place=place)
    assert len(counted["scripts"]) == 4096 and counted["runs_of_other_scripts"] == 4


ODD = [
    {"type": "end"}, {"type": "end", "scripts": 7}, {"type": "end", "scripts": [None, 1, {}, []]},
    {"type": "end", "driver": "\x1b[2J", "time": "\x1b]0;x\7", "verdict": 7,
     "scripts": [{"path": "a\nb\x9b\u202e\"\\",
                  "denied": [None, 1, " ×", "x ×99999999999999999999"], "duration_ms": -1,
                  "setup_ms": 0, "timed_out": 1, "exit_status": "x"}]},
    {"type": "end", "driver": "x" * 9999, "time": "9" * 99,
     "scripts": [{"path": "/" * 99999, "duration_ms": 2**64 - 1}] * 3},
    {"type": "lost", "count": 2**64}, {"type": "lost", "count": -1}, {"type": []},
]


@pytest.mark.parametrize("form", [(), ("--json",), ("--openmetrics",)])
def test_no_record_breaks_it_or_steers_the_terminal(four_calls, form):
    shown = four_calls.text(*form, place=four_calls.write([four_calls.ended(), *ODD]))
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert str(four_calls.quick) in shown


def test_a_damaged_line_is_passed_over_and_told(four_calls):
    with four_calls.log.open("a") as log:
        log.write("no record\n")
    done = four_calls.show()
    assert done.returncode == 0 and b"1 line that is no record was passed over" in done.stderr


def test_a_place_without_a_log_is_refused_with_what_to_do(stats):
    done = stats.show()
    assert done.returncode == 2 and b"say with --audit where it is" in done.stderr


@pytest.mark.parametrize("arguments", [
    ("--no",), ("--sort", "x"), ("--guest",), ("d1",), ("--json", "--openmetrics"),
    ("--since", "noon"), ("--since", "2026-11-23", "--until", "2026-11-22"),
])
def test_a_wrong_command_line_is_refused(stats, arguments):
    done = stats.show(*arguments)
    assert done.returncode == 2 and b"virt-hook stats --help" in done.stderr
