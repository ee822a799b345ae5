"""What the tests of copies share: a corner of the machine with receivers in it, and a helper."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
import json
import os

import pytest
from degraded.conditions import BUILD
from helper.conftest import binary, place, pytest_configure, sanitized, start
from helper.wire import STATUS

from .receivers import JOURNALD, Corner, Journald


@pytest.fixture(scope="session")
def built():
    """The places that this build can copy to."""
    header = (BUILD / "config/virthook-config.h").read_text(encoding="utf-8")
    return {name for name in ("journal", "syslog")
            if f"#define VIRTHOOK_{name.upper()} 1\n" in header}


@pytest.fixture
def corner(place):
    return Corner(place)


@pytest.fixture
def journald(built, corner):
    if "journal" not in built:
        pytest.skip("this build is without the feature journal")
    if not os.access(JOURNALD, os.X_OK):
        pytest.skip(f"there is no {JOURNALD}")
    running = Journald(corner)
    yield running
    running.end()


@pytest.fixture
def syslog(built, corner):
    """The socket at /dev/log."""
    if "syslog" not in built:
        pytest.skip("this build is without the feature syslog")
    with corner.bind("dev-log") as receiver:
        receiver.setblocking(False)
        yield receiver


@pytest.fixture
def copying(place, corner, start):
    """Starts a helper there that copies to these places, with more lines of configuration."""
    def start_copying(*names, more=""):
        place.configure("".join(f"audit_{name} = yes\n" for name in names) + more)
        return start(wrapper=corner.wrapper)

    return start_copying


@pytest.fixture
def copies():
    """What a helper's status tells of its copies."""
    return lambda helper: json.loads(helper.peer.ask(STATUS)["json"])["audit_copies"]
