"""Runs suites and says what became of them; started by tools/test, which sees to the surroundings.

The last line is `N passed, N failed, N skipped`. The exit status is 0 if none failed, 1 if any
did, 2 for a wrong use. A suite that ran nothing has failed, whatever it was skipped for.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import argparse
import signal
import sys

import registry
from report import run_all


def chosen(suites, names, everything):
    """The suites that the arguments ask for; a SystemExit that names an unknown one."""
    unknown = sorted(set(names) - {suite.name for suite in suites})
    if unknown:
        known = ", ".join(suite.name for suite in suites)
        print(f"tools/test: no suite {', '.join(unknown)}; there are: {known}", file=sys.stderr)
        raise SystemExit(2)
    if names:
        return [suite for suite in suites if suite.name in names]
    return [suite for suite in suites if not suite.by_name and (everything or not suite.slow)]


def list_suites(suites):
    for suite in suites:
        print(f"{suite.name:<17} {'slow ' if suite.slow else '     '} {suite.about}")


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/test", description="Build virthook and run its tests.",
        epilog="Without arguments the quick suites run. Builds and logs are kept below build/.")
    parser.add_argument("--all", action="store_true", help="run the slow suites too")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="run these alone")
    return parser.parse_args()


def end_by_signal(number, _):
    """Leave by way of all that ends what runs."""
    raise SystemExit(128 + number)


def main():
    wanted = arguments()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_by_signal)
    suites = registry.suites()
    if wanted.list:
        list_suites(suites)
        return 0
    return run_all(chosen(suites, wanted.suites, wanted.all))


sys.exit(main())
