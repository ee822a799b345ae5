"""The files of the checkout, by kind."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

from command import ROOT

NOT_OURS = {".git", "__pycache__"}


def files():
    """Every file of the checkout but builds, in order."""
    found = []
    for folder, names, here in os.walk(ROOT):
        names[:] = sorted(n for n in names if n not in NOT_OURS and not is_build(folder, n))
        found += [ROOT.__class__(folder, name) for name in sorted(here)]
    return [path for path in found if path.is_file() and path.suffix != ".pyc"]


def is_build(folder, name):
    return folder == str(ROOT) and name.startswith("build")


def c_files():
    return [path for path in files() if path.suffix in (".c", ".h")]


def shell_scripts():
    return [path for path in files() if interpreter(path) in ("sh", "bash")]


def python_files():
    return [path for path in files() if path.suffix == ".py" or interpreter(path) == "python3"]


def interpreter(path):
    """The name of the program in the file's #! line, or nothing."""
    with open(path, "rb") as file:
        first = file.readline(100)
    words = first[2:].split() if first.startswith(b"#!") else []
    return words[0].decode(errors="replace").rsplit("/", 1)[-1] if words else ""


def short(path):
    return str(path.relative_to(ROOT))
