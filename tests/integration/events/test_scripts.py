"""What an event's script gets to know, which scripts run, in which order and under what."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from degraded.conditions import PROFILE

from .support import tell

UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f"

TRACE = "echo $0 >>$T/trace"


def test_a_script_gets_kind_object_event_detail_and_extra(place, peer):
    path = place.on_event("domain/all", r"""printf '%s\0' "$0" "$@" >$T/argv""")
    assert tell(peer, "device-added", "-", "a guest; $(reboot)", extra="net0\n*").reason == "ok"
    assert place.read("argv").decode().split("\0") == [
        str(path), "domain", "a guest; $(reboot)", "device-added", "-", "net0\n*", ""]


def test_its_environment_names_the_event_in_libvirt_s_words(place, peer):
    place.on_event("domain/all", "cat /proc/$$/environ >$T/environment")
    assert tell(peer, uuid=UUID, delivery="9f3c-1.2", uri="lxc:///system").reason == "ok"
    entries = place.read("environment").decode().split("\0")[:-1]
    found = dict(entry.split("=", 1) for entry in entries if entry.startswith("VIRTHOOK_"))
    assert found == {
        "VIRTHOOK_CALL": place.ends()[0]["call"], "VIRTHOOK_KIND": "domain",
        "VIRTHOOK_OBJECT": "d1", "VIRTHOOK_UUID": UUID, "VIRTHOOK_EVENT": "started",
        "VIRTHOOK_DETAIL": "booted", "VIRTHOOK_EXTRA": "-", "VIRTHOOK_DELIVERY": "9f3c-1.2",
        "VIRTHOOK_URI": "lxc:///system"}


def test_virsh_in_a_script_asks_the_daemon_that_told_of_the_event(place, peer):
    place.on_event("domain/all", "echo $LIBVIRT_DEFAULT_URI >>$T/uris")
    uris = ["lxc:///system", "qemu+ssh://host/system?no_tty=1", "test:///default"]
    assert {tell(peer, uri=uri).reason for uri in uris} == {"ok"}
    assert place.lines("uris") == uris
    assert tell(peer).reason == "ok" and place.lines("uris")[-1] == "qemu:///system"


def test_the_document_comes_to_the_stdin_of_each_script(place, peer):
    for name in ("1", "2"):
        place.on_event(f"domain/{name}", f"cat >$T/stdin-{name}")
    document = b'{"kind":"domain","payload":{"detail":0}}\n'
    assert tell(peer, stdin=document).reason == "ok"
    assert place.read("stdin-1") == place.read("stdin-2") == document


@pytest.mark.parametrize("kind", ["domain", "network", "storage-pool", "node-device", "secret",
                                  "daemon"])
def test_each_kind_has_a_folder_of_its_own(place, peer, kind):
    path = place.on_event(f"{kind}/all")
    assert tell(peer, kind=kind).paths == [str(path)]


def test_the_order_is_the_one_script_the_kind_the_object_then_the_sections(place, start):
    one, named = (place.on_event(f"elsewhere/{name}", TRACE) for name in ("one", "named"))
    paths = [one, *(place.on_event(name, TRACE) for name in (
        "domain/10", "domain/20", "domain/d1/started/05", "domain/d1/started/booted"))]
    place.configure(f'events_script = "{one}"\nevent "last" {{\n    script = "{named}"\n}}\n'
                    f'event "again" {{\n    script = "{paths[1]}"\n}}\n')
    wanted = [str(path) for path in (*paths, named)]
    assert tell(start().peer).paths == place.lines("trace") == wanted


def test_hooks_do_not_run_for_events_nor_events_scripts_for_hooks(place, peer):
    hook = place.script("network", TRACE)
    on_event = place.on_event("network/all", TRACE)
    assert tell(peer, kind="network").paths == [str(on_event)]
    assert peer.call("d1", driver="network").paths == [str(hook)]


def test_a_section_gives_profile_time_and_retries(place, start):
    path = place.on_event("domain/all", "sleep 600")
    place.configure('grace = 0\nprofile "mine" {\n    unconfined = yes\n}\n'
                    f'event "slow" {{\n    kind = domain\n    event = "st*"\n'
                    '    profile = mine\n    timeout = 0.3\n    retries = 3\n}\n')
    verdict = tell(start().peer)
    script = verdict.script
    assert (script["path"], script["profile"], script["retries"]) == (str(path), "mine", 3)
    assert script["timed_out"] and verdict.reason == "timed-out" and verdict.allow
    assert "an event section with a longer timeout" in verdict.message


def test_the_deadline_of_events_is_theirs(place, start):
    place.on_event("domain/all")
    place.script("qemu")
    place.configure("deadline = 7\nevents_deadline = 660\n"
                    'event "long" {\n    event = stopped\n    timeout = 1200\n}\n')
    peer = start().peer
    assert tell(peer).accepted_ms == 11 * 60000
    assert tell(peer, "stopped", "destroyed").accepted_ms == 20 * 60000
    assert tell(peer, "stopped", "destroyed", timeout_ms=5000).accepted_ms == 5000
    assert peer.call().accepted_ms == 7000


def test_a_rule_is_for_hooks_alone(place, start):
    place.on_event("network/all")
    place.configure('profile "other" {\n    unconfined = yes\n}\n'
                    'rule "all" {\n    profile = other\n    deadline = 9\n}\n')
    verdict = tell(start().peer, kind="network")
    assert verdict.script["profile"] == PROFILE and verdict.accepted_ms == 600000
