"""The build that is shown: build/demo, brought up to date."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from interrupts import hold

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/demo"
LOG = ROOT / "build/demo.log"

OPTIONS = ["--buildtype=release", "-Dtests=false"]
TAIL_LINES = 20


class BuildFailed(Exception):
    """meson or ninja failed; the text is the end of what they said."""


def build():
    """Build, and return the seconds that it took."""
    began = time.monotonic()
    FOLDER.parent.mkdir(exist_ok=True)
    with open(LOG, "wb") as log:
        fcntl.flock(log, fcntl.LOCK_EX)  # another demo may be building
        if not (FOLDER / "build.ninja").exists() or not ninja(log):
            shutil.rmtree(FOLDER, ignore_errors=True)  # one of another meson, or half made
            if not (meson(log) and ninja(log)):
                raise BuildFailed(f"virthook does not build; the end of {LOG}:\n\n{tail()}")
    # The rig installs this build for its daemons.
    os.environ["VIRTHOOK_BUILD"] = str(FOLDER)
    return time.monotonic() - began


def meson(log):
    return succeeds(["/usr/bin/meson", "setup", *OPTIONS, FOLDER, ROOT], log)


def ninja(log):
    return succeeds(["/usr/bin/ninja", "-C", FOLDER], log)


def succeeds(argv, log):
    """Run argv to its end, and leave nothing of it running whatever happens meanwhile."""
    process = None
    try:
        with hold():
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True)
        return process.wait() == 0
    finally:
        if process and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def tail():
    return "\n".join(LOG.read_text(errors="replace").splitlines()[-TAIL_LINES:])
