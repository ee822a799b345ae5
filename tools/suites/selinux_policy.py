"""The suite `selinux`: virthook's module in Debian's policy, compiled, then enforced."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import platform

import builds
import pytested
from command import LOGS, ROOT, run
from outcome import FAILED, count, failed, read_junit, skipped

TESTS = "tests/selinux"
CACHE = ROOT / "build/selinux"
STATIC_SECONDS, BOOT_SECONDS = 900, 900


def suite():
    """What the compiled policy says, and what it does."""
    return [*pytested.pytest("selinux", TESTS, f"--ignore={TESTS}/guest", timeout=STATIC_SECONDS,
                             env={"VIRTHOOK_SELINUX": str(CACHE)}),
            *booted()]


def booted():
    if platform.machine() != "x86_64":
        return [skipped("SELinux, enforcing", "the machine that is emulated is an x86_64 with this "
                        "build")]
    built = builds.build("gcc")
    if not built.ok:
        return [failed("the gcc build", built.output)]
    report = LOGS / "selinux-booted.xml"
    report.unlink(missing_ok=True)
    done = run(["/usr/bin/python3", "-B", ROOT / TESTS / "boot.py", builds.folder("gcc"), CACHE,
                ROOT / "build/vm", report], "selinux-booted", timeout=BOOT_SECONDS)
    cases = read_junit(report)
    if not done.ok and count(cases, FAILED) == 0 or not cases:
        return [*cases, failed("the machine that enforces SELinux", done.output)]
    return cases
