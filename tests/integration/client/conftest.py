"""What the client's tests share."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import Daemon, Plan, build


@pytest.fixture
def library():
    return build() / "client/libvirthook.so"


@pytest.fixture
def daemon(library):
    """A daemon whose hook is not open yet."""
    process = Daemon(library)
    yield process
    # stderr is the helper's too, for what it has to say of its configuration.
    printed = [line for line in process.end().splitlines()
               if not line.startswith("virthook-helper: ")]
    assert printed == [], "the library, or a sanitizer, printed something"


@pytest.fixture
def hooks(tmp_path):
    """A folder of hooks with a script for each driver that the tests call for: qemu and network."""
    folder = tmp_path / "hooks"
    folder.mkdir()
    for driver in ("qemu", "network"):
        (folder / driver).write_text("#!/bin/sh\nexit 0\n")
        (folder / driver).chmod(0o755)
    return folder


@pytest.fixture
def plan(tmp_path):
    folder = tmp_path / "plan"
    folder.mkdir()
    return Plan(folder)


@pytest.fixture
def opened(daemon, plan, hooks):
    """opened(*manners, **options): the daemon, with its hook open on a helper of that plan."""
    def open_with(*manners, **options):
        plan.write(*manners)
        given = {"helper": str(plan.path), "hooks": str(hooks), "policy": ""} | options
        assert daemon.open(**given) == 0
        return daemon
    return open_with
