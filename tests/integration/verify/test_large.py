"""A log of a million records is shown and verified in memory that does not grow with it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest
from rig.long_log import CHAIN, GUESTS, write_long_log
from rig.measured import measured

from admin.support import ENVIRONMENT, build

RECORDS = 1_000_000
MEMORY_MAX_KIB = 64 << 10


@pytest.fixture(scope="module", autouse=True)
def unsanitized():
    if b"__asan_init" in (build() / "admin/virt-hook").read_bytes():
        pytest.skip("AddressSanitizer keeps freed memory for a while")


@pytest.fixture(scope="module")
def large(unsanitized, written, tmp_path_factory):
    """Its path. Each call has run a script."""
    folder = tmp_path_factory.mktemp("large")
    path = folder / "service.log"
    begin, end = [line for line in written if b'"driver":"lxc"' in line][:2]
    write_long_log(path, [written[0], begin, end, written[-1]], RECORDS)
    yield path
    path.unlink()


def measure(path, *arguments):
    """What `virt-hook log` prints and its status; fails where it has more memory than it may."""
    done = measured([build() / "admin/virt-hook", "log", "--audit", path, *arguments],
                    env=ENVIRONMENT)
    print(f"{arguments}: {done.seconds:.1f} s, {done.peak_kib} KiB")
    assert done.peak_kib < MEMORY_MAX_KIB
    return done.stdout, done.status


def test_the_calls_of_one_guest(large):
    shown, status = measure(large, "--guest", "guest7", "--json")
    calls = [json.loads(line) for line in shown.splitlines()]
    assert status == 0 and {call["object"] for call in calls} == {"guest7"}
    assert len(calls) == RECORDS // 2 // GUESTS


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
