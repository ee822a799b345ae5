"""The suite `analyze`: gcc's and clang's static analysis find nothing.

They share the work by what each is good at: gcc follows memory through cleanup attributes without
knowing them for what they are, so of its findings a double free, a use after free or a pointer that
was not checked count, a leak does not; clang-tidy has the checks of .clang-tidy.
"""
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
    return [check("gcc -fanalyzer finds nothing", gcc_analyzer()),
            check("clang-tidy finds nothing", clang_tidy())]


def gcc_analyzer():
    built = builds.build("analyzer")
    return [] if built.ok else [built.output]


def clang_tidy():
    files = [path for path in sources.c_files() if path.suffix == ".c"]
    done = run(["run-clang-tidy", "-quiet", "-p", builds.folder("clang"), *files], "clang-tidy",
               timeout=TIDY_SECONDS)
    return [] if done.ok and files else [done.output or "no C file found"]
