"""More calls than a process has descriptors by default: none is lost, none ends others."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import resource
import time

from .processes import wait_until

USUAL_LIMIT = 1024


def with_usual_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_LIMIT, hard))


def test_more_waiting_calls_with_stdin_than_the_usual_limit_are_all_served(place, start):
    place.configure("running_max = 2\n")
    place.script("qemu", "until test -e $T/go; do sleep 0.01; done")
    peer = start(preexec_fn=with_usual_limit).peer
    calls = [peer.start("d1", stdin=b"<x/>", timeout_ms=60000)]
    for _ in range(USUAL_LIMIT + 100):
        calls.append(peer.start("d2", stdin=b"<x/>", timeout_ms=60000))
        peer.accepted(calls[-1])
    for call in calls[2:]:
        peer.cancel(call)
    (place.root / "go").touch()
    assert {peer.finish(call).reason for call in calls} == {"ok", "cancelled"}


def test_a_script_gets_the_limit_that_the_helper_was_started_with(place, start):
    place.script("qemu", "ulimit -Sn >$T/limit")
    assert start(preexec_fn=with_usual_limit).peer.call().allow
    assert place.lines("limit") == [str(USUAL_LIMIT)]


def test_connections_over_the_limit_do_not_keep_the_helper_busy(place, start):
    helper = start(options=("--listen", place.root / "sock"))
    idle = len(helper.descriptors())
    few = max(helper.descriptors()) + 1
    hard = resource.prlimit(helper.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(helper.pid, resource.RLIMIT_NOFILE, (few, hard))
    peers = [helper.connect(place.root / "sock", greet=False) for _ in range(few)]
    wait_until(lambda: len(helper.descriptors()) == few, 5, "no descriptor is free")
    before = cpu_seconds(helper.pid)
    time.sleep(0.5)
    assert cpu_seconds(helper.pid) - before < 0.1
    for peer in peers:
        peer.close()
    wait_until(lambda: len(helper.descriptors()) == idle, 5, "the connections are closed")
    # A call takes several; some of those that waited to be accepted may still be in the way.
    resource.prlimit(helper.pid, resource.RLIMIT_NOFILE, (hard, hard))
    assert helper.connect(place.root / "sock").call().allow


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
