"""The units run by systemd: in a machine that QEMU emulates, booted from the installed packages.

Each of the guest's tests is a case of this file; its own words stand in guest/in_guest.py.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ast
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chroot import STUCK, Chroot
from conftest import ROOT, folder_of

sys.path.insert(0, str(ROOT / "tests/vm"))

# pylint: disable=wrong-import-position
import kernel  # noqa: E402
import machine  # noqa: E402

GUEST = Path(__file__).resolve().parent / "guest"
BOOT_SECONDS = 900
SLACK_MB = 256
COMMAND_LINE = ("root=/dev/nvme0n1 rw console=ttyS0 panic=-1 quiet mitigations=off "
                "systemd.unit=virthook-test.target")

# What only takes a slow machine's time.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "console-getty.service",
          "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "getty@tty1.service",
          "libvirt-guests.service", "serial-getty@ttyS0.service", "systemd-timesyncd.service")
# What the tests start themselves.
NOT_AT_BOOT = ("libvirtd.service", "virteventd.service")

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64",
                                reason="the machine that is emulated is an x86_64")


def names():
    tree = ast.parse((GUEST / "in_guest.py").read_text("utf-8"))
    return [node.name for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def put_tests(system):
    system.path("/tests").mkdir()
    for name in ("run", "in_guest.py"):
        shutil.copy2(GUEST / name, system.path(f"/tests/{name}"))
    for name in ("virthook-test.target", "virthook-test.service"):
        shutil.copy(GUEST / name, system.path(f"/etc/systemd/system/{name}"))
    for name in MASKED:
        path = system.path(f"/etc/systemd/system/{name}")
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/null")
    for name in NOT_AT_BOOT:
        system.do("systemctl", "disable", "--quiet", name)


def make_disk(system, folder):
    """The system's own files as a disk; what is mounted on it is left out."""
    tree, disk = folder / "tree", folder / "disk.ext4"
    subprocess.run(["cp", "--archive", "--one-file-system", f"{system.root}/.", tree], check=True,
                   timeout=STUCK)
    size = int(subprocess.run(["du", "-sm", tree], check=True, capture_output=True, text=True,
                              timeout=STUCK).stdout.split()[0]) + SLACK_MB
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, disk,
                    f"{size}M"], check=True, timeout=STUCK)
    shutil.rmtree(tree)
    return disk


@pytest.fixture(scope="module")
def report(debian, layer, tmp_path_factory):
    """Of each test of the guest what was wrong, or nothing; made by one boot."""
    folder = tmp_path_factory.mktemp("guest")
    system = Chroot(folder / "system", debian, layer)
    try:
        put_tests(system)
        disk = make_disk(system, folder)
    finally:
        system.remove()
    found, log = folder / "report.xml", folder / "console.log"
    try:
        machine.boot(kernel.fetch(folder_of("VIRTHOOK_VM")), disk, found, log, BOOT_SECONDS,
                     COMMAND_LINE)
    finally:
        print(log.read_text("utf-8", errors="replace") if log.exists() else "no console")
        disk.unlink()
    return {case.get("name"): "".join(text for part in case for text in part.itertext())
            if case.find("failure") is not None or case.find("error") is not None else ""
            for case in ElementTree.parse(found).iter("testcase")}


@pytest.mark.parametrize("name", names())
def test_under_systemd(report, name):
    said = report.get(name, "it did not run")
    assert not said, said
