"""The build, installed below a folder, and commands that see its /usr as the machine's.

Runs in the test's own process, as root: a private mount namespace is made for such commands.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import subprocess
from pathlib import Path

import pytest

from degraded.conditions import BUILD

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 120

# $1: where the files are; the rest is the command.
AS_INSTALLED = """
set -e
mount -t overlay -o "lowerdir=$1/usr:/usr" virthook-install /usr
shift
exec "$@"
"""


def run(*argv, **more):
    return subprocess.run([os.fspath(word) for word in argv], env=ENVIRONMENT | more,
                          capture_output=True, text=True, timeout=STUCK, check=False)


class Installed:
    """Files below root, as DESTDIR has them."""

    def __init__(self, root):
        self.root = root

    def files(self):
        """Absolute names as they will be; folders only where there is nothing in them."""
        found = [path for path in self.root.rglob("*")
                 if path.is_symlink() or path.is_file() or not any(path.iterdir())]
        return {f"/{path.relative_to(self.root)}" for path in found}

    def text(self, name):
        return (self.root / name.lstrip("/")).read_text(encoding="utf-8")

    def run(self, *argv):
        """The command where these files are in /usr, beside the machine's own."""
        return run("unshare", "--mount", "sh", "-c", AS_INSTALLED, "sh", self.root, *argv)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    root = tmp_path_factory.mktemp("installed")
    done = run("meson", "install", "-C", BUILD, "--no-rebuild", "--strip", "--quiet",
               DESTDIR=os.fspath(root))
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(Path(root))
