"""What the tests of events share: the helper, its place and start."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
import pytest

from helper.conftest import binary, helper, peer, place, pytest_configure, sanitized, start


@pytest.fixture
def service(place, start):
    """A helper that outlives its clients; connect() makes one more of them."""
    made = start(channel=False, options=("--listen", place.root / "sock"))
    made.client = lambda: made.connect(place.root / "sock")
    return made


@pytest.fixture
def peer_with(place, start):
    """The client of a helper with this in its configuration."""
    def start_with(text):
        place.configure(text)
        return start().peer

    return start_with
