"""The suite `packages`: Debian's packages of what is committed, from their build to their purge."""
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
    debs = ROOT / "build/debs"
    made = run([ROOT / "tools/debs", builds.folder("gcc"), debs], "debs", timeout=BUILD_SECONDS)
    if not made.ok:
        return [failed("the packages are built", made.output)]
    return pytest("packages", TESTS, timeout=1200,
                  env={"VIRTHOOK_DEBS": os.fspath(debs),
                       "VIRTHOOK_CACHE": os.fspath(ROOT / "build/packages")})
