"""The suite `packages`: Debian's packages of what is committed, from their build to their purge.

Their units run in a machine that QEMU emulates. Of Fedora's packages it is seen that they are made.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import builds
from command import ROOT, run
from outcome import failed, skipped
from pytested import pytest

TESTS = "tests/packages"
BUILD_SECONDS = 1200


def suite():
    if not (ROOT / ".git").exists():
        return [skipped("the packages", "meson makes the tarball from a checkout of git")]
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    for kind in ("debs", "rpms"):
        made = run([ROOT / "tools" / kind, builds.folder("gcc"), ROOT / "build" / kind], kind,
                   timeout=BUILD_SECONDS)
        if not made.ok:
            return [failed(f"the packages are built by tools/{kind}", made.output)]
    return pytest("packages", TESTS, timeout=1800,
                  env={"VIRTHOOK_DEBS": os.fspath(ROOT / "build/debs"),
                       "VIRTHOOK_RPMS": os.fspath(ROOT / "build/rpms"),
                       "VIRTHOOK_CACHE": os.fspath(ROOT / "build/packages"),
                       "VIRTHOOK_VM": os.fspath(ROOT / "build/vm")})
