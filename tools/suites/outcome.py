"""What became of the cases of a suite, as read from the reports of pytest and of meson.

A case is the smallest thing that a test names: a cmocka test, a pytest test, one check. A report is
written by the tests and is not trusted to be there or to be whole: what it lacks counts as failed.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import xml.etree.ElementTree
from dataclasses import dataclass

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

TAP_LINE = re.compile(r"^(not ok|ok) \d+ (?:- )?(.*)$")
TAP_SKIP = re.compile(r"^# SKIP (.*)$")
TAP_PLAN = re.compile(r"^1\.\.(\d+)$")


@dataclass(frozen=True)
class Case:
    """One case; the detail is the reason of a skip, the whole output of a failure, or a note."""
    name: str
    status: str
    detail: str = ""


def passed(name):
    return Case(name, PASSED)


def failed(name, detail):
    return Case(name, FAILED, detail)


def skipped(name, reason):
    """A case that was not tried; one that does not say why has failed."""
    if not reason:
        return failed(name, "it was skipped without a reason")
    return Case(name, SKIPPED, reason)


def check(name, complaints):
    """The case of a check that returns lines of complaint, or nothing."""
    return failed(name, "\n".join(complaints)) if complaints else passed(name)


def note(name, lines):
    """A case that passes and has something to say."""
    return Case(name, PASSED, "\n".join(lines))


def count(cases, status):
    return sum(case.status == status for case in cases)


def summary(cases):
    return ", ".join(f"{count(cases, status)} {status}" for status in (PASSED, FAILED, SKIPPED))


def read_junit(path):
    """The cases of pytest's --junitxml; none where there is no report."""
    if not path.exists():
        return []
    root = xml.etree.ElementTree.parse(path).getroot()
    return [junit_case(element) for element in root.iter("testcase")]


def junit_case(element):
    name = f"{element.get('classname')}.{element.get('name')}".lstrip(".")
    details = [part for part in element if part.tag in ("failure", "error", "skipped")]
    if not details:
        return passed(name)
    if details[0].tag == "skipped":
        return skipped(name, details[0].get("message", ""))
    details += [part for part in element if part.tag in ("system-out", "system-err")]
    return failed(name, "\n".join(part.text or part.get("message", "") for part in details))


def read_meson_log(path):
    """The cases of meson's testlog.json, where each program is a cmocka group that speaks TAP."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8", errors="replace") as log:
        return [case for line in log for case in program_cases(json.loads(line))]


def program_cases(program):
    """The cases of one program, and one more if the program as a whole did not end well."""
    name = program["name"].split(" / ")[-1].removeprefix("virthook:")
    output = program.get("stdout", "") + program.get("stderr", "")
    cases = tap_cases(name, program.get("stdout", ""), output)
    if not cases:
        return [failed(name, f"ran no test ({program['result']})\n{output}")]
    if program["returncode"] != 0 and count(cases, FAILED) == 0:
        how = f"{program['result']}, exit status {program['returncode']}"
        return [*cases, failed(name, f"{how}\n{output}")]
    return cases


def tap_cases(program, stdout, output):
    """The cases that a program told of; those it planned and did not come to are failed ones."""
    cases, planned, before = [], 0, ""
    for line in stdout.splitlines():
        if plan := TAP_PLAN.match(line):
            planned += int(plan[1])
        elif told := TAP_LINE.match(line):
            cases.append(tap_case(program, told, before, output))
        before = line
    missing = planned - len(cases)
    if missing > 0:
        cases.append(failed(program, f"ended {missing} tests before its plan\n{output}"))
    return cases


def tap_case(program, told, before, output):
    """cmocka's skip() has no room for a reason: that is the line which the test printed before."""
    if skip := TAP_SKIP.match(told[2]):
        reason = "" if TAP_LINE.match(before) or TAP_PLAN.match(before) else before
        return skipped(f"{program}: {skip[1]}", reason)
    name = f"{program}: {told[2]}"
    return passed(name) if told[1] == "ok" else failed(name, output)
