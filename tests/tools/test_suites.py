"""tools/test tells the truth: what fails is counted, what ran nothing fails, a skip says why.

Each test lays out a small checkout of its own with the real tools/ in it, and runs its tools/test.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = shutil.ignore_patterns("__pycache__")

MESON = """project('virthook', 'c')
test('group', executable('group', 'group.c', dependencies : dependency('cmocka')), suite : 'unit')
"""

# What builds are set up with.
OPTIONS = """option('journal', type : 'feature')
option('syslog', type : 'feature')
option('tests', type : 'boolean')
"""

# common/ is given the headers of client/, against the arrows.
WRONG_WAY = """project('virthook', 'c')
static_library('common', 'common/fd.c', include_directories : ['common', 'client'])
"""

GROUP = """
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void keeps_its_promise(void **state) { (void)state; }
static void breaks_it(void **state) { (void)state; assert_int_equal(1, 2); }
static void cannot_be_tried(void **state)
{
    (void)state;
    print_message("no such kernel\\n");
    skip();
}
static void says_nothing(void **state) { (void)state; skip(); }
static void ends_the_program(void **state) { (void)state; exit(0); }
static void leaks(void **state)
{
    (void)state;
    void *volatile lost = malloc(10);
    lost = NULL;
    (void)lost;
}

int main(void)
{
    (void)keeps_its_promise, (void)breaks_it, (void)cannot_be_tried;
    (void)says_nothing, (void)ends_the_program, (void)leaks;
    const struct CMUnitTest tests[] = {TESTS};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
"""


class Checkout:
    """A checkout with nothing in it but tools/ and what a test writes."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "tools", folder / "tools", ignore=LAYOUT)
        self.write("ARCHITECTURE.md", "")
        self.write("meson_options.txt", OPTIONS)
        self.write("SECURITY.md", "")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def unit_tests(self, *names):
        tests = ", ".join(f"cmocka_unit_test({name})" for name in names)
        self.write("meson.build", MESON)
        self.write("group.c", GROUP.replace("TESTS", tests))

    def test(self, *arguments):
        """Run tools/test as CI does: from elsewhere, with no standard input."""
        return subprocess.run(
            ["/bin/bash", "-c", 'exec "$0" "$@" <&-', self.folder / "tools/test", *arguments],
            capture_output=True, text=True, cwd="/", timeout=250, check=False)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "checkout")


def last_line(done):
    assert done.stdout.endswith("\n")
    return done.stdout.splitlines()[-1]


def test_passing_tests_are_counted_and_exit_status_is_0(checkout):
    checkout.write("tests/tools/test_one.py", "def test_a(): pass\ndef test_b(): pass\n")
    done = checkout.test("tools")
    assert (done.returncode, last_line(done)) == (0, "2 passed, 0 failed, 0 skipped")


def test_a_failing_test_is_counted_shown_and_makes_exit_status_1(checkout):
    checkout.write("tests/tools/test_one.py", "def test_a(): assert 'this' == 'that'\n")
    done = checkout.test("tools")
    assert (done.returncode, last_line(done)) == (1, "0 passed, 1 failed, 0 skipped")
    assert "FAILED tests.tools.test_one.test_a" in done.stdout
    assert "assert 'this' == 'that'" in done.stdout


def test_a_skip_is_listed_with_its_reason(checkout):
    checkout.write("tests/tools/test_one.py", "import pytest\ndef test_a(): pass\n"
                   "@pytest.mark.skip(reason='no such kernel')\ndef test_b(): pass\n")
    done = checkout.test("tools")
    assert (done.returncode, last_line(done)) == (0, "1 passed, 0 failed, 1 skipped")
    assert "skipped: tests.tools.test_one.test_b: no such kernel" in done.stdout


SKIPPED = "import pytest\n@pytest.mark.skip(reason='no such kernel')\ndef test_a(): pass\n"


@pytest.mark.parametrize("text", ["", SKIPPED])
def test_a_suite_that_ran_nothing_fails(checkout, text):
    checkout.write("tests/tools/test_one.py", text)
    done = checkout.test("tools")
    assert done.returncode == 1
    assert "1 failed" in last_line(done)
    assert "it ran nothing" in done.stdout


def test_a_suite_whose_tests_cannot_be_read_fails(checkout):
    checkout.write("tests/tools/test_one.py", "import no_such_module\n")
    done = checkout.test("tools")
    assert (done.returncode, last_line(done)) == (1, "0 passed, 1 failed, 0 skipped")
    assert "no_such_module" in done.stdout


def test_tests_that_end_pytest_itself_fail(checkout):
    checkout.write("tests/tools/test_one.py", "import os\ndef test_a(): os._exit(0)\n")
    assert checkout.test("tools").returncode == 1


def test_unit_tests_are_counted_one_by_one(checkout):
    checkout.unit_tests("keeps_its_promise", "breaks_it", "cannot_be_tried")
    done = checkout.test("unit")
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 1 skipped")
    assert "0x1 != 0x2" in done.stdout
    assert "skipped: group: cannot_be_tried: no such kernel" in done.stdout


def test_a_skip_without_a_reason_fails(checkout):
    checkout.unit_tests("keeps_its_promise", "says_nothing")
    done = checkout.test("unit")
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "skipped without a reason" in done.stdout


def test_unit_tests_that_were_planned_and_did_not_run_fail(checkout):
    checkout.unit_tests("keeps_its_promise", "ends_the_program", "keeps_its_promise")
    done = checkout.test("unit")
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "ended 2 tests before its plan" in done.stdout


@pytest.mark.parametrize("suite", ["unit-valgrind", "unit-asan"])
def test_a_leak_fails_under_the_checkers(checkout, suite):
    checkout.unit_tests("leaks")
    done = checkout.test(suite)
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert "10 byte" in done.stdout


def test_a_build_that_fails_fails_its_suites_and_is_shown_once(checkout):
    checkout.unit_tests("no_such_test")
    done = checkout.test("build-gcc", "unit")
    assert (done.returncode, last_line(done)) == (1, "0 passed, 2 failed, 0 skipped")
    assert done.stdout.count("ninja: build stopped") == 1


def test_a_signal_ends_what_runs_and_tools_test(checkout):
    fifo = checkout.folder / "fifo"
    os.mkfifo(fifo)
    checkout.write("tests/tools/test_one.py", "import time\ndef test_a():\n"
                   f"    with open('{fifo}', 'w'):\n        time.sleep(600)\n")
    argv = [checkout.folder / "tools/test", "tools"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as run:
        with open(fifo, "rb") as running:  # opened by the test, closed when it has ended
            run.send_signal(signal.SIGTERM)
            assert running.read() == b""
        assert run.wait(60) == 128 + signal.SIGTERM


def test_an_unknown_suite_is_refused_with_the_known_ones(checkout):
    done = checkout.test("no-such-suite")
    assert done.returncode == 2
    assert "no-such-suite" in done.stderr and "unit-valgrind" in done.stderr


def test_who_is_not_root_is_told(checkout):
    checkout.write("tests/tools/test_one.py", "def test_a(): pass\n")
    done = subprocess.run(["/usr/bin/unshare", "--user", checkout.folder / "tools/test", "tools"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert "must be root: sudo tools/test tools" in done.stderr
    assert not (checkout.folder / "build").exists()


def test_a_header_that_is_within_reach_against_the_arrows_fails(checkout):
    checkout.write("meson.build", WRONG_WAY)
    checkout.write("common/fd.c", "int fd_count(void);\nint fd_count(void) { return 0; }\n")
    checkout.write("common/fd.h", "#pragma once\n")
    checkout.write("client/channel.h", "#pragma once\n")
    checkout.write("client/channel.c", '#include "channel.h"\n')
    done = checkout.test("structure")
    assert done.returncode == 1
    assert "common/ builds with client/channel.h" in done.stdout


PROMISE = "# Promises\n\n| | it cannot | held by |\n| --- | --- | --- |\n| 7 | {} | {} |\n"


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "SECURITY.md"])
@pytest.mark.parametrize("promise, complaint", [
    (PROMISE.format("fail", "`test_that_was_renamed_away`"), "test_that_was_renamed_away"),
    (PROMISE.format("fail", "good hope"), "promise 7 names no test"),
    ("# Promises\n", "has no promise with a number"),
])
def test_a_promise_without_a_test_that_is_there_fails(checkout, page, promise, complaint):
    checkout.unit_tests("keeps_its_promise")
    checkout.write("tests/test_promise.py", "def test_that_was_renamed(): pass\n")
    checkout.write(page, promise)
    done = checkout.test("structure")
    assert done.returncode == 1
    shown = done.stdout.partition(f"FAILED each promise of {page} names tests that are there")[2]
    assert complaint in shown.split("FAILED")[0]


def test_a_promise_with_its_test_passes(checkout):
    checkout.unit_tests("keeps_its_promise")
    checkout.write("tests/test_promise.py", "def test_that_was_renamed(): pass\n")
    checkout.write("SECURITY.md", PROMISE.format("fail", "`test_that_was_renamed`"))
    said = checkout.test("structure").stdout
    assert "FAILED each promise of ARCHITECTURE.md" in said, "the other page has none"
    assert "FAILED each promise of SECURITY.md" not in said


def test_a_call_that_is_not_safe_between_clone_and_exec_fails(checkout):
    checkout.write("meson.build", "project('virthook', 'c')\n"
                   "static_library('run', 'helper/run/child.c')\n")
    checkout.write("helper/run/child.c", "#include <stdlib.h>\nvoid *child_get(void);\n"
                   "void *child_get(void)\n{\n    return malloc(1);\n}\n")
    done = checkout.test("structure")
    assert done.returncode == 1
    assert "child.c makes raw, async-signal-safe calls alone\n    malloc\n" in done.stdout


@pytest.mark.parametrize("lines, complaint", [
    ("free(b);\n    free(b);", "double-‘free’"),
    ("if (atoi(b))\n        abort();", "cert-err34-c"),
])
def test_what_the_analysis_finds_fails(checkout, lines, complaint):
    shutil.copy(ROOT / ".clang-tidy", checkout.folder)
    checkout.write("meson.build", "project('virthook', 'c')\nstatic_library('common', 'a.c')\n")
    checkout.write("a.c", "#include <stdlib.h>\nvoid a(char *b);\nvoid a(char *b)\n"
                   f"{{\n    {lines}\n}}\n")
    done = checkout.test("analyze")
    assert (done.returncode, last_line(done)) == (1, "1 passed, 1 failed, 0 skipped")
    assert complaint in done.stdout


@pytest.mark.parametrize("name, text, complaint", [
    ("a.c", "int  a;\n", "a.c:1:4: error: code should be clang-formatted"),
    ("a.sh", "#!/bin/sh\necho $1\n", "SC2086"),
    ("a.md", "see /wo" + "rk/a.c\n", "a.md:1: see"),
    ("a.py", "a = 1 \n", "a.py:1: a = 1"),
    ("a.h", "int a;\n", "a.h: no SPDX-License-Identifier"),
])
def test_a_file_against_the_rules_fails_and_is_named(checkout, name, text, complaint):
    checkout.write(name, text)
    done = checkout.test("format")
    assert done.returncode == 1
    assert complaint in done.stdout
