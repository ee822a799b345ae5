"""Suites over the builds: that they build without a warning, and that their unit tests pass."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import builds
from command import run
from outcome import FAILED, count, failed, passed, read_meson_log

UNIT_SECONDS = 600

VALGRIND = "valgrind --quiet --leak-check=full --error-exitcode=99"


def builds_with(name):
    """A build from whatever state the folder has, with every warning an error."""
    done = builds.build(name)
    title = f"builds with {builds.BUILDS[name][0]} and no warning"
    return [passed(title) if done.ok else failed(title, done.output)]


def unit(name, suite, wrapper=None):
    """The unit tests of a build, as meson runs them, perhaps each under another program."""
    built = builds.build(name)
    if not built.ok:
        return [failed(f"the {name} build", built.output)]
    report = builds.folder(name) / "meson-logs" / f"{suite}{wrapped_name(wrapper)}.json"
    report.unlink(missing_ok=True)
    wrapping = ["--wrapper", wrapper, "--timeout-multiplier", "10"] if wrapper else []
    done = run(["meson", "test", "-C", builds.folder(name), "--no-rebuild", "--suite", "unit",
                "--logbase", suite, *wrapping], suite, timeout=UNIT_SECONDS,
               env=builds.compiled_with(name) | {"CMOCKA_MESSAGE_OUTPUT": "TAP"})
    cases = read_meson_log(report)
    if not done.ok and count(cases, FAILED) == 0:
        return [*cases, failed("meson test", done.output)]
    return cases


def wrapped_name(wrapper):
    """What meson adds to its log's name for a wrapper."""
    return f"-{wrapper.split()[0]}" if wrapper else ""
