"""Chains over rotated and compressed files, and the logs of several helpers."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import random

import pytest

from .logs import Logs, chain_of, head, seal

OTHER = "0123456789abcdef"


def is_open(line):
    return json.loads(line)["type"] == "open"


@pytest.fixture(scope="session")
def rotated(written):
    """{file: its lines}, the oldest first: a chain that went on over two rotations, as helpers do
    it, with an open that continues at the front of each file."""
    lines = []
    for number, line in enumerate(written[:60]):
        if number in (20, 40):
            lines.append(seal(written[0], continues=True))
        lines.append(line)
    name = json.loads(written[0])["chain"]
    whole = chain_of(lines, name)
    files = {"service.log.2.gz": whole[:20], "service.log.1": whole[20:41],
             "service.log": whole[41:]}
    assert all(is_open(lines[0]) for lines in files.values())
    return files


def write(logs, files):
    for name, lines in files.items():
        logs.write(name, lines)


def named(logs):
    """(kind, file, line, seq) of each break."""
    return [(found["kind"], found["file"].rpartition("/")[2], found["line"], found["seq"])
            for found in logs.findings(status=1)]


def test_a_chain_over_rotated_files_is_whole(logs, rotated):
    write(logs, rotated)
    document = logs.verify(status=0)
    assert document["findings"] == []
    log, = document["logs"]
    assert (log["files"], log["chains"], log["records"]) == (3, 1, 62)


@pytest.mark.parametrize("file", ["service.log.2.gz", "service.log.1", "service.log"])
@pytest.mark.parametrize("at", [0, 1, 10, -2, -1])
def test_a_changed_record_is_named_in_its_file(logs, rotated, file, at):
    lines = list(rotated[file])
    lines[at] = lines[at].replace(b'"boot"', b'"boat"')
    write(logs, {**rotated, file: lines})
    seq = json.loads(rotated[file][at])["seq"]
    assert named(logs) == [("changed", file, at % len(lines) + 1, seq)]


@pytest.mark.parametrize(("file", "at", "behind", "line"), [
    ("service.log.2.gz", 0, "service.log.2.gz", 1),
    ("service.log.2.gz", 10, "service.log.2.gz", 11),
    ("service.log.2.gz", -1, "service.log.1", 1), ("service.log.1", 0, "service.log.1", 1),
    ("service.log.1", -1, "service.log", 1), ("service.log", 0, "service.log", 1)])
def test_a_record_removed_at_a_boundary_is_named(logs, rotated, file, at, behind, line):
    lines = list(rotated[file])
    seq = json.loads(lines.pop(at))["seq"]
    write(logs, {**rotated, file: lines})
    assert named(logs) == [("removed", behind, line, seq)]


@pytest.mark.parametrize("file", ["service.log.2.gz", "service.log.1", "service.log"])
def test_a_record_put_in_front_of_a_file_is_named(logs, rotated, file):
    forged, = chain_of([rotated["service.log"][5]], OTHER)
    write(logs, {**rotated, file: [forged, *rotated[file]]})
    assert named(logs) == [("inserted", file, 1, 1)]


def test_records_that_changed_places_over_a_boundary_are_named(logs, rotated):
    older, newer = list(rotated["service.log.1"]), list(rotated["service.log"])
    older[-1], newer[0] = newer[0], older[-1]
    write(logs, {**rotated, "service.log.1": older, "service.log": newer})
    (kind, file, line, seq), = named(logs)
    assert (kind, file, line, seq) in [("moved", "service.log.1", 21, 42),
                                       ("moved", "service.log", 1, 41)]


def test_a_file_taken_out_of_the_midst_leaves_a_gap(logs, rotated):
    write(logs, {name: lines for name, lines in rotated.items() if name != "service.log.1"})
    found, = logs.findings(status=1)
    assert (found["kind"], found["seq"], found["last_seq"]) == ("removed", 21, 41)


def test_files_that_are_gone_at_the_beginning_are_told_and_no_break(logs, rotated):
    write(logs, {name: lines for name, lines in rotated.items() if name != "service.log.2.gz"})
    found, = logs.findings(status=0)
    assert (found["kind"], found["line"], found["seq"]) == ("late-start", 1, 21)


def test_records_cut_off_the_front_of_the_oldest_file_are_a_break(logs, rotated):
    write(logs, {"service.log.1": rotated["service.log.1"][3:],
                 "service.log": rotated["service.log"]})
    assert named(logs) == [("removed", "service.log.1", 1, 23)]


def test_a_new_chain_in_a_new_file_is_told_and_no_break(logs, written, rotated):
    write(logs, {**rotated, "service.log": chain_of(written[:10], OTHER)})
    document = logs.verify(status=0)
    found, = document["findings"]
    assert (found["kind"], found["line"]) == ("new-chain", 1)
    assert document["logs"][0]["chains"] == 2


def test_a_new_chain_after_a_damaged_line_is_no_break_of_its_own(logs, written, rotated):
    lines = [*rotated["service.log"], b"\0\0\n", *chain_of(written[:10], OTHER)]
    write(logs, {**rotated, "service.log": lines})
    assert [(found["kind"], found["break"]) for found in logs.findings(status=1)] == [
        ("damaged", True), ("new-chain", False)]


def test_half_a_line_at_the_end_of_a_rotated_file_is_no_break(logs, written, rotated):
    write(logs, {**rotated, "service.log.1": [*rotated["service.log.1"], b'{"schema":1,"type'],
                 "service.log": chain_of(written[:10], OTHER)})
    assert [found["kind"] for found in logs.findings(status=0)] == ["torn", "new-chain"]


def test_each_helper_has_chains_of_its_own(logs, written, rotated):
    other = chain_of(written[:30], OTHER)
    write(logs, {**rotated, "service-2.log": other[:10] + other[11:]})
    logs.write("private.log", chain_of(written[:5], "f" * 16))
    document = logs.verify(status=1)
    assert [(log["file"].rpartition("/")[2], log["breaks"]) for log in document["logs"]] == [
        ("private.log", 0), ("service-2.log", 1), ("service.log", 0)]
    found, = document["findings"]
    assert (found["kind"], found["seq"]) == ("removed", 11)


def test_records_of_one_log_put_into_another_are_named(logs, written, rotated):
    other = chain_of(written[:30], OTHER)
    lines = list(rotated["service.log"])
    lines[7:7] = other[3:6]
    write(logs, {**rotated, "service.log": lines, "service-2.log": other})
    found, = logs.findings(status=1)
    assert (found["kind"], found["line"], found["lines"]) == ("inserted", 8, 3)


def test_a_head_in_a_compressed_file_is_found(logs, rotated):
    write(logs, rotated)
    kept = head(rotated["service.log.2.gz"][7])
    assert logs.verify("--expect", kept, status=0)["heads"][0]["found"]


def test_one_file_is_verified_with_those_rotated_from_it(logs, rotated):
    write(logs, rotated)
    logs.write("other.log", rotated["service.log"][3:])
    place = logs.folder / "service.log"
    assert logs.verify(place=place, status=0)["records"] == 62


def test_logs_of_a_real_helper_over_rotations_and_kills_are_whole(place, start):
    """Moved while it runs, moved between two, and killed with calls open before each."""
    place.script("qemu", "[ $1 != slow ] || sleep 1000")
    service = place.audit / "service.log"
    for number in (3, 2, 1):
        helper = start()
        helper.peer.accepted(helper.peer.start("slow"))
        assert helper.peer.call("d1").allow
        service.rename(f"{service}.{2 * number}")
        assert helper.peer.call("d2").allow
        helper.kill()
        service.rename(f"{service}.{2 * number - 1}")
    start().end()
    document = Logs(place.audit).verify(status=0)
    log, = document["logs"]
    assert document["findings"] == [] and (log["files"], log["chains"]) == (7, 1)


def test_a_log_that_helpers_moved_away_when_it_was_full_is_whole(place, start):
    """Three files are left of more; the last helper but one was killed with a call open."""
    place.configure("audit_size = 64K\naudit_files = 2\n")
    place.script("qemu", "[ $1 != slow ] || sleep 1000\n"
                         "head -c 4096 /dev/zero | tr '\\0' x | tee /dev/stderr; exit 0")
    for last in (False, True):
        helper = start()
        slow = helper.peer.start("slow") if not last else None
        for number in range(20):
            assert helper.peer.call(f"d{number}").allow
        if slow:
            helper.kill()
        else:
            helper.end()
    document = Logs(place.audit).verify(status=0)
    assert [found["kind"] for found in document["findings"]] == ["late-start"]
    assert document["logs"][0]["files"] == 3


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_done_to_a_log_is_a_break_and_is_told_to_its_end(logs, rotated, seed):
    dice = random.Random(seed)
    files = {name: list(lines) for name, lines in rotated.items()}
    for _ in range(dice.randrange(1, 30)):
        lines = files[dice.choice(list(files))]
        at = dice.randrange(len(lines) - 1)
        byte = dice.randrange(len(lines[at])) or 1
        lines[at:at + 1] = dice.choice([
            [], [lines[at]] * dice.randrange(2, 5), [lines[dice.randrange(len(lines))], lines[at]],
            [lines[at][:byte] + bytes([dice.randrange(256)]) + lines[at][byte:]],
            [lines[at][:byte]], [lines[at][byte:]], [lines[at], b"\n", lines[at][:byte] + b"\0\n"]])
    write(logs, files)
    undone = all(b"".join(files[name]) == b"".join(lines) for name, lines in rotated.items())
    document = logs.verify(status=0 if undone else 1)
    assert document["breaks"] == sum(found["break"] for found in document["findings"])
