"""Debian's kernel of long ago: fetched once, kept below the build, and never installed.

Runs as root or not; needs the network the first time.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess
from pathlib import Path

# The package that depends on the kernel of Debian 12; the one for clouds needs no initial ramdisk.
META = "linux-image-cloud-amd64"
VERSION = "6.1"


class VmError(Exception):
    """The machine cannot be made or run; the text says why."""


def run(argv, **how):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True,
                          check=False, **how)
    if done.returncode != 0:
        raise VmError(f"{' '.join(map(str, argv))}: {done.stdout}{done.stderr}")
    return done.stdout


def fetch(folder):
    """The path of the kernel, below this folder; fetched where it is not there yet."""
    kept = sorted(folder.glob(f"boot/vmlinuz-{VERSION}.*"))
    if kept:
        return kept[-1]
    folder.mkdir(parents=True, exist_ok=True)
    package = newest()
    run(["apt-get", "--quiet", "-o", "Acquire::Retries=2", "-o", "APT::Sandbox::User=root",
         "download", package], cwd=folder)
    for archive in folder.glob(f"{package}_*.deb"):
        run(["dpkg", "-x", archive, folder / "package"])
        archive.unlink()
    kernels = list((folder / "package/boot").glob(f"vmlinuz-{VERSION}.*"))
    if not kernels:
        raise VmError(f"{package} has no kernel {VERSION} in it")
    (folder / "boot").mkdir()
    kernels[0].rename(folder / "boot" / kernels[0].name)
    run(["rm", "-r", folder / "package"])
    return folder / "boot" / kernels[0].name


def newest():
    """The package of the newest kernel of that version that apt knows, asking anew if of none."""
    found = known()
    if not found:
        run(["apt-get", "--quiet", "update"])
        found = known()
    if not found:
        raise VmError(f"{META} does not lead to a kernel {VERSION} here; is this Debian 12?")
    return found


def known():
    depends = subprocess.run(["apt-cache", "depends", META], capture_output=True, text=True,
                             check=False).stdout
    found = re.search(rf"Depends: (linux-image-{re.escape(VERSION)}\.\S+)", depends)
    return found and found.group(1)
