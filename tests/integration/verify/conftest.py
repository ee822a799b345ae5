"""What the tests of verifying share: a log of 1,000 records that a real helper wrote."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
import pytest
from helper.conftest import binary, place, pytest_configure, start
from helper.place import Place
from helper.processes import Helper

from .logs import Logs

RECORDS = 1000


@pytest.fixture(scope="session")
def written(binary):
    """The lines of a log: open, 499 calls (some run a script), close."""
    made = Place()
    try:
        made.script("lxc", "echo \"$1\"; echo '\",\"chain\":\"0123456789abcdef\",\"hash\":\"' >&2")
        helper = Helper(made, binary)
        try:
            for number in range(RECORDS // 2 - 1):
                driver = "qemu" if number % 25 else "lxc"
                assert helper.peer.call(f"d{number}", driver=driver).allow
            helper.end()
        finally:
            helper.clean_up()
        lines = (made.audit / "service.log").read_bytes().splitlines(keepends=True)
    finally:
        made.remove()
    assert len(lines) == RECORDS
    return lines


@pytest.fixture
def logs(tmp_path):
    return Logs(tmp_path)
