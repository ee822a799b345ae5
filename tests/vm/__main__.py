"""Boots Debian 12's kernel 6.1 with the build and runs tests there.

usage: python3 tests/vm BUILD CACHE REPORT
The kernel is kept in CACHE, which has the guest's disk and its console's log too; REPORT is
pytest's, as XML.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

import image
import kernel
import machine

BOOT_SECONDS = 600


def main(build, cache, report):
    cache = Path(cache)
    disk, log = cache / "disk.ext4", cache / "console.log"
    old = kernel.fetch(cache)
    image.make(disk, cache / "disk", Path(build))
    for path in (Path(report), log):
        path.unlink(missing_ok=True)
    try:
        machine.boot(old, disk, report, log, BOOT_SECONDS)
    finally:
        if log.exists():
            print(log.read_text(encoding="utf-8", errors="replace"))
        disk.unlink()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except kernel.VmError as error:
        sys.exit(f"tests/vm: {error}")
