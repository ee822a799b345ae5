"""What the tests of questions share."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import Asker


@pytest.fixture
def asker(tmp_path):
    tmp_path.chmod(0o755)
    return Asker(tmp_path)
