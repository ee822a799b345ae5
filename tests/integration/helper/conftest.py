"""What the tests of the helper share: its binary, a place for it, and its start and end."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from degraded.conditions import BUILD, helper_of

from .place import Place
from .processes import Helper

# What a sanitizer prints; gcc's build has none of it in any case.
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


def pytest_configure(config):
    config.addinivalue_line("markers", "invariant(number): holds this invariant of ARCHITECTURE.md")


@pytest.fixture(scope="session")
def binary():
    """The helper's binary; the runner lies beside it."""
    path = BUILD / "helper/virthook-helper"
    assert path.exists(), f"{path} is not built; VIRTHOOK_BUILD names the build's folder"
    return helper_of(BUILD)


@pytest.fixture(scope="session")
def sanitized(binary):
    """Whether this build has AddressSanitizer in it, which keeps freed memory for a while."""
    return b"__asan_init" in binary.read_bytes()


@pytest.fixture
def place():
    made = Place()
    yield made
    made.remove()


@pytest.fixture
def start(place, binary):
    """Starts a helper, see processes.Helper; afterwards it is gone and no sanitizer has spoken."""
    started = []

    def start_helper(**more):
        started.append(Helper(more.pop("place", place), more.pop("binary", binary), **more))
        return started[-1]

    yield start_helper
    for helper in started:
        helper.clean_up()
    for helper in started:
        said = helper.stderr()
        assert not any(word in said for word in SANITIZER_WORDS), said


@pytest.fixture
def helper(start):
    return start()


@pytest.fixture
def peer(helper):
    return helper.peer
