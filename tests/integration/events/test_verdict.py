"""What is told of an event's scripts: always to allow, the reason says what came of them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from helper.wire import EVENT, Refused

from .support import send, tell


@pytest.mark.parametrize("body, reason", [
    ("exit 0", "ok"), ("exit 1", "exit-status"), ("exit 75", "exit-status"),
    ("kill -9 $$", "signal")])
def test_it_is_to_allow_whatever_the_script_does(place, peer, body, reason):
    place.on_event("domain/all", body)
    verdict = tell(peer, "stopped", "crashed")
    assert (verdict.allow, verdict.reason) == (True, reason)
    assert "failure policy" not in verdict.message


def test_no_failure_policy_makes_it_a_denial(place, peer_with):
    peer = peer_with('failure "daemon/*" {\n    exit = deny\n    other = deny\n}\n')
    place.on_event("daemon/all", "exit 3")
    verdict = tell(peer, "connected", "-", "-", "daemon")
    assert (verdict.allow, verdict.reason) == (True, "exit-status")
    assert place.ends()[0]["verdict"] == "allow"


def test_how_often_to_try_again_is_told_of_each_script(place, peer_with):
    peer = peer_with("events_retries = 4\n")
    place.on_event("domain/1", "exit 75")
    place.on_event("domain/2", "exit 0")
    verdict = tell(peer)
    assert [(script["exit_status"], script["retries"]) for script in verdict.scripts] == [
        (75, 4), (0, 4)]


def test_a_hook_s_script_has_no_retries(place, peer):
    place.script("qemu", "exit 75")
    assert "retries" not in peer.call().script


def test_the_scripts_behind_one_that_fails_run_too(place, peer):
    for name, body in (("1", "exit 1"), ("2", "kill -9 $$"), ("3", "echo $0 >>$T/ran")):
        place.on_event(f"domain/{name}", body)
    assert len(tell(peer).scripts) == 3 and len(place.lines("ran")) == 1


def test_a_script_that_others_could_change_is_refused_and_told(place, peer):
    path = place.on_event("domain/all", mode=0o777)
    verdict = tell(peer)
    assert verdict.reason == "not-runnable" and verdict.allow
    assert verdict.script["path"] == str(path) and "chmod" in verdict.script["problem"]
    assert len(place.ends()) == 1


@pytest.mark.parametrize("fields, code", [
    ({"driver": "qemu"}, "bad-name"), ({"driver": "vm"}, "bad-name"),
    ({"driver": "domain", "only": "all"}, "bad-name"),
    ({"driver": "domain", "delivery": "../1"}, "bad-name"),
    ({"driver": "domain", "uri": "qemu:///system\nLD_PRELOAD=/x"}, "bad-name"),
    ({"class": 0, "driver": "qemu", "uri": "qemu:///system"}, "bad-field"),
    ({"class": 0, "driver": "domain"}, "bad-name"),
    ({"class": 0, "driver": "qemu", "delivery": "a-1"}, "bad-field"),
    ({"class": 0, "driver": "qemu", "only": "/h/qemu"}, "bad-field")])
def test_what_no_call_of_its_class_can_have_is_refused_and_the_next_is_taken(peer, fields, code):
    with pytest.raises(Refused) as refused:
        peer.finish(peer.start(**{"class": EVENT} | fields))
    assert refused.value.code == code
    assert tell(peer).reason == "no-script"


def test_one_script_alone_runs_where_the_client_narrows(place, peer):
    paths = [place.on_event(f"domain/{name}", "echo $0 >>$T/ran") for name in "123"]
    verdict = tell(peer, only=str(paths[1]))
    assert verdict.paths == place.lines("ran") == [str(paths[1])]
    assert place.ends()[0]["only"] == str(paths[1])


@pytest.mark.invariant(1)
def test_a_path_that_was_not_found_is_not_run_by_naming_it(place, peer):
    """Nor one that would be found for another event, nor by another way to it."""
    inside = place.on_event("domain/all", "echo inside >>$T/ran")
    outside = place.script("../outside", "echo outside >>$T/ran")
    elsewhere = place.on_event("network/all", "echo elsewhere >>$T/ran")
    for path in (outside, place.root / "outside", elsewhere, f"{place.events}/domain/../domain/all",
                 f"/{inside}", "/bin/sh"):
        verdict = tell(peer, only=str(path))
        assert (verdict.reason, verdict.scripts) == ("no-script", [])
    assert place.lines("ran") == []
    assert tell(peer, only=str(inside)).paths == [str(inside)]


def test_a_call_that_is_open_is_ended_by_its_cancel(place, peer):
    place.on_event("domain/all", "sleep 600")
    call = send(peer)
    peer.accepted(call)
    peer.cancel(call)
    verdict = peer.finish(call)
    assert (verdict.allow, verdict.reason) == (True, "cancelled")
