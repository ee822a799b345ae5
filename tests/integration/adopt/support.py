"""What the tests of adopt and release are made of: two directories, a shim, and the whole tree."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import stat
import subprocess
from pathlib import Path

import pytest

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

# A time of long ago, so that no change goes unseen because it was made within the same instant.
LONG_AGO = 1_000_000_000_123_456_789


def build():
    if "VIRTHOOK_BUILD" not in os.environ:
        pytest.fail("VIRTHOOK_BUILD is not set: which build is to be tested?")
    return Path(os.environ["VIRTHOOK_BUILD"])


class Trees:
    """libvirt's and virthook's directories of hooks, and the command that moves between them."""

    def __init__(self, folder):
        self.folder = folder
        self.libvirt = folder / "libvirt/hooks"
        self.hooks = folder / "virthook/hooks"
        self.shim = build() / "shim/virthook-shim"
        self.config = folder / "virthook.conf"
        for directory in (self.libvirt, self.hooks):
            directory.mkdir(parents=True)
        # As where the rules that adopt shows are in force.
        self.configure("default_profile = unconfined\n")

    def configure(self, text):
        self.config.write_text(f'hooks = "{self.hooks}"\n{text}')
        self.config.chmod(0o644)

    def write(self, name, text="#!/bin/sh\nexit 0\n", mode=0o755):
        path = self.libvirt / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def link(self, name, target):
        path = self.libvirt / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        return path

    def age(self):
        """Give all of it times of long ago, each another one."""
        found = sorted(self.folder.rglob("*"), reverse=True)
        for number, path in enumerate(found):
            when = LONG_AGO + number * 1_000_000_007
            os.utime(path, ns=(when, when), follow_symlinks=False)

    def snapshot(self):
        """{path: all that a release must give back}; access times are nobody's promise."""
        return {str(path.relative_to(self.folder)): what_is(path)
                for path in sorted(self.folder.rglob("*"))}

    def argv(self, command):
        asked = ["--config", self.config, "--helper", build() / "helper/virthook-helper"]
        return [build() / "admin/virt-hook", command, "--libvirt", self.libvirt, "--hooks",
                self.hooks, "--shim", self.shim, *(asked if command == "adopt" else [])]

    def virt_hook(self, command, *arguments):
        # What the test gives stands after ours, and counts.
        return subprocess.run([*self.argv(command), *arguments], capture_output=True,
                              timeout=STUCK, check=False, text=True, env=ENVIRONMENT)

    def done(self, command, *arguments):
        """What the command printed, which had nothing to complain of."""
        done = self.virt_hook(command, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def refused(self, command, *arguments):
        """What the command complained of, which changed nothing."""
        before = self.snapshot()
        done = self.virt_hook(command, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), done.stdout
        assert self.snapshot() == before
        return done.stderr


def what_is(path):
    st = path.lstat()
    content = (os.readlink(path) if path.is_symlink()
               else path.read_bytes() if stat.S_ISREG(st.st_mode) else None)
    extended = {name: os.getxattr(path, name, follow_symlinks=False)
                for name in os.listxattr(path, follow_symlinks=False)}
    return (oct(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns, st.st_nlink, st.st_ino, content,
            extended)
