"""Suites of tests in Python, run by Debian's pytest."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import builds
from command import LOGS, ROOT, run
from outcome import FAILED, count, failed, read_junit

PYTEST = ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-ra",
          "-o", "junit_logging=out-err", "-o", "junit_log_passing_tests=false"]

NOTHING_COLLECTED = 5  # pytest's own exit status


def at_once(workers):
    """By pytest-xdist: the files of tests, each whole, over so many workers.

    Most tests wait for deadlines and ends of processes and leave the processors idle.
    """
    return ["-n", str(workers), "--dist", "loadfile"]


def pytest(suite, *arguments, timeout, env=None, apart=()):
    """Run pytest over the arguments; suite names its log and its report, apart what starts it."""
    report = LOGS / f"{suite}.xml"
    report.unlink(missing_ok=True)
    done = run([*apart, *PYTEST, f"--rootdir={ROOT}", f"--junitxml={report}", *arguments], suite,
               timeout=timeout, env=env)
    cases = read_junit(report)
    if done.status not in (0, NOTHING_COLLECTED) and count(cases, FAILED) == 0:
        return [*cases, failed("pytest", f"exit status {done.status}\n{done.output}")]
    return cases


def against(name, suite, *arguments, timeout):
    """Run pytest over the arguments against a build."""
    built = builds.build(name)
    if not built.ok:
        return [failed(f"the {name} build", built.output)]
    return pytest(suite, *arguments, timeout=timeout, env=builds.compiled_with(name))
