"""The guest's disk: files of the Debian packages that are installed here, the build, the tests.

Runs as root, since the files keep their owners.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import shutil
import subprocess
from pathlib import Path

from kernel import VmError, run

TESTS = Path(__file__).resolve().parents[1]

# What the tests in the guest run, and what that needs.
PACKAGES = ("base-files", "bash", "coreutils", "dash", "findutils", "grep", "iproute2", "libc-bin",
            "libcap-ng0", "libconfuse2", "libjson-c5", "libmsgpackc2", "libnettle8",
            "libseccomp2", "mawk", "mount", "passwd", "procps", "python3", "python3-msgpack",
            "python3-pytest", "sed", "util-linux", "zlib1g")
NOT_NEEDED = ("/usr/share/doc/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/man/")

# Of this machine, since no package has them as files.
GENERATED = ("/etc/alternatives", "/etc/group", "/etc/passwd", "/etc/nsswitch.conf", "/etc/shadow")

# Of the build, by the names that the tests look for.
BUILT = ("admin/virt-hook", "client/libvirthook.so*", "helper/virthook-helper",
         "helper/virthook-runner", "packaging/50-shipped.conf")

EMPTY = ("dev", "home", "media", "mnt", "proc", "root", "run", "srv", "sys", "tmp", "usr/local",
         "var/lib/libvirt", "var/tmp")
SLACK_MB = 64


def make(path, work, build, packages=PACKAGES, finish=None):
    """Make the disk at path, through the folder work; build is the folder of the build.

    finish, if any, is called with the folder before it becomes the disk.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for link in ("bin", "sbin", "lib", "lib64"):  # as Debian's merged /usr has them
        work.joinpath("usr", link).mkdir(parents=True)
        work.joinpath(link).symlink_to(f"usr/{link}")
    copy_listed(files_of(packages), work)
    copy_listed([name for top in GENERATED for name in below(Path(top))], work)
    for name in EMPTY:
        work.joinpath(name).mkdir(parents=True, exist_ok=True)
    copy_build(build, work / "build")
    shutil.copytree(TESTS, work / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    run(["ldconfig", "-r", work])
    if finish:
        finish(work)
    path.unlink(missing_ok=True)
    size = int(run(["du", "-sm", work]).split()[0]) + SLACK_MB
    run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", work, path, f"{size}M"])
    shutil.rmtree(work)


def installed():
    """{package: its dependencies}, those that are only provided too."""
    found = {}
    shown = run(["dpkg-query", "--show", "--showformat",
                 "${Package}\t${Pre-Depends},${Depends}\t${Provides}\t${db:Status-Status}\n"])
    for line in shown.splitlines():
        name, depends, provides, status = line.split("\t")
        if status == "installed":
            found[name] = names(depends)
            for provided in names(provides):
                found.setdefault(provided, [name])
    return found


def names(relations):
    """The packages that a field of relations names."""
    return re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]*)", relations)


def files_of(packages):
    """Every file and folder of the packages and of all that they depend on."""
    known, wanted, closed = installed(), list(packages), set()
    missing = sorted(set(packages) - set(known))
    if missing:
        raise VmError(f"the guest needs what is not installed here: {', '.join(missing)}")
    while wanted:
        name = wanted.pop()
        if name in known and name not in closed:
            closed.add(name)
            wanted += known[name]
    listed = subprocess.run(["dpkg", "--listfiles", *sorted(closed)], capture_output=True,
                            text=True, check=False)  # it fails for those that are only provided
    return sorted({line for line in listed.stdout.splitlines()
                   if line.startswith("/") and not line.startswith(NOT_NEEDED)})


def below(top):
    return [str(path) for path in [top, *sorted(top.rglob("*"))]]


def copy_listed(paths, work):
    """Copy these, by their full names, with their owners; folders without what is in them."""
    present = [path for path in paths if Path(path).exists() or Path(path).is_symlink()]
    packed = subprocess.Popen(  # pylint: disable=consider-using-with
        ["tar", "--directory=/", "--create", "--no-recursion", "--null", "--files-from=-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    unpacked = subprocess.Popen(  # pylint: disable=consider-using-with
        ["tar", "--extract", "--keep-directory-symlink", "--directory", work],
        stdin=packed.stdout)
    packed.stdout.close()
    packed.stdin.write(b"\0".join(path.lstrip("/").encode() for path in present if path != "/."))
    packed.stdin.close()
    if packed.wait() != 0 or unpacked.wait() != 0:
        raise VmError("the files of the packages could not be copied")


def copy_build(build, folder):
    for pattern in BUILT:
        found = [path for path in build.glob(pattern) if path.is_file()]
        if not found:
            raise VmError(f"{build} has no {pattern}")
        for path in found:
            target = folder / path.relative_to(build)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.suffix != ".conf" else 0o644)
