"""What a script was refused, and what held it, reaches everybody who reads about its call."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import subprocess

import pytest

from helper.processes import SYSTEM_PATH, sanitizer_options, wait_until
from helper.wire import RELOAD, Refused

PROFILES = """
profile "narrow" {
    inherits = isolated
    user = nobody
}
profile "linked" {
    inherits = narrow
    address_families += { AF_NETLINK }
}
"""

# Tries what the profile narrow does not grant, and goes on: mounting once, netlink three times.
TRIES = """
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)
for _ in range(3):
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()
    except OSError:
        pass
"""

DENIED = ["mount", "socket(AF_NETLINK) ×3"]


@pytest.fixture
def place(place):  # pylint: disable=redefined-outer-name
    """With the profiles above, and one script that tries."""
    place.configure("grace = 0.2\n" + PROFILES)
    place.python("qemu", TRIES)
    return place


@pytest.fixture
def peer(start):
    return start().peer


def lines(script):
    return script.get("denied", "").splitlines()


def test_each_refused_call_is_told_by_its_name_and_how_often(peer):
    verdict = peer.call(profile="narrow")
    assert verdict.allow, "the script itself went on"
    assert verdict.script["profile"] == "narrow"
    assert lines(verdict.script) == DENIED


def test_what_the_profile_grants_is_not_refused(peer):
    assert lines(peer.call(profile="linked").script) == ["mount"]


def test_an_unconfined_script_is_refused_nothing(place, peer):
    place.python("qemu", TRIES + "\nassert ctypes.get_errno() == 0\n")
    verdict = peer.call(profile="unconfined")
    assert verdict.allow, verdict
    assert "denied" not in verdict.script
    assert verdict.script["enforced"] == "user:0 pid"


@pytest.mark.parametrize("interpreter, body", [
    ("/bin/sh", "echo $0 | tr a b; exit 0"), ("/bin/bash", "cat <<<x | while read y; do :; done"),
    ("/usr/bin/python3 -IS", "import json, os, tempfile; print(json.dumps(os.uname()))")])
def test_a_script_that_tries_nothing_is_refused_nothing(place, peer, interpreter, body):
    place.script("qemu", body, interpreter)
    verdict = peer.call(profile="narrow")
    assert verdict.allow, verdict
    assert "denied" not in verdict.script


def test_what_held_a_script_is_what_it_saw(place, peer):
    """Each word of `enforced`, against the script's own view of itself."""
    place.script("qemu", "cat /proc/self/status; ls -l /proc/self/ns; ls /sys/class/net; id -u")
    script = peer.call(profile="narrow").script
    words, said = script["enforced"].split(), script["stdout_tail"]
    uid = said.splitlines()[-1]
    assert f"user:{uid}" in words and uid != "0"
    assert "capabilities:none" in words and "CapBnd:\t0000000000000000" in said
    assert "no-new-privs" in words and "NoNewPrivs:\t1" in said
    assert "seccomp:notify" in words and "Seccomp:\t2" in said
    assert "network:none" in words and "pid" in words


def test_the_message_of_a_failed_script_ends_with_what_it_was_refused(place, peer):
    place.python("qemu", TRIES + "\nraise SystemExit('mount: not permitted')\n")
    verdict = peer.call(profile="narrow")
    assert not verdict.allow and verdict.reason == "exit-status"
    assert verdict.message.endswith(
        "mount: not permitted; its profile narrow refused it: mount, socket(AF_NETLINK) ×3")


def test_the_message_is_bounded_and_the_list_is_whole(place, peer):
    place.python("qemu", "import socket\nfor family in range(40, 100):\n"
                         "    try:\n        socket.socket(family, 1)\n"
                         "    except OSError:\n        pass\nraise SystemExit(1)\n")
    verdict = peer.call(profile="narrow")
    assert len(lines(verdict.script)) == 60
    assert verdict.message.endswith(", and more")
    assert len(verdict.message) < 400


def test_more_different_calls_than_are_remembered_are_counted_together(place, peer):
    place.python("qemu", "import socket\nfor family in range(40, 140):\n"
                         "    try:\n        socket.socket(family, 1)\n"
                         "    except OSError:\n        pass\n")
    denied = lines(peer.call(profile="narrow").script)
    assert len(denied) == 65
    assert denied[0].startswith("socket(AF_") and denied[63] == "socket(103)"
    assert denied[64] == "others ×36"


def test_a_script_that_timed_out_tells_what_it_was_refused(place, peer):
    place.python("qemu", TRIES + "\nimport time\ntime.sleep(60)\n")
    verdict = peer.call(profile="narrow", timeout_ms=8000)
    assert verdict.reason == "timed-out"
    assert lines(verdict.script) == DENIED
    assert verdict.message.endswith("; its profile narrow refused it: mount, socket(AF_NETLINK) ×3")


def test_the_log_has_it_for_each_script(place, peer):
    place.script("qemu.d/10-open", "exit 0", mode=0o777)
    assert not peer.call(profile="narrow").allow
    begin, end = place.records("begin")[0], place.ends()[0]
    assert begin["profile"] == end["profile"] == "narrow", "who asked for it is on record"
    ran, not_run = end["scripts"]
    assert ran["denied"] == DENIED
    assert ran["profile"] == "narrow" and ran["run_as"]["uid"] != 0
    assert f"user:{ran['run_as']['uid']}" in ran["enforced"]
    assert (not_run["profile"], not_run["run_as"]) == (None, None)
    assert (not_run["denied"], not_run["enforced"]) == ([], [])


def test_scripts_of_one_call_are_told_apart(place, peer):
    place.configure(PROFILES + """
rule "one" {
    script = '10-*'
    profile = narrow
}
""")
    peer.ask(RELOAD)
    place.python("qemu.d/10-one", TRIES)
    verdict = peer.call()
    assert [(script["profile"], lines(script)) for script in verdict.scripts] == [
        ("unconfined", []), ("narrow", DENIED)]
    assert [script["profile"] for script in place.ends()[0]["scripts"]] == ["unconfined", "narrow"]
    assert place.ends()[0]["profile"] is None, "it was the rules' doing"


def test_a_call_for_an_unknown_profile_is_refused_and_runs_nothing(place, peer):
    place.script("qemu", "touch $T/ran")
    with pytest.raises(Refused) as refused:
        peer.call(profile="none-such")
    assert refused.value.code == "unknown-profile"
    assert not (place.root / "ran").exists() and place.records("begin") == []
    assert peer.call().allow, "the connection goes on"


def test_a_profile_that_a_reload_takes_away_runs_nothing_of_calls_that_wait(place, peer):
    gate = place.root / "gate"
    place.script("qemu", "test \"$2\" != start || { mkfifo $T/gate; read x <$T/gate; }\n"
                         "echo $2 >>$T/ran")
    first = peer.start(operation="start")
    second = peer.start(operation="stopped", profile="narrow")
    peer.accepted(second)
    place.configure("grace = 0.2\n")
    peer.ask(RELOAD)
    wait_until(gate.exists, 20, "the first script runs")
    gate.write_text("go\n", encoding="utf-8")
    assert peer.finish(first).allow
    verdict = peer.finish(second)
    assert verdict.reason == "not-runnable"
    assert "no longer in the configuration" in verdict.script["problem"]
    assert place.lines("ran") == ["start"]


def test_a_reload_while_a_script_runs_changes_nothing_of_what_is_told(place, peer):
    place.python("qemu", TRIES + f"""
import os, time
while not os.path.exists("{place.hooks}/.go"):
    time.sleep(0.01)
""")
    call = peer.start(profile="narrow")
    peer.accepted(call)
    place.configure("grace = 0.2\n")
    peer.ask(RELOAD)
    (place.hooks / ".go").touch()
    script = peer.finish(call).script
    assert script["profile"] == "narrow" and lines(script) == DENIED


def virt_hook(binary, place, *options):
    """`virt-hook run` of a start, as an admin does."""
    argv = [binary.parents[1] / "admin/virt-hook", "run", "--config", place.config, "--hooks",
            place.hooks, "--audit", f"{place.audit}/", "--helper", binary, *options, "qemu",
            "d1", "start", "begin"]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False, env={"PATH": SYSTEM_PATH} | sanitizer_options())


def test_virt_hook_run_lists_it_for_programs(place, binary):
    done = virt_hook(binary, place, "--json", "--profile", "narrow")
    assert done.returncode == 0, done.stderr
    script = json.loads(done.stdout)["scripts"][0]
    assert script["profile"] == "narrow" and script["denied"] == DENIED
    assert "network:none" in script["enforced"]


def test_virt_hook_run_lists_nothing_where_nothing_was_refused(place, binary):
    script = json.loads(virt_hook(binary, place, "--json").stdout)["scripts"][0]
    assert (script["profile"], script["denied"], script["enforced"]) == (
        "unconfined", [], ["user:0", "pid"])


def test_virt_hook_run_tells_a_person_in_one_line(place, binary):
    done = virt_hook(binary, place, "--profile", "narrow")
    assert done.returncode == 0
    told = [line for line in done.stderr.splitlines() if "refused" in line]
    assert told == [f"{place.hooks}/qemu ran under the profile narrow and was refused: mount, "
                    "socket(AF_NETLINK) ×3; profiles.d/50-shipped.conf beside the configuration "
                    "tells how to grant it"]


def test_virt_hook_run_tells_a_person_nothing_of_scripts_that_were_refused_nothing(place, binary):
    assert "refused" not in virt_hook(binary, place).stderr


@pytest.mark.parametrize("name", ["none-such", "", "a b", "../narrow", "x" * 65])
def test_virt_hook_run_with_a_profile_that_is_none_is_a_mistake_of_usage(place, binary, name):
    done = virt_hook(binary, place, "--profile", name)
    assert done.returncode == 2 and "profile" in done.stderr
    assert place.ends() == []
