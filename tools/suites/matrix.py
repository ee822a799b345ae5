"""The helper's suites under each shipped profile, and without each feature of the kernel.

`matrix` has each profile and each feature in some pair; `matrix-full` has all pairs of them. Which
tests a condition leaves out, and why, stands in tests/integration/degraded/exceptions.py.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import builds
from command import ROOT
from outcome import failed, skipped
from pytested import pytest

INTEGRATION = "tests/integration"
QUICK = [f"{INTEGRATION}/{name}" for name in
         ("helper", "events", "admin", "client/test_with_the_helper.py")]
ALL = [*QUICK, *[f"{INTEGRATION}/{name}" for name in ("protocol", "audit", "shim")]]

# (profile, what the kernel lacks): an empty name where it lacks nothing.
PAIRS = [
    ("isolated", ""), ("isolated", "notify"), ("notify", "landlock"), ("network", "notify"),
    ("tune", "own-pid-max"), ("vfio", "cgroup2"), ("storage", "user-namespaces"),
    ("desktop", "landlock"), ("unconfined", "user-namespaces"),
]

# Some profiles show the host's processes to scripts that kill all they can: it is this namespace.
APART = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--", "/bin/sh", "-c",
         '"$@"; exit $?', "apart"]

# Most of a test's time is waiting; more at once than processors is no harm.
AT_ONCE = 3
CELL_SECONDS = 1200


def pairs():
    """`matrix`: a fifth of the whole, with every profile and every feature in it."""
    return cells("matrix", PAIRS, QUICK)


def full():
    """`matrix-full`: all pairs, and all suites that run the helper."""
    known = known_conditions()
    possible = [(profile, feature) for profile in known.PROFILES
                for feature in ("", *known.FEATURES) if (profile, feature) not in known.REFUSED]
    return [*cells("matrix-full", possible, ALL),
            *[skipped(f"{profile}, no {feature}", reason)
              for (profile, feature), reason in known.REFUSED.items()]]


def known_conditions():
    """The tests' own module of the profiles and the features that there are."""
    sys.path.insert(0, str(ROOT / INTEGRATION))
    return importlib.import_module("degraded.conditions")


def cells(suite, conditions, tests):
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda condition: cell(suite, *condition, tests), conditions)
    return [case for cases in found for case in cases]


def cell(suite, profile, feature, tests):
    """The tests under one condition; each case tells which."""
    name = f"{profile}, no {feature}" if feature else profile
    cases = pytest(f"{suite}-{profile}-{feature or 'whole'}", *tests, timeout=CELL_SECONDS,
                   apart=APART, env=builds.compiled_with("gcc") | {
                       "VIRTHOOK_TEST_PROFILE": profile, "VIRTHOOK_TEST_WITHOUT": feature,
                       "VIRTHOOK_TEST_APART": "yes"})
    if not cases:
        return [failed(name, "it ran nothing")]
    return [replace(case, name=f"[{name}] {case.name}") for case in cases]
