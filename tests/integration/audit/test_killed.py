"""A helper killed with SIGKILL: what it promised stands, and the next one closes the rest."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import random
import threading
import time

import pytest
from helper.processes import wait_until
from helper.wire import Closed

from . import log

KILLS = 200


@pytest.mark.invariant(7)
def test_calls_of_a_killed_helper_are_closed_by_the_next(place, start):
    place.script("qemu", "echo $2 >>$T/started; exec sleep 1000")
    first = start()
    for number in range(3):
        first.peer.start(f"d{number}")
    wait_until(lambda: len(place.lines("started")) == 3, 20, "three scripts run")
    first.kill()
    start().end()
    records = log.read(place.audit / "service.log")
    ends, opens = log.of_type(records, "end"), log.of_type(records, "open")
    assert log.unpaired(records) == []
    assert [end["object"] for end in ends] == ["d0", "d1", "d2"]
    for end in ends:
        assert (end["reason"], end["verdict"]) == ("helper-lost", None)
        assert (end["instance"], end["closed_by"]) == (opens[0]["instance"], opens[1]["instance"])
    assert opens[1]["closed_calls"] == 3


def call_until_closed(peer, prefix, verdicts):
    """Calls for one object after the other; puts {object: allow} for each verdict that came."""
    try:
        for number in range(1000000):
            name = f"{prefix}-{number}"
            verdicts[name] = peer.call(name).allow
    except (Closed, OSError):
        pass


def kill_while_calling(helper, prefix, seconds):
    """The verdicts that came before the helper was killed, that long after its first one."""
    verdicts = {}
    caller = threading.Thread(target=call_until_closed, args=(helper.peer, prefix, verdicts))
    caller.start()
    wait_until(lambda: verdicts, 20, "a first verdict")
    time.sleep(seconds)
    helper.kill()
    caller.join()
    return verdicts


@pytest.mark.invariant(7)
def test_no_verdict_left_without_its_record(place, start):
    """At random instants; the seed is told, so that a failure can be tried again."""
    seed = time.time_ns()
    print(f"seed {seed}")
    chance = random.Random(seed)
    place.script("qemu", "case $1 in *[02468]) exit 0;; esac; exit 1")
    verdicts = {}
    for turn in range(KILLS):
        verdicts |= kill_while_calling(start(), f"g{turn}", chance.random() * 0.05)
    start().end()
    records = log.read(place.audit / "service.log")
    assert log.unpaired(records) == []
    assert log.chain_faults(place.audit / "service.log") == []
    told = {end["object"]: end["verdict"] for end in log.of_type(records, "end")}
    assert {name: told[name] for name in verdicts} == {
        name: "allow" if allow else "deny" for name, allow in verdicts.items()}
