"""A log of a million records is shown and verified in memory that does not grow with it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import subprocess
import tempfile

import pytest
from rig.long_log import CHAIN, GUESTS, write_long_log

from admin.support import ENVIRONMENT, build

RECORDS = 1_000_000
MEMORY_MAX_KIB = 64 << 10


@pytest.fixture(scope="module")
def large(written, tmp_path_factory):
    """Its path. Each call has run a script."""
    folder = tmp_path_factory.mktemp("large")
    path = folder / "service.log"
    begin, end = [line for line in written if b'"driver":"lxc"' in line][:2]
    write_long_log(path, [written[0], begin, end, written[-1]], RECORDS)
    yield path
    path.unlink()


def measure(path, *arguments):
    """What `virt-hook log` prints and its status; fails where it has more memory than it may."""
    argv = [build() / "admin/virt-hook", "log", "--audit", path, *arguments]
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(argv, stdout=output, env=ENVIRONMENT) as command:
            _, status, usage = os.wait4(command.pid, 0)
            command.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        print(f"{arguments}: {usage.ru_utime + usage.ru_stime:.1f} s, {usage.ru_maxrss} KiB")
        assert usage.ru_maxrss < MEMORY_MAX_KIB
        return output.read(), command.returncode


def test_the_calls_of_one_guest(large):
    shown, status = measure(large, "--guest", "guest7", "--json")
    calls = [json.loads(line) for line in shown.splitlines()]
    assert status == 0 and {call["object"] for call in calls} == {"guest7"}
    assert len(calls) == RECORDS // 2 // GUESTS


def test_the_last_calls(large):
    shown, status = measure(large, "-n", "3")
    assert status == 0 and shown.count(b" guest") == 3


def test_it_is_verified(large):
    shown, status = measure(large, "--verify", "--json")
    document = json.loads(shown)
    assert (status, document["records"], document["findings"]) == (0, RECORDS, [])


def test_one_changed_byte_in_it_is_found(large):
    with large.open("r+b") as log:
        log.seek(large.stat().st_size // 2)
        log.readline()
        start = log.tell()
        record = json.loads(log.readline())
        log.seek(start + 10)
        log.write(b"!")
    shown, status = measure(large, "--verify", "--json")
    found, = json.loads(shown)["findings"]
    assert status == 1 and (found["kind"], found["line"]) == ("changed", record["seq"])


def test_the_head_is_told(large):
    shown, status = measure(large, "--head")
    assert status == 0 and shown.startswith(f"{CHAIN}:{RECORDS}:".encode())
