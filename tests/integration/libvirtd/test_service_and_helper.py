"""A real libvirtd when virthook's own processes are missing, stopped or late to come."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

import pytest

from rig.arrangement import HELPER, Service, Shim
from rig.libvirtd import Libvirtd

START = ["prepare", "start", "started"]

WITHOUT_HELPER = [("bind", "/dev/null", HELPER, "")]


@pytest.fixture
def served(hooks, cache):
    """A daemon with the service and a guest whose hook allows everything."""
    with Libvirtd(Service(), hooks={"qemu": hooks / "allow"}, cache=cache) as daemon:
        daemon.define_guest("g1")
        yield daemon


def test_a_host_without_hooks_does_not_need_the_helper(cache):
    """Invariant 3."""
    with Libvirtd(Shim(), cache=cache, extra_mounts=WITHOUT_HELPER) as daemon:
        daemon.define_guest("g1")
        assert daemon.virsh("start", "g1").status == 0
        assert daemon.virsh("destroy", "g1").status == 0
        assert daemon.audit() == []


def test_a_hook_that_cannot_run_for_want_of_a_helper_denies_the_start(hooks, cache):
    with Libvirtd(Shim(), hooks={"qemu": hooks / "allow"}, cache=cache,
                  extra_mounts=WITHOUT_HELPER) as daemon:
        daemon.define_guest("g1")
        result = daemon.virsh("start", "g1")
        assert result.status == 1
        assert HELPER in result.stderr


def test_a_new_script_is_seen_at_the_next_call(hooks, cache):
    """Libvirt's own way needs a restart or SIGHUP."""
    with Libvirtd(Shim(), cache=cache) as daemon:
        daemon.define_guest("g1")
        assert daemon.virsh("start", "g1").status == 0
        assert daemon.virsh("destroy", "g1").status == 0
        daemon.put_hook("qemu", hooks / "deny")
        assert "no licence is left for g1" in daemon.virsh("start", "g1").stderr


def test_scripts_of_the_folder_run_after_the_main_one_in_byte_order(served, hooks):
    for name in ("b", "a", "B"):
        served.put_hook("qemu", hooks / "allow", name=name)
    served.virsh("start", "g1").checked()
    main = served.hook_path("qemu")
    assert [script["path"] for script in served.audit("end")[0]["scripts"]] == [
        main, f"{main}.d/B", f"{main}.d/a", f"{main}.d/b"]


def test_the_service_runs_the_hooks_where_it_listens(served):
    served.virsh("start", "g1").checked()
    helpers = [process.pid for process in served.processes() if process.name == "virthook-helper"]
    assert helpers == [served.arrangement.helper.pid]
    assert [record["operation"] for record in served.audit("end")] == START


def test_where_the_service_has_ended_the_shim_runs_the_hooks_by_a_helper_of_its_own(served):
    served.arrangement.stop()
    served.virsh("start", "g1").checked()
    assert [record["operation"] for record in served.audit("end")] == START


def test_a_service_that_does_not_answer_denies_after_2_s_and_serves_again_when_it_goes_on(served):
    """Invariant 2. (A start makes three calls: prepare, denied, then stopped and release.)"""
    served.arrangement.helper.kill(signal.SIGSTOP)
    call = served.cell.run(["/etc/libvirt/hooks/qemu", "g1", "prepare", "begin", "-"])
    assert call.status == 1
    assert call.seconds < 3
    assert served.virsh("start", "g1").status == 1
    served.arrangement.helper.kill(signal.SIGCONT)
    assert served.virsh("start", "g1").status == 0


def test_a_service_that_was_killed_is_replaced_and_its_calls_are_closed(served, hooks):
    """Invariant 7: every call has exactly one record of how it ended."""
    served.put_hook("qemu", hooks / "hang")
    starting = served.spawn_virsh("start", "g1")
    served.cell.wait_for_process(f"{served.hook_path('qemu')} g1 prepare", 5)
    served.arrangement.helper.kill(signal.SIGKILL)
    assert starting.finish(10).status == 1
    served.put_hook("qemu", hooks / "allow")
    served.arrangement.start(served.cell)
    assert served.virsh("start", "g1").status == 0
    begun = [record["call"] for record in served.audit("begin")]
    ended = [record["call"] for record in served.audit("end")]
    assert sorted(begun) == sorted(ended)
