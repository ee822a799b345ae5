"""`virt-hook log --verify`: whoever touches a log leaves a break that names the record."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from .logs import chain_of, head, seal

LOG = "service.log"
PLACES = [0, 1, 2, 499, 997, 998, 999]
INNER = PLACES[1:-1]


def broken(logs, lines):
    logs.write(LOG, lines)
    return logs.the_break()


def test_a_log_as_it_was_written_is_whole(logs, written):
    path = logs.write(LOG, written)
    document = logs.verify(status=0)
    first, last = json.loads(written[0]), json.loads(written[-1])
    assert document["findings"] == [] and document["records"] == len(written)
    assert document["logs"] == [{
        "file": str(path), "files": 1, "chains": 1, "records": len(written), "breaks": 0,
        "first": first["time"], "last": last["time"], "damaged": None}]


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("key", ["type", "chain", "seq", "prev", "hash"])
def test_a_changed_byte_names_its_record(logs, written, at, key):
    line = bytearray(written[at])
    value = line.rindex(b'"%s":' % key.encode()) + len(key) + (3 if key == "seq" else 4)
    line[value] = ord("1") if line[value] != ord("1") else ord("2")
    assert broken(logs, [*written[:at], bytes(line), *written[at + 1:]]) == (
        "changed", LOG, at + 1, at + 1)


def test_the_call_of_a_changed_record_is_named(logs, written):
    logs.write(LOG, [*written[:5], written[5].replace(b"qemu", b"lxc"), *written[6:]])
    record = json.loads(written[5])
    found, = logs.findings(status=1)
    assert (found["call"], found["chain"]) == (record["call"], record["chain"])


@pytest.mark.parametrize("at", PLACES)
def test_a_line_that_is_no_record_any_more_is_named(logs, written, at):
    assert broken(logs, [*written[:at], written[at].replace(b'"seq":', b'"sEq":'),
                         *written[at + 1:]]) == ("damaged", LOG, at + 1, None)


@pytest.mark.parametrize("at", PLACES[:-1])
def test_a_removed_record_is_named(logs, written, at):
    assert broken(logs, written[:at] + written[at + 1:]) == ("removed", LOG, at + 1, at + 1)


def test_many_removed_records_are_named(logs, written):
    logs.write(LOG, written[:100] + written[300:])
    found, = logs.findings(status=1)
    assert (found["kind"], found["line"], found["seq"], found["last_seq"]) == (
        "removed", 101, 101, 300)


@pytest.mark.parametrize("at", INNER)
def test_an_inserted_copy_is_named(logs, written, at):
    copied = 700
    assert broken(logs, [*written[:at], written[copied], *written[at:]]) == (
        "inserted", LOG, at + 1, copied + 1)


@pytest.mark.parametrize("at", INNER)
def test_a_forged_record_with_all_hashes_right_is_named(logs, written, at):
    before = json.loads(written[at - 1])
    forged = seal(written[500], seq=at + 1, prev=before["hash"], object="forged")
    assert broken(logs, [*written[:at], forged, *written[at:]]) == (
        "inserted", LOG, at + 1, at + 1)


@pytest.mark.parametrize("at", INNER)
def test_a_forged_record_of_a_chain_of_its_own_is_named(logs, written, at):
    forged, = chain_of([written[500]], "0123456789abcdef")
    assert broken(logs, [*written[:at], forged, *written[at:]]) == ("inserted", LOG, at + 1, 1)


@pytest.mark.parametrize("at", PLACES[:-1])
def test_an_inserted_line_that_is_no_record_is_named(logs, written, at):
    kind, *place = broken(logs, [*written[:at], b'{"schema":1}\n', *written[at:]])
    assert (kind, place) == ("inserted" if at > 0 else "damaged", [LOG, at + 1, None])


@pytest.mark.parametrize("at", PLACES[:-1])
def test_swapped_records_are_named(logs, written, at):
    kind, _, line, seq = broken(logs, [*written[:at], written[at + 1], written[at],
                                       *written[at + 2:]])
    assert (kind, line + seq) == ("moved", 2 * at + 3) and line in (at + 1, at + 2)


def test_records_that_changed_places_over_a_distance_are_both_named(logs, written):
    lines = list(written)
    lines[10], lines[14] = lines[14], lines[10]
    logs.write(LOG, lines)
    assert [(found["kind"], found["line"], found["seq"]) for found in logs.findings(status=1)] == [
        ("moved", 11, 15), ("moved", 15, 11)]


@pytest.mark.parametrize("at", INNER)
def test_a_record_that_was_changed_and_sealed_anew_is_named(logs, written, at):
    forged = seal(written[at], object="forged")
    kind, _, line, _ = broken(logs, [*written[:at], forged, *written[at + 1:]])
    assert (kind, line) == ("rewritten", at + 1)


def test_a_chain_that_begins_in_the_midst_of_a_file_is_a_break(logs, written):
    lines = written[:50] + chain_of(written[50:150], "0123456789abcdef")
    assert broken(logs, lines) == ("restarted", LOG, 51, 1)


def test_a_tail_that_was_forged_before_the_log_went_on_is_named(logs, written):
    forged, before = [], json.loads(written[99])
    for number in range(5):
        forged.append(seal(written[number], seq=101 + number, prev=before["hash"],
                           chain=before["chain"]))
        before = json.loads(forged[-1])
    logs.write(LOG, written[:100] + forged + written[100:])
    found, = logs.findings(status=1)
    assert (found["kind"], found["line"], found["lines"]) == ("inserted", 101, 5)


def test_of_several_records_the_sentence_speaks_of_several(logs, written):
    logs.write("service.log", written[:10] + written[:5] + written[10:])
    said = logs.log("--verify").stdout
    assert b"records 1 to 5 do not belong here: they were put in" in said


def test_each_of_several_breaks_is_named(logs, written):
    lines = list(written)
    lines[900] = lines[900].replace(b"qemu", b"qemo")
    del lines[500]
    lines.insert(100, lines[7])
    logs.write(LOG, lines)
    assert [(found["kind"], found["line"], found["seq"]) for found in logs.findings(status=1)] == [
        ("inserted", 101, 8), ("removed", 502, 501), ("changed", 901, 901)]


@pytest.mark.parametrize("at", [0, 1, 500])
def test_half_a_line_at_the_end_is_told_and_no_break(logs, written, at):
    logs.write(LOG, [*written[:at + 1], written[at + 1][:-1]])
    found, = logs.findings(status=0)
    assert (found["kind"], found["break"], found["line"]) == ("torn", False, at + 2)


def test_zeros_that_a_power_cut_left_at_the_end_are_no_break(logs, written):
    logs.write(LOG, [*written, b"\0" * 4096])
    assert [found["kind"] for found in logs.findings(status=0)] == ["torn"]


@pytest.mark.parametrize("odd", [
    b"\n", b"\0" * 100 + b"\n", b"\xff\x1b[2J\n", b"x" * (17 << 20) + b"\n", b'"}\n',
    b'{"chain":"","seq":,"prev":"","hash":""}\n', b',"hash":"' + b"0" * 64 + b'"}\n',
    b',"chain":"0123456789abcdef","seq":18446744073709551616,"prev":"' + b"0" * 64
    + b'","hash":"' + b"0" * 64 + b'"}\n'], ids=range(8))
def test_whatever_bytes_a_line_has_it_is_named(logs, written, odd):
    assert broken(logs, [*written[:20], odd, *written[20:]]) == ("inserted", LOG, 21, None)


def test_a_log_of_which_nothing_is_a_record_is_broken(logs):
    logs.write(LOG, [b"{}\n"] * 3000)
    found, = logs.findings(status=1)
    assert (found["kind"], found["line"], found["lines"]) == ("damaged", 1, 3000)


def test_a_log_in_no_order_at_all_is_told_to_its_end(logs, written):
    lines = [written[number * 7 % 1000] for number in range(1000)]
    logs.write(LOG, lines)
    document = logs.verify(status=1)
    assert document["breaks"] > 10 and document["records"] == 1000


def test_people_read_the_record_the_logs_and_the_sum(logs, written):
    path = logs.write(LOG, [*written[:5], written[5].replace(b"qemu", b"lxc"), *written[6:]])
    done = logs.log("--verify")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[0].startswith(f"{path}:6: record 6 (call {json.loads(written[5])['call']}) was ")
    assert lines[1].split() == ["LOG", "FILES", "CHAINS", "RECORDS", "FIRST", "LAST", "BREAKS"]
    assert lines[2].split()[:4] == [str(path), "1", "1", "1000"]
    assert lines[-1] == "1 break in 1000 records."


def test_the_name_of_a_file_does_not_steer_the_terminal(logs, written):
    logs.write("\x1b[2J\n\x07.log", written[:10] + written[11:20])
    for options in [("--verify",), ("--verify", "--json"), ("--head",), ("--head", "--json")]:
        shown = logs.log(*options).stdout.decode()
        assert all(character.isprintable() or character == "\n" for character in shown)


def test_a_file_that_cannot_be_read_to_its_end_is_no_whole_log(logs, written):
    path = logs.write("service.log.1.gz", written[:500])
    path.write_bytes(path.read_bytes()[:-100])
    logs.write(LOG, written[500:])
    done = logs.log("--verify")
    assert done.returncode == 2
    assert b"service.log.1.gz cannot be read to its end: its compressed data is cut" in done.stderr


def test_a_place_without_a_log_is_refused_with_what_to_do(logs):
    for option in ("--verify", "--head"):
        done = logs.log(option)
        assert done.returncode == 2 and b"say with --audit where it is" in done.stderr


@pytest.mark.parametrize("arguments", [
    ("--verify", "--head"), ("--verify", "--guest", "d1"), ("--head", "-n", "1"),
    ("--expect", "x"), ("--verify", "--expect", "x"), ("--verify", "--expect"),
    ("--verify", "--expect", "0123456789abcdef:0:" + "0" * 64)])
def test_a_wrong_command_line_is_refused(logs, written, arguments):
    logs.write(LOG, written[:3])
    done = logs.log(*arguments)
    assert done.returncode == 2 and b"virt-hook log --help" in done.stderr


@pytest.mark.parametrize("at", PLACES)
def test_the_head_is_that_of_the_last_record(logs, written, at):
    path = logs.write(LOG, written[:at + 1])
    assert logs.log("--head").stdout.decode() == f"{head(written[at])}  {path}\n"
    assert json.loads(logs.log("--head", "--json").stdout) == {
        "heads": [{"head": head(written[at]), "file": str(path)}]}
