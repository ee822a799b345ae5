"""What the tests on a real libvirtd share: the rig, and a cache of what libvirt learns of QEMU."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

import pytest

INTEGRATION = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(INTEGRATION))

HOOKS = INTEGRATION / "hooks"


def pytest_configure(config):
    config.addinivalue_line("markers", "invariant(number): holds this invariant of ARCHITECTURE.md")


@pytest.fixture(scope="session")
def hooks():
    """The folder of the hooks that the tests put in place."""
    return HOOKS


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Keeps libvirt's knowledge of QEMU from daemon to daemon: half a second each."""
    return tmp_path_factory.mktemp("libvirt-cache")
