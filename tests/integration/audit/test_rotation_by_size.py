"""A helper moves its own log away when it is full, and is killed at each step of that."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import itertools
import json
import signal

import pytest
from helper.processes import wait_until
from helper.wire import STATUS, Closed

from . import log
from .test_chain import tell

KEPT = 3
BOUNDS = f"audit_size = 64K\naudit_files = {KEPT}\n"
ROOT = "default_profile = unconfined\n"
CONFIGURATION = BOUNDS + ROOT

# Bytes that a record has of each stream, and calls that fill a file with it, a little more or less.
OUTPUT, FULL = 4096, 9

# What changes files, each of which can be the last that a helper did, and how often that is at
# least: the locks are of the file that is there and of the new one.
STEPS = {"renameat2": 3, "unlinkat": 1, "flock": 2, "write": 20}

# LeakSanitizer, in a build that has it, cannot look under a tracer.
TRACED = {"ASAN_OPTIONS": "detect_leaks=0"}


def printing(place):
    """A script of which each record keeps as much as it can."""
    place.script("qemu", f"head -c {OUTPUT} /dev/zero | tr '\\0' x | tee /dev/stderr; exit 0")


def files(place):
    """Those that are there, in the order in which they were written."""
    rotated = [place.audit / f"service.log.{number}" for number in range(KEPT + 1, 0, -1)]
    return [path for path in (*rotated, place.audit / "service.log") if path.exists()]


def fill(peer, times):
    for number in range(times * FULL):
        assert peer.call(f"d{number}").allow


def check_whole(root, place, copy):
    """The page's own check over all files as one, and each call's begin and end in what is left."""
    copy.write_bytes(b"".join(path.read_bytes() for path in files(place)))
    assert tell(root, copy) == []
    records = [record for record in log.read(copy) if not record.get("repeated")]
    begun = {record["call"] for record in log.of_type(records, "begin")}
    known = [record for record in records if record.get("call") in begun]
    assert log.unpaired(known) == []
    return records


def test_a_full_log_is_moved_away_and_so_many_are_kept(pytestconfig, place, start, tmp_path):
    place.configure(CONFIGURATION)
    printing(place)
    helper = start()
    fill(helper.peer, KEPT + 2)
    helper.end()
    assert [path.name for path in files(place)] == [
        "service.log.3", "service.log.2", "service.log.1", "service.log"]
    for path in files(place)[:-1]:
        assert 64 * 1024 <= path.stat().st_size < 64 * 1024 + 4 * OUTPUT
    check_whole(pytestconfig.rootpath, place, tmp_path / "all")


def test_an_open_call_has_its_begin_in_the_new_file(place, start):
    place.configure(CONFIGURATION)
    printing(place)
    place.script("network", "while [ ! -e $T/go ]; do sleep 0.05; done")
    helper = start()
    slow = helper.peer.start("slow", driver="network")
    helper.peer.accepted(slow)
    fill(helper.peer, 1)
    (place.root / "go").touch()
    assert helper.peer.finish(slow).allow
    records = [record for record in log.read(place.audit / "service.log")
               if record.get("object") == "slow"]
    assert [(record["type"], record.get("repeated")) for record in records] == [
        ("begin", True), ("end", None)]


def test_what_logrotate_has_compressed_moves_on_too(place, start):
    place.configure(CONFIGURATION)
    printing(place)
    (place.audit / "service.log.1").write_bytes(b"")
    (place.audit / "service.log.2.gz").write_bytes(gzip.compress(b""))
    helper = start()
    fill(helper.peer, 1)
    assert helper.peer.call("last").allow
    assert sorted(path.name for path in place.audit.iterdir()) == [
        "service.log", "service.log.1", "service.log.2", "service.log.3.gz"]


def test_a_reload_turns_it_on(place, start):
    place.configure(ROOT)
    printing(place)
    helper = start()
    fill(helper.peer, 1)
    assert len(files(place)) == 1
    place.configure(CONFIGURATION)
    helper.signal(signal.SIGHUP)
    wait_until(lambda: helper.peer.call().allow and len(files(place)) > 1, 20, "it is moved away")


def problem_of(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])["audit_problem"]


def test_a_helper_that_may_not_move_it_says_so_and_goes_on(place, start):
    """An ordinary user by then, in a directory that is root's alone."""
    place.configure(BOUNDS + "default_profile = isolated\n")
    place.root.chmod(0o755)
    printing(place)
    helper = start()
    assert problem_of(helper) is None
    fill(helper.peer, 2)
    assert len(files(place)) == 1
    assert "cannot be moved away: Permission denied" in problem_of(helper)


def call_until_killed(helper):
    """Whether it was killed before it had moved a file away and written another one half full."""
    try:
        for number in range(FULL + FULL // 2):
            assert helper.peer.call(f"k{number}").allow
    except (Closed, OSError):
        return True
    return False


@pytest.fixture
def filled(place, start):
    """A place with as many files as are kept, so that the next one to be moved has all steps."""
    place.configure(CONFIGURATION)
    printing(place)
    helper = start()
    fill(helper.peer, KEPT + 1)
    helper.end()
    assert len(files(place)) == KEPT + 1
    return place


def start_killed_at(start, step, number):
    """A helper that is killed as it enters this system call for that time; None: at its start."""
    wrapper = ("strace", "-D", "-qq", "-o", "/dev/null", "-e", f"trace={step}",
               "-e", f"inject={step}:signal=SIGKILL:when={number}")
    try:
        return start(wrapper=wrapper, environment=TRACED)
    except (Closed, OSError):
        return None


@pytest.mark.invariant(7)
@pytest.mark.parametrize("step, least", STEPS.items())
def test_killed_at_any_step_nothing_is_lost(pytestconfig, filled, start, tmp_path, step,
                                              least):
    for number in itertools.count(1):
        helper = start_killed_at(start, step, number)
        killed = helper is None or call_until_killed(helper)
        if not killed:
            helper.end()
        start().end()
        check_whole(pytestconfig.rootpath, filled, tmp_path / "all")
        if not killed:
            break
    assert number > least
