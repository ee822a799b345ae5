"""What `virt-hook run` shows on a terminal while it waits, and nowhere else."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from .support import ENVIRONMENT, STUCK

ERASE = "\r\x1b[K"

# Until the test lets it go on.
WAITS = 'while [ ! -e "$0.go" ]; do sleep 0.05; done\n'


class Terminal:
    """A command with its stderr on a terminal, and what it has shown there."""

    def __init__(self, argv, columns=200, **environment):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.shown = ""
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
            env=ENVIRONMENT | {"TERM": "xterm"} | environment)
        os.close(theirs)

    def read(self):
        """More of what it shows; false at its end."""
        try:
            data = os.read(self.ours, 65536)
        except OSError:
            return False
        self.shown += data.decode()
        return bool(data)

    def await_line(self, count=1):
        """The progress line, as it is drawn for the count-th time."""
        while len(self.lines()) < count:
            assert self.read(), self.shown
        return self.lines()[count - 1]

    def lines(self):
        """Each progress line that is whole: behind it is the next, or its end."""
        return re.findall(r"\r\x1b\[K(?:\x1b\[2m)?([^\r\n]+ s of at most [^\r\x1b]*[^\r\x1b])"
                          r"(?=\r|\x1b)", self.shown)

    def finish(self):
        """Its exit status; what the person sees then is in left."""
        while self.read():
            pass
        os.close(self.ours)
        self.process.stdout.close()
        return self.process.wait(STUCK)

    @property
    def left(self):
        """The lines of the screen: of what was erased nothing is left."""
        return [line.split(ERASE)[-1].rstrip("\r") for line in self.shown.split("\n")]


@pytest.fixture
def waiting(virt_hook):
    """A script that waits, and how to let it end."""
    path = virt_hook.write_hook(WAITS)
    return path, path.with_name(path.name + ".go").touch


def test_it_tells_time_deadline_and_script_and_is_gone_at_the_end(virt_hook, waiting):
    path, go = waiting
    terminal = Terminal(virt_hook.argv("--timeout", "100"))
    first, second = terminal.await_line(1), terminal.await_line(3)
    go()
    assert terminal.finish() == 0
    for line in (first, second):
        assert re.fullmatch(rf"\d+\.\d s of at most 100 s: {re.escape(str(path))}", line), line
    assert float(first.split()[0]) < float(second.split()[0])
    assert [line for line in terminal.left if line][0].startswith("allow (ok)")
    assert len([line for line in terminal.left if line]) == 1


def test_the_verdict_stands_on_a_line_of_its_own_where_the_script_says_something(virt_hook):
    path = virt_hook.write_hook(WAITS + "echo said >&2\n")
    terminal = Terminal(virt_hook.argv())
    terminal.await_line()
    path.with_name(path.name + ".go").touch()
    assert terminal.finish() == 0
    said, verdict = [line for line in terminal.left if line]
    assert said == "said" and verdict.startswith("allow (ok)")


def test_it_is_never_wider_than_the_terminal(virt_hook, waiting):
    _, go = waiting
    terminal = Terminal(virt_hook.argv(), columns=30)
    line = terminal.await_line()
    go()
    terminal.finish()
    assert len(line) == 29


def test_no_color_takes_the_colour_alone(virt_hook, waiting):
    _, go = waiting
    terminal = Terminal(virt_hook.argv(), NO_COLOR="1")
    terminal.await_line()
    go()
    terminal.finish()
    assert "\x1b[2m" not in terminal.shown and ERASE in terminal.shown


def test_a_terminal_that_cannot_erase_shows_nothing(virt_hook, waiting):
    path, go = waiting
    terminal = Terminal(virt_hook.argv("--timeout", "1.5"), TERM="dumb")
    assert terminal.finish() == 1
    go()
    assert "at most" not in terminal.shown and "\x1b" not in terminal.shown
    assert str(path) in terminal.shown and "timed-out" in terminal.shown


def test_in_a_pipe_there_is_none(virt_hook, waiting):
    _, go = waiting
    done = virt_hook.run("--timeout", "1.5", env=ENVIRONMENT | {"TERM": "xterm"})
    go()
    assert b"at most 1" not in done.stderr and b"\x1b" not in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_call_that_is_interrupted_erases_it_too(virt_hook, waiting):
    terminal = Terminal(virt_hook.argv())
    terminal.await_line()
    terminal.process.terminate()
    assert terminal.finish() == 130
    assert not any("at most" in line for line in terminal.left)
    assert waiting[0].exists()


def test_the_helper_is_asked_twice_a_second_at_the_most(virt_hook, waiting):
    _, go = waiting
    terminal = Terminal(virt_hook.argv())
    last = terminal.await_line(4)
    go()
    terminal.finish()
    assert float(last.split()[0]) >= 4 * 0.5 - 0.1
