"""A full disk: the admin's choice holds, no record is torn, and the log says how many were lost."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest
from helper.wire import STATUS

from . import log
from .disk import CALLS_MAX, call_until

@pytest.mark.invariant(7)
def test_by_default_a_call_that_cannot_be_recorded_is_denied(place, start, disk):
    place.script("qemu", "echo run >>$T/runs")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    verdict = call_until(helper.peer, lambda verdict: not verdict.allow)
    assert verdict.reason == "audit-failed"
    # The record of an end is the longest: after it that of a begin may still have fitted.
    runs = 0
    while runs != len(place.lines("runs")):
        runs = len(place.lines("runs"))
        assert not helper.peer.call().allow


def test_the_helper_allows_again_when_there_is_room_and_tells_the_loss(place, start, disk):
    place.script("qemu")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    call_until(helper.peer, lambda verdict: not verdict.allow)
    disk.make_room()
    assert helper.peer.call().allow
    assert [record["type"] for record in disk.records()[-3:]] == ["lost", "begin", "end"]
    assert disk.records()[-3]["count"] >= 1


def test_status_tells_how_many_records_were_lost(place, start, disk):
    place.configure("audit_full = count\n")
    place.script("qemu")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    for _ in range(CALLS_MAX):
        assert helper.peer.call().allow
    told = json.loads(helper.peer.ask(STATUS)["json"])["audit_lost"]
    kept = [record for record in disk.records() if record["type"] in ("begin", "end")]
    assert told == 2 * CALLS_MAX - len(kept)


def test_a_helper_that_ends_before_there_is_room_says_on_stderr_what_was_lost(place, start, disk):
    place.configure("audit_full = count\n")
    place.script("qemu")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    for _ in range(CALLS_MAX):
        assert helper.peer.call().allow
    told = json.loads(helper.peer.ask(STATUS)["json"])["audit_lost"]
    left = told - sum(record["count"] for record in log.of_type(disk.records(), "lost"))
    helper.end()
    assert left > 0
    assert f": {left} audit records were lost, and the log does not say so" in helper.stderr()


def test_what_a_full_disk_did_not_take_has_no_place_in_the_chain(place, start, disk):
    place.script("qemu")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    call_until(helper.peer, lambda verdict: not verdict.allow)
    disk.make_room()
    assert helper.peer.call().allow
    assert [record["seq"] for record in disk.records()] == list(
        range(1, len(disk.records()) + 1))


@pytest.mark.invariant(7)
def test_where_the_admin_chose_so_calls_go_on_and_each_lost_record_is_counted(place, start, disk):
    place.configure("audit_full = count\n")
    place.script("qemu", "echo run >>$T/runs")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    for _ in range(CALLS_MAX):
        assert helper.peer.call().allow
    kept = [record for record in disk.records() if record["type"] in ("begin", "end")]
    disk.make_room()
    assert helper.peer.call().allow
    assert len(place.lines("runs")) == CALLS_MAX + 1
    lost = log.of_type(disk.records(), "lost")
    assert sum(record["count"] for record in lost) == 2 * CALLS_MAX - len(kept)


def test_a_limit_on_the_size_of_files_is_no_end_of_the_helper(place, start):
    place.script("qemu")
    helper = start(wrapper=("prlimit", "--fsize=65536"))
    verdict = call_until(helper.peer, lambda verdict: not verdict.allow)
    assert verdict.reason == "audit-failed"
    log.read(place.audit / "service.log")
    assert not helper.peer.call().allow
