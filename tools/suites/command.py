"""Runs the commands of the suites, bounded, and leaves none behind.

A command's output goes to a file below build/logs/, so that it can be read while the command runs
and after it.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build/logs"

# What a command gets to put its things away between SIGTERM and SIGKILL, in seconds.
GRACE = 20


@dataclass(frozen=True)
class Finished:
    """A command that ended: its exit status (negative: the signal), and all that it printed."""
    status: int
    output: str

    @property
    def ok(self):
        return self.status == 0


def run(argv, log, *, timeout, env=None, cwd=ROOT, stdin=None):
    """Run argv to its end, or for timeout seconds; log names the file of its output."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    argv = [os.fspath(argument) for argument in argv]
    with open(path, "w+b") as output:
        process = subprocess.Popen(
            argv, cwd=cwd, env=os.environ | (env or {}), stdout=output, stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, start_new_session=True)
        try:
            process.communicate(stdin.encode() if stdin else None, timeout)
            late = ""
        except subprocess.TimeoutExpired:
            late = f"\n{argv[0]} did not end within {timeout} s and was ended\n"
        finally:
            end(process)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Finished(process.returncode, text + late)


def end(process):
    """End the command's process group if the command still runs."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
