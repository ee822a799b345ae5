"""The configuration is taken whole or refused whole, at the start and at each reload."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

import pytest

from .processes import wait_until
from .wire import ERROR, RELOAD, Closed, Refused

pytestmark = pytest.mark.invariant(11)

# Text, the line that is wrong, words of the reason.
BAD = {
    "no such key": ("hooks = /x\ndeadlin = 3\n", 2, "did you mean 'deadline'?"),
    "no number": ("deadline = soon\n", 1, "seconds"),
    "out of range": ("\n\nrunning_max = 0\n", 3, "a number from 1 to 4096"),
    "key twice": ("grace = 1\ngrace = 2\n", 2, "line 1"),
    "section not closed": ('failure "start" {\nexit = deny\n', None, ""),
    "half a section": ('grace = 1\nfailure "start" {\nexit = deny\n}\n', 2, "does not set other"),
    "unknown driver": ('rule "r" {\ndriver = vbox\ndeadline = 1\n}\n', 2, "fits no driver"),
}

EACH = pytest.mark.parametrize("text, line, words", BAD.values(),
                               ids=[name.replace(" ", "-") for name in BAD])


def is_named(place, line, words, text):
    where = f"{place.config}:" + (f"{line}: " if line else "")
    return where in text and words in text


@EACH
def test_a_bad_one_at_the_start_is_told_to_the_client_and_ends_the_helper(place, start, text, line,
                                                                          words):
    place.configure(text)
    helper = start(greet=False)
    packet = helper.peer.receive(10)
    assert (packet.type, packet.id) == (ERROR, 0)
    assert packet.fields["code"] == "bad-configuration"
    assert is_named(place, line, words, packet.fields["message"])
    with pytest.raises(Closed):
        helper.peer.receive(10)
    assert helper.wait() == 2
    assert helper.stderr() == "", "who asks tells it"


@EACH
def test_a_service_s_is_told_on_stderr(place, start, text, line, words):
    place.configure(text)
    helper = start(channel=False, options=("--listen", place.root / "sock"))
    assert helper.wait() == 2
    assert is_named(place, line, words, helper.stderr())


def test_one_that_is_named_and_not_there_is_refused(place, start):
    place.config.unlink()
    helper = start(greet=False)
    assert str(place.config) in helper.peer.receive(10).fields["message"]
    assert helper.wait() == 2


def test_one_that_others_could_write_is_refused_with_the_mend(place, start):
    place.config.chmod(0o664)
    helper = start(greet=False)
    assert f"run chmod g-w {place.config}" in helper.peer.receive(10).fields["message"]
    assert helper.wait() == 2


@EACH
def test_a_bad_one_at_a_reload_is_refused_whole_and_the_old_one_stays(place, start, text, line,
                                                                      words):
    place.configure("deadline = 7\nrunning_max = 3\n")
    peer = start().peer
    place.configure(text if text.startswith("deadline") else text + "deadline = 9\n")
    with pytest.raises(Refused) as refused:
        peer.ask(RELOAD)
    assert refused.value.code == "bad-configuration"
    assert str(place.config) in refused.value.message and words in refused.value.message
    assert peer.call().accepted_ms == 7000


def test_a_good_one_takes_effect_at_the_reload(place, start):
    place.configure("deadline = 7\n")
    peer = start().peer
    place.configure("deadline = 9\n")
    assert peer.call().accepted_ms == 7000
    peer.ask(RELOAD)
    assert peer.call().accepted_ms == 9000


def test_sighup_reloads_too(place, start):
    place.configure("deadline = 7\n")
    helper = start()
    place.configure("deadline = 9\n")
    helper.signal(signal.SIGHUP)
    wait_until(lambda: helper.peer.call().accepted_ms == 9000, 5, "the new deadline holds")


def test_a_bad_one_at_sighup_is_told_on_stderr_and_the_old_one_stays(place, start):
    place.configure("deadline = 7\n")
    helper = start()
    place.configure("deadline = 9\nnonsense\n")
    helper.signal(signal.SIGHUP)
    said = wait_until(helper.stderr, 5, "the helper says so")
    assert f"the running configuration stays: {place.config}:" in said
    assert helper.peer.call().accepted_ms == 7000


@pytest.mark.parametrize("text", ["audit = /elsewhere\n", "audit_kept = 1\n"])
def test_what_holds_from_the_start_on_is_refused_with_restart_needed(place, peer, text):
    place.configure(text + "deadline = 9\n")
    with pytest.raises(Refused) as refused:
        peer.ask(RELOAD)
    assert "restart needed" in refused.value.message
    assert peer.call().accepted_ms == 120000


def test_a_reload_leaves_calls_alone_that_run_already(place, start):
    place.configure("grace = 0\n")
    place.script("qemu", "touch $T/runs; until test -e $T/go; do sleep 0.01; done")
    peer = start().peer
    call = peer.start(timeout_ms=20000)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    place.configure("deadline = 0.1\n")
    peer.ask(RELOAD)
    (place.root / "go").touch()
    assert peer.finish(call).allow


def test_more_slots_let_waiting_calls_run_at_once(place, start):
    place.configure("running_max = 1\n")
    place.script("qemu", "touch $T/runs-$1; until test -e $T/runs-b; do sleep 0.01; done")
    peer = start().peer
    calls = [peer.start(name, timeout_ms=20000) for name in "ab"]
    wait_until((place.root / "runs-a").exists, 10, "the first runs")
    place.configure("running_max = 2\n")
    peer.ask(RELOAD)
    assert all(peer.finish(call).allow for call in calls)


def test_the_place_of_the_hooks_and_the_failure_policy_come_from_it(place, start):
    other = place.folder("other")
    place.script("qemu", "exit 0")
    helper = start()
    place.hooks.rename(place.root / "former")
    other.rename(place.hooks)
    place.script("qemu", "exit 1")
    place.configure('failure "start" { exit = allow\n other = deny }\n')
    assert not helper.peer.call().allow
    helper.peer.ask(RELOAD)
    assert helper.peer.call().allow


def test_a_reload_is_refused_to_nobody_who_may_connect_and_other_peers_see_its_effect(place, start):
    helper = start(options=("--listen", place.root / "sock"))
    place.configure("calls_max = 3\nstdin_max = 5\n")
    helper.connect(place.root / "sock").ask(RELOAD)
    hello = helper.connect(place.root / "sock").hello
    assert (hello["calls_max"], hello["stdin_max"]) == (3, 5)
