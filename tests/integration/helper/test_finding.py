"""Which scripts a call runs, in which order, and what is passed over."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

# Each script adds its own path to the trace: what ran, not what was said to have run.
TRACE = 'echo "$0" >>$T/trace'


def add(place, *names):
    return [str(place.script(name, TRACE)) for name in names]


def passed_over(place):
    return {entry["path"]: entry["why"] for entry in place.ends()[-1]["passed_over"]}


def test_the_driver_s_script_runs_first_then_its_folder_in_byte_order(place, peer):
    add(place, "qemu.d/ä", "qemu.d/a", "qemu.d/10-b", "qemu.d/Z", "qemu.d/1-b", "qemu.d/9",
        "qemu", "network", "network.d/1", "lxc")
    verdict = peer.call()
    assert verdict.allow
    names = ["qemu", "qemu.d/1-b", "qemu.d/10-b", "qemu.d/9", "qemu.d/Z", "qemu.d/a", "qemu.d/ä"]
    assert place.lines("trace") == [str(place.hooks / name) for name in names]
    assert verdict.paths == place.lines("trace")


def test_the_folder_runs_where_there_is_no_script_of_the_driver(place, peer):
    paths = add(place, "qemu.d/1")
    assert peer.call().paths == paths == place.lines("trace")


def test_a_call_without_scripts_is_allowed(place, peer):
    add(place, "network")
    verdict = peer.call()
    assert (verdict.allow, verdict.reason, verdict.scripts) == (True, "no-script", [])


def test_a_hooks_folder_that_is_not_there_holds_no_script(place, peer):
    place.hooks.rmdir()
    assert peer.call().reason == "no-script"


@pytest.mark.parametrize("configured, expected", [("no", False), ("yes", True)])
def test_the_per_guest_layout_is_off_unless_configured(place, start, configured, expected):
    add(place, "qemu.d/d1/start/begin/1", "qemu.d/d1/start/every", "qemu.d/default/start",
        "qemu.d/d2/start/begin")
    place.configure(f"per_guest_layout = {configured}\n")
    peer = start().peer
    of_d1 = ["qemu.d/d1/start/every", "qemu.d/d1/start/begin/1"]
    assert peer.call("d1").paths == [str(place.hooks / name) for name in of_d1] * expected
    assert peer.call("d3").paths == [str(place.hooks / "qemu.d/default/start")] * expected


def test_the_per_guest_layout_comes_after_the_flat_files(place, start):
    place.configure("per_guest_layout = yes\n")
    paths = add(place, "qemu", "qemu.d/a", "qemu.d/d1/start")
    assert start().peer.call("d1").paths == paths


@pytest.mark.invariant(1)
@pytest.mark.parametrize("name, file", [("..", "start"), (".", "qemu.d/start/begin")])
def test_no_object_s_name_leads_out_of_its_own_folder(place, start, name, file):
    place.configure("per_guest_layout = yes\n")
    add(place, file)
    place.folder("hooks/qemu.d", exist_ok=True)
    assert start().peer.call(name).reason == "no-script"
    assert place.lines("trace") == []


@pytest.mark.parametrize("name", ["a~", "a.bak", "a.orig", "a.rej", "a.rpmsave", "a.rpmnew",
                                  "a.rpmorig", "a.dpkg-old", "a.dpkg-dist", ".a"])
def test_leftovers_are_passed_over_and_told_in_the_record(place, peer, name):
    path, = add(place, f"qemu.d/{name}")
    assert peer.call().reason == "no-script"
    assert place.lines("trace") == []
    assert "rename it if it is to run" in passed_over(place)[path]


def test_a_file_without_its_execute_bit_is_told_in_the_record_with_the_mend(place, peer):
    path = place.script("qemu", TRACE, mode=0o644)
    assert peer.call().reason == "no-script"
    assert f"run chmod +x {path}" in passed_over(place)[str(path)]


def test_what_is_no_file_is_passed_over_and_told_in_the_record(place, peer):
    folder = place.folder("hooks/qemu.d")
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("/nonexistent")
    (folder / "folder").mkdir()
    assert peer.call().reason == "no-script"
    assert set(passed_over(place)) == {str(folder / "loop"), str(folder / "nowhere")}


def test_new_scripts_are_seen_at_the_next_call(place, peer):
    assert peer.call().scripts == []
    paths = add(place, "qemu")
    assert peer.call().paths == paths
    paths += add(place, "qemu.d/new")
    assert peer.call().paths == paths
    (place.hooks / "qemu").unlink()
    assert peer.call().paths == paths[1:]


def test_a_hooks_folder_that_was_replaced_is_the_one_that_counts(place, peer):
    add(place, "qemu")
    assert peer.call().allow
    place.hooks.rename(place.root / "former")
    place.folder("hooks")
    paths = add(place, "qemu.d/other")
    assert peer.call().paths == paths


def test_all_scripts_run_even_after_one_has_failed(place, peer):
    paths = add(place, "qemu.d/1", "qemu.d/3")
    paths.insert(1, str(place.script("qemu.d/2", TRACE + "; exit 3")))
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (False, "exit-status")
    assert place.lines("trace") == paths == verdict.paths
    assert [script["exit_status"] for script in verdict.scripts] == [0, 3, 0]
    assert f"{paths[1]} exited with status 3" in verdict.message


@pytest.mark.invariant(1)
def test_a_call_that_names_a_path_runs_nothing(place, peer):
    script = place.root / "outside"
    script.write_text(f"#!/bin/sh\ntouch {place.root}/canary\n", encoding="utf-8")
    script.chmod(0o755)
    assert peer.call("d1", path=str(script), script=str(script), hooks=str(place.root),
                     env=["LD_PRELOAD=/x"], argv=[str(script)]).reason == "no-script"
    assert not (place.root / "canary").exists()


def test_more_scripts_than_a_call_may_have_are_not_begun(place, peer):
    for number in range(1025):
        place.script(f"qemu.d/{number:04}", TRACE)
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (False, "not-runnable")
    assert "more than 1024 scripts of qemu" in verdict.message
    assert place.lines("trace") == []


def test_more_scripts_than_a_packet_holds_are_told_in_a_memfd(place, peer):
    names = [f"qemu.d/{number:03}" for number in range(40)]
    for name in names:
        place.script(name, "head -c 4000 /dev/zero >&2")
    verdict = peer.call()
    assert verdict.in_memfd
    assert verdict.paths == [str(place.hooks / name) for name in names]
    assert {len(script["stderr_tail"]) for script in verdict.scripts} == {4 * 4000}
