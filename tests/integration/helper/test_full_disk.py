"""The audit log's disk is full: calls are answered as the admin chose, and what is lost is told.

The log lies on a small tmpfs in a mount namespace of the helper's own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from .processes import wait_until

pytestmark = pytest.mark.invariant(7)

MOUNT_AND_EXEC = 'mount -t tmpfs -o size=128k,mode=700 none "$0" && exec "$@"'


# Makes each record of a call larger than what the log's last page may still have room for.
LARGE = "x" * 4096


class SmallDisk:
    """A helper whose log lies on a small disk, which can be filled and emptied."""

    def __init__(self, place, start):
        self.helper = start(wrapper=("unshare", "--mount", "--propagation", "private", "/bin/sh",
                                     "-c", MOUNT_AND_EXEC, place.audit))
        self.folder = place.audit.relative_to("/")
        self.root = f"/proc/{self.helper.pid}/root/{self.folder}"

    def fill(self):
        with open(f"{self.root}/filler", "wb", buffering=0) as filler:
            with pytest.raises(OSError):
                while True:
                    filler.write(b"x" * 512)

    def make_room(self):
        with open(f"{self.root}/filler", "wb"):
            pass

    def records(self, kind):
        with open(f"{self.root}/service.log", encoding="utf-8") as log:
            return [record for record in map(json.loads, log) if record["type"] == kind]


@pytest.fixture
def disk(place, start, request):
    place.script("qemu", "touch $T/ran-$2")
    place.configure(getattr(request, "param", ""))
    return SmallDisk(place, start)


def test_by_default_a_call_that_cannot_be_recorded_is_denied_and_not_run(place, disk):
    peer = disk.helper.peer
    assert peer.call().allow
    (place.root / "ran-start").unlink()
    disk.fill()
    verdict = peer.call(operation="start", extra=LARGE)
    assert (verdict.allow, verdict.reason) == (False, "audit-failed")
    assert "make room" in verdict.message
    assert not (place.root / "ran-start").exists()


@pytest.mark.parametrize("disk, reason", [("audit_full = deny\n", "audit-failed"),
                                          ("audit_full = count\n", "ok")], indirect=["disk"])
def test_a_verdict_waits_for_its_record(place, disk, reason):
    """That it says how the write of the record went shows which of the two comes first."""
    place.script("qemu", "touch $T/runs; until test -e $T/go; do sleep 0.01; done")
    peer = disk.helper.peer
    call = peer.start(extra=LARGE, timeout_ms=20000)
    wait_until((place.root / "runs").exists, 10, "the script runs")
    disk.fill()
    (place.root / "go").touch()
    verdict = peer.finish(call)
    assert verdict.script["exit_status"] == 0
    assert verdict.reason == reason
    assert [record["object"] for record in disk.records("begin")] == ["d1"]
    assert not disk.records("end")


@pytest.mark.invariant(10)
@pytest.mark.parametrize("operation", ["reconnect", "stopped"])
def test_the_failure_policy_decides_there_too(disk, operation):
    disk.fill()
    verdict = disk.helper.peer.call(operation=operation, extra=LARGE)
    assert (verdict.allow, verdict.reason) == (True, "audit-failed")


@pytest.mark.parametrize("disk", ["audit_full = count\n"], indirect=True)
def test_where_the_admin_chose_to_count_the_call_goes_on(place, disk):
    disk.fill()
    verdict = disk.helper.peer.call(extra=LARGE)
    assert (verdict.allow, verdict.reason) == (True, "ok")
    assert (place.root / "ran-start").exists()


@pytest.mark.parametrize("disk", ["audit_full = count\n", "audit_full = deny\n"], indirect=True)
def test_with_room_again_calls_are_recorded_and_the_lost_ones_told(disk):
    peer = disk.helper.peer
    peer.call("before")
    disk.fill()
    for _ in range(3):
        peer.call("lost", extra=LARGE)
    disk.make_room()
    assert peer.call("after").allow
    assert sum(record["count"] for record in disk.records("lost")) == 6
    assert [record["object"] for record in disk.records("end")] == ["before", "after"]
