"""What the tests of suggestions share: the helper, its place, and a store for scripts."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import shutil
import tempfile
from pathlib import Path

import pytest

# pylint: disable=unused-import
from helper.conftest import binary, place, pytest_configure, sanitized, start

from .school import School


@pytest.fixture
def store():
    """A folder of root's that is hidden under isolated."""
    made = Path(tempfile.mkdtemp(prefix="virthook-suggest-", dir="/srv"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def school(place, binary, store):  # pylint: disable=redefined-outer-name
    return School(place, binary, store)
