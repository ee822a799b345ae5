"""Debian's policy with virthook's module in it, compiled; this machine's own is not touched.

usage: python3 tests/selinux/policy.py CACHE
What is fetched and made is kept in CACHE: Debian's modules in a store of their own, and the
compiled policy with virthook's. The promises of the module are checked while it is made
(expand-check). Needs the network the first time.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "selinux"
PACKAGE = "selinux-policy-default"
FLAVOUR = "default"
HEADERS = "/usr/share/selinux/devel/Makefile"


class PolicyError(Exception):
    """The policy cannot be made; the text says why."""


def run(argv, **how):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True,
                          check=False, **how)
    if done.returncode != 0:
        raise PolicyError(f"{' '.join(map(str, argv))}: {done.stdout}{done.stderr}")
    return done.stdout


class Policy:
    """Where things are below the cache."""

    def __init__(self, cache):
        self.package = Path(cache) / "package"
        self.debian = Path(cache) / "debian"
        self.store = Path(cache) / "store"
        self.made = Path(cache) / "module"

    @property
    def etc(self):
        """What /etc/selinux/default is on a host."""
        return self.store / "etc/selinux" / FLAVOUR

    @property
    def compiled(self):
        return sorted(self.etc.glob("policy/policy.*"))[-1]

    @property
    def file_contexts(self):
        return self.etc / "contexts/files/file_contexts"

    def add(self, module, priority):
        """Add a module, or several, to the store; nothing of it where a neverallow is broken."""
        run(["semodule", "-p", self.store, "-s", FLAVOUR, "-n", "-X", priority, "-i",
             *(module if isinstance(module, list) else [module])])


def fetch(policy):
    """Debian's own policy: its files, unpacked."""
    if policy.package.exists():
        return
    folder = policy.package.with_name("fetched")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(["apt-get", "--quiet", "-o", "Acquire::Retries=2", "-o", "APT::Sandbox::User=root",
         "download", PACKAGE], cwd=folder)
    for archive in folder.glob(f"{PACKAGE}_*.deb"):
        run(["dpkg", "-x", archive, folder])
        archive.unlink()
    folder.rename(policy.package)


def make_debian(policy):
    """A store with all of Debian's modules, where neverallow is checked; made once."""
    if policy.debian.exists():
        return
    shutil.rmtree(policy.store, ignore_errors=True)
    shutil.copytree(policy.package / "etc", policy.store / "etc", symlinks=True)
    settings = Path("/etc/selinux/semanage.conf").read_text(encoding="utf-8")
    policy.store.joinpath("etc/selinux/semanage.conf").write_text(
        settings.replace("expand-check=0", "expand-check=1"), encoding="utf-8")
    policy.store.joinpath("var/lib/selinux").mkdir(parents=True)
    policy.add(sorted((policy.package / "usr/share/selinux" / FLAVOUR).glob("*.pp.bz2")), 100)
    policy.store.rename(policy.debian)


def compile_module(policy, name="virthook", source=MODULE):
    """The module as it is installed, from its sources."""
    shutil.rmtree(policy.made, ignore_errors=True)
    policy.made.mkdir()
    for path in source.glob(f"{name}.*"):
        shutil.copy(path, policy.made)
    run(["make", "-f", HEADERS, f"NAME={FLAVOUR}", f"{name}.pp"], cwd=policy.made)
    return policy.made / f"{name}.pp"


def make(cache):
    """Debian's policy and virthook's, in a fresh store."""
    policy = Policy(cache)
    fetch(policy)
    make_debian(policy)
    shutil.rmtree(policy.store, ignore_errors=True)
    shutil.copytree(policy.debian, policy.store, symlinks=True)
    policy.add(compile_module(policy), 400)
    return policy


if __name__ == "__main__":
    try:
        print(make(*sys.argv[1:]).compiled)
    except PolicyError as error:
        sys.exit(f"tests/selinux: {error}")
