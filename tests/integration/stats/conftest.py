"""What the tests of statistics share: logs of a real helper, and logs of any size after them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import copy
import json

import pytest
from rig.spaces import unpin

from admin.support import VirtHook, run


class Stats(VirtHook):
    """The log of calls made by `virt-hook run`, and the command that counts them."""

    def show(self, *arguments, place=None, **how):
        return run([self.program, "stats", "--audit", place or self.log, *arguments], **how)

    def text(self, *arguments, **how):
        done = self.show(*arguments, **how)
        assert done.returncode == 0 and done.stderr == b"", done.stderr
        return done.stdout.decode()

    def counted(self, *arguments, **how):
        """The object that --json prints."""
        return json.loads(self.text("--json", *arguments, **how))

    def script(self, path, *arguments, **how):
        """What --json says of one script."""
        found, = [script for script in self.counted(*arguments, **how)["scripts"]
                  if script["path"] == str(path)]
        return found

    def ended(self, **script):
        """An end that a helper wrote, with these keys of its script in place of its own."""
        record = copy.deepcopy(self.records()[0])
        record["scripts"][0].update(script)
        return record

    def write(self, records, name="written.log"):
        """A log of these records; lines that are records already are taken as they are."""
        path = self.folder / name
        with path.open("w", encoding="utf-8") as log:
            log.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        return path


@pytest.fixture
def stats(tmp_path):
    yield Stats(tmp_path)
    unpin(tmp_path)
