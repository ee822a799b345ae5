"""What the tests of virt-hook are made of: a folder of hooks, and the command."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import subprocess
from pathlib import Path

import pytest

from degraded import conditions

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60


def build():
    folder = os.environ.get("VIRTHOOK_BUILD")
    if not folder:
        pytest.fail("VIRTHOOK_BUILD is not set: which build is to be tested?")
    return Path(folder)


class VirtHook:
    """`virt-hook run` of the build, on a folder of hooks and with a log of its own."""

    call = ("qemu", "guest", "prepare", "begin")

    def __init__(self, folder):
        self.folder = folder
        self.hooks = folder / "hooks"
        self.log = folder / "audit.log"
        self.hooks.mkdir()
        self.program = build() / "admin/virt-hook"
        self.helper = conditions.helper_of(build())
        self.options = ["--helper", self.helper, "--hooks", self.hooks, "--audit", self.log,
                        "--config", conditions.write_config(folder)]

    def write_hook(self, text, driver="qemu"):
        path = self.hooks / driver
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def argv(self, *arguments, call=None):
        return [self.program, "run", *self.options, *arguments, *(call or self.call)]

    def run(self, *arguments, call=None, stdin=b"", **how):
        return run(self.argv(*arguments, call=call), input=stdin, **how)

    def json(self, *arguments, **how):
        """The object that --json prints, and the exit status."""
        done = self.run("--json", *arguments, **how)
        return json.loads(done.stdout), done.returncode

    def records(self):
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["type"] == "end"]


def run(argv, *, input=b"", env=None, **how):
    return subprocess.run(argv, input=input, capture_output=True, timeout=STUCK, check=False,
                          env=env or ENVIRONMENT, **how)
