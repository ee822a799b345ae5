"""`virt-hook log`: what the helpers' logs say, in a table."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import json
from pathlib import Path

import pytest

from admin.support import ENVIRONMENT


def call(name, driver="qemu", operation="prepare"):
    return (driver, name, operation, "begin")


@pytest.fixture
def two_calls(log):
    """d1 is allowed, then d2 denied."""
    log.script = log.write_hook('test "$1" = d1 || { echo no power >&2; exit 3; }\n')
    log.run(call=call("d1"))
    log.run(call=call("d2"))
    return log


def test_why_a_guest_did_not_start(two_calls):
    row, = two_calls.rows("--guest", "d2")
    record = two_calls.records()[1]
    for word in (record["call"], "qemu", "d2", "prepare/begin", "deny", "exit-status",
                 f"{two_calls.script} exited with status 3: no power"):
        assert word in row


def test_calls_stand_in_the_order_of_their_ends(two_calls):
    assert two_calls.objects() == ["d1", "d2"]


@pytest.mark.parametrize(("option", "value", "found"), [
    ("--verdict", "allow", ["d1"]), ("--verdict", "deny", ["d2"]),
    ("--reason", "exit-status", ["d2"]), ("--driver", "qemu", ["d1", "d2"]),
    ("--driver", "lxc", []), ("--operation", "prepare", ["d1", "d2"]),
    ("--operation", "release", []), ("--guest", "d", []), ("--script", "/other", []),
    ("-n", "1", ["d2"]), ("-n", "9", ["d1", "d2"]),
])
def test_what_is_asked_for_is_shown(two_calls, option, value, found):
    assert two_calls.objects(option, value) == found


@pytest.mark.parametrize("written", ['d\\u0032', '\\u00642', 'd\\u0032","message":"d1'])
def test_a_guest_is_found_however_json_writes_its_name(two_calls, written):
    text = two_calls.log.read_text(encoding="utf-8")
    two_calls.log.write_text(text.replace('"object":"d2"', f'"object":"{written}"'),
                             encoding="utf-8")
    assert two_calls.objects("--guest", "d2") == ["d2"]


def test_the_calls_that_ran_a_script(two_calls):
    assert two_calls.objects("--script", two_calls.script) == ["d1", "d2"]


def test_a_script_can_be_named_by_the_last_part_of_its_path_and_by_no_less(two_calls):
    name = Path(two_calls.script).name
    assert two_calls.objects("--script", name) == ["d1", "d2"]
    assert two_calls.objects("--script", name[1:]) == []
    assert two_calls.objects("--script", f"x/{name}") == []


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_json_is_the_records_as_they_are_in_the_log(two_calls, options):
    done = two_calls.show("--json", *options)
    lines = two_calls.log.read_text().splitlines()
    assert done.stdout.decode().splitlines() == [
        line for line in lines if json.loads(line)["type"] == "end"]


def test_times_are_local(two_calls):
    utc = two_calls.records()[0]["time"]
    row = two_calls.rows(env={**ENVIRONMENT, "TZ": "UTC"})[0]
    assert row.startswith(utc[:10] + " " + utc[11:23])
    hour = two_calls.rows(env={**ENVIRONMENT, "TZ": "XXX-3"})[0][11:13]
    assert int(hour) == (int(utc[11:13]) + 3) % 24


def test_rotated_and_compressed_files_are_read_in_order(two_calls):
    begun, ended = (two_calls.log.parent / f"audit.log.{suffix}" for suffix in ("2.gz", "1"))
    begun.write_bytes(gzip.compress(two_calls.log.read_bytes()))
    two_calls.log.unlink()
    two_calls.run(call=call("d3"))
    two_calls.log.rename(ended)
    two_calls.run(call=call("d4"))
    assert two_calls.objects() == ["d1", "d2", "d3", "d4"]


def test_the_logs_of_several_helpers_are_merged_by_time(two_calls):
    first, second = [], []
    for line in two_calls.log.read_text().splitlines(keepends=True):
        (first if '"object":"d1"' in line else second).append(line)
    place = two_calls.folder / "logs"
    place.mkdir()
    (place / "service.log").write_text("".join(second))
    (place / "service-2.log").write_text("".join(first))
    assert two_calls.objects(place=place) == ["d1", "d2"]
    assert two_calls.objects(place=place / "service.log") == ["d1", "d2"]


@pytest.mark.parametrize("odd", [
    b"no record\n", b"[]\n", b"\n", b"\0" * 4096 + b"\n", b"\xff\x1b[2J\n", b'{"type":"end"\n',
    b'{"type":"end"} x\n', b'{"type":"end","n":NaN}\n', b'{"type":"end","a":"\xff"}\n',
    b'{"type":"end","a":"\x1b"}\n', b"{'type':'end'}\n", b'{"type":"end",}\n',
    b"{" * 100000 + b"\n", b'{"type":"\0"}\n', b"x" * (17 << 20) + b"\n",
], ids=range(15))
def test_lines_that_are_no_record_are_passed_over_and_counted(two_calls, odd):
    two_calls.log.write_bytes(odd + two_calls.log.read_bytes())
    done = two_calls.show()
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 3
    assert b"1 line that is no record was passed over" in done.stderr


def test_a_file_that_has_no_record_at_all_is_no_log(two_calls):
    two_calls.log.write_text("root:x:0:0\nbin:x:1:1\n")
    done = two_calls.show()
    assert done.returncode == 2 and b"is it a log of virthook's?" in done.stderr


def test_an_empty_log_is_one(two_calls):
    two_calls.log.write_text("")
    assert two_calls.show().returncode == 0


@pytest.mark.parametrize("options", [(), ("--json",), ("-n", "9"), ("-n", "9", "--json")])
def test_no_record_steers_the_terminal(two_calls, options):
    forged = {"type": "end", "time": "\x1b[2J", "object": "a\nb\x9b\u202e", "message": "\x1b]0;x\7",
              "verdict": 7, "scripts": [None, 1, {"path": []}]}
    with two_calls.log.open("a") as log:
        log.write(json.dumps(forged) + "\n" + json.dumps(forged, ensure_ascii=False) + "\n")
    shown = two_calls.show(*options).stdout.decode()
    assert all(character.isprintable() or character == "\n" for character in shown)
    if "--json" in options:
        assert [json.loads(line) for line in shown.splitlines()][2:] == [forged, forged]


def test_a_damaged_file_is_told_and_the_rest_shown(two_calls):
    whole = gzip.compress(two_calls.log.read_bytes())
    (two_calls.folder / "audit.log.1.gz").write_bytes(whole[:len(whole) // 2])
    done = two_calls.show()
    assert done.returncode == 2
    assert b"audit.log.1.gz cannot be read to its end: its compressed data is cut" in done.stderr
    assert b" d2 " in done.stdout


def test_a_place_without_a_log_is_refused_with_what_to_do(log):
    done = log.show()
    assert done.returncode == 2 and b"say with --audit where it is" in done.stderr


@pytest.mark.parametrize("arguments", [("--no",), ("-n", "10001"),
                                       ("-n", "x"), ("--guest",), ("d1",)])
def test_a_wrong_command_line_is_refused(log, arguments):
    done = log.show(*arguments)
    assert done.returncode == 2 and b"virt-hook log --help" in done.stderr
