"""A head out of a copy shows what the log alone cannot: that its end was cut off."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess

import pytest
from degraded.conditions import BUILD


def verify(place, *heads):
    """The exit status of virt-hook log --verify: 1 where it found a break."""
    expected = [word for head in heads for word in ("--expect", head)]
    done = subprocess.run([BUILD / "admin/virt-hook", "log", "--audit", f"{place.audit}/",
                           "--verify", *expected],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def heads_of_journal(journald):
    """As docs/audit.md has it."""
    journald.entries()
    done = journald.corner.run(
        "sh", "-c", "journalctl --directory=/run/log/journal -t virthook-helper -o cat "
        "--output-fields=VIRTHOOK_HEAD", check=True)
    return done.stdout.decode().split()


@pytest.fixture
def denied(place, copying):
    """Two calls that were denied, with copies of them, and the helper's end."""
    def call_and_end(name):
        place.script("qemu", "exit 1")
        helper = copying(name)
        for guest in ("d1", "d2"):
            assert not helper.peer.call(guest).allow
        helper.kill()

    return call_and_end


def cut_the_last_call(place):
    """The log as if the call of d2 had never been."""
    path = place.audit / "service.log"
    lines = path.read_bytes().splitlines(keepends=True)
    assert b'"object":"d2"' in lines[-1] and b'"object":"d2"' in lines[-2]
    path.write_bytes(b"".join(lines[:-2]))


def test_the_journal_s_heads_fit_the_log_and_not_one_that_was_cut(place, journald, denied):
    denied("journal")
    heads = heads_of_journal(journald)
    assert len(heads) == 3
    assert verify(place, *heads) == 0
    cut_the_last_call(place)
    assert verify(place) == 0
    assert verify(place, *heads[:-1]) == 0
    assert verify(place, *heads) == 1


def test_syslog_s_heads_fit_the_log_and_not_one_that_was_cut(place, syslog, denied):
    denied("syslog")
    first, second = (re.search(r", head (\S+)\]$", syslog.recv(4096).decode())[1]
                     for _ in range(2))
    assert verify(place, first, second) == 0
    cut_the_last_call(place)
    assert verify(place) == 0
    assert verify(place, first) == 0
    assert verify(place, second) == 1
