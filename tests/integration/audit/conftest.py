"""What the tests of the audit log share: the helper, its place and start, and a small disk."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
import pytest
from helper.conftest import binary, place, pytest_configure, sanitized, start

from .disk import Disk


@pytest.fixture
def disk(place):
    return Disk(place)
