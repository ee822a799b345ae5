"""Killed before any of its changes, adopt or release leaves every hook in use, and can be finished.

strace kills the command as it enters a system call that changes a directory.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import subprocess

import pytest

from . import layouts
from .support import ENVIRONMENT, STUCK, Trees, what_is

CHANGES = ("link", "symlink", "rename", "unlink")
SIGKILLED = -9

# LeakSanitizer, in a build that has it, cannot look under a tracer; the whole runs are looked at.
TRACED = {**ENVIRONMENT, "ASAN_OPTIONS": "detect_leaks=0"}

# No layout here has more changes of a kind, or fewer in all.
MOST, LEAST = 7, 2


def kill_at(trees, command, change, number):
    """Whether the command was killed before that change of this kind; else it has ended."""
    calls = f"/^{change}(at2?)?$"
    done = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
         f"inject={calls}:signal=SIGKILL:when={number}", *trees.argv(command)],
        capture_output=True, timeout=STUCK, check=False, env=TRACED)
    assert done.returncode in (0, SIGKILLED), done.stderr
    return done.returncode == SIGKILLED


def in_use(trees, driver):
    """The scripts that libvirt runs for the driver, by itself or through the shim."""
    script = trees.libvirt / driver
    through_shim = script.exists() and script.samefile(trees.shim)
    places = [trees.hooks / driver if through_shim else script]
    folders = [trees.libvirt / f"{driver}.d"] + ([trees.hooks / f"{driver}.d"] * through_shim)
    found = places + [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return sorted(path.stat().st_ino for path in found if path.exists())


def all_in_use(trees):
    return {driver: in_use(trees, driver) for driver in ("qemu", "network", "lxc", "daemon")}


def remove_remains(trees, command):
    """As the command itself asks for."""
    for path in trees.libvirt.glob(".virthook-*"):
        assert f"{path} was left by a command that was killed: remove it" in trees.refused(command)
        path.unlink()


def tree_of(trees):
    """All but the times of the two directories, which a killed command cannot put right."""
    return {path: what_is(path) for path in sorted(trees.folder.rglob("*"))
            if path not in (trees.libvirt, trees.hooks)}


def make(folder, layout):
    trees = Trees(folder)
    layout(trees)
    return trees


def each_kill(tmp_path, layout, command):
    """The trees after a kill before each change, with what was there and was in use before."""
    killed = 0
    for change, number in itertools.product(CHANGES, range(1, MOST)):
        trees = make(tmp_path / f"{change}-{number}", layout)
        before = tree_of(trees), all_in_use(trees)
        if command == "release":
            trees.done("adopt")
        if kill_at(trees, command, change, number):
            killed += 1
            yield (trees, *before)
    assert killed >= LEAST, "each layout has so many changes at the least"


@pytest.mark.parametrize("layout", [layouts.script_and_folder, layouts.files_beside,
                                    layouts.one_script_beside, layouts.links_to_one_script,
                                    layouts.folder_alone], ids=lambda made: made.__name__)
@pytest.mark.parametrize("command", ["adopt", "release"])
class TestKilledBeforeEachChange:
    def test_every_hook_is_run_once(self, tmp_path, layout, command):
        for trees, _, used in each_kill(tmp_path, layout, command):
            assert all_in_use(trees) == used

    def test_release_gives_back_the_tree(self, tmp_path, layout, command):
        for trees, tree, _ in each_kill(tmp_path, layout, command):
            remove_remains(trees, "release")
            trees.done("release")
            assert tree_of(trees) == tree

    def test_adopt_goes_on(self, tmp_path, layout, command):
        for trees, tree, used in each_kill(tmp_path, layout, command):
            remove_remains(trees, "adopt")
            trees.done("adopt")
            assert all_in_use(trees) == used
            assert trees.libvirt.joinpath("qemu").is_symlink()
            trees.done("release")
            assert tree_of(trees) == tree
