"""The form of the records is what docs/audit.md says, key by key."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest
from helper.wire import EVENT

from . import log
from .disk import call_until
from .page import rows_below


def keys_below(title):
    return {key for key, _ in rows_below(title)}


def documented(kind):
    keys = keys_below("### All records") | keys_below(f"### {kind}")
    if kind == "end":
        keys |= keys_below("### begin")
    return keys


@pytest.fixture
def records(place, start):
    """One record of each type, and the end that a later helper wrote as the last."""
    place.script("qemu")
    (place.hooks / "qemu.bak").write_text("", encoding="utf-8")
    helper = start()
    assert helper.peer.call().allow
    place.script("qemu", "exec sleep 1000")
    helper.peer.accepted(helper.peer.start())
    helper.kill()
    start().end()
    return log.read(place.audit / "service.log")


def test_the_records_of_an_event_have_three_more(place, start):
    place.on_event("domain/all", "exec sleep 1000")
    place.on_event("network/all")
    helper = start()
    for driver in ("network", "domain"):
        call = helper.peer.start(driver=driver, **{"class": EVENT})
        helper.peer.accepted(call)
        if driver == "network":
            helper.peer.finish(call)
    helper.kill()
    start().end()
    records = log.read(place.audit / "service.log")
    more = keys_below("Of an event besides:")
    assert len(more) == 3
    assert set(log.of_type(records, "begin")[0]) == documented("begin") | more
    first, last = log.of_type(records, "end")
    assert set(first) == documented("end") - {"closed_by"} | more
    assert set(last) == documented("end") | more


@pytest.mark.parametrize("kind", ["begin", "end", "open", "close"])
def test_a_record_has_the_keys_that_the_page_says(records, kind):
    record = log.of_type(records, kind)[0]
    assert set(record) == documented(kind) - {"closed_by"}
    assert record["schema"] == 1


def test_an_end_by_a_later_helper_has_one_more(records):
    assert set(log.of_type(records, "end")[-1]) == documented("end")


def test_a_script_has_the_keys_that_the_page_says(records):
    script = log.of_type(records, "end")[0]["scripts"][0]
    assert set(script) == keys_below("Each of `scripts`:")


def test_what_lingered_has_a_record_with_the_keys_that_the_page_says(place, start):
    place.configure('default_profile = p\nprofile "p" {\nunconfined = yes\nlinger = 600\n}\n')
    place.script("qemu", "sleep 600 & exit 0")
    helper = start()
    assert helper.peer.call().allow
    helper.end()
    record, = log.of_type(log.read(place.audit / "service.log"), "linger")
    assert set(record) == documented("linger")


def test_a_lost_record_has_the_keys_that_the_page_says(place, start, disk):
    place.script("qemu")
    helper = start(wrapper=disk.wrapper)
    disk.of(helper).fill()
    call_until(helper.peer, lambda verdict: not verdict.allow)
    disk.make_room()
    assert helper.peer.call().allow
    assert set(log.of_type(disk.records(), "lost")[0]) == documented("lost")
