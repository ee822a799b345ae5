"""What the tests of the policy share: it is made once, in the folder VIRTHOOK_SELINUX."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
from pathlib import Path

import policy as making
import pytest


@pytest.fixture(scope="session")
def policy():
    return making.make(Path(os.environ["VIRTHOOK_SELINUX"]))
