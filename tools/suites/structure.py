"""The suite `structure`: dependencies between folders point one way, or it does not build.

For each folder the very command that compiles one of its files is run again over a probe that
includes one header of another folder. Where no arrow leads to that folder, the compiler must not
find the header.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import shlex
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import builds
import sources
from command import ROOT, run
from outcome import check, failed, note

PROBE_SECONDS = 60

# folder: the folders whose headers it may include, as ARCHITECTURE.md has them. The public header
# of client/ is copied into the build, so that those who link the library do not see its insides.
ARROWS = {
    "common": [],
    "protocol": ["common"],
    "client": ["common", "protocol"],
    "runner": ["common"],
    "helper/loop": ["common"],
    "helper/hooks": ["common", "protocol"],
    "helper/policy": ["common", "protocol", "helper/hooks"],
    "helper/audit": ["common", "protocol", "helper/hooks"],
    "helper/run": ["common", "helper/loop", "runner"],
    "helper": ["common", "protocol", "helper/loop", "helper/hooks", "helper/policy",
               "helper/audit", "helper/run", "runner"],
    "shim": ["common"],
    "admin": ["common"],
}

# Lengths, in lines, that the style asks to stay below; what is longer is told and does not fail.
FILE_MAX = 350
FUNCTION_MAX = 60

INCLUDE_BY_PATH = re.compile(r'^\s*#\s*include\s+"[^"]*/', re.MULTILINE)


def suite():
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    known = commands()
    return [
        check("each folder with C is known, with its arrows", unknown_folders()),
        check("no include names a folder", includes_by_path()),
        *[check(f"{folder}/ builds with the headers of {names(ARROWS[folder])} alone",
                wrong_headers(known.get(folder, ()), folder)) for folder in ARROWS],
        note("lengths", long_files() + long_functions()),
    ]


def names(folders):
    return ", ".join(f"{folder}/" for folder in folders) or "its own folder"


def folder_of(path):
    return str(path.parent.relative_to(ROOT))


def product_files():
    return [path for path in sources.c_files() if not folder_of(path).startswith("tests")]


def unknown_folders():
    return sorted({f"{folder_of(path)}/" for path in product_files()
                   if folder_of(path) not in ARROWS})


def includes_by_path():
    return [f"{sources.short(path)}: {found[0].strip()}" for path in sources.c_files()
            if (found := INCLUDE_BY_PATH.search(path.read_text(encoding="utf-8")))]


def commands():
    """{folder: {argv of the probe}}: each different way in which the folder's C is compiled."""
    database = builds.folder("gcc").joinpath("compile_commands.json")
    found = {}
    for entry in json.loads(database.read_text(encoding="utf-8")):
        source = Path(entry["directory"], entry["file"]).resolve()
        found.setdefault(folder_of(source), set()).add(probing(entry["command"]))
    return found


def probing(command):
    """The compiler's command, made to read a probe from stdin and to tell what it includes."""
    argv = shlex.split(command)
    return (*argv[:argv.index("-MD")], "-M", "-x", "c", "-")


def wrong_headers(probes, folder):
    """The headers that a file of the folder can include and may not."""
    headers = [path for path in product_files() if path.suffix == ".h"]
    with ThreadPoolExecutor(2) as pool:
        reached = [header for header, found in zip(headers, pool.map(
            lambda header: any(finds(probe, header) for probe in probes), headers)) if found]
    if not reached:
        return ["the probe finds no header at all, not even those that it may"]
    allowed = {folder, *ARROWS[folder]}
    return [f"{folder}/ builds with {sources.short(header)}" for header in reached
            if folder_of(header) not in allowed]


def finds(argv, header):
    directory = builds.folder("gcc")
    probe = f'#include "{header.name}"\n'
    done = run(argv, f"probe-{threading.get_ident()}", timeout=PROBE_SECONDS, cwd=directory,
               stdin=probe)
    included = {Path(directory, word).resolve() for word in done.output.split()}
    return done.ok and header in included


def long_files():
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in sources.c_files()}
    return [f"{sources.short(path)} has {length} lines"
            for path, length in lengths.items() if length > FILE_MAX]


def long_functions():
    """By clang-format's layout: the braces of a function stand alone in the first column."""
    found = []
    for path in sources.c_files():
        start = 0
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            start = number if line == "{" else start
            length = number - start - 1
            if line == "}" and start and length > FUNCTION_MAX:
                found.append(f"{sources.short(path)}:{start}: a function of {length} lines")
    return found
