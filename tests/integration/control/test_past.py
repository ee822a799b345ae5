"""`virt-hook status` tells what libvirt would run of its own directory, past virthook."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import subprocess

import pytest

from degraded.conditions import BUILD

from .conftest import ENVIRONMENT, STUCK

SHIM = BUILD / "shim/virthook-shim"


@pytest.fixture
def libvirt(tmp_path):
    """A directory of hooks of libvirt's, with virthook's shim for qemu."""
    folder = tmp_path / "hooks"
    folder.mkdir()
    folder.joinpath("qemu").symlink_to(SHIM)
    return folder


def put(libvirt, name):
    path = libvirt / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def ask(service, libvirt, *arguments):
    return service.ask("status", "--libvirt", libvirt, "--shim", SHIM, *arguments)


def test_a_file_beside_the_shim_is_told_with_its_mend(service, libvirt):
    path = put(libvirt, "qemu.d/50-package")
    done = ask(service, libvirt)
    assert done.returncode == 1 and "helper " in done.stdout
    assert f"{path}: libvirt runs it itself beside the shim" in done.stderr
    assert "virt-hook adopt qemu" in done.stderr


def test_as_json_the_helpers_object_stays_what_it_is(service, libvirt):
    path = put(libvirt, "qemu.d/50-package")
    done = ask(service, libvirt, "--json")
    assert done.returncode == 1 and str(path) in done.stderr
    assert json.loads(done.stdout)["pid"] == service.helper.pid


def test_where_all_is_virthooks_nothing_is_told(service, libvirt):
    done = ask(service, libvirt)
    assert (done.returncode, done.stderr) == (0, "") and "libvirt runs" not in done.stdout


def test_where_nothing_was_adopted_it_is_said_how_to_begin_and_is_no_error(service, libvirt):
    libvirt.joinpath("qemu").unlink()
    put(libvirt, "qemu")
    done = ask(service, libvirt)
    assert (done.returncode, done.stderr) == (0, "")
    assert "libvirt runs 1 file in" in done.stdout and "virt-hook adopt --dry-run" in done.stdout
    assert json.loads(ask(service, libvirt, "--json").stdout)["pid"] == service.helper.pid


def test_it_is_told_where_no_helper_runs_as_well(absent, libvirt):
    path = put(libvirt, "qemu.d/50-package")
    done = ask(absent, libvirt)
    assert done.returncode == 3 and str(path) in done.stderr


def test_a_name_cannot_steer_the_terminal(service, libvirt):
    put(libvirt, "qemu.d/\x1b[31mred")
    done = ask(service, libvirt)
    assert "\\x1b[31mred" in done.stderr and "\x1b" not in done.stderr


def test_reload_is_about_helpers_alone(absent, libvirt):
    done = subprocess.run([BUILD / "admin/virt-hook", "reload", "--libvirt", libvirt],
                          capture_output=True, text=True, timeout=STUCK, check=False,
                          env=ENVIRONMENT)
    assert done.returncode == 2 and "no option --libvirt" in done.stderr
