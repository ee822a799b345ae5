"""What a failed hook means: the whole table of defaults, and the admin's own words over it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import resource

import pytest

from .processes import wait_until

pytestmark = pytest.mark.invariant(10)

ALLOW, DENY = True, False

# Descriptors with which scripts can be found and vetted, but not started.
ENOUGH_TO_LOOK = 6

# (driver, operation): (a script exits with another status than 0, all other failures)
DEFAULTS = {
    **{("qemu", operation): (DENY, DENY)
       for operation in ("prepare", "start", "started", "attach", "migrate", "restore")},
    **{("network", operation): (DENY, DENY)
       for operation in ("start", "started", "port-created", "updated")},
    **{(driver, "start"): (DENY, DENY) for driver in ("lxc", "libxl", "bhyve")},
    **{(driver, "reconnect"): (DENY, ALLOW) for driver in ("qemu", "lxc", "libxl")},
    **{(driver, "stopped"): (ALLOW, ALLOW) for driver in ("qemu", "lxc", "network")},
    **{(driver, "release"): (ALLOW, ALLOW) for driver in ("qemu", "lxc", "bhyve")},
    ("network", "port-deleted"): (ALLOW, ALLOW),
    **{("daemon", operation): (ALLOW, ALLOW) for operation in ("start", "shutdown", "reload")},
    ("qemu", "an-operation-of-later"): (DENY, DENY),
}


@pytest.mark.parametrize("driver, operation", DEFAULTS)
def test_the_default_for_a_script_that_exits_with_1(place, peer, driver, operation):
    place.script(driver, "exit 1")
    verdict = peer.call(driver=driver, operation=operation)
    assert (verdict.allow, verdict.reason) == (DEFAULTS[driver, operation][0], "exit-status")


@pytest.mark.parametrize("driver, operation", DEFAULTS)
def test_the_default_for_a_script_that_cannot_be_run(place, peer, driver, operation):
    place.script(driver, mode=0o777)
    verdict = peer.call(driver=driver, operation=operation)
    assert (verdict.allow, verdict.reason) == (DEFAULTS[driver, operation][1], "not-runnable")


def ends_by_signal(place, helper, operation):
    place.script("qemu", "kill -KILL $$")
    return helper.peer.call(operation=operation)


def times_out(place, helper, operation):
    place.script("qemu", "sleep 600")
    return helper.peer.call(operation=operation, timeout_ms=200)


def is_refused(place, helper, operation):
    place.script("qemu", mode=0o777)
    return helper.peer.call(operation=operation)


def finds_no_interpreter(place, helper, operation):
    place.script("qemu", interpreter="/nonexistent")
    return helper.peer.call(operation=operation)


def finds_no_descriptor(place, helper, operation):
    """The helper has so few descriptors left that it can take the call, and start nothing."""
    place.script("qemu")
    before = resource.prlimit(helper.pid, resource.RLIMIT_NOFILE)
    free = [number for number in range(64) if number not in helper.descriptors()]
    few = free[ENOUGH_TO_LOOK]
    resource.prlimit(helper.pid, resource.RLIMIT_NOFILE, (few, before[1]))
    verdict = helper.peer.call(operation=operation)
    resource.prlimit(helper.pid, resource.RLIMIT_NOFILE, before)
    return verdict


def loses_its_runner(place, helper, operation):
    place.script("qemu", "touch $T/runs; sleep 600")
    call = helper.peer.start(operation=operation)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    runner, = helper.runners()
    os.kill(runner, 9)
    return helper.peer.finish(call)


OTHER = {
    "signal": ends_by_signal,
    "timed-out": times_out,
    "not-runnable, vetting": is_refused,
    "not-runnable, interpreter": finds_no_interpreter,
    "not-runnable, descriptors": finds_no_descriptor,
    "not-runnable, runner": loses_its_runner,
}


@pytest.mark.parametrize("operation, allow", [("start", DENY), ("reconnect", ALLOW)])
@pytest.mark.parametrize("failure", OTHER)
def test_the_answer_does_not_follow_from_which_other_failure_it_was(place, helper, failure,
                                                                    operation, allow):
    verdict = OTHER[failure](place, helper, operation)
    assert verdict.allow == allow
    assert verdict.reason == failure.partition(",")[0]
    place.script("qemu")
    assert helper.peer.call().reason == "ok"


def test_new_xml_over_its_limit_is_such_a_failure(place, start):
    place.configure('output_max = 1\nfailure "qemu/migrate" { exit = deny\n other = allow }\n')
    place.script("qemu", "echo xx")
    peer = start().peer
    verdict = peer.call(operation="migrate")
    assert (verdict.allow, verdict.reason, verdict.output) == (ALLOW, "output-limit", None)
    assert not peer.call(operation="restore").allow


@pytest.mark.parametrize("title, fits", [
    ("qemu/start", True), ("*/start", True), ("qemu/*", True), ("*/*", True), ("start", True),
    ("network/start", False), ("qemu/started", False)])
def test_a_failure_section_overrides_the_defaults_where_it_fits(place, start, title, fits):
    place.configure(f'failure "{title}" {{ exit = allow\n other = deny }}\n')
    place.script("qemu", "exit 1")
    assert start().peer.call(operation="start").allow == fits


def test_the_configuration_can_also_deny_what_is_allowed_by_default(place, start):
    place.configure('failure "daemon/*" { exit = deny\n other = deny }\n')
    place.script("daemon", "exit 1")
    assert not start().peer.call("-", driver="daemon", operation="start").allow


def test_exit_and_other_are_decided_apart(place, start):
    place.configure('failure "start" { exit = allow\n other = deny }\n'
                    'failure "stopped" { exit = deny\n other = allow }\n')
    peer = start().peer
    place.script("qemu", "exit 1")
    assert [peer.call(operation=operation).allow for operation in ("start", "stopped")] == [
        ALLOW, DENY]
    place.script("qemu", mode=0o777)
    assert [peer.call(operation=operation).allow for operation in ("start", "stopped")] == [
        DENY, ALLOW]


def test_the_hello_carries_the_policy_with_the_configured_rules_first(place, start):
    place.configure('failure "qemu/start" { exit = allow\n other = deny }\n')
    assert start().peer.hello["policy"] == [
        ["qemu", "start", 1, 0],
        ["daemon", "*", 1, 1], ["*", "stopped", 1, 1], ["*", "release", 1, 1],
        ["*", "port-deleted", 1, 1], ["*", "reconnect", 0, 1]]


def test_an_allowed_failure_is_told_all_the_same(place, peer):
    path = place.script("qemu", "echo no space >&2; exit 4")
    verdict = peer.call(operation="stopped")
    assert verdict.message == (f"{path} exited with status 4: no space; the failure policy allows "
                               "stopped all the same")


def test_of_several_failures_the_one_that_is_denied_decides(place, start):
    place.configure('failure "start" { exit = deny\n other = allow }\n')
    place.script("qemu.d/1", mode=0o777)
    path = place.script("qemu.d/2", "exit 1")
    verdict = start().peer.call()
    assert (verdict.allow, verdict.reason) == (DENY, "exit-status")
    assert str(path) in verdict.message
