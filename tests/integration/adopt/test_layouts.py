"""Whatever layout of hooks is adopted, it is found again under virthook, and given back whole."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest

from . import layouts

DRIVERS = ("qemu", "network", "lxc", "libxl", "bhyve", "daemon")

layout = pytest.mark.parametrize("layout", layouts.LAYOUTS, ids=lambda made: made.__name__)


def make(trees, layout):
    layout(trees)
    trees.age()
    return trees.snapshot()


def hooks_of(tree, directory):
    """What a directory has of drivers, links for the shim left out; by its path from there."""
    inside = {path.removeprefix(directory + "/"): what for path, what in tree.items()
              if path.startswith(directory + "/")}
    return {path: what for path, what in inside.items()
            if path.split("/")[0].removesuffix(".d") in DRIVERS}


@layout
def test_release_gives_back_the_identical_tree(trees, layout):
    before = make(trees, layout)
    trees.done("adopt")
    trees.done("release")
    assert trees.snapshot() == before


@layout
def test_all_hooks_are_virthooks_once_adopted_and_unchanged(trees, layout):
    before = hooks_of(make(trees, layout), "libvirt/hooks")
    trees.done("adopt")
    assert hooks_of(trees.snapshot(), "virthook/hooks") == before


@layout
def test_libvirt_finds_the_shim_and_nothing_else_of_each_driver(trees, layout):
    before = hooks_of(make(trees, layout), "libvirt/hooks")
    trees.done("adopt")
    drivers = {path.split("/")[0].removesuffix(".d") for path in before}
    left = {path.name: os.readlink(path) for path in trees.libvirt.iterdir()
            if path.name.removesuffix(".d") in DRIVERS}
    assert left == dict.fromkeys(drivers, str(trees.shim))


@layout
def test_links_lead_to_what_they_led_to(trees, layout):
    make(trees, layout)
    led = {path.relative_to(trees.libvirt): path.resolve().stat().st_ino
           for path in trees.libvirt.rglob("*") if path.is_symlink() and path.exists()}
    trees.done("adopt")
    assert {path: (trees.hooks / path).resolve().stat().st_ino for path in led} == led


@layout
def test_a_dry_run_changes_nothing_and_shows_the_same(trees, layout):
    before = make(trees, layout)
    shown = trees.done("adopt", "--dry-run")
    assert trees.snapshot() == before
    assert shown.replace("\nNothing was changed (--dry-run).\n", "") == trees.done("adopt")
    adopted = trees.snapshot()
    trees.done("release", "--dry-run")
    assert trees.snapshot() == adopted


def test_a_file_beside_the_scripts_is_found_from_the_new_place(trees):
    make(trees, layouts.files_beside)
    trees.done("adopt")
    for name in ("kvm.conf", "hooks.json", "lib/functions.sh"):
        assert trees.hooks.joinpath(name).samefile(trees.libvirt / name)


def test_drivers_that_are_not_named_stay(trees):
    before = make(trees, layouts.every_driver)
    trees.done("adopt", "qemu", "lxc")
    assert {path.name for path in trees.libvirt.iterdir() if path.is_symlink()} == {"qemu", "lxc"}
    trees.done("adopt", "network")
    trees.done("release", "lxc")
    assert {path.name for path in trees.libvirt.iterdir() if path.is_symlink()} == {"qemu",
                                                                                   "network"}
    trees.done("release")
    assert trees.snapshot() == before


def test_what_lies_beside_stays_linked_until_the_last_driver_is_released(trees):
    trees.write("lxc")
    before = make(trees, layouts.files_beside)
    trees.done("adopt")
    trees.done("release", "lxc")
    assert trees.hooks.joinpath("kvm.conf").is_symlink()
    trees.done("release")
    assert trees.snapshot() == before


@pytest.mark.parametrize("layout, is_dispatcher", [(layouts.per_guest, True),
                                                   (layouts.script_and_folder, False)])
def test_a_dispatcher_is_recognised(trees, layout, is_dispatcher):
    make(trees, layout)
    assert ("leave per_guest_layout = no" in trees.done("adopt")) == is_dispatcher


def test_adopting_twice_changes_nothing_more(trees):
    make(trees, layouts.script_and_folder)
    trees.done("adopt")
    adopted = trees.snapshot()
    assert trees.done("adopt", "qemu") == "There is nothing to adopt.\n"
    assert trees.snapshot() == adopted


def test_hooks_that_came_after_the_adoption_go_to_libvirt_with_the_others(trees):
    make(trees, layouts.flat)
    trees.done("adopt")
    trees.hooks.joinpath("qemu.d").mkdir()
    trees.hooks.joinpath("qemu.d/new").write_text("#!/bin/sh\n")
    trees.done("release")
    assert trees.libvirt.joinpath("qemu.d/new").exists() and not list(trees.hooks.iterdir())
