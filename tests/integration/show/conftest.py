"""What the tests of one call share: a log that a real helper wrote."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest
from rig.spaces import unpin

from admin.support import VirtHook, run


class Calls(VirtHook):
    """Calls made by `virt-hook run`, and the command that shows one of them."""

    def show(self, *arguments, place=None, **how):
        return run([self.program, "show", "--audit", place or self.log, *arguments], **how)

    def sheet(self, *arguments, **how):
        """What is printed where all is well."""
        done = self.show(*arguments, **how)
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def append(self, *records):
        with self.log.open("a") as log:
            log.writelines(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def calls(tmp_path):
    yield Calls(tmp_path)
    unpin(tmp_path)
