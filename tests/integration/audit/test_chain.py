"""The chain through a log, checked as docs/audit.md shows it: with the very lines of that page."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import subprocess
import sys

import pytest
from helper.wire import STATUS

from . import log


def tell(root, path):
    """What the page's own check prints about this file."""
    page = (root / "docs" / "audit.md").read_text(encoding="utf-8")
    check = re.search(r"^python3 - \S+ <<'EOF'\n(.*?)^EOF$", page, re.DOTALL | re.MULTILINE)[1]
    done = subprocess.run([sys.executable, "-c", check, path], capture_output=True, text=True,
                          timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.fixture
def path(place, start):
    """A log of two helpers, the first of which was killed with calls open."""
    place.script("qemu", "echo \"$1\"; echo '\",\"chain\":\"0123456789abcdef\",\"hash\":\"' >&2")
    first = start()
    for number in range(3):
        assert first.peer.call(f"d{number}").allow
    first.kill()
    second = start()
    assert second.peer.call("d3").allow
    second.end()
    return place.audit / "service.log"


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def test_a_log_is_one_chain_over_restarts(pytestconfig, path):
    records = log.read(path)
    assert tell(pytestconfig.rootpath, path) == []
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert len({record["chain"] for record in records}) == 1
    assert records[0]["prev"] == "0" * 64


def test_a_changed_record_shows(pytestconfig, path):
    lines = lines_of(path)
    lines[2] = lines[2].replace(b'"allow"', b'"deny"').replace(b'"d0"', b'"d9"')
    path.write_bytes(b"".join(lines))
    assert tell(pytestconfig.rootpath, path) == ["line 3 was changed"]


def test_a_record_that_was_taken_out_shows(pytestconfig, path):
    lines = lines_of(path)
    del lines[2]
    path.write_bytes(b"".join(lines))
    assert tell(pytestconfig.rootpath, path) == ["line 3 does not follow on line 2"]


def test_records_that_changed_places_show(pytestconfig, path):
    lines = lines_of(path)
    lines[2], lines[3] = lines[3], lines[2]
    path.write_bytes(b"".join(lines))
    assert "line 3 does not follow on line 2" in tell(pytestconfig.rootpath, path)


def test_where_the_last_line_is_no_record_a_chain_begins(place, start, path):
    with open(path, "ab") as out:
        out.write(b'{"schema":1,"type":"end","chain":"nonsense"}\n')
    former = log.read(path)[-2]
    start().end()
    later = log.read(path)[-2:]
    assert [(record["type"], record["seq"]) for record in later] == [("open", 1), ("close", 2)]
    assert later[0]["prev"] == "0" * 64
    assert later[0]["chain"] != former["chain"]


def test_status_tells_the_head(place, start):
    place.script("qemu", "exit 0")
    helper = start()
    assert helper.peer.call("d1").allow
    head = json.loads(helper.peer.ask(STATUS)["json"])["audit_head"]
    last = log.read(place.audit / "service.log")[-1]
    assert head == f"{last['chain']}:{last['seq']}:{last['hash']}"
