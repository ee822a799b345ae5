"""Boots a machine where SELinux enforces Debian's policy with virthook's module, and runs tests.

usage: python3 tests/selinux/boot.py BUILD CACHE KERNELS REPORT
BUILD is installed in the guest as it would be on a host. The policy is made in CACHE, which has the
disk and the console's log too; the kernel, Debian's own, is kept in KERNELS. REPORT is pytest's, as
XML.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import shutil
import sys
from pathlib import Path

import policy as making

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))

# pylint: disable=wrong-import-position
import image  # noqa: E402
import kernel  # noqa: E402
import machine  # noqa: E402

BOOT_SECONDS = 600
COMMAND_LINE = ("root=/dev/nvme0n1 rw console=ttyS0 panic=-1 quiet mitigations=off "
                "security=selinux enforcing=1 audit=1 printk.devkmsg=on "
                "init=/tests/selinux/guest/init")
PACKAGES = (*image.PACKAGES, "libvirt0", "policycoreutils")

# What init and its scripts are on a host, by their labels: the guest's own way there.
INIT, START = "usr/lib/systemd/systemd", "etc/init.d/tests"


def install(work, build, policy):
    """What meson installs, the policy, and the way from the kernel to the tests; all labelled."""
    image.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", work])
    # A place of the service's that its package makes.
    for folder in ("etc/virthook/hooks", "var/log/virthook", "var/log/virthook-run",
                   "run/virthook", "var/lib/virthook", "etc/libvirt", "run/libvirt"):
        work.joinpath(folder).mkdir(parents=True, exist_ok=True)
    target = work / "etc/selinux" / making.FLAVOUR
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(policy.etc, target)
    for path, source in ((INIT, "systemd"), (START, "tests")):
        work.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "guest" / source, work / path)
        work.joinpath(path).chmod(0o755)
    # Daemons whose labels are what matters: the tests have them wait, or listen.
    for path in ("usr/sbin/libvirtd", "usr/bin/qemu-system-x86_64"):
        work.joinpath(path).unlink(missing_ok=True)
        shutil.copy(os.path.realpath("/usr/bin/python3"), work / path)
    image.run(["ldconfig", "-r", work])
    image.run(["setfiles", "-F", "-r", work, policy.file_contexts, work])


def main(build, cache, kernels, report):
    cache, build = Path(cache), Path(build)
    policy = making.make(cache)
    disk, log = cache / "disk.ext4", cache / "console.log"
    booted = kernel.fetch(Path(kernels))
    image.make(disk, cache / "disk", build, PACKAGES,
               finish=lambda work: install(work, build, policy))
    for path in (Path(report), log):
        path.unlink(missing_ok=True)
    try:
        machine.boot(booted, disk, report, log, BOOT_SECONDS, COMMAND_LINE)
    finally:
        if log.exists():
            print(log.read_text(encoding="utf-8", errors="replace"))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (kernel.VmError, making.PolicyError) as error:
        sys.exit(f"tests/selinux: {error}")
