"""Logs of any size: a helper that opens one stays small and closes every call that is open."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import time

import pytest
from helper.processes import kibibytes

from . import log

CALLS = 500_000  # a million records

# More than the helper keeps in mind at a time (65,536): it must go through the file twice.
UNFINISHED = 70_000

GROWTH_MAX = 8 * 1024  # KiB; the set of open calls takes 6 MiB where it is full


def peak_after_start(start):
    """KiB of the helper's memory at its most, and the seconds until its hello."""
    begin = time.monotonic()
    helper = start()
    seconds = time.monotonic() - begin
    peak = kibibytes(helper.pid, "VmHWM")
    assert helper.end() == 0
    return peak, seconds


@pytest.fixture
def usual_peak(start):
    return peak_after_start(start)[0]


def check_growth(peak, usual_peak, sanitized):
    if not sanitized:  # AddressSanitizer keeps freed memory
        assert peak - usual_peak < GROWTH_MAX


def test_a_million_records_are_streamed(place, start, usual_peak, sanitized):
    path = place.audit / "service.log"
    log.write(path, (log.line(kind, number) for number in range(1, CALLS + 1)
                     for kind in ("begin", "end")[:1 if number == CALLS // 2 else 2]))
    size = path.stat().st_size
    peak, seconds = peak_after_start(start)
    print(f"{size >> 20} MiB read in {seconds:.2f} s; peak {peak} KiB, usually {usual_peak} KiB")
    check_growth(peak, usual_peak, sanitized)
    with open(path, "rb") as file:
        file.seek(size)
        records = [log.json.loads(line) for line in file]
    assert [record["type"] for record in records] == ["end", "open", "close"]
    assert records[0]["object"] == f"guest-{CALLS // 2}"


def test_after_that_it_is_not_read_again(place, start, usual_peak):
    path = place.audit / "service.log"
    log.write(path, (log.line("begin", number) for number in range(1, UNFINISHED)))
    peak_after_start(start)
    peak, _ = peak_after_start(start)
    assert peak - usual_peak < 1024


def test_more_unfinished_calls_than_are_kept_in_mind_are_closed_once_each(
        place, start, usual_peak, sanitized):
    path = place.audit / "service.log"
    log.write(path, (log.line("begin", number) for number in range(1, UNFINISHED + 1)))
    peak, _ = peak_after_start(start)
    check_growth(peak, usual_peak, sanitized)
    records = log.read(path)
    assert log.unpaired(records) == []
    assert len(log.of_type(records, "end")) == UNFINISHED
    assert log.of_type(records, "open")[0]["closed_calls"] == UNFINISHED
