"""What the tests of virt-hook share."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import VirtHook


@pytest.fixture
def virt_hook(tmp_path):
    return VirtHook(tmp_path)
