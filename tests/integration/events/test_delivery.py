"""A call with a delivery is not run twice, and goes on when its client is gone."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

from helper.processes import is_alive, marked
from helper.wire import PING

from .support import HANG, UNTIL_LET, begun, ended, let, send, tell


def end_without_client(place, service):
    """The delivery a-1, whose client goes while its script runs; its record."""
    client = service.client()
    send(client, delivery="a-1")
    begun(place)
    client.close()
    service.client().ask(PING)
    let(place)
    return ended(place, 1)[0]


def test_the_same_delivery_runs_nothing_again(place, peer):
    place.on_event("domain/all", "echo ran >>$T/ran")
    assert tell(peer, delivery="a-1").reason == "ok"
    verdict = tell(peer, delivery="a-1")
    assert (verdict.allow, verdict.reason, verdict.scripts) == (True, "delivered-before", [])
    assert "a-1" in verdict.message and len(place.lines("ran")) == 1
    assert tell(peer, delivery="a-2").reason == "ok" and len(place.lines("ran")) == 2


def test_without_a_delivery_it_would_have_run_again(place, peer):
    place.on_event("domain/all", "echo ran >>$T/ran")
    assert tell(peer).reason == tell(peer).reason == "ok"
    assert len(place.lines("ran")) == 2


def test_one_that_still_runs_counts_as_delivered(place, peer):
    place.on_event("domain/all", UNTIL_LET)
    first = send(peer, delivery="a-1")
    begun(place)
    assert tell(peer, delivery="a-1").reason == "delivered-before"
    let(place)
    assert peer.finish(first).reason == "ok" and place.lines("done") == ["d1"]


def test_one_that_failed_is_not_delivered_again_but_by_another_name(place, peer):
    place.on_event("domain/all", "echo ran >>$T/ran; exit 75")
    assert tell(peer, delivery="a-1").reason == "exit-status"
    assert tell(peer, delivery="a-1").reason == "delivered-before"
    assert tell(peer, delivery="a-1.2").reason == "exit-status"
    assert len(place.lines("ran")) == 2


def test_one_of_which_nothing_ran_may_come_again(place, peer_with):
    """It was taken back while it waited for a slot."""
    peer = peer_with("events_max = 1\n")
    place.on_event("domain/all", UNTIL_LET)
    first = send(peer, name="first")
    begun(place, "first")
    waiting = send(peer, delivery="a-1")
    peer.accepted(waiting)
    peer.cancel(waiting)
    assert peer.finish(waiting).reason == "cancelled"
    let(place)
    assert peer.finish(first).reason == tell(peer, delivery="a-1").reason == "ok"
    assert place.lines("done") == ["first", "d1"]


def test_its_scripts_end_as_they_would_have_when_the_client_is_gone(place, service):
    place.on_event("domain/1", UNTIL_LET)
    place.on_event("domain/2", "echo second >>$T/done")
    end = end_without_client(place, service)
    assert (end["reason"], end["delivery"]) == ("ok", "a-1")
    assert place.lines("done") == ["d1", "second"]


def test_who_comes_again_has_the_verdict_of_what_still_runs(place, service):
    """So that what is to be tried again is not lost with the client."""
    place.on_event("domain/all", UNTIL_LET + "; exit 75")
    client = service.client()
    send(client, delivery="a-1", timeout_ms=60000)
    begun(place)
    client.close()
    again = service.client()
    for _ in range(3):
        again.ask(PING)  # no id of the new client's is one of the first's
    call = send(again, delivery="a-1")
    assert 0 < again.accepted(call) <= 60000
    let(place)
    verdict = again.finish(call)
    assert (verdict.reason, verdict.script["exit_status"]) == ("exit-status", 75)
    assert verdict.script["retries"] == 5
    assert place.lines("done") == ["d1"] and len(place.ends()) == 1


def test_who_comes_again_may_take_it_back(place, service):
    place.on_event("domain/all", HANG)
    client = service.client()
    send(client, delivery="a-1")
    begun(place)
    client.close()
    again = service.client()
    call = send(again, delivery="a-1")
    again.accepted(call)
    again.cancel(call)
    assert again.finish(call).reason == "cancelled"
    assert tell(again, delivery="a-1").reason == "delivered-before"


def test_who_comes_again_after_its_end_learns_that_it_was_delivered(place, service):
    place.on_event("domain/all", UNTIL_LET)
    end_without_client(place, service)
    assert tell(service.client(), delivery="a-1").reason == "delivered-before"
    assert place.lines("done") == ["d1"]


def test_who_comes_again_after_its_end_finds_what_is_to_be_tried_again_tried_again(place, service):
    place.on_event("domain/all", UNTIL_LET + "; exit 75")
    end_without_client(place, service)
    verdict = tell(service.client(), delivery="a-1")
    assert (verdict.reason, verdict.script["exit_status"]) == ("exit-status", 75)
    assert place.lines("done") == ["d1", "d1"]


def test_but_not_where_one_of_its_scripts_did_its_work(place, service):
    place.on_event("domain/1", UNTIL_LET)
    place.on_event("domain/2", "exit 75")
    end_without_client(place, service)
    assert tell(service.client(), delivery="a-1").reason == "delivered-before"
    assert place.lines("done") == ["d1"]


def test_what_waited_behind_it_goes_on_too(place, service):
    place.on_event("domain/all", UNTIL_LET)
    client = service.client()
    for number in range(3):
        client.accepted(send(client, delivery=f"a-{number}"))
    begun(place)
    client.close()
    let(place)
    assert [end["reason"] for end in ended(place, 3)] == ["ok"] * 3
    assert place.lines("done") == ["d1"] * 3


def test_without_a_delivery_it_ends_with_its_client(place, service):
    place.on_event("domain/all", HANG)
    client = service.client()
    send(client)
    begun(place)
    client.close()
    assert ended(place, 1)[0]["reason"] == "cancelled"


def test_no_more_go_on_than_one_client_may_have_open(place, start):
    place.configure("calls_max = 2\ngrace = 0\n")
    place.on_event("domain/all", UNTIL_LET)
    service = start(channel=False, options=("--listen", place.root / "sock"))
    for client in range(2):
        peer = service.connect(place.root / "sock")
        for number in range(2):
            peer.accepted(send(peer, name=f"d{client}{number}", delivery=f"{client}-{number}"))
            begun(place, f"d{client}{number}")
        peer.close()
    assert {end["object"] for end in ended(place, 2)} == {"d10", "d11"}
    let(place)
    well = {end["object"] for end in ended(place, 4) if end["reason"] == "ok"}
    assert well == set(place.lines("done")) == {"d00", "d01"}


def test_a_private_helper_ends_with_its_client_all_the_same(place, helper):
    place.on_event("domain/all", HANG)
    send(helper.peer, delivery="a-1")
    begun(place)
    assert helper.end() == 0
    assert ended(place, 1)[0]["reason"] == "cancelled"
    assert not marked(str(place.events))


def test_a_service_that_is_told_to_end_does_not_wait_for_what_goes_on(place, service):
    place.on_event("domain/all", HANG)
    client = service.client()
    send(client, delivery="a-1")
    begun(place)
    client.close()
    service.signal(signal.SIGTERM)
    assert service.wait() == 0 and not is_alive(service.pid)
    assert ended(place, 1)[0]["reason"] == "cancelled"
