"""tools/demo runs to its end, says when virthook breaks a promise, and leaves nothing, ever.

The test is a child subreaper: whatever a demo left running would become its child.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = shutil.ignore_patterns("__pycache__", ".git", "build", "build-*")

PR_SET_CHILD_SUBREAPER = 36

# Of a demo, with its build.
SECONDS = 180

# A line of the demo's that shows how far it has come, and what it waits for then.
STAGES = {
    "building": r"^virthook: ",
    "starting": r"^ +build +build/demo",
    "the first hook": r"^ +built-in +libvirt's own way",
    "a hook that hangs": r"sleep 86400",
    "a flood": r"yes .* >&2",
    "the end": r"^6  The hook",
}


@pytest.fixture(autouse=True, scope="module")
def subreaper():
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def start(*arguments, root=ROOT, **how):
    """A tools/demo in a session of its own, its output on a pipe."""
    return subprocess.Popen([root / "tools/demo", *arguments], start_new_session=True, text=True,
                            preexec_fn=as_from_a_terminal,
                            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | how)


def as_from_a_terminal():
    """Signals that a shell's `&` or nohup have made ignored are heard."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(*arguments, **how):
    """Run tools/demo to its end: (exit status, output)."""
    demo = start(*arguments, **how)
    output, _ = demo.communicate(timeout=SECONDS)
    return demo.returncode, output


def reap_the_dead():
    """What ended after its parent did, as any init does."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def left_by(demo):
    """What a demo that has ended left on the machine."""
    reap_the_dead()
    children = Path("/proc/self/task").glob("*/children")
    processes = [pid for path in children for pid in path.read_text().split()]
    cgroups = Path("/sys/fs/cgroup").glob(f"*/**/virthook-cell-{demo.pid}-*")
    files = Path(tempfile.gettempdir()).glob(f"virthook-demo-{demo.pid}-*")
    mounts = [line for line in Path("/proc/self/mountinfo").read_text().splitlines()
              if f"virthook-demo-{demo.pid}-" in line]
    return [*processes, *map(str, cgroups), *map(str, files), *mounts]


def read_until(demo, pattern):
    """Read the demo's output up to a line with the pattern."""
    seen = []
    for line in demo.stdout:
        seen.append(line)
        if re.search(pattern, line):
            return
    raise AssertionError(f"no {pattern} in\n{''.join(seen)}")


@pytest.fixture(scope="module")
def whole():
    """A demo that ran undisturbed, not on a terminal and with stdin closed, and its output."""
    demo = subprocess.Popen(["sh", "-c", 'exec "$0" <&-', ROOT / "tools/demo"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, _ = demo.communicate(timeout=SECONDS)
    return demo, output


def test_virthook_keeps_every_promise(whole):
    demo, output = whole
    assert demo.returncode == 0, output
    assert "6 of 6 hooks went as virthook promises" in output


def test_it_takes_less_than_a_minute(whole):
    assert int(re.search(r"promises, in (\d+) s", whole[1])[1]) < 60


def test_it_leaves_nothing(whole):
    assert left_by(whole[0]) == []


def test_no_line_is_wider_than_100_columns_where_there_is_no_terminal(whole):
    assert [line for line in whole[1].splitlines() if len(line) > 100] == []


def test_there_is_no_escape_sequence_where_there_is_no_terminal(whole):
    assert "\033" not in whole[1]


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupt_ends_it_and_leaves_nothing(stage):
    demo = start()
    read_until(demo, STAGES[stage])
    os.killpg(demo.pid, signal.SIGINT)
    demo.stdout.read()
    assert demo.wait(30) == 128 + signal.SIGINT
    assert left_by(demo) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_another_signal_ends_it_and_leaves_nothing(number):
    demo = start()
    read_until(demo, STAGES["a hook that hangs"])
    demo.send_signal(number)
    demo.stdout.read()
    assert demo.wait(30) == 128 + number
    assert left_by(demo) == []


def test_a_reader_that_goes_away_ends_it_and_leaves_nothing():
    demo = start()
    read_until(demo, STAGES["the first hook"])
    demo.stdout.close()
    assert demo.wait(60) != 0
    assert left_by(demo) == []


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout that a test may break."""
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=LAYOUT))


def test_a_promise_that_is_not_kept_fails_it(checkout):
    checkout.joinpath("tools/demo.d/hooks/deny").write_text("#!/bin/sh\nexit 0\n")
    status, output = run(root=checkout)
    assert status == 1
    assert "NOT as promised: the guest does not start" in output
    assert re.search(r"\b[0-5] of 6 hooks went as virthook promises", output)


def test_a_build_that_fails_is_told_with_the_compilers_words(checkout):
    checkout.joinpath("shim/main.c").write_text("int main(void) { return nonsense; }\n")
    status, output = run(root=checkout)
    assert status == 3
    assert "nonsense" in output


def test_a_log_that_cannot_be_kept_is_refused_at_once(tmp_path):
    status, output = run("--audit", tmp_path / "none/log")
    assert status == 2
    assert "none/log" in output


def on_a_terminal(columns, environment):
    """What is on a terminal of that width when the first hook has been shown."""
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "columns", str(columns)], stdin=theirs, check=True)
    demo = start(stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | environment)
    os.close(theirs)
    seen, end = "", time.monotonic() + SECONDS
    while "2  The hook" not in seen and time.monotonic() < end:
        seen += os.read(ours, 4096).decode(errors="replace")
    demo.send_signal(signal.SIGTERM)
    try:
        while os.read(ours, 4096):
            pass
    except OSError:  # the other end is closed
        os.close(ours)
    demo.wait(30)
    return seen


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns):
    seen = on_a_terminal(columns, {"TERM": "xterm", "NO_COLOR": "1"})
    lines = [part for line in seen.splitlines() for part in line.split("\r")]
    assert [line for line in lines if len(line) > columns] == []


def test_a_terminal_is_given_colour():
    assert "\033[" in on_a_terminal(80, {"TERM": "xterm"})


def test_a_terminal_is_given_no_colour_where_NO_COLOR_is_set():
    assert "\033[" not in on_a_terminal(80, {"TERM": "xterm", "NO_COLOR": "1"})
