"""What a client that knows nothing but PROTOCOL.md can rely on."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re

import msgpack
import pytest

from helper.wire import ACCEPTED, CALL, HELLO, PING, STATUS, VERDICT, call_fields, encode

from .page import rows, section, vectors

STUCK = 20
GREETING = vectors("vector")["client-hello"].data
UNDERSTOOD = {name: vector for name, vector in vectors("understood", "client").items()
              if vector.more[0] == "call"}


def test_the_helper_speaks_first_and_names_its_limits_and_its_policy(service):
    peer = service.connect(greet=False)
    packet = peer.receive(STUCK)
    assert (packet.type, packet.id) == (HELLO, 0)
    assert {key: type(value) for key, value in packet.fields.items()} == {
        "version_min": int, "version_max": int, "name": str, "deadline_ms": int, "stdin_max": int,
        "calls_max": int, "hooks": str, "policy": list}
    assert packet.fields["policy"] == vectors("vector")["helper-hello"].value[3]["policy"]


def test_what_the_helper_sends_is_in_the_shortest_form(service):
    peer = service.connect()
    peer.send(CALL, 7, call_fields())
    peer.send(PING, 8, {})
    for _ in range(3):
        data, _, _ = peer.receive_raw(STUCK)
        assert msgpack.packb(msgpack.unpackb(data)) == data


def test_a_client_may_ask_without_waiting_for_the_hello(service):
    peer = service.connect(greet=False)
    peer.send_raw(GREETING)
    peer.send(PING, 7, {})
    assert peer.receive(STUCK).type == HELLO
    packet = peer.receive(STUCK)
    assert (packet.type, packet.id) == (PING, 7)


def test_a_later_client_that_speaks_our_version_too_is_served(service):
    peer = service.connect(greet=False)
    peer.send_raw(encode(HELLO, 0, {"version_min": 1, "version_max": 3, "name": "later",
                                    "tongues": ["msgpack"]}))
    assert peer.receive(STUCK).type == HELLO
    peer.ask(PING)


@pytest.mark.parametrize("name", ["client-ping", "client-status", "client-reload"])
def test_a_request_is_answered_by_its_own_type_and_id(service, name):
    vector = vectors("vector")[name]
    peer = service.connect()
    peer.send_raw(vector.data)
    packet = peer.receive(STUCK)
    assert [packet.type, packet.id] == vector.value[1:3]


def test_the_pong_is_the_pages_vector(service):
    peer = service.connect()
    peer.send_raw(vectors("vector")["client-ping"].data)
    assert peer.receive_raw(STUCK)[0] == vectors("vector")["helper-ping"].data


@pytest.mark.parametrize("vector", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_a_foreign_form_of_a_call_is_run(service, vector):
    peer = service.connect()
    peer.send_raw(vector.data)
    accepted, verdict = peer.receive(STUCK), peer.receive(STUCK)
    assert (accepted.type, accepted.id) == (ACCEPTED, 7)
    assert (verdict.type, verdict.id) == (VERDICT, 7)
    assert verdict.fields["allow"]


def test_a_cancel_of_no_open_call_is_ignored(service):
    peer = service.connect()
    peer.send_raw(vectors("vector")["cancel"].data)
    peer.send_raw(vectors("understood")["long-forms"].data)
    peer.ask(PING)


def test_an_id_may_be_any_number_and_used_again(service):
    peer = service.connect()
    for number in (2 ** 64 - 1, 1, 1):
        peer.send(CALL, number, call_fields())
        assert [peer.receive(STUCK).id for _ in range(2)] == [number, number]


def test_the_copy_of_the_policy_beside_the_socket_is_the_hello_itself(service):
    peer = service.connect(greet=False)
    assert (service.path.parent / "hello").read_bytes() == peer.receive_raw(STUCK)[0]


# Of audit_copies, where copies are sent.
COPIES = {"sent", "lost"}


def test_the_page_names_every_key_of_a_status(service):
    status = json.loads(service.connect().ask(STATUS)["json"])
    told = re.findall(r"`(\w+)`", str(rows(section("### status (7), both"))))
    found = {*status, *status["hook"], *status["event"], *status["enforced"],
             *status["privilege"], *status["audit_copies"], *COPIES}
    assert found == {*told} - {"json"}
