"""Debian in a folder: made once by mmdebstrap, under each test's own layer, entered by namespaces.

Runs as root. A system is the root of a mount and PID namespace of its own, not merely of a
chroot(2): in that the kernel makes no user namespace.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

SUITE = "bookworm"

# What virthook's packages depend on, a service manager, and what tests run in there.
PACKAGES = ("dbus", "kmod", "libcap-ng0", "libconfuse2", "libjson-c5", "libmsgpackc2",
            "libnettle8", "libseccomp2", "libvirt-clients", "libvirt-daemon-system", "logrotate",
            "procps", "python3-pytest", "systemd", "systemd-sysv", "udev", "zlib1g")

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
               "DEBIAN_FRONTEND": "noninteractive"}

MAKE_SECONDS = 900
STUCK = 120

# $1: the root; $2: what is below it, $3: where changes go; $4: a folder for the kernel.
HOLD = """
set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$2,upperdir=$3,workdir=$4" system "$1"
mount -t proc proc "$1/proc"
mount --rbind /sys "$1/sys"
mount --rbind /dev "$1/dev"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
cd "$1"
pivot_root . mnt
umount -l /mnt
echo ready
exec sleep infinity
"""


class ChrootError(Exception):
    """The system cannot be made or entered; the text says why."""


def sources():
    """The machine's own archives of Debian."""
    found = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.sources")]
    return [path for path in found if path.exists() and "debian" in path.read_text("utf-8")]


def tarball(folder):
    """The system as a tarball below folder, made where it is not there yet."""
    key = hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()[:12]
    path = folder / f"{SUITE}-{key}.tar"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".new.tar")
        done = subprocess.run(["mmdebstrap", "--variant=apt", "--mode=root",
                               f"--include={','.join(PACKAGES)}", SUITE, made, *sources()],
                              env=ENVIRONMENT, capture_output=True, text=True,
                              timeout=MAKE_SECONDS, check=False)
        if done.returncode != 0:
            raise ChrootError(done.stderr)
        made.rename(path)
    return path


def unpack(archive, folder):
    folder.mkdir()
    subprocess.run(["tar", "--extract", "--numeric-owner", "--xattrs", "--directory", folder,
                    "--file", archive], check=True, timeout=STUCK)


class Chroot:
    """A system of its own, until close(): folders, of which the later lies on top, and its changes.

    They are below place: root is nothing but the place of a mount, layer has the changes.
    """

    def __init__(self, place, *folders):
        self.place = place
        self.layer = place / "layer"
        self.folders = folders
        for name in ("root", "layer", "work"):
            (place / name).mkdir(parents=True)
        self.holder = subprocess.Popen(  # pylint: disable=consider-using-with
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", HOLD, "sh",
             place / "root", ":".join(map(str, reversed(folders))), self.layer, place / "work"],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise ChrootError(f"{place} cannot be entered")
        children = Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children")
        self.pid = children.read_text(encoding="ascii").split()[0]
        self.root = Path(f"/proc/{self.pid}/root")

    def argv(self, *argv):
        return ["nsenter", "--target", self.pid, "--mount", "--pid", "--wd=/",
                *[os.fspath(word) for word in argv]]

    def run(self, *argv, stdin=""):
        """The command inside; its status, stdout and stderr."""
        return subprocess.run(self.argv(*argv), env=ENVIRONMENT, input=stdin, capture_output=True,
                              text=True, timeout=STUCK, check=False)

    def do(self, *argv, stdin=""):
        """The same of one that must succeed; its stdout."""
        done = self.run(*argv, stdin=stdin)
        assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def begin(self, *argv):
        """A command that goes on; its Popen."""
        return subprocess.Popen(self.argv(*argv), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def path(self, name):
        """Of a file as it is in there; an absolute link does not lead there from outside."""
        return self.root / name.lstrip("/")

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    def close(self):
        """End all that runs in there; the changes stay."""
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()

    def remove(self):
        self.close()
        shutil.rmtree(self.place)
