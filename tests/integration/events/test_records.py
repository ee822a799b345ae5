"""Which events come into the log, and what their records say."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import resource
import subprocess

from degraded.conditions import BUILD

from .support import HANG, begun, send, tell


def test_an_event_for_which_there_is_nothing_has_no_record(place, peer):
    before = len(place.records())
    for kind in ("domain", "network", "storage-pool", "node-device", "secret"):
        verdict = tell(peer, kind=kind, delivery=f"a-{kind}")
        assert (verdict.allow, verdict.reason, verdict.scripts) == (True, "no-script", [])
    assert len(place.records()) == before


def test_what_happens_to_the_daemons_always_has_one(place, peer):
    assert tell(peer, "lost", "dropped", "-", "daemon").reason == "no-script"
    begin, = place.records("begin")
    end, = place.ends()
    assert (begin["driver"], begin["operation"], begin["sub_operation"]) == (
        "daemon", "lost", "dropped")
    assert (end["reason"], end["class"]) == ("no-script", "event")


def test_what_stands_where_scripts_stand_and_is_none_has_one(place, peer):
    path = place.on_event("domain/all", mode=0o644)
    verdict = tell(peer)
    assert verdict.reason == "no-script" and str(path) in verdict.message
    assert [passed["path"] for passed in place.ends()[0]["passed_over"]] == [str(path)]


def test_a_hook_for_which_there_is_nothing_has_one(place, peer):
    assert peer.call().reason == "no-script"
    assert len(place.ends()) == 1


def test_a_record_says_which_event_it_was_and_which_delivery(place, peer):
    path = place.on_event("domain/all")
    tell(peer, "stopped", "crashed", extra="x", delivery="a-1.2", only=str(path),
         uri="test:///default")
    for record in place.records("begin") + place.ends():
        assert (record["class"], record["driver"], record["object"], record["operation"],
                record["sub_operation"], record["extra"]) == (
                    "event", "domain", "d1", "stopped", "crashed", "x")
        assert (record["delivery"], record["only"], record["uri"]) == (
            "a-1.2", str(path), "test:///default")


def test_a_delivery_that_came_before_has_a_record_that_says_so(place, peer):
    place.on_event("domain/all")
    for _ in range(2):
        tell(peer, delivery="a-1")
    assert [end["reason"] for end in place.ends()] == ["ok", "delivered-before"]


def test_the_record_of_a_hook_has_no_word_of_events(place, peer):
    place.script("qemu")
    peer.call()
    assert not {"only", "delivery", "uri"} & place.ends()[0].keys()


def test_the_end_that_a_later_helper_writes_says_which_delivery_it_was(place, start):
    """So that it can be told from the log whether an event was delivered."""
    place.on_event("domain/all", HANG)
    helper = start()
    send(helper.peer, delivery="a-1")
    begun(place)
    helper.kill()
    start().peer.close()
    closed = [end for end in place.ends() if "closed_by" in end]
    assert [(end["reason"], end["delivery"]) for end in closed] == [("helper-lost", "a-1")]


def test_an_event_that_cannot_be_recorded_is_not_run_and_may_come_again(place, start):
    place.configure("default_profile = unconfined\n")  # limits of root's helper can be changed
    place.on_event("domain/all", "echo ran >>$T/ran")
    helper = start()
    hard = resource.prlimit(helper.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(helper.pid, resource.RLIMIT_FSIZE, (len(place.log()), hard))
    verdict = tell(helper.peer, delivery="a-1")
    assert (verdict.allow, verdict.reason, verdict.scripts) == (True, "audit-failed", [])
    assert place.lines("ran") == []
    resource.prlimit(helper.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert tell(helper.peer, delivery="a-1").reason == "ok"
    assert len(place.lines("ran")) == 1


def virt_hook(place, *words):
    argv = [BUILD / "admin/virt-hook", *words, "--audit", f"{place.audit}/"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_event_is_no_step_of_a_guest_s_start(place, peer):
    place.script("qemu")
    place.on_event("domain/all")
    for operation in ("prepare", "start"):
        peer.call("d1", operation)
        tell(peer, "started", "booted")
    drawn = virt_hook(place, "log", "--timeline", "d1")
    assert "prepare" in drawn and "start/begin" in drawn and "booted" not in drawn


def test_log_and_show_find_an_event_by_its_words(place, peer):
    place.script("qemu")
    path = place.on_event("domain/all")
    tell(peer, delivery="a-1.2", only=str(path))
    peer.call("d1")
    lines = virt_hook(place, "log", "--driver", "domain").splitlines()
    assert len(lines) == 2 and "started/booted" in lines[1]
    shown = virt_hook(place, "show", place.ends()[0]["call"])
    assert "domain d1 started booted -" in shown and "event" in shown
    assert "a-1.2" in shown and str(path) in shown
