"""The suite `libvirt`: real daemons, with virthook before them, in them, and without it.

tools/libvirt-build makes two libvirts of one source; libvirt's own tests must come to the same in
both, and tests/integration/libvirtd plays its scenes on the second.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import builds
import pytested
from command import ROOT, run
from outcome import check, failed, passed

TESTS = "tests/integration/libvirtd"
FOLDER = ROOT / "build/libvirt"

BUILD_SECONDS, TEST_SECONDS = 2400, 2400

# libvirt 9.0.0 has 130 tests in this configuration. Far fewer would say that they were not run.
OWN_TESTS_AT_LEAST = 100


def suite():
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    done = run([ROOT / "tools/libvirt-build", builds.folder("gcc"), FOLDER], "libvirt-build",
               timeout=BUILD_SECONDS)
    if not done.ok:
        return [failed("libvirt builds with virthook's virhook.c", done.output)]
    return [passed("libvirt builds with virthook's virhook.c"),
            check("libvirt's own tests come to the same with virthook and without", own_tests()),
            *pytested.pytest("libvirt", TESTS, timeout=TEST_SECONDS,
                             env=builds.compiled_with("gcc"))]


def own_tests():
    """What is wrong with the results of libvirt's own tests."""
    builtin, virthook = (set(FOLDER.joinpath(f"{name}.tests").read_text().splitlines())
                         for name in ("builtin", "virthook"))
    if len(builtin) < OWN_TESTS_AT_LEAST:
        return [f"only {len(builtin)} tests of libvirt's own were run"]
    return [*(f"without virthook: {line}" for line in sorted(builtin - virthook)),
            *(f"with virthook: {line}" for line in sorted(virthook - builtin))]
