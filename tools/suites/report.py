"""Runs suites one after the other and tells what became of them.

One line a suite while it goes, with its time; below it the whole output of each failure; at the
end the reasons of the skips, and the count.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import textwrap
import time
import traceback

from outcome import FAILED, PASSED, SKIPPED, count, failed, summary


def run_all(suites):
    """Run the suites; returns the exit status of tools/test."""
    shown = set()
    cases = [case for suite in suites for case in told(suite, shown)]
    for case in cases:
        if case.status == SKIPPED:
            print(f"skipped: {case.name}: {case.detail}")
    print(summary(cases), flush=True)
    return 1 if count(cases, FAILED) or not cases else 0


def told(suite, shown):
    """Run one suite, print its line and its failures, and return its cases.

    shown: the details printed so far, to which new ones are added; a build that fails for five
    suites is printed once.
    """
    print(f"{suite.name:<17} ", end="", flush=True)
    start = time.monotonic()
    cases = outcome(suite)
    print(f"{summary(cases):<36} {time.monotonic() - start:8.1f} s", flush=True)
    for case in cases:
        if case.status != SKIPPED and case.detail:
            tell(case, shown)
    return cases


def tell(case, shown):
    detail = "as above" if case.detail in shown else case.detail.rstrip()
    print(f"  {'FAILED' if case.status == FAILED else 'note:'} {case.name}")
    print(textwrap.indent(detail, "    "), flush=True)
    shown.add(case.detail)


def outcome(suite):
    """The suite's cases, with one failed more where it ran nothing or broke down itself."""
    try:
        cases = suite.run()
    except Exception:  # whatever it was: the other suites go on
        return [failed(f"the suite {suite.name}", traceback.format_exc())]
    if count(cases, PASSED) + count(cases, FAILED) == 0:
        return [*cases, failed(f"the suite {suite.name}", "it ran nothing")]
    return cases
