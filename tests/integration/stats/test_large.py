"""A log of any length is counted in memory that does not grow."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import json

import pytest
from rig.measured import measured

RECORDS = 1_000_000
# Compressed at once and written so many times: a file of many members is one to read.
MEMBER = 10_000
MEMORY_MAX_KIB = 64 << 10


@pytest.fixture
def unsanitized(stats):
    if b"__asan_init" in stats.program.read_bytes():
        pytest.skip("AddressSanitizer keeps freed memory for a while")


@pytest.mark.usefixtures("unsanitized")
def test_a_million_records_take_less_than_64_mib(stats):
    path = stats.write_hook("exit 0\n")
    stats.run()
    call = [line for line in stats.log.read_bytes().splitlines(keepends=True)
            if json.loads(line)["type"] in ("begin", "end")]
    place = stats.folder / "many"
    place.mkdir()
    member = gzip.compress(b"".join(call) * (MEMBER // len(call)), 1)
    (place / "service.log.1.gz").write_bytes(member * (RECORDS // MEMBER))
    done = measured([stats.program, "stats", "--json", "--audit", place])
    counted = json.loads(done.stdout)
    assert done.status == 0
    assert [script["calls"] for script in counted["scripts"]] == [RECORDS // 2]
    assert counted["scripts"][0]["path"] == str(path)
    assert done.peak_kib < MEMORY_MAX_KIB


@pytest.mark.usefixtures("unsanitized")
@pytest.mark.parametrize("form", [(), ("--json",), ("--openmetrics",)])
def test_as_many_scripts_as_are_counted_with_long_paths_take_less_than_64_mib(stats, form):
    stats.write_hook("exit 0\n")
    stats.run()
    place = stats.write(stats.ended(path=f"/{'x' * 3000}/{number}") for number in range(5000))
    done = measured([stats.program, "stats", *form, "--audit", place])
    assert done.status == 0 and done.stdout.count(b"/4000") > 0
    assert done.peak_kib < MEMORY_MAX_KIB
