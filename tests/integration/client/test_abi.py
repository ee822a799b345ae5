"""What the library shows to the outside: symbols, header, pkg-config, what it needs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import shutil
import subprocess

import pytest

from .support import HERE, build

HEADER = HERE.parents[2] / "client/virthook.h"

SYMBOLS = ["virthook_call", "virthook_cancel", "virthook_cancel_all", "virthook_close",
           "virthook_failure_allows", "virthook_is_driver", "virthook_is_kind", "virthook_open",
           "virthook_present", "virthook_reload", "virthook_reply_free", "virthook_request_fault",
           "virthook_status", "virthook_version"]


def run(*argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_exported_symbols_are_these_and_versioned(library):
    listed = run("nm", "-D", "--defined-only", library).splitlines()
    functions = [line.split()[2] for line in listed if line.split()[1] != "A"]
    assert sorted(functions) == [f"{name}@@LIBVIRTHOOK_0.1" for name in SYMBOLS]


def test_the_header_declares_what_is_exported():
    text = HEADER.read_text(encoding="utf-8")
    assert all(f" {name}(" in text or f"*{name}(" in text for name in SYMBOLS)


def compiler(*names):
    found = next((path for name in names if (path := shutil.which(name))), None)
    return found or pytest.skip(f"there is none of {', '.join(names)}")


USE = """
#include "virthook.h"
int main(int, char **)
{
    struct virthook_options options = virthook_options();
    virthook_request request = virthook_request();
    virthook *hook = nullptr;
    virthook_reply *reply = nullptr;
    options.size = sizeof options;
    request.size = sizeof request;
    if (virthook_open(&options, &hook) < 0 || virthook_call(hook, &request, &reply) < 0)
        return 1;
    virthook_reply_free(reply);
    virthook_close(hook);
    return 0;
}
"""


def test_the_header_is_cplusplus_too():
    run(compiler("g++", "clang++"), "-x", "c++", "-std=c++11", "-fsyntax-only", "-Wall", "-Wextra",
        "-Werror", "-pedantic", f"-I{HEADER.parent}", "-", input=USE)


@pytest.mark.parametrize("standard", ["c99", "c17", "gnu17"])
def test_the_header_stands_alone(standard):
    run(compiler("gcc", "clang"), "-x", "c", f"-std={standard}", "-fsyntax-only", "-Wall",
        "-Wextra", "-Werror", "-pedantic", HEADER)


def test_pkg_config_knows_how_to_link():
    environment = os.environ | {"PKG_CONFIG_PATH": str(build() / "meson-private")}
    flags = run(compiler("pkg-config"), "--libs", "--modversion", "virthook", env=environment)
    assert "0.1.0" in flags
    flags = run(compiler("pkg-config"), "--libs", "virthook", env=environment)
    assert "-lvirthook" in flags and "msgpack" not in flags


def test_the_soname_is_that_of_the_abi(library):
    assert "Library soname: [libvirthook.so.0]" in run("readelf", "-d", library)


def test_the_library_needs_no_more_than_msgpack_and_libc(library):
    needed = {line.split("[")[1].rstrip("]") for line in run("readelf", "-d", library).splitlines()
              if "(NEEDED)" in line}
    sanitizers = {name for name in needed if "san" in name}
    assert needed - sanitizers == {"libmsgpackc.so.2", "libc.so.6"}
