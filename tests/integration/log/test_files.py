"""The files of a log: found in the order of their writing, and read once whatever is rotated."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import json
import os
import subprocess

import pytest

from admin.support import ENVIRONMENT, STUCK, build, run

# So many records of this size that no pipe takes them all.
MANY = 400
PADDING = "x" * 2000


def line(number, microsecond):
    return json.dumps({"schema": 1, "type": "end", "object": f"d{number}", "message": PADDING,
                       "time": f"2026-11-23T00:00:00.{microsecond:06}Z"}) + "\n"


@pytest.fixture
def write(tmp_path):
    """Writes files by name, each with the next records, and tells in which order they are read;
    where a file's time is given, that of its records does not tell it."""

    class Place:
        folder = tmp_path
        count = 0

        def file(self, name, records=1, written=None):
            text = "".join(line(self.count + i, 0 if written else self.count + i)
                           for i in range(records)).encode()
            self.count += records
            path = tmp_path / name
            path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
            if written:
                os.utime(path, (written, written))
            return path

        def argv(self, place=tmp_path):
            return [build() / "admin/virt-hook", "log", "--json", "--audit", place]

        def read(self, place=tmp_path, argv=()):
            done = run([*argv, *self.argv(place)])
            assert (done.returncode, done.stderr) == (0, b"")
            return [json.loads(text)["object"] for text in done.stdout.splitlines()]

        def all(self):
            return [f"d{number}" for number in range(self.count)]

    return Place()


# Names of one helper's files, the oldest first.
ORDERS = {
    "numbers": ["service.log.10", "service.log.9.gz", "service.log.1", "service.log"],
    "dates": ["service.log-20251231.gz", "service.log-20260101", "service.log"],
    "dates with hyphens": ["service.log-2025-12-31", "service.log-2026-01-01.gz", "service.log"],
    "dates with seconds": ["service.log-20260101-1767225600", "service.log-20260101-1767225700",
                           "service.log"],
    "dates with hours": ["service.log-2026010109", "service.log-2026010110", "service.log"],
    "numbers, then dates": ["service.log.2.gz", "service.log.1", "service.log-20260101",
                            "service.log-20260102.gz", "service.log"],
    "dates, then numbers": ["service.log-20260101", "service.log-20260102.gz", "service.log.2.gz",
                            "service.log.1", "service.log"],
    "of a second helper": ["service-2.log-20260101", "service-2.log.1", "service-2.log"],
    "without a suffix": ["audit-20260101", "audit.1", "audit"],
    "of a second helper without a suffix": ["audit-2-20260101", "audit-2.1", "audit-2"],
}


@pytest.mark.parametrize("names", ORDERS.values(), ids=ORDERS)
def test_files_are_read_in_the_order_of_their_writing(write, names):
    for number, name in enumerate(names):
        write.file(name, written=1_000_000_000 + number)
    place = write.folder if ".log" in names[0] else write.folder / "audit"
    assert write.read(place) == write.all()


def test_a_compressed_copy_beside_its_file_is_not_read_too(write):
    path = write.file("service.log.1", 5)
    write.file("service.log")
    whole = gzip.compress(path.read_bytes())
    (write.folder / "service.log.1.gz").write_bytes(whole[:len(whole) // 2])
    assert write.read() == write.all()


def test_what_is_no_file_is_not_waited_for(write):
    write.file("service.log")
    os.mkfifo(write.folder / "other.log")
    (write.folder / "folder.log").mkdir()
    assert write.read() == write.all()


def test_more_files_than_may_be_open_as_a_rule(write):
    for number in range(60, 0, -1):
        write.file(f"service.log.{number}")
    write.file("service.log")
    limited = ["/bin/sh", "-c", 'ulimit -S -n 30; exec "$@"', "sh"]
    assert write.read(argv=limited) == write.all()


def rotate(folder):
    """As logrotate with `compress` does, and the helper after it."""
    (folder / "service.log.1").rename(folder / "service.log.2")
    (folder / "service.log").rename(folder / "service.log.1")
    old = folder / "service.log.2"
    (folder / "service.log.2.gz").write_bytes(gzip.compress(old.read_bytes()))
    old.unlink()
    (folder / "service.log").write_text(line(MANY * 2, 999_999))


def test_a_rotation_while_it_is_read_shows_no_record_twice_and_loses_none(write):
    write.file("service.log.1", MANY)
    write.file("service.log", MANY)
    with subprocess.Popen(write.argv(), stdout=subprocess.PIPE, bufsize=0,
                          env=ENVIRONMENT) as reading:
        first = reading.stdout.readline()
        rotate(write.folder)
        rest, _ = reading.communicate(timeout=STUCK)
    shown = [json.loads(text)["object"] for text in (first + rest).splitlines()]
    assert shown == write.all()
