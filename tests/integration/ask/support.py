"""What the tests of questions are made of: a folder of hooks, a configuration, and the command."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import subprocess
from pathlib import Path

import pytest

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60


def build():
    folder = os.environ.get("VIRTHOOK_BUILD")
    if not folder:
        pytest.fail("VIRTHOOK_BUILD is not set: which build is to be tested?")
    return Path(folder)


class Asker:
    """virt-hook's questions about a configuration and hooks of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.hooks = folder / "hooks"
        self.libvirt = folder / "libvirt"
        self.shim = build() / "shim/virthook-shim"
        self.config = folder / "virthook.conf"
        self.helper = build() / "helper/virthook-helper"
        self.hooks.mkdir(mode=0o755)
        self.write_config("")

    def write_config(self, text):
        self.config.write_text(f'hooks = "{self.hooks}"\ndefault_profile = unconfined\n{text}',
                               encoding="utf-8")
        self.config.chmod(0o644)

    def write_hook(self, name, mode=0o755):
        path = self.hooks / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def ask(self, command, *arguments, env=None):
        places = ["--libvirt", self.libvirt, "--shim", self.shim] if command == "check" else []
        argv = [build() / "admin/virt-hook", command, "--helper", self.helper, "--config",
                self.config, *places, *arguments]
        return run(argv, env=env)

    def json(self, command, *arguments):
        """The object that --json prints, and the exit status."""
        done = self.ask(command, "--json", *arguments)
        assert done.stderr == "", done.stderr
        return json.loads(done.stdout), done.returncode

    def answer(self, *arguments, options=()):
        """What the helper itself says, whatever virt-hook makes of it."""
        done = run([self.helper, "--config", self.config, *options, "--answer", *arguments])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def run(argv, env=None):
    return subprocess.run(argv, capture_output=True, timeout=STUCK, check=False, text=True,
                          stdin=subprocess.DEVNULL, env=env or ENVIRONMENT)
