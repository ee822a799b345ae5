"""The suite `oldkernel`: the build on Debian's own kernel 6.1, in a machine that QEMU emulates."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import platform

import builds
from command import LOGS, ROOT, run
from outcome import FAILED, count, failed, read_junit, skipped

SECONDS = 900


def suite():
    if platform.machine() != "x86_64":
        return [skipped("Linux 6.1", "the machine that is emulated is an x86_64 with this build")]
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    report = LOGS / "oldkernel.xml"
    report.unlink(missing_ok=True)
    done = run(["/usr/bin/python3", "-B", ROOT / "tests/vm", builds.folder("gcc"),
                ROOT / "build/vm", report], "oldkernel", timeout=SECONDS)
    cases = read_junit(report)
    if not done.ok and count(cases, FAILED) == 0 or not cases:
        return [*cases, failed("the old kernel's machine", done.output)]
    return cases
