"""`virt-hook log --follow`: calls are shown as they end, whatever becomes of the files."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import json
import os
import platform
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from admin.support import ENVIRONMENT, STUCK


def call(name, operation="prepare"):
    return ("qemu", name, operation, "begin")


class Followed:
    """The command while it runs, and the lines that it has printed."""

    def __init__(self, argv):
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        bufsize=0, env=ENVIRONMENT)

    def line(self):
        """The next line, however long it takes to come."""
        if not select.select([self.process.stdout], [], [], STUCK)[0]:
            pytest.fail("nothing came")
        return self.process.stdout.readline().decode()

    def object(self):
        return json.loads(self.line())["object"]

    def end(self, number=signal.SIGINT):
        """What else it printed, what it said, and its exit status."""
        self.process.send_signal(number)
        rest, said = self.process.communicate(timeout=STUCK)
        return rest, said, self.process.returncode


@pytest.fixture
def follow(log):
    """Starts to follow a log that has one call, and waits until that is shown."""
    running = []

    def start(*options, place=None, first="d1"):
        running.append(Followed([log.program, "log", "-f", "--json", "--audit",
                                 place or log.log, *options]))
        assert not first or running[-1].object() == first
        return running[-1]

    log.write_hook('test "$1" != bad\n')
    log.run(call=call("d1"))
    yield start
    for followed in running:
        if followed.process.poll() is None:
            followed.process.kill()
        followed.process.communicate()


def test_a_call_is_shown_when_it_ends(log, follow):
    followed = follow()
    log.run(call=call("d2"))
    assert followed.object() == "d2"
    log.run(call=call("d3"))
    assert followed.object() == "d3"


def test_a_row_is_shown_when_its_call_ends(log):
    log.write_hook("exit 0\n")
    log.run(call=call("d1"))
    followed = Followed([log.program, "log", "--follow", "--audit", log.log])
    assert followed.line().startswith("TIME")
    assert " d1 " in followed.line()
    log.run(call=call("d2"))
    assert " d2 " in followed.line()
    assert followed.end() == (b"", b"", 130)


def test_only_what_is_asked_for_is_shown(log, follow):
    log.run(call=call("bad"))
    followed = follow("--verdict", "deny", first="bad")
    log.run(call=call("d2"))
    log.run(call=call("bad"))
    assert followed.object() == "bad"
    assert followed.end() == (b"", b"", 130)


def test_it_goes_on_across_rotations(log, follow):
    followed = follow()
    for number in range(2, 5):
        rotated = log.log.with_name(f"audit.log.{number}")
        log.log.rename(rotated)
        log.run(call=call(f"d{number}"))
        assert followed.object() == f"d{number}"
        rotated.with_name(rotated.name + ".gz").write_bytes(gzip.compress(rotated.read_bytes()))
        rotated.unlink()
    assert followed.end() == (b"", b"", 130)


def test_it_goes_on_where_several_rotations_were_missed(log, follow):
    followed = follow()
    followed.process.send_signal(signal.SIGSTOP)
    for number in range(2, 5):
        log.log.rename(log.log.with_name(f"audit.log-2026112{number}"))
        log.run(call=call(f"d{number}"))
    followed.process.send_signal(signal.SIGCONT)
    assert [followed.object() for _ in range(3)] == ["d2", "d3", "d4"]
    assert followed.end() == (b"", b"", 130)


def test_the_log_of_a_helper_that_comes_later_is_followed_too(log, follow):
    followed = follow()
    second = log.folder / "second"
    done = log.run("--audit", second, call=call("d2"))
    assert done.returncode == 0, done.stderr
    second.rename(log.folder / "audit-2.log")
    assert followed.object() == "d2"
    log.run("--audit", log.folder / "audit-2.log", call=call("d3"))
    assert followed.object() == "d3"


def test_where_there_is_no_log_yet_the_first_is_waited_for(log, follow):
    place = log.folder / "logs"
    place.mkdir()
    followed = follow(place=place, first=None)
    log.run("--audit", place / "service.log", call=call("d2"))
    assert followed.object() == "d2"


def record(name):
    return json.dumps({"type": "end", "object": name, "time": "9999"}) + "\n"


def test_half_a_line_waits_for_its_other_half(log, follow):
    followed = follow()
    text = record("d2")
    with log.log.open("a") as file:
        file.write(text[:9])
        file.flush()
        (log.folder / "audit-2.log").write_text(record("other"))
        assert followed.object() == "other"
        file.write(text[9:])
    assert followed.object() == "d2"


def test_half_a_line_that_is_taken_back_spoils_no_other(log, follow):
    followed = follow()
    size = log.log.stat().st_size
    with log.log.open("a") as file:
        file.write(record("d2")[:9])
    (log.folder / "audit-2.log").write_text(record("other"))
    assert followed.object() == "other"
    os.truncate(log.log, size)
    with log.log.open("a") as file:
        file.write(record("d3"))
    assert followed.object() == "d3"
    assert followed.end() == (b"", b"", 130)


@pytest.mark.parametrize(("options", "first"), [
    (("-n", "2"), ["d11", "d12"]), ((), [f"d{number}" for number in range(3, 13)]),
    (("--since", "yesterday"), [f"d{number}" for number in range(1, 13)]), (("-n", "0"), []),
])
def test_the_last_calls_stand_before_what_comes(log, follow, options, first):
    with log.log.open("a") as file:
        file.writelines(record(f"d{number}") for number in range(2, 13))
    followed = follow(*options, first=first[0] if first else None)
    if not first:
        wait_until_asleep(followed.process.pid)
    log.run(call=call("new"))
    assert [followed.object() for _ in [*first[1:], "new"]] == [*first[1:], "new"]


def wait_until_asleep(pid):
    """Until it sleeps in ppoll(2); tells where its timeout stands, 0 where it has none."""
    assert platform.machine() == "x86_64", "the number of ppoll(2) is another there"
    until = time.monotonic() + STUCK
    while time.monotonic() < until:
        number, *arguments = Path(f"/proc/{pid}/syscall").read_text().split()
        if number == "271":
            return int(arguments[2], 16)
        os.sched_yield()
    pytest.fail("it does not sleep")


def test_it_sleeps_until_there_is_news(follow):
    assert wait_until_asleep(follow().process.pid) == 0


def test_it_ends_by_the_key_that_interrupts(follow):
    assert follow().end(signal.SIGINT) == (b"", b"", 130)


def test_it_ends_when_nobody_reads_any_more(follow):
    followed = follow()
    followed.process.stdout.close()
    assert followed.process.wait(STUCK) == 0
    assert followed.process.stderr.read() == b""


def test_it_ends_with_a_word_when_the_directory_is_taken_away(log, follow):
    place = log.folder / "logs"
    place.mkdir()
    (place / "service.log").write_text(record("d1"))
    followed = follow(place=place)
    place.rename(log.folder / "elsewhere")
    assert followed.process.wait(STUCK) == 2
    assert b"the log's directory was taken away" in followed.process.stderr.read()


def test_a_directory_that_is_not_there_is_refused(log):
    done = log.show("--follow", place=f"{log.folder}/none/")
    assert done.returncode == 2 and b"say with --audit where it is" in done.stderr
