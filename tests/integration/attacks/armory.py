"""Puts the attacks where scripts can run them: the Python package, and its C programs compiled.

Runs in the tests' own process, as root.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import compileall
import os
import shutil
import struct
import subprocess
from pathlib import Path

ARSENAL = Path(__file__).resolve().parent / "arsenal"
SHADOW_GROUP = 42
CAP_SYS_ADMIN = 21

COMPILER = ["/usr/bin/cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra",
            "-Wno-unused-parameter", "-Werror"]
FLAGS = {
    "spawn": ["-static"], "spawn-dynamic": [], "who": ["-static"], "ioctls": ["-static"],
    "int80": ["-static"], "x32": ["-static"], "uring": ["-static"],
    "threads": ["-static", "-pthread"], "flood": ["-static"],
    "i386": ["-m32", "-nostdlib", "-static", "-ffreestanding", "-fno-pie", "-no-pie",
             "-fno-stack-protector", "-Wno-pointer-to-int-cast"],
}
SOURCES = {"spawn-dynamic": "spawn"}


def _compile(programs):
    jobs = [subprocess.Popen([*COMPILER, *flags, "-o", programs / name,
                              ARSENAL / "c" / f"{SOURCES.get(name, name)}.c"])
            for name, flags in FLAGS.items()]
    assert [job.wait() for job in jobs] == [0] * len(jobs)


def _copy(programs, name, owner, group, mode):
    made = shutil.copy(programs / "who", programs / name)
    os.chown(made, owner, group)
    os.chmod(made, mode)
    return made


def install(hooks):
    """Below the directory of hooks, which every script can see."""
    programs = hooks / "programs"
    programs.mkdir(0o755)
    _compile(programs)
    _copy(programs, "who-setuid", 0, 0, 0o4755)
    _copy(programs, "who-setgid", 0, SHADOW_GROUP, 0o2755)
    privileged = _copy(programs, "who-filecaps", 0, 0, 0o755)
    os.setxattr(privileged, "security.capability",
                struct.pack("=5I", 0x02000001, 1 << CAP_SYS_ADMIN, 0, 0, 0))
    shutil.copytree(ARSENAL, hooks / "arsenal", ignore=shutil.ignore_patterns("c", "__pycache__"))
    compileall.compile_dir(hooks / "arsenal", quiet=1)
