"""The journal has each record but begins: its fields, its very line, and the head of its chain."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal

import pytest
from helper.processes import wait_until

from .receivers import waits_for_a_receiver

LARGE = 64 * 1024


def line_of(place, kind):
    """The last line of that type in the log."""
    lines = [line for line in place.log().splitlines() if json.loads(line)["type"] == kind]
    return lines[-1].decode()


def head_of(line):
    record = json.loads(line)
    return f"{record['chain']}:{record['seq']}:{record['hash']}"


def test_a_call_s_end_is_in_the_journal_with_its_fields(place, journald, copying):
    script = place.script("qemu", "echo no room >&2; exit 3")
    helper = copying("journal")
    assert not helper.peer.call("d1").allow
    (entry,) = journald.entries("VIRTHOOK_TYPE=end")
    end = json.loads(line_of(place, "end"))
    assert entry["MESSAGE"] == f"deny: qemu d1 start begin: {end['message']}"
    assert {key: entry[key] for key in entry if key.startswith("VIRTHOOK_")} == {
        "VIRTHOOK_TYPE": "end", "VIRTHOOK_CALL": end["call"],
        "VIRTHOOK_INSTANCE": end["instance"], "VIRTHOOK_CLASS": "hook", "VIRTHOOK_DRIVER": "qemu",
        "VIRTHOOK_OBJECT": "d1", "VIRTHOOK_OPERATION": "start", "VIRTHOOK_SUB_OPERATION": "begin",
        "VIRTHOOK_VERDICT": "deny", "VIRTHOOK_REASON": "exit-status",
        "VIRTHOOK_DURATION_MS": str(end["duration_ms"]), "VIRTHOOK_SCRIPT": str(script),
        "VIRTHOOK_HEAD": head_of(line_of(place, "end")), "VIRTHOOK_RECORD": line_of(place, "end")}
    assert entry["_PID"] == str(helper.pid)


@pytest.mark.parametrize("profile", ["isolated", "unconfined"])
def test_it_comes_from_a_helper_that_gave_root_up_and_from_one_that_did_not(place, journald,
                                                                            copying, profile):
    place.root.chmod(0o755)
    place.script("qemu")
    helper = copying("journal", more=f"default_profile = {profile}\n")
    assert helper.peer.call("d1").allow
    (entry,) = journald.entries("VIRTHOOK_TYPE=end")
    assert (entry["_UID"] == "0") == (profile == "unconfined")


def test_how_urgent_an_entry_is_follows_from_the_verdict(place, journald, copying):
    place.script("qemu", "[ $1 = good ]")
    helper = copying("journal", more='failure "qemu/stopped" {\nexit = allow\nother = allow\n}\n')
    helper.peer.call("good")
    helper.peer.call("bad", operation="stopped", sub_operation="end")
    helper.peer.call("bad")
    assert [(entry["VIRTHOOK_VERDICT"], entry["PRIORITY"])
            for entry in journald.entries("VIRTHOOK_TYPE=end")] == [
        ("allow", "6"), ("allow", "5"), ("deny", "4")]


def test_the_chain_s_other_records_come_too_and_only_begins_do_not(place, journald, copying):
    place.script("qemu")
    helper = copying("journal")
    assert helper.peer.call("d1").allow
    helper.end()
    entries = journald.entries()
    lines = [line.decode() for line in place.log().splitlines()]
    assert [entry["VIRTHOOK_RECORD"] for entry in entries] == [
        line for line in lines if json.loads(line)["type"] != "begin"]
    assert [entry["VIRTHOOK_HEAD"] for entry in entries] == [
        head_of(entry["VIRTHOOK_RECORD"]) for entry in entries]


def test_a_call_that_a_killed_helper_left_is_there(place, journald, copying):
    place.script("qemu", "sleep 1000")
    helper = copying("journal")
    helper.peer.accepted(helper.peer.start("d1"))
    helper.kill()
    copying("journal").end()
    (entry,) = journald.entries("VIRTHOOK_TYPE=end")
    assert (entry["VIRTHOOK_REASON"], entry["PRIORITY"]) == ("helper-lost", "4")
    assert entry["MESSAGE"].startswith("no verdict: qemu d1 start begin: ")


def test_a_record_that_no_datagram_holds_is_there_whole(place, journald, copying):
    for number in range(4):
        place.script(f"qemu.d/{number}", f"head -c {LARGE} /dev/zero | tr '\\0' {number} >&2")
    helper = copying("journal", more="audit_kept = 64K\n")
    assert helper.peer.call("d1").allow
    (entry,) = journald.entries("VIRTHOOK_TYPE=end")
    assert len(entry["VIRTHOOK_RECORD"]) > 4 * LARGE
    assert entry["VIRTHOOK_RECORD"] == line_of(place, "end")
    assert len(entry["VIRTHOOK_SCRIPT"]) == 4


def test_what_a_script_prints_is_no_field_of_its_own(place, journald, copying):
    place.script("qemu", r"printf 'x\nPRIORITY=0\nVIRTHOOK_VERDICT=allow\n\033[2J' >&2; exit 1")
    helper = copying("journal")
    assert not helper.peer.call("d1").allow
    (entry,) = journald.entries("VIRTHOOK_TYPE=end")
    assert (entry["PRIORITY"], entry["VIRTHOOK_VERDICT"]) == ("4", "deny")
    assert "\x1b" not in entry["MESSAGE"] and "\n" not in entry["MESSAGE"]


def test_a_journald_that_was_started_again_gets_what_comes_then(place, journald, copying, copies):
    place.script("qemu")
    helper = copying("journal")
    assert helper.peer.call("d1").allow
    journald.end()
    assert helper.peer.call("d2").allow
    journald.start()
    assert helper.peer.call("d3").allow
    assert [entry["VIRTHOOK_OBJECT"] for entry in journald.entries("VIRTHOOK_TYPE=end")] == [
        "d1", "d3"]
    assert copies(helper)["journal"] == {"sent": 3, "lost": 1}


def test_a_stopped_journald_delays_no_verdict_and_what_it_misses_is_counted(
        place, corner, journald, copying, copies):
    place.script("qemu")
    helper = copying("journal")
    journald.stop()
    corner.fill("socket")
    for number in range(50):
        assert helper.peer.call(f"d{number}").allow
    assert copies(helper)["journal"] == {"sent": 1, "lost": 50}
    journald.signal(signal.SIGCONT)
    journald.entries()
    assert helper.peer.call("later").allow
    assert [entry["VIRTHOOK_OBJECT"] for entry in journald.entries("VIRTHOOK_TYPE=end")] == [
        "later"]


def test_libsystemd_s_own_function_would_wait_there(corner, journald):
    journald.stop()
    corner.fill("socket")
    entry = corner.root / "entry"
    entry.write_text("MESSAGE=x\n", encoding="ascii")
    sender = corner.start("logger", f"--journald={entry}")
    wait_until(lambda: waits_for_a_receiver(sender), 30, "sd_journal_sendv(3) waits")
    sender.kill()
    sender.wait()


def test_without_the_key_nothing_is_sent_and_a_reload_turns_it_on(place, journald, copying, copies):
    place.script("qemu")
    helper = copying()
    assert helper.peer.call("d1").allow
    assert copies(helper)["journal"] is None
    place.configure("audit_journal = yes\n")
    helper.signal(signal.SIGHUP)
    wait_until(lambda: copies(helper)["journal"], 10, "the reload")
    assert helper.peer.call("d2").allow
    assert [entry["VIRTHOOK_OBJECT"] for entry in journald.entries("VIRTHOOK_TYPE=end")] == ["d2"]
