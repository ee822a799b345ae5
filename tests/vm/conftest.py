"""What the tests in the guest share: the helper, its place and its start."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

# pylint: disable=unused-import, wrong-import-position
from helper.conftest import binary, place, pytest_configure, sanitized, start  # noqa: E402
