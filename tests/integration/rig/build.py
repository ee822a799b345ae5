"""The build under test, installed into a folder of its own that cells lay over /usr.

Runs in the test's own process. The build's folder comes from the environment, VIRTHOOK_BUILD; it
must have been set up with the prefix /usr, as meson.build's default has it, since the paths of
helper, runner, configuration and logs are compiled in.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from degraded import conditions

from .cell import ENVIRONMENT
from .command import RigError


def meson(*arguments):
    done = subprocess.run(["/usr/bin/meson", *arguments], env=ENVIRONMENT, capture_output=True,
                          text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RigError(f"meson {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


def build_folder():
    """The build's folder, or None where VIRTHOOK_BUILD is not set."""
    return Path(os.environ["VIRTHOOK_BUILD"]) if "VIRTHOOK_BUILD" in os.environ else None


@functools.cache
def libvirt_with_virthook():
    """What tools/libvirt-build has installed: a libvirt that has virthook's virhook.c."""
    checkout = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("VIRTHOOK_LIBVIRT", checkout / "build/libvirt"), "virthook")
    if not folder.exists():
        raise RigError(f"there is no {folder}: run tools/libvirt-build build/gcc")
    for plugins in folder.glob("usr/lib/*/libvirt"):  # those of another build are not to be loaded
        os.setxattr(plugins, "trusted.overlay.opaque", b"y")
    return folder


@functools.cache
def installed(folder):
    """Install the build (once in a process) and return the folder that stands for its /."""
    listed = json.loads(meson("introspect", "--buildoptions", folder))
    options = {option["name"]: option["value"] for option in listed}
    if options["prefix"] != "/usr":
        raise RigError(f"{folder} has the prefix {options['prefix']}; tests need /usr: run "
                       f"meson configure {folder} -Dprefix=/usr and build again")
    root = Path(tempfile.mkdtemp(prefix="virthook-installed-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    root.chmod(0o755)
    meson("install", "-C", folder, "--no-rebuild", "--quiet", "--destdir", root)
    conditions.replace_installed(root, "/usr/libexec/virthook-helper")
    return root
