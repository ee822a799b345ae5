"""The replacement's functions against libvirt's own, with arguments that a daemon seldom gives.

Both are in one library; the process that calls them (call_directly.py) is told which by the switch.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
from pathlib import Path

import pytest

from rig.arrangement import Replacement, TurnedOff
from rig.cell import ENVIRONMENT
from rig.libvirtd import Libvirtd

CALLER = Path(__file__).with_name("call_directly.py")

DRIVERS = ["daemon", "qemu", "lxc", "network", "libxl", "bhyve"]
QEMU, BEGIN = 1, 1
PREPARE, STOPPED, RESTORE = 2, 1, 8

# Leaves a line for each call: its own name, its arguments, and how much came on stdin.
HOOK = """#!/bin/sh
echo "${0##*/} $* $(cat | wc -c)" >>/run/seen
"""


class Direct:
    """A cell with libvirt in it, and no daemon."""

    def __init__(self, arrangement, hook=HOOK):
        self.environment = ENVIRONMENT | arrangement.environment
        self.host = Libvirtd(arrangement, start=False)
        self.cell = self.host.cell
        self.cell.write("/run/call.py", CALLER.read_bytes(), 0o755)
        self.cell.write("/run/seen", "", 0o666)
        for driver in DRIVERS:
            self.cell.write(self.host.hook_path(driver), hook, 0o755)

    def call(self, *calls, name="python3", options=()):
        """[(present, returned, output, error)] of the calls, made by a process of that name."""
        done = self.cell.run(
            ["bash", "-c", 'exec -a "$0" /usr/bin/python3 -IS /run/call.py "$@"', name, *options],
            timeout=120, stdin=json.dumps(calls).encode(), env=self.environment).checked()
        return [tuple(each) for each in json.loads(done.stdout)]

    def seen(self):
        return self.cell.read("/run/seen").splitlines()


@pytest.fixture
def direct():
    """direct(arrangement, hook=HOOK)"""
    made = []

    def make(*arguments):
        made.append(Direct(*arguments))
        return made[-1]
    yield make
    for one in made:
        one.host.close()


def told(direct, arrangement, calls):
    """What was present and returned, and the lines that the hooks left."""
    one = direct(arrangement)
    return [result[:2] for result in one.call(*calls)], one.seen()


def same(direct, calls):
    builtin, replaced = (told(direct, way(), calls) for way in (TurnedOff, Replacement))
    assert replaced == builtin
    return builtin


def test_every_number_of_a_driver_and_an_operation_means_what_it_means_to_libvirt(direct):
    results, seen = same(direct, [(driver, "g1", operation, BEGIN, None, None)
                                  for driver in range(-1, len(DRIVERS) + 1)
                                  for operation in range(-1, 18)])
    assert {line.split()[0] for line in seen} == set(DRIVERS)
    assert len(seen) == sum(returned == 0 for _, returned in results) > 30


def test_every_number_of_a_sub_operation_does_too(direct):
    _, seen = same(direct, [(QEMU, "g1", PREPARE, number, None, None) for number in range(-1, 5)])
    assert len(seen) == 6


@pytest.mark.parametrize("extra", [None, "-", "from snapshot", "é"])
def test_the_extra_argument_is_the_same(direct, extra):
    same(direct, [(QEMU, "g1", STOPPED, BEGIN, extra, None)])


@pytest.mark.parametrize("size", [0, 1, 100_000, 10_000_000])
def test_all_of_the_input_comes_to_the_script(direct, size):
    _, seen = same(direct, [(QEMU, "g1", PREPARE, BEGIN, None, "x" * size)])
    assert seen == [f"qemu g1 prepare begin - {size}"]


def test_the_output_is_the_scripts_or_empty_and_none_after_a_failure(direct):
    echo = '#!/bin/sh\n[ "$1" != bad ] || exit 1\n[ "$1" = silent ] || cat\n'
    calls = [(QEMU, name, RESTORE, BEGIN, None, "<a/>") for name in ("silent", "loud", "bad")]
    replaced = direct(Replacement(), echo).call(*calls)
    assert [(returned, output) for _, returned, output, _ in replaced] == [
        (0, ""), (0, "<a/>"), (-1, None)]


def test_no_hook_leaves_no_output(direct):
    one = direct(Replacement())
    one.cell.path(one.host.hook_path("qemu")).unlink()
    assert one.call((QEMU, "g1", RESTORE, BEGIN, None, "<a/>")) == [(0, 1, None, None)]


def test_a_call_that_cannot_be_made_is_decided_by_the_failure_policy(direct):
    prepare, stopped = direct(Replacement()).call(
        (QEMU, "a/b", PREPARE, BEGIN, None, None), (QEMU, "a/b", STOPPED, BEGIN, None, None))
    assert prepare[:3] == (1, -1, None) and stopped == (1, 0, "", None)
    assert prepare[3] == (
        "Hook script execution failed: virthook could not be asked about 'prepare' of driver qemu: "
        "the object's name must be UTF-8 of 1 to 1024 bytes, with no newline and no '/'; it is "
        "denied by the failure policy")


@pytest.mark.parametrize("name", ["with space", ".libvirtd-wrapped", "l" * 100])
def test_a_daemon_may_be_started_under_any_name(direct, name):
    one = direct(Replacement())
    assert one.call((QEMU, "g1", PREPARE, BEGIN, None, None), name=name)[0][1] == 0
    assert one.cell.path("/var/log/virthook/libvirt.log").exists()


@pytest.mark.parametrize("way", [TurnedOff, Replacement], ids=lambda way: way.name)
def test_a_program_that_is_no_daemon_runs_no_hooks(direct, way):
    """As with qemu:///embed: libvirt asks first whether there is a hook, and is told no."""
    one = direct(way())
    assert one.call((QEMU, "g1", PREPARE, BEGIN, None, None), options=["--no-daemon"])[0][0] == 0
