"""A machine of its own for the tests: QEMU, emulating, with a kernel and a disk that it is given.

Runs as anybody who may read both. Emulation always: where there is a /dev/kvm it may yet not be
able to run a kernel.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

from kernel import VmError

COMMAND_LINE = ("root=/dev/nvme0n1 rw console=ttyS0 panic=-1 quiet mitigations=off "
                "init=/tests/vm/init")


def boot(kernel, disk, report, log, timeout, command_line=COMMAND_LINE):
    """Run the machine until it powers off; the guest's report and console go to these files."""
    argv = ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m",
            "1024", "-smp", "2", "-nodefaults", "-no-user-config", "-display", "none",
            "-no-reboot", "-serial", f"file:{log}", "-serial", f"file:{report}",
            "-kernel", kernel, "-append", command_line,
            "-drive", f"file={disk},format=raw,if=none,id=disk,snapshot=on",
            "-device", "nvme,drive=disk,serial=disk"]
    process = subprocess.Popen(  # pylint: disable=consider-using-with
        [str(word) for word in argv], stdin=subprocess.DEVNULL)
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired as late:
        raise VmError(f"the machine did not power off within {timeout} s") from late
    finally:
        process.kill()
        process.wait()
    if status != 0:
        raise VmError(f"qemu-system-x86_64 ended with status {status}")
