"""Events by way of the library, with the real helper: what virteventd gets of it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from degraded import conditions
from rig.spaces import unpin

from .support import build

EVENT = {"event": True, "driver": "domain", "object": "d1", "operation": "started",
         "sub_operation": "booted"}


@pytest.fixture
def on_event(tmp_path):
    """on_event(name, text): put a script in place below the folder of events."""
    def write(name, text="exit 0\n"):
        path = tmp_path / "events" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def served(daemon, hooks, tmp_path):
    """The daemon, with its hook open on the build's helper and a folder of events."""
    config = conditions.write_config(tmp_path)
    config.write_text(config.read_text() + f'events = "{tmp_path}/events"\nevents_retries = 4\n')
    assert daemon.open(helper=str(conditions.helper_of(build())), hooks=str(hooks),
                       audit=str(tmp_path / "audit.log"), config=str(config), policy="") == 0
    yield daemon
    unpin(tmp_path)


def test_an_event_s_scripts_run_with_its_words_and_its_document(served, on_event):
    path = on_event("domain/all", 'printf "%s|" "$@"; cat\n')
    reply = served.call(**EVENT, extra="x", input='{"kind":"domain"}')
    assert reply["allow"] and reply["reason"] == "ok"
    script, = reply["scripts"]
    assert script["path"] == str(path)
    assert script["stdout_tail"] == 'domain|d1|started|booted|x|{"kind":"domain"}'


def test_what_is_to_be_tried_again_is_told_and_tried_by_naming_it(served, on_event):
    on_event("domain/1", "exit 0\n")
    on_event("domain/2", "exit 75\n")
    reply = served.call(**EVENT, delivery="a-1")
    assert reply["allow"] and reply["reason"] == "exit-status"
    assert [(script["exit_status"], script["retries"]) for script in reply["scripts"]] == [
        (0, 4), (75, 4)]
    again = served.call(**EVENT, delivery="a-1.2", only=reply["scripts"][1]["path"])
    assert [script["path"] for script in again["scripts"]] == [reply["scripts"][1]["path"]]


def test_a_path_that_is_not_utf_8_is_named_as_it_was_told(served, on_event):
    path = on_event("domain/all\udcff", "exit 75\n")
    on_event("domain/other", "exit 75\n")
    told = served.call(**EVENT)["scripts"][0]["path"]
    assert told == str(path).replace("\udcff", "\\xff")
    assert [script["path"] for script in served.call(**EVENT, only=told)["scripts"]] == [told]


def test_a_delivery_is_not_run_twice(served, on_event, tmp_path):
    on_event("domain/all", f"echo ran >>{tmp_path}/ran\n")
    assert [served.call(**EVENT, delivery="a-1")["reason"] for _ in range(2)] == [
        "ok", "delivered-before"]
    assert (tmp_path / "ran").read_text() == "ran\n"


def test_without_a_helper_it_is_allowed_and_said_that_it_was_not_delivered(daemon, tmp_path):
    assert daemon.open(helper=str(tmp_path / "none"), policy="") == 0
    reply = daemon.call(**EVENT)
    assert reply["allow"] and reply["reason"] == "no-helper"
    assert "the event 'started' of d1 was not delivered" in reply["message"]
    assert "policy" not in reply["message"]


def test_the_kinds_are_known(daemon):
    kinds = ["domain", "network", "storage-pool", "node-device", "secret", "daemon"]
    assert [daemon.is_kind(name=kind) for kind in [*kinds, "qemu", "Domain", ""]] == [
        *[True] * 6, *[False] * 3]
