"""The compiled programs, run from an attack: exit status 0 is success, 3 a refusal, 4 cannot."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import subprocess

from .table import CANNOT, REFUSED, SUCCEEDED, Cannot, Refused

PROGRAMS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "programs")


def path(name):
    return os.path.join(PROGRAMS, name)


def program(name, *arguments, **more):
    """What the program printed."""
    done = subprocess.run([path(name), *arguments], capture_output=True, text=True, check=False,
                          **more)
    said = (done.stdout + done.stderr).strip()
    if done.returncode == SUCCEEDED:
        return said
    if done.returncode == CANNOT:
        raise Cannot(said)
    if done.returncode == REFUSED:
        raise Refused(said)
    raise RuntimeError(f"{name} ended with {done.returncode}: {said}")
