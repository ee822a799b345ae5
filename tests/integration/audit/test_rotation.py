"""The log is rotated by logrotate, with the shipped snippet, beside a helper that goes on."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import re
import subprocess

import pytest
from degraded.conditions import BUILD

from . import log

# Who the helper is: an ordinary user by default, root where scripts may be anything.
HELPERS = {"default": "default_profile = isolated\n", "root": "default_profile = unconfined\n"}


@pytest.fixture(params=HELPERS)
def helper(request, place, start):
    """One that has made its log's directory itself, as on a fresh machine."""
    place.audit.rmdir()
    place.configure(HELPERS[request.param] + "grace = 0.2\n")
    place.script("qemu", "[ $1 != slow ] || while [ ! -e $0.go ]; do sleep 0.05; done")
    return start()


@pytest.fixture
def rotate(place):
    """Runs logrotate once, as if a week had passed."""
    snippet = (BUILD / "packaging/virthook.logrotate").read_text(encoding="utf-8")
    mine, count = re.subn(r"^/\S+/\*\.log \{$", f"{place.audit}/*.log {{", snippet, flags=re.M)
    assert count == 1
    rules = place.root / "logrotate.conf"
    rules.write_text(mine, encoding="utf-8")
    rules.chmod(0o644)

    def run():
        subprocess.run(["/usr/sbin/logrotate", "--force", "--state", place.root / "state", rules],
                       check=True, timeout=60)

    return run


def records_of(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return log.parse(data)


def test_no_record_and_no_link_of_the_chain_is_lost_over_rotations(place, helper, rotate):
    for number in range(3):
        assert helper.peer.call(f"d{number}").allow
        rotate()
    assert helper.peer.call("d3").allow
    helper.end()
    names = ["service.log.3.gz", "service.log.2.gz", "service.log.1", "service.log"]
    records = [record for name in names for record in records_of(place.audit / name)]
    assert sorted(path.name for path in place.audit.iterdir()) == sorted(names)
    assert [end["object"] for end in log.of_type(records, "end")] == ["d0", "d1", "d2", "d3"]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    for former, later in zip(records, records[1:]):
        assert (later["chain"], later["prev"]) == (former["chain"], former["hash"])


def test_a_call_that_runs_over_a_rotation_has_its_begin_repeated_and_one_end(place, helper,
                                                                              rotate):
    call = helper.peer.start("slow")
    helper.peer.accepted(call)
    rotate()
    assert helper.peer.call("d1").allow
    (place.hooks / "qemu.go").touch()
    assert helper.peer.finish(call).allow
    records = log.read(place.audit / "service.log")
    slow = [record for record in records if record.get("object") == "slow"]
    assert [(record["type"], record.get("repeated")) for record in slow] == [
        ("begin", True), ("end", None)]
    assert log.unpaired(records) == []


def test_a_call_whose_helper_was_killed_after_a_rotation_is_closed(place, helper, rotate, start):
    call = helper.peer.start("slow")
    helper.peer.accepted(call)
    rotate()
    helper.kill()
    start().end()
    records = log.read(place.audit / "service.log")
    assert [(end["object"], end["reason"]) for end in log.of_type(records, "end")] == [
        ("slow", "helper-lost")]
