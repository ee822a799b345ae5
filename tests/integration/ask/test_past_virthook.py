"""`virt-hook check` tells what libvirt would run of its own directory, past virthook."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import shutil
import subprocess

import pytest

from .support import build


@pytest.fixture
def asker(asker):
    asker.libvirt.mkdir(mode=0o755)
    return asker


def write(asker, name, mode=0o755):
    path = asker.libvirt / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(mode)
    return path


def adopt(asker, driver="qemu"):
    (asker.libvirt / driver).symlink_to(asker.shim)


def told(asker, answer):
    return {os.path.relpath(item["path"], asker.libvirt): item
            for item in answer["libvirt"]["files"]}


def test_a_file_beside_the_shim_is_an_error_with_its_mend(asker):
    adopt(asker)
    path = write(asker, "qemu.d/50-package")
    answer, status = asker.json("check")
    item = told(asker, answer)["qemu.d/50-package"]
    assert status == 1 and item["error"] and item["driver"] == "qemu"
    assert "virt-hook adopt qemu" in item["why"]
    done = asker.ask("check")
    assert done.returncode == 1 and f"error: {path}: libvirt runs it itself" in done.stdout


@pytest.mark.parametrize("name", ["50-hook~", ".hidden", "hook.rpmsave", "hook.dpkg-old",
                                  "with space"])
def test_libvirt_runs_it_whatever_its_name(asker, name):
    adopt(asker)
    write(asker, f"qemu.d/{name}")
    answer, status = asker.json("check")
    assert set(told(asker, answer)) == {f"qemu.d/{name}"} and status == 1


def test_what_libvirt_does_not_run_is_not_told(asker):
    adopt(asker)
    write(asker, "qemu.d/plain", mode=0o644)
    write(asker, "qemu.d/guest/prepare/begin/script")
    write(asker, "network", mode=0o644)
    write(asker, "README")
    write(asker, "kvm.d/10-first")
    (asker.libvirt / "qemu.d/nowhere").symlink_to("no-such-file")
    answer, status = asker.json("check")
    assert told(asker, answer) == {} and status == 0


def test_a_link_in_the_folder_is_run_like_the_file_it_leads_to(asker):
    adopt(asker)
    elsewhere = asker.folder / "elsewhere"
    shutil.copy("/bin/true", elsewhere)
    (asker.libvirt / "qemu.d").mkdir()
    (asker.libvirt / "qemu.d/10-link").symlink_to(elsewhere)
    answer, _ = asker.json("check")
    assert set(told(asker, answer)) == {"qemu.d/10-link"}


def test_a_driver_without_a_shim_beside_one_that_has_it_is_noted(asker):
    adopt(asker)
    path = write(asker, "lxc")
    write(asker, "network.d/10-nat")
    answer, status = asker.json("check")
    assert {name: item["error"] for name, item in told(asker, answer).items()} == {
        "lxc": False, "network.d/10-nat": False}
    assert status == 0
    done = asker.ask("check")
    assert f"note: {path}: libvirt runs it itself, without virthook" in done.stdout
    assert "virt-hook adopt lxc" in done.stdout and done.returncode == 0


def test_where_nothing_was_adopted_it_is_said_how_to_begin_and_is_no_error(asker):
    write(asker, "qemu")
    write(asker, "qemu.d/10-first")
    answer, status = asker.json("check")
    assert status == 0 and not answer["libvirt"]["adopted"] and len(told(asker, answer)) == 2
    done = asker.ask("check")
    assert re.search("^note: libvirt runs 2 files in .* itself, .*virt-hook adopt --dry-run",
                     done.stdout, re.MULTILINE)
    assert done.returncode == 0 and done.stdout.count("libvirt runs") == 1


def test_a_shim_that_is_gone_is_an_error_since_no_hook_runs(asker):
    asker.shim = asker.folder / "no-such-shim"
    adopt(asker)
    answer, status = asker.json("check")
    item = told(asker, answer)["qemu"]
    assert status == 1 and item["error"] and "install virthook again" in item["why"]


def test_where_all_is_adopted_nothing_is_told(asker):
    adopt(asker)
    adopt(asker, "network")
    answer, status = asker.json("check")
    assert (told(asker, answer), answer["libvirt"]["adopted"], status) == ({}, True, 0)
    assert "libvirt" not in asker.ask("check").stdout


def test_the_shim_counts_by_its_file_as_by_its_name(asker):
    (asker.folder / "link").symlink_to(asker.shim)
    (asker.libvirt / "qemu").symlink_to(asker.folder / "link")
    answer, status = asker.json("check")
    assert answer["libvirt"]["adopted"] and status == 0


def test_after_adopt_check_finds_nothing_and_after_release_how_to_begin(asker):
    write(asker, "qemu")
    write(asker, "qemu.d/10-first")
    move(asker, "adopt")
    answer, status = asker.json("check")
    assert (told(asker, answer), answer["libvirt"]["adopted"], status) == ({}, True, 0)
    assert len(answer["scripts"]) == 2
    move(asker, "release")
    answer, _ = asker.json("check")
    assert len(told(asker, answer)) == 2 and answer["scripts"] == []


def move(asker, command):
    asked = ["--config", asker.config, "--helper", asker.helper] if command == "adopt" else []
    subprocess.run([build() / "admin/virt-hook", command, "--libvirt", asker.libvirt, "--hooks",
                    asker.hooks, "--shim", asker.shim, *asked], check=True,
                   stdout=subprocess.DEVNULL)


def test_no_directory_of_libvirt_is_nothing_to_tell(asker):
    asker.libvirt.rmdir()
    answer, status = asker.json("check")
    assert told(asker, answer) == {} and status == 0


def test_one_that_cannot_be_read_is_an_error(asker):
    adopt(asker)
    (asker.libvirt / "qemu.d").symlink_to("qemu.d")
    answer, status = asker.json("check")
    assert status == 1 and "cannot be looked at" in answer["problems"][-1]


def test_names_of_files_cannot_steer_the_terminal(asker):
    adopt(asker)
    write(asker, "qemu.d/\x1b[31mred")
    name = os.fsencode(asker.libvirt) + b"/qemu.d/\xff"
    os.rename(write(asker, "qemu.d/raw"), name)
    done = asker.ask("check")
    assert "\\x1b[31mred" in done.stdout and "\\xff" in done.stdout and "\x1b" not in done.stdout
    answer, _ = asker.json("check")
    assert len(told(asker, answer)) == 2


def test_scripts_of_a_driver_without_the_shim_are_told_to_wait_in_vain(asker):
    for name in ("qemu", "lxc.d/10-first"):
        asker.write_hook(name)
    adopt(asker)
    answer, status = asker.json("check")
    noted = [note for note in answer["notes"] if "never run" in note]
    assert len(noted) == 1 and status == 0
    assert f"ln -s {asker.shim} {asker.libvirt}/lxc, " in noted[0]
    adopt(asker, "lxc")
    answer, _ = asker.json("check")
    assert not any("never run" in note for note in answer["notes"])
