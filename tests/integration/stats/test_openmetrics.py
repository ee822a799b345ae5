"""`virt-hook stats --openmetrics`: OpenMetrics, which a parser of the classic form takes, too."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import datetime
import os
import stat

import pytest
from prometheus_client import parser as classic
from prometheus_client.openmetrics import parser as openmetrics

from admin.support import run


@pytest.fixture
def three_calls(stats):
    """One is allowed, one denied, one late."""
    stats.path = stats.write_hook('case $1 in d2) exit 3 ;; d3) sleep 60 ;; esac\n')
    for name in ("d1", "d2", "d3"):
        stats.run("--timeout", "1", call=("qemu", name, "prepare", "begin"))
    return stats


def families(text):
    """The metrics of an OpenMetrics text, by name; fails where it is none."""
    return {family.name: family for family in openmetrics.text_string_to_metric_families(text)}


def samples(text, parser=openmetrics):
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in parser.text_string_to_metric_families(text) for sample in family.samples}


def value(text, name, **labels):
    return samples(text)[(name, *sorted(labels.items()))]


def test_it_is_openmetrics(three_calls):
    found = families(three_calls.text("--openmetrics"))
    assert found["virthook_calls"].type == "counter"
    assert found["virthook_script_duration_seconds"].type == "histogram"
    assert all(family.documentation for family in found.values())


def test_the_classic_parser_finds_the_same_samples(three_calls):
    text = three_calls.text("--openmetrics")
    assert samples(text, classic) == samples(text)


def test_the_samples_are_what_json_tells(three_calls):
    text, counted = three_calls.text("--openmetrics"), three_calls.counted()
    script, = counted["scripts"]
    labels = {"driver": "qemu", "script": script["path"]}
    for verdict, count in counted["calls"].items():
        assert value(text, "virthook_calls_total", driver="qemu", verdict=verdict) == count
    assert value(text, "virthook_calls_timed_out_total", driver="qemu") == 1
    for key in ("calls", "denied", "timeouts", "not_run", "denied_system_calls"):
        assert value(text, f"virthook_script_{key}_total", **labels) == script[key]
    name = "virthook_script_duration_seconds"
    assert value(text, f"{name}_sum", **labels) == script["sum_ms"] / 1000
    last = datetime.datetime.fromisoformat(script["last"].replace("Z", "+00:00")).timestamp()
    assert value(text, "virthook_script_last_run_timestamp_seconds", **labels) == int(last)


def test_the_histogram_is_cumulative_and_has_its_bounds_in_seconds(three_calls):
    text, counted = three_calls.text("--openmetrics"), three_calls.counted()
    script, = counted["scripts"]
    bounds = [f"{ms / 1000}" for ms in counted["histogram_bounds_ms"]] + ["+Inf"]
    for number, bound in enumerate(bounds, 1):
        assert value(text, "virthook_script_duration_seconds_bucket", driver="qemu", le=bound,
                     script=script["path"]) == sum(script["histogram"][:number])


def test_names_are_quoted(three_calls):
    odd = 'a"b\\c} 1\n# EOF é'
    text = three_calls.text("--openmetrics", place=three_calls.write([three_calls.ended(path=odd)]))
    for parser in (openmetrics, classic):
        names = {dict(labels[1:]).get("script") for labels in samples(text, parser)}
        assert names - {None} == {'a"b\\c} 1\\x0a# EOF é'}


def test_drivers_beyond_the_bound_are_counted_together(three_calls):
    place = three_calls.write({**three_calls.ended(), "driver": f"driver{number}", "scripts": []}
                              for number in range(70))
    assert value(three_calls.text("--openmetrics", place=place), "virthook_calls_total",
                 driver="(others)", verdict="allow") == 6


def test_a_file_is_replaced_at_once_and_all_may_read_it(three_calls):
    path = three_calls.folder / "virthook.prom"
    path.write_text("old")
    with path.open() as old:
        assert three_calls.text("--openmetrics", "--output", path) == ""
        assert old.read() == "old"
    assert path.read_text() == three_calls.text("--openmetrics")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [name for name in path.parent.iterdir() if "prom" in name.name] == [path]


@pytest.mark.parametrize("size", [0, 512])
def test_a_file_that_cannot_be_written_leaves_the_old_one(three_calls, size):
    path = three_calls.folder / "virthook.prom"
    path.write_text("old")
    limited = ["/usr/bin/prlimit", f"--fsize={size}", "/usr/bin/env", "--ignore-signal=XFSZ"]
    done = run([*limited, three_calls.program, "stats", "--audit", three_calls.log, "--openmetrics",
                "--output", path])
    assert done.returncode == 2 and b"cannot be written: File too large" in done.stderr
    assert path.read_text() == "old"
    assert [name for name in path.parent.iterdir() if "prom" in name.name] == [path]


@pytest.mark.parametrize("make", [
    lambda path: path.symlink_to("/dev/null"), os.mkfifo, os.mkdir], ids=["link", "fifo", "folder"])
def test_what_is_no_regular_file_is_left_where_it_is(three_calls, make):
    path = three_calls.folder / "special"
    make(path)
    before = path.lstat()
    done = three_calls.show("--openmetrics", "--output", path)
    assert done.returncode == 2 and b"special is no regular file: leave --output out" in done.stderr
    assert path.lstat().st_ino == before.st_ino and path.lstat().st_mode == before.st_mode


def test_a_folder_that_is_not_there_is_told(three_calls):
    done = three_calls.show("--openmetrics", "--output", three_calls.folder / "no/virthook.prom")
    assert done.returncode == 2 and b"no/virthook.prom cannot be written" in done.stderr


def test_an_answer_that_nobody_takes_is_told(three_calls):
    argv = [three_calls.program, "stats", "--audit", str(three_calls.log)]
    done = run(["/bin/sh", "-c", '"$@" >/dev/full', "sh", *argv])
    assert done.returncode == 2 and b"the answer cannot be written" in done.stderr
