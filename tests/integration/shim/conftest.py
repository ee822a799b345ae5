"""What the shim's tests share: a cell with the build installed, and the shim in libvirt's place."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rig.arrangement import SHIM, Service, Shim  # noqa: E402
from rig.cell import Cell  # noqa: E402


class Place:
    """A cell in which libvirt's hooks are the shim; no libvirtd, the tests call as it would."""

    def __init__(self, cell, arrangement):
        self.cell = cell
        self.arrangement = arrangement

    def write_hook(self, text, driver="qemu"):
        self.cell.write(f"/etc/virthook/hooks/{driver}", "#!/bin/sh\n" + text, 0o755)

    def call(self, *arguments, driver="qemu", stdin=b"", **how):
        """The shim, as libvirt runs it; the Result."""
        given = arguments or ("guest", "prepare", "begin", "-")
        return self.cell.run([f"/etc/libvirt/hooks/{driver}", *given], stdin=stdin, **how)

    def shell(self, line, **how):
        """The shim in a shell's line, as SHIM, with the usual arguments."""
        return self.cell.run(["/bin/bash", "-c", line.replace(
            "SHIM", "/etc/libvirt/hooks/qemu guest migrate begin -")], **how)

    def audit(self):
        return [record for record in self.arrangement.audit(self.cell) if record["type"] == "end"]


def make_place(arrangement):
    cell = Cell(early_mounts=arrangement.early_mounts())
    try:
        arrangement.set_up(cell)
        arrangement.start(cell)
    except BaseException:
        cell.close()
        raise
    return Place(cell, arrangement)


@pytest.fixture
def place():
    """With no service: each shim spawns a helper of its own."""
    made = make_place(Shim())
    with made.cell:
        yield made


@pytest.fixture
def make():
    """Makes a place with the arrangement that a test wants."""
    made = []

    def make_one(arrangement):
        made.append(make_place(arrangement))
        return made[-1]

    yield make_one
    for place in made:
        place.cell.close()


@pytest.fixture
def served():
    """With a service."""
    made = make_place(Service())
    with made.cell:
        yield made


@pytest.fixture
def shim():
    return SHIM
