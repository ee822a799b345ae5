"""`virt-hook log --since` and `--until`: times as journalctl takes them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from admin.support import ENVIRONMENT

# By the clock of the machine on which the log is read, an hour ahead of UTC.
THERE = {**ENVIRONMENT, "TZ": "XXX-1"}


@pytest.fixture
def days(log):
    """A call at noon, in UTC, of each of three days."""
    records = [{"type": "end", "time": f"2026-11-{day}T12:00:00.000000Z", "object": f"d{day}"}
               for day in (21, 22, 23)]
    log.log.write_text("".join(json.dumps(record) + "\n" for record in records))
    return log


def shown(days, *options):
    done = days.show("--json", *options, env=THERE)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line)["object"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("options", "found"), [
    (("--since", "2026-11-22"), ["d22", "d23"]),
    (("--until", "2026-11-22"), ["d21"]),
    (("--since", "2026-11-22", "--until", "2026-11-23"), ["d22"]),
    (("--since", "2026-11-22 13:00:00"), ["d22", "d23"]),
    (("--since", "2026-11-22 13:00:00.000001"), ["d23"]),
    (("--until", "2026-11-22 13:00:00"), ["d21", "d22"]),
    (("--until", "2026-11-22 12:59"), ["d21"]),
    (("--until", "2026-11-22T12:00:00.000000Z"), ["d21", "d22"]),
    (("--since", "@1795348800", "--until", "@1795348800"), ["d22"]),
    (("--since", "2026-11-22", "-n", "1"), ["d23"]),
    (("--since", "2026-11-22", "--guest", "d22"), ["d22"]),
])
def test_what_ended_in_the_time_is_shown_both_ends_included(days, options, found):
    assert shown(days, *options) == found


@pytest.mark.parametrize(("options", "found"), [
    (("--since", "-1h"), ["now"]), (("--since", "1 minute ago"), ["now"]),
    (("--since", "yesterday"), ["now"]), (("--until", "yesterday"), []),
    (("--until", "1 day ago"), []),
])
def test_a_call_that_ended_just_now(log, options, found):
    log.write_hook("exit 0\n")
    log.run(call=("qemu", "now", "prepare", "begin"))
    assert log.objects(*options) == found


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("text", ["", "noon", "2026-02-30", "2026-11-22 25:00", "-1", "1 hour"])
def test_what_is_no_time_is_refused_with_the_forms_that_are(days, option, text):
    done = days.show(option, text)
    assert done.returncode == 2 and done.stdout == b""
    assert option.encode() in done.stderr and b'"2 hours ago"' in done.stderr


def test_a_time_that_ends_before_it_begins_is_refused(days):
    done = days.show("--since", "2026-11-23", "--until", "2026-11-22")
    assert done.returncode == 2 and b"--since is later than --until" in done.stderr
