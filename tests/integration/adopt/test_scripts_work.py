"""Adopted scripts do under virthook what they did under libvirt, by the rules that adopt shows."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess

import pytest
from degraded import conditions

from . import layouts
from .support import ENVIRONMENT, STUCK, build

pytestmark = pytest.mark.skipif(conditions.IS_SET, reason="the rules name the profile unconfined")


def adopt(trees):
    """With the rules that it asked for, and nothing else."""
    trees.configure("")
    done = trees.virt_hook("adopt")
    assert done.returncode == 1, done.stderr
    trees.configure("".join(re.findall(r"^rule .*?^}\n", done.stdout, re.MULTILINE | re.DOTALL)))
    trees.done("adopt")


def call(trees, driver="qemu"):
    """What the adopted hooks say in a call."""
    done = subprocess.run(
        [build() / "admin/virt-hook", "run", "--config", trees.config, "--audit",
         trees.folder / "audit.log", "--helper", build() / "helper/virthook-helper", driver,
         "win10", "prepare", "begin"], capture_output=True, timeout=STUCK, check=False, text=True,
        env=ENVIRONMENT, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_script_does_what_root_can_outside_of_its_directory(trees):
    trees.write("qemu", f'#!/bin/sh\necho "as $(id -u)" >{trees.folder}/seen\n')
    adopt(trees)
    call(trees)
    assert trees.folder.joinpath("seen").read_text() == "as 0\n"


def test_a_script_reads_the_file_that_lies_beside_it_in_libvirts_directory(trees):
    trees.write("qemu", '#!/bin/sh\n. "$(dirname "$0")/kvm.conf"\necho "GPU $VIRSH_GPU" >&2\n')
    trees.write("kvm.conf", "VIRSH_GPU=pci_0000_01_00_0\n", 0o644)
    adopt(trees)
    assert "GPU pci_0000_01_00_0" in call(trees)


def test_a_dispatcher_runs_what_is_in_its_folder_once(trees):
    trees.write("qemu", layouts.DISPATCHER)
    trees.write("qemu.d/win10/prepare/begin/start.sh", "#!/bin/sh\necho dispatched >&2\n")
    adopt(trees)
    assert call(trees).count("dispatched") == 1


def test_a_link_to_another_drivers_script_is_run_by_its_own_name(trees):
    trees.write("qemu", '#!/bin/sh\necho "called as $(basename "$0")" >&2\n')
    trees.link("lxc", "qemu")
    adopt(trees)
    assert "called as lxc" in call(trees, driver="lxc")
