"""What the helper says, and does, where the kernel lacks a feature.

The suites under a condition say that all else holds; here is what must be told.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

# pylint: disable=unused-import
from helper.conftest import binary, place, sanitized, start
from helper.processes import marked
from helper.wire import ERROR, STATUS

from . import conditions

MOUNTS = """
import ctypes
print(ctypes.CDLL(None).mount(b"none", b"/mnt", b"tmpfs", 0, None))
"""


@pytest.fixture(scope="session")
def without(tmp_path_factory):
    """without(feature): a helper's binary that runs on a kernel that lacks it."""
    folder = tmp_path_factory.mktemp("without")
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    deprive = conditions.compile_deprive(folder)
    helper = conditions.BUILD / "helper/virthook-helper"

    def make(feature):
        place_of_it = folder / feature
        place_of_it.mkdir(exist_ok=True)
        return conditions.stand_in(place_of_it / "virthook-helper", deprive, helper, feature)
    return make


@pytest.fixture
def confined(place):
    """A place whose scripts are isolated."""
    conditions.install_profiles(place.root)
    place.root.chmod(0o755)
    place.configure("default_profile = isolated\ngrace = 0.2\n" + (
        "" if conditions.has_user() else "profile isolated { inherits = isolated user = nobody }"))
    return place


def enforced(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])["enforced"]


def lacks(helper):
    return "\n".join(enforced(helper)["lacks"])


def test_without_landlock_it_says_so_and_the_mounts_hold(confined, start, without):
    confined.script("qemu", "echo x >/etc/virthook-test && echo written; echo y >/tmp/mine && "
                            "echo done")
    helper = start(binary=without("landlock"))
    assert enforced(helper)["landlock"] == 0 and "Landlock" in lacks(helper)
    script = helper.peer.call().script
    assert script["stdout_tail"] == "done\n"
    assert "landlock" not in script["enforced"] and "mounts" in script["enforced"]


def test_without_notification_it_says_so_and_calls_are_refused_all_the_same(confined, start,
                                                                           without):
    confined.python("qemu", MOUNTS)
    helper = start(binary=without("notify"))
    assert enforced(helper)["seccomp"] == "errno" and "not told by name" in lacks(helper)
    script = helper.peer.call().script
    assert script["stdout_tail"] == "-1\n" and "denied" not in script
    assert "seccomp:errno" in script["enforced"]


def test_without_a_pid_max_of_a_namespace_it_says_so_or_has_a_cgroup(confined, start, without):
    confined.script("qemu", "exit 0")
    helper = start(binary=without("own-pid-max"))
    assert enforced(helper)["pid_max"] is False
    assert enforced(helper)["cgroup"] or "PID limit" in lacks(helper)
    assert helper.peer.call().allow


def test_without_user_namespaces_root_s_helper_has_its_scripts_all_the_same(confined, start,
                                                                            without):
    confined.script("qemu", "id -u; ls -d /proc/[0-9]* | wc -l")
    helper = start(binary=without("user-namespaces"))
    assert enforced(helper)["pid_namespace"] == "with CAP_SYS_ADMIN"
    uid, processes = helper.peer.call().script["stdout_tail"].split()
    assert int(uid) != 0 and int(processes) < 6


@pytest.mark.parametrize("feature", conditions.FEATURES)
def test_nothing_survives_the_verdict_whatever_the_kernel_lacks(confined, start, without, feature):
    confined.script("qemu", f"setsid sh -c 'trap \"\" TERM; : {confined.root}; sleep 6000; :' "
                            "</dev/null >/dev/null 2>&1 & exit 0")
    assert start(binary=without(feature)).peer.call().allow
    assert marked(f": {confined.root}") == []


@pytest.mark.parametrize("profile, feature", conditions.REFUSED)
def test_a_profile_that_needs_the_feature_is_refused_with_the_mend(confined, start, without,
                                                                  profile, feature):
    confined.configure(f"default_profile = {profile}\n")
    packet = start(binary=without(feature), greet=False).peer.receive(20)
    assert packet.type == ERROR and packet.fields["code"] == "bad-configuration"
    assert f"profile {profile} cannot be used on this host" in packet.fields["message"]
    assert "write pids = own" in packet.fields["message"]


def test_on_a_kernel_too_old_for_its_mounts_nothing_runs_confined_and_it_is_told(confined, start,
                                                                                 without):
    confined.script("qemu", "echo ran")
    helper = start(binary=without("mount-calls"))
    verdict = helper.peer.call()
    assert (verdict.allow, verdict.reason) == (False, "not-runnable")
    assert "Function not implemented" in verdict.message, verdict.message
    assert verdict.script["stdout_bytes"] == 0
