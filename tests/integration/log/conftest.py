"""What the tests of logs share: a log that a real helper wrote."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest
from rig.spaces import unpin

from admin.support import VirtHook, run

NOTHING = b"virt-hook log: no call that has ended fits\n"


class Log(VirtHook):
    """The log of calls made by `virt-hook run`, and the command that shows it."""

    def show(self, *arguments, place=None, **how):
        return run([self.program, "log", "--audit", place or self.log, *arguments], **how)

    def rows(self, *arguments, **how):
        """The table's lines below the titles."""
        done = self.show(*arguments, **how)
        assert done.returncode == 0 and done.stderr in (b"", NOTHING), done.stderr
        assert (done.stderr == NOTHING) == (done.stdout == b"")
        return done.stdout.decode().splitlines()[1:]

    def objects(self, *arguments, **how):
        return [row.split()[4] for row in self.rows(*arguments, **how)]


@pytest.fixture
def log(tmp_path):
    yield Log(tmp_path)
    unpin(tmp_path)
