"""virt-hook status tells where copies go, and how many of them were lost."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest
from degraded.conditions import BUILD


@pytest.fixture
def status(place, syslog, corner, start):
    """Starts a helper with that configuration, and asks it, after one call that was denied."""
    def ask(configuration, receives=True):
        place.configure(configuration)
        place.script("qemu", "exit 1")
        if not receives:
            corner.fill("dev-log")
        path = place.root / "helper.sock"
        helper = start(channel=False, options=["--listen", path], wrapper=corner.wrapper)
        peer = helper.connect(path)
        assert not peer.call().allow
        done = subprocess.run([BUILD / "admin/virt-hook", "status", "--socket", path],
                              capture_output=True, text=True, timeout=60, check=True)
        peer.close()
        return [line for line in done.stdout.splitlines() if "copies" in line]

    return ask


def test_it_tells_how_many_were_sent(status):
    assert status("audit_syslog = yes\n") == ["syslog      copies sent: 1, lost: 0"]


def test_it_tells_how_many_were_lost_and_where_to_look(status):
    assert status("audit_syslog = yes\n", receives=False) == [
        "syslog      copies sent: 0, lost: 1; it did not take them, look whether it runs"]


def test_where_none_are_sent_it_tells_nothing(status):
    assert status("audit_syslog = no\n") == []
