"""The suite `selinux`: virthook's module in Debian's policy."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytested
from command import ROOT

SECONDS = 900


def suite():
    return pytested.pytest("selinux", "tests/selinux", timeout=SECONDS,
                           env={"VIRTHOOK_SELINUX": str(ROOT / "build/selinux")})
