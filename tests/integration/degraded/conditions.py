"""The condition under which the helper's suites run: a profile, and what the kernel lacks.

Runs in the test's own process. Both come from the environment, so that the very same tests say what
holds under each of them:

  VIRTHOOK_TEST_PROFILE  the shipped profile that scripts run under unless a test names one; its
                         scripts may write to the test's own folder, and do nothing else more
  VIRTHOOK_TEST_WITHOUT  the feature that the kernel does not have for the helper; see deprive.c

Where they are not set, scripts run unconfined on the kernel as it is.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import atexit
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

PROFILE = os.environ.get("VIRTHOOK_TEST_PROFILE", "unconfined")
WITHOUT = os.environ.get("VIRTHOOK_TEST_WITHOUT", "")
IS_SET = "VIRTHOOK_TEST_PROFILE" in os.environ or "VIRTHOOK_TEST_WITHOUT" in os.environ

PROFILES = ("unconfined", "isolated", "notify", "network", "tune", "vfio", "storage", "desktop")
FEATURES = ("landlock", "notify", "user-namespaces", "cgroup2", "own-pid-max")

# Pairs of both that cannot be: the helper refuses them, and test_degraded.py says with which words.
REFUSED = {(profile, "landlock"): "root's scripts with pids = host need Landlock's scopes"
           for profile in ("tune", "vfio")}

# The user of scripts where an installation's own does not exist.
SCRIPT_USER, NOBODY = "virthook-run", "nobody"

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("VIRTHOOK_BUILD", HERE.parents[2] / "build/gcc"))


def configured(text, folder):
    """The configuration with this condition's profile for scripts; theirs is what is in folder."""
    if "default_profile" in text:
        return text
    if PROFILE == "unconfined":
        return f"{text}\ndefault_profile = unconfined\n"
    return f"{text}\n{profile_of(folder)}default_profile = {PROFILE}\n"


def profile_of(folder):
    """The shipped profile, with this folder to write to."""
    user = f"    user = {NOBODY}\n" if PROFILE in ("isolated", "notify") and not has_user() else ""
    return (f'profile "{PROFILE}" {{\n    inherits = {PROFILE}\n{user}'
            f'    writable += {{ "{folder}" }}\n}}\n')


def has_user():
    try:
        return bool(pwd.getpwnam(SCRIPT_USER))
    except KeyError:
        return False


def prepare(folder):
    """Make the folder, of a configuration and what its scripts write, fit for the condition."""
    if PROFILE != "unconfined":
        install_profiles(folder)
        open_to_scripts(folder)


def install_profiles(folder, build=BUILD):
    """The build's shipped profiles, beside a configuration in that folder."""
    profiles = folder / "profiles.d"
    profiles.mkdir()
    profiles.chmod(0o755)
    shipped = profiles / "50-shipped.conf"
    shutil.copyfile(build / "packaging/50-shipped.conf", shipped)
    shipped.chmod(0o644)


def write_config(folder):
    """A configuration that says no more than this condition; returns its path."""
    prepare(folder)
    path = folder / "condition.conf"
    path.write_text(configured(f'guest_tmp = "{folder}/guest-tmp"\n', folder), encoding="utf-8")
    path.chmod(0o644)
    return path


def open_to_scripts(folder):
    """Scripts of any user reach the folder and write there; what is in it stays the owner's."""
    folder.chmod(0o1777)
    for parent in folder.parents:
        mode = parent.stat().st_mode & 0o7777
        if mode & 0o111 != 0o111:
            parent.chmod(mode | 0o111)


@functools.cache
def helper_of(build):
    """The build's helper; where the kernel is to lack something, a stand-in that starts it so."""
    helper = Path(build, "helper/virthook-helper")
    if not WITHOUT:
        return helper
    folder = Path(tempfile.mkdtemp(prefix="virthook-without-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    (folder / "virthook-runner").symlink_to(helper.parent / "virthook-runner")
    return stand_in(folder / "virthook-helper", compile_deprive(folder), helper)


def replace_installed(root, path):
    """Put a stand-in, where one is needed, in the place of the installed helper."""
    if not WITHOUT:
        return
    installed = Path(f"{root}{path}")
    compile_deprive(installed.parent)
    installed.rename(f"{installed}.whole")
    stand_in(installed, Path(path).parent / "deprive", f"{path}.whole")


def compile_deprive(folder):
    """The program that takes a feature away; see deprive.c."""
    program = folder / "deprive"
    flags = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["/usr/bin/gcc", *flags, "-o", program, HERE / "deprive.c"], check=True)
    return program


def stand_in(path, deprive, helper, feature=WITHOUT):
    """Make path a program that becomes the helper, without the feature; returns the path."""
    path.write_text(f"#!{deprive} {feature}\n{helper}\n", encoding="utf-8")
    path.chmod(0o755)
    return path
