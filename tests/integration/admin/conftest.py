"""What the tests of virt-hook share."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest
from rig.spaces import unpin

from .support import VirtHook


@pytest.fixture
def virt_hook(tmp_path):
    yield VirtHook(tmp_path)
    unpin(tmp_path)
