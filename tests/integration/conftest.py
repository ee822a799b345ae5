"""What all the suites share: which tests a condition of degraded/ leaves out, said in one line."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
from collections import Counter
from pathlib import Path

import pytest

from degraded.conditions import PROFILE, WITHOUT
from degraded.exceptions import excepted

HERE = Path(__file__).resolve().parent
LEFT_OUT = pytest.StashKey()


def pytest_configure():
    """Some profiles show the host's processes to scripts that kill all they can."""
    if PROFILE != "unconfined" and "VIRTHOOK_TEST_APART" not in os.environ:
        pytest.exit("VIRTHOOK_TEST_PROFILE is for a PID namespace of its own, where nothing else "
                    "can be killed: use tools/test matrix", 2)


def pytest_collection_modifyitems(config, items):
    """Leave out the exceptions; they are told at the end."""
    found = {item: excepted(os.path.relpath(item.path, HERE), item.name) for item in items}
    left_out = [item for item in items if found[item]]
    config.stash[LEFT_OUT] = Counter((found[item].file, found[item].reason) for item in left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not found[item]]


def pytest_terminal_summary(terminalreporter, config):
    for (file, reason), count in sorted(config.stash.get(LEFT_OUT, {}).items()):
        terminalreporter.write_line(f"left out under {PROFILE}, without {WITHOUT or 'nothing'}: "
                                    f"{count} of {file}: {reason}")
