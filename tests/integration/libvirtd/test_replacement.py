"""A libvirt that has virthook in the place of its virhook.c, and the helpers that it starts."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

import pytest

from rig.arrangement import CONFIG, HELPER, SHIM, Modular, Replacement, TurnedOff
from rig.command import wait_until
from rig.libvirtd import LXC_URI, Libvirtd

WITHOUT_HELPER = [("bind", "/dev/null", HELPER, "")]

START = ["prepare", "start", "started"]


@pytest.fixture(params=[Replacement, Modular], ids=lambda way: way.name)
def way(request):
    return request.param


@pytest.fixture
def with_guest(cache):
    """with_guest(arrangement, **how): a daemon with a guest that is defined; ended by the test."""
    made = []

    def make(arrangement, **how):
        daemon = Libvirtd(arrangement, cache=cache, **how)
        made.append(daemon)
        daemon.define_guest("g1")
        return daemon
    yield make
    for daemon in made:
        daemon.close()


def helpers(daemon):
    """{pid: name} of the helpers that run."""
    return {process.pid: process.command_line.split()[4]
            for process in daemon.cell.processes_like(f"^{HELPER} ")}


def operations(daemon):
    return [record["operation"] for record in daemon.audit("end")
            if record["driver"] == "qemu"]


# Invariant 3: a host without hooks.

def test_without_hooks_no_helper_is_needed(with_guest, way):
    daemon = with_guest(way(), extra_mounts=WITHOUT_HELPER)
    assert daemon.virsh("start", "g1").status == 0
    assert daemon.virsh("destroy", "g1").status == 0
    assert daemon.audit() == []


def test_without_hooks_no_helper_is_started(with_guest, way):
    daemon = with_guest(way())
    daemon.virsh("start", "g1").checked()
    daemon.reload()
    daemon.virsh("destroy", "g1").checked()
    daemon.stop()
    assert not daemon.cell.path("/var/log/virthook/libvirtd.log").exists()
    assert daemon.audit() == []


def test_a_hook_that_cannot_run_for_want_of_a_helper_denies_the_start(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"}, extra_mounts=WITHOUT_HELPER)
    result = daemon.virsh("start", "g1")
    assert result.status == 1
    assert "Hook script execution failed" in result.stderr and HELPER in result.stderr


# The helper's life.

def test_the_helper_is_started_by_the_first_call_that_has_a_script(with_guest, hooks):
    daemon = with_guest(Replacement(), hooks={"qemu": hooks / "allow"})
    assert helpers(daemon) == {}
    daemon.virsh("start", "g1").checked()
    assert list(helpers(daemon).values()) == ["libvirtd"]


def test_each_daemon_has_one_helper_of_its_own(with_guest, hooks):
    daemon = with_guest(Modular(), hooks={"daemon": hooks / "allow", "qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    assert sorted(helpers(daemon).values()) == ["virtlxcd", "virtnetworkd", "virtqemud"]


def test_a_helper_that_was_killed_is_started_again_by_the_next_call(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    first = list(helpers(daemon))
    daemon.cell.signal(first[0])
    wait_until(lambda: not helpers(daemon), 5, "the helper's end")
    daemon.virsh("destroy", "g1").checked()
    daemon.virsh("start", "g1").checked()
    assert len(helpers(daemon)) == 1 and first[0] not in helpers(daemon)


@pytest.mark.parametrize("end", [Libvirtd.stop, Libvirtd.kill], ids=["SIGTERM", "SIGKILL"])
def test_the_helper_ends_with_its_daemon(with_guest, hooks, way, end):
    daemon = with_guest(way(), hooks={"daemon": hooks / "allow", "qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    assert helpers(daemon)
    end(daemon)
    wait_until(lambda: not helpers(daemon), 5, "the helper's end")


# What libvirt keeps in mind, and virthook does not.

def test_the_first_hook_of_a_driver_is_seen_without_a_restart(with_guest, hooks, way):
    daemon = with_guest(way())
    daemon.virsh("start", "g1").checked()
    daemon.virsh("destroy", "g1").checked()
    daemon.put_hook("qemu", hooks / "deny")
    assert "no licence is left for g1" in daemon.virsh("start", "g1").stderr


def test_a_hook_that_is_gone_is_no_longer_called(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "deny"})
    assert daemon.virsh("start", "g1").status == 1
    daemon.cell.path(daemon.hook_path("qemu")).unlink()
    assert daemon.virsh("start", "g1").status == 0


# What libvirt's users see.

def test_the_error_is_libvirts_own_with_virthooks_sentence(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "deny"})
    assert daemon.virsh("start", "g1").stderr.splitlines() == [
        "error: Failed to start domain 'g1'",
        "error: Hook script execution failed: /etc/libvirt/hooks/qemu exited with status 1: "
        "no licence is left for g1"]


@pytest.mark.parametrize("operation", START)
def test_a_script_that_fails_keeps_the_guest_from_running(with_guest, way, operation):
    daemon = with_guest(way())
    daemon.cell.write(daemon.hook_path("qemu"), f'#!/bin/sh\n[ "$2" != {operation} ]\n', 0o755)
    assert "hooks/qemu exited with status 1" in daemon.virsh("start", "g1").stderr
    assert daemon.virsh("domstate", "g1").stdout.strip() == "shut off"


def test_a_network_or_container_is_denied_as_a_guest_is(with_guest, way):
    daemon = with_guest(way())
    daemon.define_network("n1")
    daemon.define_container("c1")
    for driver in ("network", "lxc"):
        daemon.cell.write(daemon.hook_path(driver), "#!/bin/sh\nexit 1\n", 0o755)
    network, container = daemon.virsh("net-start", "n1"), daemon.virsh("start", "c1", uri=LXC_URI)
    assert "/etc/libvirt/hooks/network exited with status 1" in network.stderr
    assert "/etc/libvirt/hooks/lxc exited with status 1" in container.stderr


def test_a_failure_that_is_let_go_is_in_the_daemons_log(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    daemon.cell.write(daemon.hook_path("qemu"), "#!/bin/sh\necho not now >&2\nexit 3\n", 0o755)
    assert daemon.virsh("destroy", "g1").status == 0
    warnings = [line for line in daemon.log().splitlines() if "warning" in line]
    assert any("/etc/libvirt/hooks/qemu exited with status 3: not now" in line
               for line in warnings), warnings


def reloads(daemon):
    return [record["operation"] for record in daemon.audit("end")].count("reload")


def passed_over(daemon):
    return [line for line in daemon.log().splitlines() if "was passed over" in line]


def test_hooks_that_are_passed_over_are_told_once_and_again_after_sighup(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"daemon": hooks / "allow"})
    daemon.put_hook("qemu", hooks / "allow", mode=0o644)
    for times in (1, 2):
        daemon.virsh("start", "g1").checked()
        daemon.virsh("destroy", "g1").checked()
        assert len(passed_over(daemon)) == times
        assert "run chmod +x /etc/libvirt/hooks/qemu" in passed_over(daemon)[-1]
        daemon.reload()
        wait_until(lambda n=times: reloads(daemon) == n * len(way.daemons), 10, "the reload")


def test_a_shim_that_was_left_in_a_hooks_place_is_told(with_guest, way):
    daemon = with_guest(way())
    daemon.cell.path(daemon.hook_path("qemu")).symlink_to(SHIM)
    daemon.virsh("start", "g1").checked()
    assert "it is virthook's own shim" in passed_over(daemon)[0]


def test_scripts_of_the_folder_run_after_the_main_one_in_byte_order(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"})
    for name in ("b", "a", "B"):
        daemon.put_hook("qemu", hooks / "allow", name=name)
    daemon.virsh("start", "g1").checked()
    main = daemon.hook_path("qemu")
    assert [script["path"] for script in daemon.audit("end")[0]["scripts"]] == [
        main, f"{main}.d/B", f"{main}.d/a", f"{main}.d/b"]
    assert operations(daemon) == START


# SIGHUP, and the switch.

def test_sighup_has_the_helper_read_its_configuration_again(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "deny"})
    assert daemon.virsh("start", "g1").status == 1
    lenient = "".join(f'failure "{operation}" {{ exit = allow\n other = deny }}\n'
                      for operation in START)
    config = daemon.cell.read("/etc/virthook/virthook.conf")
    daemon.cell.write("/etc/virthook/virthook.conf", config + lenient)
    daemon.reload()
    wait_until(lambda: daemon.virsh("start", "g1").status == 0, 10, "the new failure policy")


def test_sighup_with_a_configuration_that_is_refused_leaves_the_old_one_and_says_so(
        with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    daemon.cell.write("/etc/virthook/virthook.conf", CONFIG + "no_such_key = 1\n")
    daemon.reload()
    wait_until(lambda: "no_such_key" in daemon.log(), 10, "the warning")
    assert daemon.virsh("destroy", "g1").status == 0
    assert operations(daemon)[-1] == "release"


def test_sighup_counts_for_a_helper_whose_hooks_are_gone(with_guest, hooks, way):
    daemon = with_guest(way(), hooks={"qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    daemon.cell.path(daemon.hook_path("qemu")).unlink()
    daemon.cell.write("/etc/virthook/virthook.conf", CONFIG + "no_such_key = 1\n")
    daemon.reload()
    wait_until(lambda: "no_such_key" in daemon.log(), 10, "the warning")


def test_that_virthook_is_turned_off_is_told_when_the_daemon_starts(with_guest):
    daemon = with_guest(TurnedOff())
    assert "LIBVIRT_VIRTHOOK=off: hooks are run by libvirt itself" in daemon.log()


def test_a_switch_that_is_neither_on_nor_off_is_told_and_leaves_virthook_in(with_guest, hooks):
    arrangement = Replacement()
    arrangement.environment = {"LIBVIRT_VIRTHOOK": "no"}
    daemon = with_guest(arrangement, hooks={"qemu": hooks / "allow"})
    daemon.virsh("start", "g1").checked()
    assert "LIBVIRT_VIRTHOOK is 'no', where only 'on' and 'off' mean something" in daemon.log()
    assert operations(daemon) == START


# The helper lost, under each operation that something hangs on.

LOST = {
    "prepare": (1, "shut off"),
    "started": (1, "shut off"),
    "restore": (1, "shut off"),
}


@pytest.fixture
def hanging(with_guest, hooks):
    """hanging(operation): a daemon whose hook hangs at that operation, and allows the others."""
    def make(operation):
        daemon = with_guest(Replacement(), hooks={"qemu": hooks / "allow"})
        if operation in ("restore", "reconnect"):
            daemon.virsh("start", "g1").checked()
        if operation == "restore":
            daemon.virsh("managedsave", "g1").checked()
        daemon.cell.write(daemon.hook_path("qemu"),
                          f'#!/bin/sh\n[ "$2" != {operation} ] || exec sleep 1000\n', 0o755)
        return daemon
    return make


def lose_helper(daemon, operation, number):
    """When the script of that operation runs, its helper gets the signal."""
    daemon.cell.wait_for_process("^sleep 1000", 10)
    assert [r for r in daemon.audit("begin") if r["operation"] == operation]
    daemon.cell.signal(next(iter(helpers(daemon))), number)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["SIGKILL", "SIGSTOP"])
class TestHelperLost:
    @pytest.mark.parametrize("operation", LOST)
    def test_a_start_ends_within_the_bound_as_the_failure_policy_says(
            self, hanging, operation, number):
        daemon = hanging(operation)
        starting = daemon.spawn_virsh("start", "g1")
        lose_helper(daemon, operation, number)
        status, state = LOST[operation]
        result = starting.finish(20)
        assert result.status == status
        assert "Hook script execution failed" in result.stderr
        assert daemon.virsh("domstate", "g1", timeout=5).stdout.strip() == state

    def test_others_are_answered_meanwhile(self, hanging, number):
        daemon = hanging("prepare")
        starting = daemon.spawn_virsh("start", "g1")
        lose_helper(daemon, "prepare", number)
        assert daemon.virsh("version", timeout=5).status == 0
        assert starting.finish(20).status == 1

    def test_the_next_start_works(self, hanging, hooks, number):
        daemon = hanging("prepare")
        starting = daemon.spawn_virsh("start", "g1")
        lose_helper(daemon, "prepare", number)
        starting.finish(20)
        daemon.put_hook("qemu", hooks / "allow")
        assert daemon.virsh("start", "g1").status == 0
        assert len(helpers(daemon)) == 1

    def test_a_live_guest_outlives_it_at_reconnect(self, hanging, number):
        daemon = hanging("reconnect")
        daemon.stop()
        daemon.start()
        lose_helper(daemon, "reconnect", number)
        wait_until(lambda: daemon.virsh("domstate", "g1", timeout=10).stdout.strip() == "running",
                   20, "the guest, reconnected")

    def test_every_call_has_its_end_in_the_log(self, hanging, hooks, number):
        daemon = hanging("prepare")
        starting = daemon.spawn_virsh("start", "g1")
        lose_helper(daemon, "prepare", number)
        starting.finish(20)
        daemon.put_hook("qemu", hooks / "allow")
        daemon.virsh("start", "g1").checked()
        begun, ended = ([record["call"] for record in daemon.audit(kind)]
                        for kind in ("begin", "end"))
        assert sorted(begun) == sorted(ended)
