"""A helper that may make no file in its log's directory: it writes on, and its status says so."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import pwd
import shutil
import subprocess

import pytest
from degraded.conditions import BUILD
from helper.wire import STATUS

from . import log

OWN_USER = "virthook"


@pytest.fixture
def helper(place, start):
    """One that gave root up, with a directory that is root's alone; its log is then moved away."""
    place.root.chmod(0o755)
    place.configure("default_profile = isolated\ngrace = 0.2\n")
    place.script("qemu")
    path = place.root / "helper.sock"
    started = start(channel=False, options=["--listen", path])
    started.peer = started.connect(path)
    assert started.peer.call("before").allow
    (place.audit / "service.log").rename(place.audit / "service.log.1")
    return started


def problem_of(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])["audit_problem"]


def guests_in(path):
    return [end["object"] for end in log.of_type(log.read(path), "end")]


def test_it_writes_on_in_the_file_that_was_moved_and_no_call_is_denied(place, helper):
    assert helper.peer.call("after").allow
    assert [path.name for path in place.audit.iterdir()] == ["service.log.1"]
    assert guests_in(place.audit / "service.log.1") == ["before", "after"]


def test_status_says_so_once_it_has_been_tried(helper):
    assert problem_of(helper) is None
    assert helper.peer.call("after").allow
    assert "is written on there" in problem_of(helper)
    assert "Permission denied" in problem_of(helper)


def test_the_mend_mends_it(place, helper):
    assert helper.peer.call("after").allow
    shutil.chown(place.audit, OWN_USER, "root")
    place.audit.chmod(0o770)
    assert helper.peer.call("mended").allow
    assert problem_of(helper) is None
    assert guests_in(place.audit / "service.log") == ["mended"]
    assert (place.audit / "service.log").stat().st_uid == pwd.getpwnam(OWN_USER).pw_uid


def test_virt_hook_status_shows_it(place, helper):
    assert helper.peer.call("after").allow
    done = subprocess.run([BUILD / "admin/virt-hook", "status", "--socket",
                           place.root / "helper.sock"],
                          capture_output=True, text=True, timeout=60, check=True)
    assert problem_of(helper) in done.stdout
