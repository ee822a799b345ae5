"""The one folder for whatever the demo keeps in files while it runs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from interrupts import hold


@contextlib.contextmanager
def folder():
    """Temporary files, also the rig's, are in a folder that goes with the block."""
    made = None
    try:
        with hold():
            made = tempfile.mkdtemp(prefix=f"virthook-demo-{os.getpid()}-")
        tempfile.tempdir = made
        yield
    finally:
        tempfile.tempdir = None
        if made:
            with hold():
                shutil.rmtree(made)


def cache():
    """Keeps what libvirt learns of QEMU from one daemon to the next."""
    place = Path(tempfile.gettempdir(), "libvirt-cache")
    place.mkdir(exist_ok=True)
    return place
