"""Where anything is odd nothing is moved, and what is wrong is told with its mend."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import subprocess

import pytest
from rig.measured import measured

from .support import ENVIRONMENT, STUCK


def make_existing(trees):
    trees.write("qemu")
    trees.hooks.joinpath("qemu").write_text("another\n")


def make_existing_folder(trees):
    trees.write("qemu")
    trees.write("qemu.d/10-first")
    trees.hooks.joinpath("qemu.d").mkdir()


def make_existing_beside(trees):
    trees.write("qemu")
    trees.write("kvm.conf")
    trees.hooks.joinpath("kvm.conf").write_text("another\n")


def make_foreign(trees):
    os.chown(trees.write("qemu.d/guest/prepare"), 12345, 0)


def make_foreign_link(trees):
    os.chown(trees.link("qemu", "/bin/true"), 12345, 0, follow_symlinks=False)


def make_writable(trees):
    trees.write("qemu.d/10-first", mode=0o775)


def make_writable_folder(trees):
    trees.write("qemu.d/10-first")
    trees.libvirt.joinpath("qemu.d").chmod(0o777)


def make_setuid(trees):
    trees.write("qemu", mode=0o4755)


def make_fifo(trees):
    trees.libvirt.joinpath("qemu.d").mkdir()
    os.mkfifo(trees.libvirt / "qemu.d/pipe", 0o600)


def make_script_a_folder(trees):
    trees.write("qemu/prepare")


def make_folder_a_script(trees):
    trees.write("qemu.d")


def make_link_out(trees):
    trees.folder.joinpath("libvirt/shared").write_text("#!/bin/sh\n")
    trees.link("qemu.d/10-shared", "../../shared")


def make_absolute_link(trees):
    trees.write("qemu")
    trees.link("network", trees.libvirt / "qemu")


def make_named_folder(trees):
    trees.write("qemu", f"#!/bin/sh\nrun-parts {trees.libvirt}/qemu.d\n")


def make_named_folder_elsewhere(trees):
    script = trees.folder / "elsewhere"
    script.write_text(f"#!/bin/sh\nrun-parts {trees.libvirt}/qemu.d\n")
    trees.link("qemu", script)


def make_link_beside(trees):
    trees.write("qemu")
    trees.link("old-name", "qemu")


def make_remains(trees):
    trees.write("qemu")
    trees.link(".virthook-qemu", "/usr/libexec/virthook-shim")


def make_open_directory(trees):
    trees.write("qemu")
    trees.libvirt.chmod(0o777)


def make_missing_directory(trees):
    trees.write("qemu")
    trees.hooks.rmdir()


def make_missing_shim(trees):
    trees.write("qemu")
    trees.shim = trees.folder / "no-such-shim"


@pytest.mark.parametrize("make, words", [
    (make_existing, "hooks/qemu exists: move one of them out of the way"),
    (make_existing_folder, "hooks/qemu.d exists: move one of them out of the way"),
    (make_existing_beside, "kvm.conf exists already: move one of them out of the way"),
    (make_foreign, "qemu.d/guest/prepare belongs to uid 12345"),
    (make_foreign_link, "hooks/qemu belongs to uid 12345"),
    (make_writable, "10-first can be written by others than its owner (mode 0775)"),
    (make_writable_folder, "qemu.d can be written by others than its owner (mode 0777)"),
    (make_setuid, "hooks/qemu has the setuid or setgid bit (mode 4755)"),
    (make_fifo, "qemu.d/pipe is no file, folder or link: remove it"),
    (make_script_a_folder, "hooks/qemu is a folder, not a script"),
    (make_folder_a_script, "hooks/qemu.d is no folder"),
    (make_link_out, "leads to '../../shared', which is something else as seen from the new place"),
    (make_absolute_link, "make it a relative link"),
    (make_named_folder, "libvirt/hooks/qemu.d, which moves: write \"$(dirname"),
    (make_named_folder_elsewhere, "libvirt/hooks/qemu.d, which moves: write"),
    (make_link_beside, "hooks/old-name is a link to qemu, which moves away"),
    (make_remains, ".virthook-qemu was left by a command that was killed: remove it"),
    (make_open_directory, "libvirt/hooks can be written by others"),
    (make_missing_directory, "virthook/hooks cannot be looked at: No such file or directory; make"),
    (make_missing_shim, "no-such-shim is not there (No such file or directory): install it"),
], ids=lambda value: value.__name__ if callable(value) else "")
def test_what_is_odd_is_told_and_nothing_is_moved(trees, make, words):
    trees.write("daemon")  # comes along, and must stay as well
    make(trees)
    trees.age()
    assert words in trees.refused("adopt")


def test_a_link_to_another_drivers_script_goes_with_it_alone(trees):
    trees.write("qemu")
    trees.link("network", "qemu")
    assert "take the driver it leads to along" in trees.refused("adopt", "network")
    assert "name its driver as well" in trees.refused("adopt", "qemu")
    trees.done("adopt", "qemu", "network")
    assert "take the driver it leads to along" in trees.refused("release", "network")
    assert "name its driver as well" in trees.refused("release", "qemu")


def test_between_two_file_systems_nothing_is_moved(trees):
    trees.write("qemu")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", trees.hooks], check=True)
    try:
        assert "are on two file systems" in trees.refused("adopt")
    finally:
        subprocess.run(["umount", trees.hooks], check=True)


@pytest.fixture
def overlay(trees, tmp_path_factory):
    """Makes the trees an overlay between two file systems, where files have other devices."""
    above = tmp_path_factory.mktemp("above")
    subprocess.run(["mount", "-t", "tmpfs", "none", above], check=True)
    for name in ("upper", "work"):
        above.joinpath(name).mkdir()
    options = f"lowerdir={trees.folder},upperdir={above}/upper,workdir={above}/work"
    try:
        subprocess.run(["mount", "-t", "overlay", "-o", options, "none", trees.folder], check=True)
        yield
        subprocess.run(["umount", trees.folder], check=True)
    finally:
        subprocess.run(["umount", above], check=True)


@pytest.mark.usefixtures("overlay")
def test_a_file_of_an_overlay_is_no_mount(trees):
    assert trees.write("qemu").stat().st_dev != trees.libvirt.stat().st_dev
    trees.write("qemu.d/10-first")
    trees.done("adopt")
    assert trees.hooks.joinpath("qemu.d/10-first").exists()


def test_a_script_that_is_a_mount_is_not_moved(trees):
    script = trees.write("qemu")
    subprocess.run(["mount", "--bind", script, script], check=True)
    try:
        assert "qemu is a mount: unmount it first" in trees.refused("adopt")
    finally:
        subprocess.run(["umount", script], check=True)


def test_a_step_that_fails_has_those_before_it_taken_back(trees):
    """What is immutable cannot be moved, which shows at the last step alone."""
    trees.write("qemu")
    folder = trees.write("qemu.d/10-first").parent
    subprocess.run(["chattr", "+i", folder], check=True)
    try:
        words = trees.refused("adopt")
    finally:
        subprocess.run(["chattr", "-i", folder], check=True)
    assert "what was done before was taken back" in words


def test_release_is_refused_where_something_stands_in_the_way(trees):
    trees.write("qemu")
    trees.write("qemu.d/10-first")
    trees.done("adopt")
    trees.write("qemu.d/put-there-by-a-package")
    assert "exists: move one of them out of the way" in trees.refused("release")


@pytest.mark.parametrize("arguments, words", [
    (["kvm"], "the driver is qemu, network, lxc, libxl, bhyve or daemon, not 'kvm'"),
    (["--libvirt", ""], "the path of --libvirt is empty"),
    (["--no-such"], "there is no option --no-such"),
])
def test_a_mistake_on_the_command_line_is_named(trees, arguments, words):
    trees.write("qemu")
    assert words in trees.refused("adopt", *arguments)


def test_of_a_huge_file_no_more_than_its_beginning_is_read(trees):
    os.truncate(trees.write("qemu"), 256 << 20)
    done = measured([*trees.argv("adopt"), "--dry-run"], env=ENVIRONMENT)
    assert done.status == 0 and done.peak_kib < 64 << 10


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", ["adopt", "release"])
def test_what_cannot_be_shown_is_no_success(trees, command, arguments):
    trees.write("qemu")
    if command == "release":
        trees.done("adopt")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*trees.argv(command), "--dry-run", *arguments], stdout=full,
                              stderr=subprocess.PIPE, timeout=STUCK, check=False, text=True,
                              env=ENVIRONMENT)
    assert done.returncode == 2 and "be shown" in done.stderr
