"""The suite `format`: what can be said of the files without building them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re

import sources
from command import run
from outcome import check

TOOL_SECONDS = 120
LINE_MAX = 100

# A path of one person's machine has no place in the project.
MACHINE_PATH = re.compile(r"(?<![\w./])/(?:work|tmp/w|home/[a-z]+|Users)/")

# Kinds of files whose lines are held to LINE_MAX; clang-format sees to C.
BOUNDED = (".py", ".build", ".txt")


def suite():
    texts = read_texts()
    return [
        check("C is as clang-format leaves it", clang_format()),
        check("shellcheck finds nothing in the shell scripts", shellcheck()),
        check("no file names a path of one machine", machine_paths(texts)),
        check("no line ends in white space, each file ends in a newline", white_space(texts)),
        check(f"no line of Python or meson is over {LINE_MAX} columns", long_lines(texts)),
        check("each source file has its licence", licences(texts)),
    ]


def read_texts():
    """(path, text) of each file that is text."""
    found = []
    for path in sources.files():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def clang_format():
    files = sources.c_files()
    done = run(["clang-format", "--dry-run", "-Werror", *files], "clang-format",
               timeout=TOOL_SECONDS)
    return [] if done.ok and files else [done.output or "no C file found"]


def shellcheck():
    scripts = sources.shell_scripts()
    done = run(["shellcheck", *scripts], "shellcheck", timeout=TOOL_SECONDS)
    return [] if done.ok and scripts else [done.output or "no shell script found"]


def lines_that(texts, wrong):
    return [f"{sources.short(path)}:{number}: {line}" for path, text in texts
            for number, line in enumerate(text.split("\n"), 1) if wrong(line)]


def machine_paths(texts):
    return lines_that(texts, MACHINE_PATH.search)


def white_space(texts):
    unended = [f"{sources.short(path)}: no newline at the end"
               for path, text in texts if text and not text.endswith("\n")]
    return unended + lines_that(texts, lambda line: line != line.rstrip(" \t\r"))


def long_lines(texts):
    bounded = [(path, text) for path, text in texts
               if path.suffix in BOUNDED or path.name == "meson.build"]
    return lines_that(bounded, lambda line: len(line) > LINE_MAX)


def licences(texts):
    programs = {*sources.c_files(), *sources.shell_scripts(), *sources.python_files()}
    return [f"{sources.short(path)}: no SPDX-License-Identifier" for path, text in texts
            if path in programs and "SPDX-License-Identifier: LGPL-2.1-or-later" not in text]
