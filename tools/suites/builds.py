"""The builds that the suites test, each in a folder of its own below build/, kept between runs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import functools
import os

from command import ROOT, run

SETUP_SECONDS = 120
BUILD_SECONDS = 900

# gcc 12 takes what a cleanup attribute frees for lost, and an out-parameter of another file for
# not set.
ANALYZER = " ".join([
    "-fanalyzer", "-Wno-analyzer-malloc-leak", "-Wno-analyzer-use-of-uninitialized-value",
    "-Wno-analyzer-null-dereference"])

# What is left out of the helper unless it is asked for.
FEATURES = ["-Djournal=enabled", "-Dsyslog=enabled"]

# name: (compiler, options of meson)
BUILDS = {
    "gcc": ("gcc", FEATURES),
    "clang": ("clang", FEATURES),
    "asan": ("gcc", [*FEATURES, "-Db_sanitize=address,undefined",
                     "-Dc_args=-fno-sanitize-recover=all"]),
    "analyzer": ("gcc", [*FEATURES, "-Dtests=false", f"-Dc_args={ANALYZER}"]),
    "default": ("gcc", ["-Dtests=false"]),
}


def folder(name):
    return ROOT / "build" / name


@functools.cache
def build(name):
    """Bring the build of that name up to date, once in a run; returns the Finished of it."""
    configured = configure(name)
    if not configured.ok:
        return configured
    return run(["ninja", "-C", folder(name)], f"build-{name}", timeout=BUILD_SECONDS)


def configure(name):
    """Set the build's folder up; one that another version of meson or of the sources left goes."""
    compiler, options = BUILDS[name]
    argv = ["meson", "setup", "--werror", *options, folder(name), ROOT]
    environment = {"CC": compiler}
    if not folder(name).joinpath("build.ninja").exists():
        return run(argv, f"setup-{name}", timeout=SETUP_SECONDS, env=environment)
    again = run([*argv, "--reconfigure"], f"setup-{name}", timeout=SETUP_SECONDS, env=environment)
    if again.ok:
        return again
    return run([*argv, "--wipe"], f"setup-{name}", timeout=SETUP_SECONDS, env=environment)


def compiled_with(name):
    """The environment in which programs of that build run."""
    environment = {"VIRTHOOK_BUILD": os.fspath(folder(name))}
    if name == "asan":
        environment["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return environment
