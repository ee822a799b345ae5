"""The suite `analyze`: clang-tidy with the checks of .clang-tidy finds nothing."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import builds
import sources
from command import run
from outcome import check, failed

TIDY_SECONDS = 900


def suite():
    built = builds.build("clang")
    if not built.ok:
        return [failed("the clang build", built.output)]
    return [check("clang-tidy finds nothing", clang_tidy())]


def clang_tidy():
    files = [path for path in sources.c_files() if path.suffix == ".c"]
    done = run(["run-clang-tidy", "-quiet", "-p", builds.folder("clang"), *files], "clang-tidy",
               timeout=TIDY_SECONDS)
    return [] if done.ok and files else [done.output or "no C file found"]
