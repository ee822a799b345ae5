"""Heads that were kept elsewhere: they show what a log alone cannot."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest
from admin.support import ENVIRONMENT, build

from .logs import chain_of, head

LOG = "service.log"


def held(logs, line, status):
    """What is said of the head of this line."""
    told, = logs.verify("--expect", head(line), status=status)["heads"]
    assert told["head"] == head(line) and told["break"] == (status == 1)
    return told


@pytest.mark.parametrize("at", [0, 500, 999])
def test_a_log_that_went_on_since_holds(logs, written, at):
    logs.write(LOG, written)
    assert held(logs, written[at], 0)["found"]


@pytest.mark.parametrize("left", [1, 2, 500, 998, 999])
def test_a_cut_tail_is_whole_but_for_the_head(logs, written, left):
    logs.write(LOG, written[:left])
    logs.verify(status=0)
    message = held(logs, written[-1], 1)["message"]
    assert f"cut off: its last record is {left}, and 1000 was there" in message


def test_a_tail_that_was_cut_within_a_line_is_found(logs, written):
    logs.write(LOG, [*written[:700], written[700][:-1]])
    assert "last record is 700," in held(logs, written[700], 1)["message"]


def test_a_log_that_was_written_anew_is_found(logs, written):
    name = head(written[0]).partition(":")[0]
    logs.write(LOG, chain_of([line.replace(b"d7", b"d8") for line in written], name))
    logs.verify(status=0)
    assert "record 1000 is another one now" in held(logs, written[-1], 1)["message"]


def test_a_log_in_the_place_of_another_is_found(logs, written):
    logs.write(LOG, chain_of(written, "0123456789abcdef"))
    assert "no record of this chain" in held(logs, written[-1], 1)["message"]


def test_a_head_whose_file_was_rotated_away_is_told_and_no_break(logs, written):
    logs.write(LOG, written)
    logs.write("service.log", chain_of(written[:3], "0123456789abcdef", 501, "1" * 64))
    older, *_ = chain_of(written[:1], "0123456789abcdef")
    told = held(logs, older, 0)
    assert not told["found"] and "before record 501 were rotated away" in told["message"]


def test_a_changed_record_does_not_hold_though_its_hash_stands_there(logs, written):
    logs.write(LOG, [*written[:9], written[9].replace(b"qemu", b"lxc"), *written[10:]])
    assert "record 10 is not there any more" in held(logs, written[9], 1)["message"]


def test_heads_of_several_logs_are_each_found_in_their_own(logs, written):
    other = chain_of(written[:10], "0123456789abcdef")
    logs.write(LOG, written)
    logs.write("service-2.log", other)
    shown = [line.split() for line in logs.log("--head").stdout.decode().splitlines()]
    assert sorted(shown) == sorted([[head(written[-1]), str(logs.folder / LOG)],
                                    [head(other[-1]), str(logs.folder / "service-2.log")]])
    heads = [argument for shown_head, _ in shown for argument in ("--expect", shown_head)]
    assert all(told["found"] for told in logs.verify(*heads, status=0)["heads"])


def test_people_read_what_became_of_a_head(logs, written):
    logs.write(LOG, written[:10])
    done = logs.log("--verify", "--expect", head(written[20]))
    assert done.returncode == 1
    assert done.stdout.decode().startswith(f"{head(written[20])}: the chain's end was cut off")


def test_a_last_record_that_was_changed_is_no_head(logs, written):
    logs.write(LOG, [*written[:9], written[9].replace(b"qemu", b"lxc")])
    done = logs.log("--head")
    assert (done.returncode, done.stdout) == (1, b"") and b"log --verify says more" in done.stderr


def test_where_the_newest_file_has_no_record_the_one_before_has_the_head(logs, written):
    logs.write("service.log.1", written[:10])
    logs.write(LOG, [])
    assert logs.log("--head").stdout.decode().split()[0] == head(written[9])


def test_a_head_that_cannot_be_written_is_no_success(logs, written):
    logs.write("service.log", written)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([build() / "admin/virt-hook", "log", "--audit", f"{logs.folder}/",
                               "--head"], stdout=full, stderr=subprocess.PIPE, check=False,
                              env=ENVIRONMENT)
    assert done.returncode == 2
    assert b"stdout cannot be written: No space left on device" in done.stderr


def test_half_a_line_is_no_head(logs, written):
    logs.write(LOG, [*written[:10], written[10][:-1]])
    assert logs.log("--head").stdout.decode().split()[0] == head(written[9])
