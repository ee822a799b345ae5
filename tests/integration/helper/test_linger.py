"""What a profile lets live on after the verdict: for its time, as confined as before, and recorded.

The same where scripts have a PID namespace each, and where they have the host's PIDs. That nothing
lives on under a profile that does not say so is shown in test_deadline.py and test_host_pids.py.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal
import subprocess
import uuid

import pytest

from .processes import is_alive, marked, wait_until
from .wire import STATUS

# Seconds: longer than any test, and one that ends within it.
LONG = 600
SHORT = 0.5

LINGERS_MAX = 64


def configure(place, pids="own", linger=LONG, more="", general=""):
    place.configure(f'default_profile = "tested"\ngrace = 0.2\n{general}\nprofile "tested" {{\n'
                    f'user = root\npids = {pids}\nlinger = {linger}\n'
                    f'writable += {{ "{place.root}" }}\n{more}\n}}\n')


@pytest.fixture(params=["own", "host"])
def begin(request, place, start):
    """Starts a helper whose scripts may linger."""
    def begin_helper(options=(), channel=True, **more):
        configure(place, request.param, **more)
        return start(options=options, channel=channel)

    return begin_helper


@pytest.fixture
def name():
    return f"guest-{uuid.uuid4()}"


def lingering(peer):
    return json.loads(peer.ask(STATUS)["json"])["lingering"]


def lingers(place, count=1):
    """So many records of what has lingered, as soon as they are there."""
    wait_until(lambda: len(place.records("linger")) >= count, 20, "what lingers has ended")
    return place.records("linger")


# A process that goes on when the script has ended, and until it is told otherwise.
LEAVE = ("setsid sh -c 'until test -e $0/go; do sleep 0.02; done; {after}' $T "
         "</dev/null >/dev/null 2>&1 & ")


def leave(place, after=":"):
    place.script("qemu", LEAVE.format(after=after))


def test_what_a_script_starts_lives_on_and_the_verdict_does_not_wait(place, begin, name):
    leave(place)
    helper = begin()
    verdict = helper.peer.call(name)
    assert verdict.allow and verdict.script["exit_status"] == 0
    assert len(place.ends()) == 1
    assert marked(name)
    assert lingering(helper.peer) == 1


def test_it_may_end_by_itself_and_that_is_recorded(place, begin, name):
    leave(place)
    helper = begin()
    helper.peer.call(name)
    assert not place.records("linger")
    (place.root / "go").touch()
    record, = lingers(place)
    assert record["ended"] == "by-itself"
    assert record["call"] == place.ends()[0]["call"]
    assert (record["driver"], record["object"], record["profile"]) == ("qemu", name, "tested")
    assert record["path"] == place.ends()[0]["scripts"][0]["path"]
    assert lingering(helper.peer) == 0
    assert not helper.runners()


def test_at_the_end_of_its_time_it_is_killed_whatever_it_does(place, begin, name):
    place.script("qemu", "trap '' TERM; setsid sleep 600 </dev/null >/dev/null 2>&1 & sleep 600 & "
                         "exit 3")
    helper = begin(linger=SHORT)
    verdict = helper.peer.call(name)
    assert verdict.script["exit_status"] == 3
    record, = lingers(place)
    assert record["ended"] == "timed-out"
    assert record["duration_ms"] >= SHORT * 1000 * 3 / 4
    assert not marked(name)
    assert lingering(helper.peer) == 0


def test_it_is_told_before_it_is_killed(place, begin):
    place.script("qemu", "sh -c \"trap 'touch $T/told; exit' TERM; sleep 600 & wait\" "
                         "</dev/null >/dev/null 2>&1 &")
    begin(linger=1).peer.call()
    lingers(place)
    assert (place.root / "told").exists()


def test_a_script_that_leaves_nothing_has_no_such_record(place, begin, name):
    place.script("qemu", "sleep 0 & wait")
    helper = begin()
    assert helper.peer.call(name).allow
    assert lingering(helper.peer) == 0
    assert helper.end() == 0
    assert not place.records("linger")


def test_a_further_call_of_the_same_guest_runs_meanwhile(place, begin, name):
    leave(place)
    helper = begin(general="running_max = 1")
    assert all(helper.peer.call(name).allow for _ in range(3))
    assert lingering(helper.peer) == 3
    (place.root / "go").touch()
    records = lingers(place, 3)
    assert {record["call"] for record in records} == {end["call"] for end in place.ends()}


def test_further_scripts_of_the_call_run_meanwhile(place, begin, name):
    leave(place)
    place.script("qemu.d/second", "touch $T/second")
    assert begin().peer.call(name).allow
    assert (place.root / "second").exists()
    assert marked(name)


def test_what_it_writes_after_the_verdict_is_in_its_record_alone(place, begin):
    place.script("qemu", "echo before >&2; (until test -e $T/go; do sleep 0.02; done; "
                         "echo after >&2; echo out) &")
    verdict = begin().peer.call()
    assert verdict.script["stderr_tail"] == "before\n"
    (place.root / "go").touch()
    record, = lingers(place)
    assert (record["stderr"], record["stdout"]) == ("after\n", "out\n")
    assert (record["stderr_bytes"], record["stdout_bytes"]) == (6, 4)


def test_what_it_writes_without_end_is_counted_and_cut(place, begin):
    place.script("qemu", "(until test -e $T/go; do sleep 0.02; done; "
                         "head -c 5000000 /dev/zero | tr '\\0' x >&2) &")
    helper = begin(general="audit_kept = 1K")
    helper.peer.call()
    (place.root / "go").touch()
    record, = lingers(place)
    assert record["stderr_bytes"] == 5000000
    assert len(record["stderr"]) <= 1024


def test_new_xml_is_what_came_by_the_end_of_the_script(place, begin):
    place.script("qemu", "echo '<new/>'; (until test -e $T/go; do sleep 0.02; done; "
                         "echo '<secret/>') &")
    verdict = begin().peer.call(operation="migrate")
    assert verdict.output == b"<new/>\n"
    (place.root / "go").touch()
    record, = lingers(place)
    assert record["stdout"] is None
    assert b"secret" not in place.log()


def test_it_stays_confined_and_what_it_is_refused_is_told(place, begin):
    leave(place, after="mount -t tmpfs none /mnt; touch /etc/virthook-was-here; touch $0/tried")
    helper = begin()
    assert helper.peer.call().allow
    (place.root / "go").touch()
    record, = lingers(place)
    assert (place.root / "tried").exists()
    assert not any("mount" in word for word in place.ends()[0]["scripts"][0]["denied"])
    assert any(word.startswith("mount") for word in record["denied"])
    assert subprocess.run(["test", "-e", "/etc/virthook-was-here"], check=False).returncode == 1


def test_its_guest_s_tmp_stays_its_own_after_the_release(place, begin, name):
    place.script("qemu", "case $2 in start) echo kept >/tmp/file; (until test -e $T/go; do "
                         "sleep 0.02; done; cat /tmp/file >$T/read; echo new >>/tmp/file && "
                         "touch $T/written) </dev/null >/dev/null 2>&1 & ;; esac")
    helper = begin()
    assert helper.peer.call(name).allow
    assert helper.peer.call(name, operation="release", sub_operation="end").allow
    (place.root / "go").touch()
    lingers(place)
    assert place.lines("read") == ["kept"]
    assert (place.root / "written").exists()


@pytest.mark.invariant(4)
@pytest.mark.parametrize("how", ["timeout", "cancel"])
def test_a_call_that_is_ended_leaves_nothing_to_linger(place, begin, name, how):
    place.script("qemu", "setsid sleep 600 </dev/null >/dev/null 2>&1 & touch $T/runs; sleep 600")
    helper = begin()
    call = helper.peer.start(name, timeout_ms=1000 if how == "timeout" else 20000)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    if how == "cancel":
        helper.peer.cancel(call)
    assert not helper.peer.finish(call).allow
    assert not marked(name)
    assert lingering(helper.peer) == 0


@pytest.mark.invariant(4)
@pytest.mark.parametrize("how", ["close", signal.SIGTERM])
def test_it_ends_with_its_helper_and_is_recorded(place, begin, name, how):
    place.script("qemu", "trap '' TERM; sleep 600 & exit 0")
    helper = begin()
    helper.peer.call(name)
    if how == "close":
        helper.peer.close()
    else:
        helper.signal(how)
    assert helper.wait() == 0
    assert not marked(name)
    assert [record["type"] for record in place.records()][-2:] == ["linger", "close"]
    assert place.records("linger")[0]["ended"] == "told-to"


@pytest.mark.invariant(4)
def test_it_ends_with_a_helper_that_is_killed(place, begin, name):
    leave(place)
    helper = begin()
    helper.peer.call(name)
    left = marked(name)
    assert left
    helper.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in left), 10, "all has ended")


def test_with_a_service_it_outlives_its_client(place, begin, name):
    leave(place)
    helper = begin(options=("--listen", place.root / "sock"), channel=False)
    client = helper.connect(place.root / "sock")
    assert client.call(name).allow
    client.close()
    peer = helper.connect(place.root / "sock")
    assert lingering(peer) == 1 and marked(name)
    (place.root / "go").touch()
    assert lingers(place)[0]["ended"] == "by-itself"


def test_a_reload_does_not_touch_it(place, begin, name):
    leave(place)
    helper = begin()
    helper.peer.call(name)
    place.configure("default_profile = unconfined\n")
    helper.signal(signal.SIGHUP)
    assert lingering(helper.peer) == 1 and marked(name)
    (place.root / "go").touch()
    assert lingers(place)[0]["profile"] == "tested"


def test_one_whose_runner_is_killed_ends_and_that_is_told(place, begin, name):
    leave(place)
    helper = begin()
    helper.peer.call(name)
    runner, = helper.runners()
    subprocess.run(["kill", "-KILL", str(runner)], check=True)
    record, = lingers(place)
    assert record["ended"] == "lost"
    assert "killed from outside" in record["problem"]
    assert not marked(name)


def test_no_more_than_a_bounded_number_lingers(place, begin, name):
    leave(place)
    helper = begin()
    for _ in range(LINGERS_MAX):
        helper.peer.call(name)
    assert lingering(helper.peer) == LINGERS_MAX
    assert helper.peer.call(name).allow
    record, = lingers(place)
    assert record["ended"] == "told-to"
    assert lingering(helper.peer) == LINGERS_MAX
