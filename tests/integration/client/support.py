"""What the client's tests are made of: a daemon that uses the library, a helper with a plan."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

# What a test allows the machine over what the library promises, in seconds: others run beside it.
# Nothing may come earlier than promised by more than a clock's difference.
SLACK = 1.5
EARLY = 0.5

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60


def build():
    folder = os.environ.get("VIRTHOOK_BUILD")
    if not folder:
        pytest.fail("VIRTHOOK_BUILD is not set: which build is to be tested?")
    return Path(folder)


def sanitizer_of(library):
    """The run-time library of ASan where the build needs one, which must be loaded first."""
    needed = subprocess.run(["/usr/bin/ldd", library], capture_output=True, text=True, check=True)
    paths = [line.split()[2] for line in needed.stdout.splitlines() if "libasan" in line]
    return {"LD_PRELOAD": paths[0], "ASAN_OPTIONS": "detect_leaks=0"} if paths else {}


def wait_until(condition):
    deadline = time.monotonic() + STUCK
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.005)


class Daemon:
    """A process of daemon.py; its methods are called by name: daemon.call(object="guest")."""

    def __init__(self, library):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                       "HOME": "/root", "SECRET_OF_THE_DAEMON": "1"} | sanitizer_of(library)
        self.numbers = itertools.count()
        self.waiting = {}
        self.process = subprocess.Popen(
            [sys.executable, "-B", HERE / "daemon.py", library], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.read_answers, daemon=True).start()

    def read_answers(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            future = self.waiting.pop(answer["number"])
            if "problem" in answer:
                future.set_exception(RuntimeError(answer["problem"]))
            else:
                future.set_result(answer["result"])
        for future in self.waiting.values():
            future.set_exception(RuntimeError("the daemon has ended"))

    def begin(self, method, **arguments):
        """Start a request in a thread of the daemon's; returns its Future."""
        number, future = next(self.numbers), Future()
        self.waiting[number] = future
        self.process.stdin.write(json.dumps({"number": number, "method": method,
                                             "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        return future

    def __getattr__(self, method):
        return lambda **arguments: self.begin(method, **arguments).result(STUCK)

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def sleep_through(self, seconds):
        """A stopped process goes on after so long: its time passes, and that is what is tested."""
        time.sleep(seconds)
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self):
        """End the process and return what it printed to stderr."""
        self.process.stdin.close()
        self.process.wait(STUCK)
        return self.process.stderr.read()


class Plan:
    """A private helper's binary that does as planned; see fake_helper.py."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "helper"
        self.path.write_text(f"#!{sys.executable} -EsB\nimport sys\nsys.path[:0] = ['{HERE}']\n"
                             f"import fake_helper\nfake_helper.main('{folder}')\n")
        self.path.chmod(0o755)

    def write(self, *manners):
        (self.folder / "plan").write_text(json.dumps(manners))

    def starts(self):
        """The pid of each start, in order."""
        path = self.folder / "starts"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def signal(self, start, name):
        os.kill(self.starts()[start], getattr(signal, name))

    def is_gone(self, start):
        """Whether that helper has ended and was reaped."""
        return not os.path.exists(f"/proc/{self.starts()[start]}")

    def await_end(self, start):
        """Until that helper has ended; whoever its parent is may reap it later."""
        wait_until(lambda: self.is_gone(start) or self.state(start) == "Z")

    def state(self, start):
        stat = Path(f"/proc/{self.starts()[start]}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0]

    def await_start(self, count):
        wait_until(lambda: len(self.starts()) >= count)

    def await_packet(self, kind, count):
        """Until the helpers have read so many packets of that kind."""
        wait_until(lambda: [noted[0] for noted in self.noted("packets")].count(kind) >= count)

    def noted(self, name):
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
