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
    "digest": ["common"],
    "json": ["common"],
    "conf": ["common"],
    "protocol": ["common"],
    "client": ["common", "protocol"],
    "runner": ["common"],
    "helper/loop": ["common"],
    "helper/hooks": ["common", "protocol"],
    "helper/names": ["common"],
    "helper/policy": ["common", "conf", "protocol", "helper/hooks", "helper/names"],
    "helper/copies": ["common", "protocol"],
    "helper/audit": ["common", "digest", "protocol", "helper/copies", "helper/hooks"],
    "helper/sandbox": ["common", "conf", "protocol", "helper/names", "helper/policy", "runner"],
    "helper/run": ["common", "conf", "protocol", "helper/loop", "helper/names", "helper/policy",
                   "helper/sandbox", "runner"],
    "helper/answer": ["common", "conf", "json", "protocol", "helper/hooks", "helper/policy",
                      "helper/sandbox", "runner"],
    "helper": ["common", "conf", "digest", "protocol", "helper/answer", "helper/loop",
               "helper/hooks", "helper/names", "helper/policy", "helper/copies", "helper/audit",
               "helper/sandbox", "helper/run", "runner"],
    "shim": ["common"],
    "events": ["common", "conf", "json"],
    "admin/base": ["common"],
    "admin/records": ["common", "digest", "admin/base"],
    "admin/log": ["common", "admin/base", "admin/records"],
    "admin/stats": ["common", "admin/base", "admin/records"],
    "admin/libvirt": ["common"],
    "admin/adopt": ["common", "json", "admin/base", "admin/libvirt"],
    "admin/ask": ["common", "json", "admin/base", "admin/libvirt", "admin/records"],
    "admin/control": ["common", "admin/base", "admin/libvirt"],
    "admin/run": ["common", "json", "admin/base"],
    "admin/show": ["common", "admin/base", "admin/records"],
    "admin/suggest": ["common", "admin/base", "admin/records"],
    "admin": ["common", "admin/log", "admin/records",
              "admin/adopt", "admin/ask", "admin/base", "admin/control",
              "admin/run", "admin/stats", "admin/suggest", "admin/show"],
}

# Compiled in libvirt's tree, with its headers and our public one; the suite libvirt does so.
BUILT_ELSEWHERE = {"libvirt"}

# Programs that are linked of several folders' static libraries.
PROGRAMS = ["admin", "helper"]

# Files of which every function may run between clone or fork and exec, in memory that other threads
# or a signal left in any state, and what they may call: see signal-safety(7), and functions that
# are one system call. (__stack_chk_fail and __errno_location are the compiler's and libc's own.)
BETWEEN_CLONE_AND_EXEC = ["helper/run/child.c", "runner/script.c", "runner/child_filter.c"]
RAW = set("""_exit child_load_filter close dup2 dup3 execve fcntl flock fork mount open open_tree
    pipe2 prctl send sendmsg setns setrlimit setsid sigaction sigemptyset sigprocmask socketpair
    stat strlen syscall umask waitpid write __errno_location __stack_chk_fail""".split())

# The pages with promises and the tests that hold them.
PROMISES = ["ARCHITECTURE.md", "SECURITY.md"]

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
        *[check(f"no two libraries of {folder}/ define one name: the linker would take the first",
                names_defined_twice(folder)) for folder in PROGRAMS],
        *[check(f"{file} makes raw, async-signal-safe calls alone", other_calls(file))
          for file in BETWEEN_CLONE_AND_EXEC],
        *[check(f"each promise of {page} names tests that are there", tests_that_are_gone(page))
          for page in PROMISES],
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
                   if folder_of(path) not in ARROWS.keys() | BUILT_ELSEWHERE})


def includes_by_path():
    return [f"{sources.short(path)}: {found[0].strip()}" for path in sources.c_files()
            if (found := INCLUDE_BY_PATH.search(path.read_text(encoding="utf-8")))]


def commands():
    """{folder: {argv of the probe}}: each different way in which the folder's C is compiled."""
    database = builds.folder("gcc").joinpath("compile_commands.json")
    found = {}
    for entry in json.loads(database.read_text(encoding="utf-8")):
        if entry["output"].startswith("tests/"):  # which may see all that they test
            continue
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
    allowed = {folder, *ARROWS[folder]}
    if not any(finds(probes, path) for path in headers if folder_of(path) in allowed):
        return ["the probe finds no header at all, not even those that it may"]
    wrong = [path for path in headers if folder_of(path) not in allowed]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda header: finds(probes, header), wrong)
    return [f"{folder}/ builds with {sources.short(path)}" for path, is_found in zip(wrong, found)
            if is_found]


def finds(probes, header):
    """Whether one of the probes, including the header by its name, compiles with that very file."""
    return any(includes(argv, header) for argv in probes)


def includes(argv, header):
    directory = builds.folder("gcc")
    probe = f'#include "{header.name}"\n'
    done = run(argv, f"probe-{threading.get_ident()}", timeout=PROBE_SECONDS, cwd=directory,
               stdin=probe)
    included = {Path(directory, word).resolve() for word in done.output.split()}
    return done.ok and header in included


def other_calls(file):
    """What the compiled file calls outside itself and may not."""
    database = builds.folder("gcc").joinpath("compile_commands.json")
    objects = [entry["output"] for entry in json.loads(database.read_text(encoding="utf-8"))
               if entry["file"].endswith(file)]
    if not objects:
        return [f"{file} is not compiled"]
    done = run(["nm", "--undefined-only", "--format=just-symbols", *objects], "nm",
               timeout=PROBE_SECONDS, cwd=builds.folder("gcc"))
    called = {symbol.removesuffix("64") for symbol in done.output.split()}
    return sorted(called - RAW) if done.ok else [done.output]


def tests_that_are_gone(page):
    """A promise is a numbered row of a table, and names tests and attacks, in backticks, as they
    are called in their files."""
    text = ROOT.joinpath(page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|(.*)$", text, re.MULTILINE)
    named = {number: re.findall(r"`(\w{12,})`", row) for number, row in rows}
    there = tests_and_attacks()
    gone = {name for names in named.values() for name in names} - there
    bare = [f"promise {number} names no test" for number, names in named.items() if not names]
    return sorted(gone) + bare if rows else [f"{page} has no promise with a number"]


def tests_and_attacks():
    texts = [path.read_text(encoding="utf-8") for path in sources.files()
             if sources.short(path).startswith("tests/") and path.suffix in (".py", ".c")]
    return {name for text in texts for name in re.findall(r"(?:def|void) (\w+)\(", text)}


def names_defined_twice(program):
    """Where a name has two definitions and the linker says nothing."""
    libraries = sorted(builds.folder("gcc").joinpath(program).rglob("*.a"))
    found = {}
    for library in libraries:
        listed = run(["nm", "--defined-only", "--extern-only", library], "nm", timeout=60)
        for line in listed.output.splitlines():
            if len(words := line.split()) == 3:
                found.setdefault(words[2], []).append(library.name)
    return [f"{name}: {' and '.join(where)}" for name, where in found.items()
            if len(where) > 1] if libraries else ["there is no library"]


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
