"""Invariant 13: a hook waits for no event's script, not even for one that waits for the hook."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import statistics
from pathlib import Path

import pytest

from helper.processes import wait_until

from .support import AT_ONCE, HANG, begun, send, tell

TESTS = Path(__file__).resolve().parents[1]

HUNG = 64

# A script of an event that has a hook called, as one does that starts its guest: of its own object,
# by the same helper. It goes on when the hook has its verdict.
CALL_BACK = """
import socket, sys
sys.path[:0] = [{tests!r}]
from helper.wire import Peer
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.connect(T + "/sock")
verdict = Peer(sock).call(sys.argv[2], "start")
open(T + "/called", "w").write(verdict.reason)
sys.exit(0 if verdict.allow else 1)
"""


@pytest.mark.invariant(13)
def test_a_hook_runs_beside_64_hung_events(place, start):
    """As many as the helper runs at once, and as many more that wait."""
    place.configure("grace = 0\n")
    place.on_event("domain/all", HANG)
    place.script("qemu", "exit 0")
    service = start(channel=False, options=("--listen", place.root / "sock"))
    events, hooks = (service.connect(place.root / "sock") for _ in range(2))
    alone = statistics.median(hooks.call("d0").seconds for _ in range(9))
    for number in range(2 * HUNG):
        send(events, name=f"d{number}", delivery=f"a-{number}")
    wait_until(lambda: len(list(place.root.glob("begun-*"))) == HUNG, 60, f"{HUNG} scripts hang")
    beside = [hooks.call(f"d{number % HUNG}").seconds for number in range(9)]
    assert max(beside) < AT_ONCE
    assert statistics.median(beside) < 10 * alone + 0.1
    assert len(list(place.root.glob("begun-*"))) == HUNG


@pytest.mark.invariant(13)
def test_an_event_s_script_may_have_a_hook_called_of_its_own_object(place, start):
    place.configure('running_max = 1\nevents_max = 1\n'
                    'event "sees-the-socket" {\n    profile = unconfined\n}\n')
    place.script("qemu", "echo hook >>$T/ran")
    path = place.events / "domain/starts-it"
    place.script(path, f"T = {str(place.root)!r}" + CALL_BACK.format(tests=str(TESTS)),
                 "/usr/bin/python3 -I")
    service = start(channel=False, options=("--listen", place.root / "sock"))
    verdict = tell(service.connect(place.root / "sock"))
    assert verdict.reason == "ok", verdict
    assert place.lines("called") == ["ok"] and place.lines("ran") == ["hook"]


def test_objects_of_one_name_run_beside_each_other_where_their_uuids_differ(place, peer):
    """They are of different daemons; in one lane the first would wait for the second for ever."""
    place.on_event("domain/all", 'touch "$T/$VIRTHOOK_UUID"; '
                                 'until test $(ls "$T" | grep -c -- -9f3c) = 2; do sleep 0.01;'
                                 ' done')
    calls = [send(peer, uuid=f"6695eb01-f6a4-8304-79aa-9f3c2502e19{number}", timeout_ms=20000)
             for number in range(2)]
    assert [peer.finish(call).reason for call in calls] == ["ok", "ok"]


def test_events_of_one_uuid_run_in_order_under_whatever_name(place, peer):
    place.on_event("domain/all", "echo begin $2 >>$T/trace; sleep 0.02; echo end $2 >>$T/trace")
    uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f"
    calls = [send(peer, name=f"name{number}", uuid=uuid) for number in range(4)]
    assert [peer.finish(call).reason for call in calls] == ["ok"] * 4
    assert place.lines("trace") == [f"{word} name{number}" for number in range(4)
                                    for word in ("begin", "end")]


def test_of_one_object_a_hook_would_have_waited_for_a_hook(place, start):
    """What an order of its own saves an event from: as a hook, the script would wait for itself."""
    place.configure("grace = 0\n")
    place.script("qemu", 'test "$2" = start || { touch $T/begun-$1; sleep 600; }')
    service = start(channel=False, options=("--listen", place.root / "sock"))
    first, second = (service.connect(place.root / "sock") for _ in range(2))
    first.start("d1", "release", timeout_ms=60000)
    begun(place)
    assert second.call("d1", "start", timeout_ms=300).reason == "timed-out"
