"""What the attacks share: their programs, their ground, and a helper with all the profiles."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import platform
import pwd
import shutil

# pylint: disable=unused-import
import pytest
from helper.conftest import BUILD, SANITIZER_WORDS, binary, pytest_configure
from helper.place import Place
from helper.processes import Helper

from . import armory, leftovers
from .ground import Ground
from .profiles import (HELPER_S_USER, SCRIPT_S_USER, configuration,
                       unprivileged_configuration)
from .range import Range


def pytest_collection_modifyitems(items):
    if platform.machine() != "x86_64":
        for item in items:
            if item.path.parent.name == "attacks":
                item.add_marker(pytest.mark.skip(reason="the attacks use x86_64's system calls"))


@pytest.fixture(scope="session")
def ground():
    leftovers.clear()
    made = Ground()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def shipped():
    """The file of the shipped profiles, as it is installed."""
    path = BUILD / "packaging/50-shipped.conf"
    assert path.exists(), f"{path} is not built"
    return path


def arm(ground, shipped, text):
    """A place for a helper, with the attacks and their programs below its hooks."""
    made = Place()
    ground.record.add("folder", made.root)
    made.root.chmod(0o755)
    made.configure(text)
    made.folder("profiles.d")
    (made.root / "profiles.d/50-shipped.conf").write_text(
        shipped.read_text(encoding="utf-8"), encoding="utf-8")
    armory.install(made.hooks)
    return made


@contextlib.contextmanager
def running(place, ground, binary):
    """One helper for all attacks: that it lives on is part of the promise."""
    helper = Helper(place, binary)
    yield Range(helper, place, ground)
    helper.clean_up()
    said = helper.stderr()
    assert not any(word in said for word in SANITIZER_WORDS), said


@pytest.fixture(scope="session")
def armed(ground, shipped):
    made = arm(ground, shipped, configuration(ground))
    made.audit = ground.audit
    yield made
    made.remove()


@pytest.fixture(scope="session")
def attacks(armed, ground, binary):
    """Runs attacks, under a helper that is root for its profiles' sake."""
    with running(armed, ground, binary) as made:
        yield made


@pytest.fixture(scope="session")
def unprivileged(ground, shipped, binary):
    """Runs attacks under a helper that is an ordinary user, as with the shipped default."""
    if not all(map(has_user, (HELPER_S_USER, SCRIPT_S_USER))):
        pytest.skip("virthook's users are not there")
    place = arm(ground, shipped, unprivileged_configuration(ground))
    with running(place, ground, binary) as made:
        yield made
    place.remove()


def has_user(name):
    try:
        return pwd.getpwnam(name) is not None
    except KeyError:
        return False


@pytest.fixture
def shared(ground):
    """The folder that all profiles let scripts write to, empty."""
    def clear():
        for path in ground.shared.iterdir():
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            else:
                shutil.rmtree(path)
    clear()
    yield ground.shared
    clear()
