"""What these tests share: a host for each of them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from .host import Host  # noqa: E402  pylint: disable=wrong-import-position


@pytest.fixture
def host():
    with Host() as made:
        yield made
