"""`virt-hook log` on terminals of any width: no line is longer, and no message is cut."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from admin.support import ENVIRONMENT, run

# As long as that of a hook which says what to do.
SAYS = "no licence is left for this guest: ask whoever keeps them, or stop another one first"


@pytest.fixture
def denied(log):
    log.write_hook(f'echo "{SAYS}" >&2; exit 3\n')
    log.run(call=("qemu", "d1", "prepare", "begin"))
    return log


def shown(log, *arguments, **environment):
    done = log.show(*arguments, env=ENVIRONMENT | environment)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("columns", [40, 60, 80, 98, 99, 120, 200])
def test_a_row_keeps_to_the_width_and_tells_all(denied, columns):
    lines = shown(denied, COLUMNS=str(columns))
    # A path or a command is copied whole: it is not broken, however long it is.
    assert all(len(line) <= columns or " " not in line.strip() for line in lines), lines
    record, = denied.records()
    told = " ".join(" ".join(lines).split())
    for words in (record["call"], "prepare/begin", "deny", "exit-status"):
        assert words in told
    assert record["message"] in told


def test_words_are_kept_whole(denied):
    assert SAYS in " ".join(" ".join(shown(denied, COLUMNS="80")).split())


def test_without_a_width_a_call_is_one_line(denied):
    titles, row = shown(denied)
    assert titles.split()[-1] == "MESSAGE" and SAYS in row


def test_wide_characters_keep_to_the_width_too(log):
    log.write_hook(f'echo "{"電力 " * 60}" >&2; exit 3\n')
    log.run(call=("qemu", "d1", "prepare", "begin"))
    lines = shown(log, COLUMNS="80", LC_ALL="C.UTF-8")
    wide = [line for line in lines if "電" in line]
    assert len(wide) > 1
    assert all(len(line) + sum(sign in "電力" for sign in line) <= 80 for line in wide), lines


def test_nothing_that_fits_is_told(denied):
    done = denied.show("--guest", "d2")
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"virt-hook log: no call that has ended fits\n"
    assert denied.show("--guest", "d2", "--json").stderr == b""


def test_a_verdict_that_no_call_can_have_is_refused(denied):
    done = denied.show("--verdict", "denied")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--verdict takes allow or deny, not 'denied'" in done.stderr


def test_to_follow_until_a_time_is_refused(denied):
    done = denied.show("--follow", "--until", "yesterday")
    assert done.returncode == 2 and b"--follow has no end: leave out --until" in done.stderr


@pytest.mark.parametrize("options", [(), ("--json",), ("--head",), ("--head", "--json"),
                                     ("--verify",), ("--verify", "--json")])
def test_output_that_is_lost_is_told(denied, options):
    # A head that was to be kept elsewhere, and was not, would be missed too late.
    done = run(["/bin/sh", "-c", 'exec "$@" >/dev/full', "sh", denied.program, "log", "--audit",
                str(denied.log), *options])
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
