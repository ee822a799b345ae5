"""What the tests of adopt and release share."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import Trees


@pytest.fixture
def trees(tmp_path):
    return Trees(tmp_path)
