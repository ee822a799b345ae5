"""Random profiles: what they say, and how the configuration says it.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import os
import pwd
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from helper.processes import status

from .expected import NATIVE, Wish

# What probe.c itself needs beside what every script has.
PROBE_NEEDS = ["connect", "execveat", "openat", "prctl", "readlink", "unlink"]

FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17,
            "AF_ALG": 38, "AF_VSOCK": 40}
USERS = ("root", "nobody", "daemon", "games")


SCOPES = 6  # of Landlock, since this ABI: without them root may not have the host's processes
SYS_ADMIN = 21  # linux/capability.h
MOUNTING = {"mount", "move_mount", "pivot_root", "umount2"}


def landlock_abi():
    landlock_create_ruleset, version = 444, 1
    return ctypes.CDLL(None).syscall(landlock_create_ruleset, None, 0, version)


@dataclass
class Ground:
    """Folders outside of /tmp that profiles grant and hide, and a socket that all could reach."""
    root: Path
    folders: list
    abstract: str

    def parts(self):
        """Each with a folder inside, so that one can be granted where the other is hidden."""
        return [*self.folders, *(folder / "inner" for folder in self.folders)]


def make_folders():
    """Open to everybody; the caller removes the first, which holds the others."""
    root = Path(tempfile.mkdtemp(prefix="virthook-property-", dir="/var/lib"))
    folders = [root / name for name in ("one", "two", "three", "four")]
    for folder in [root, *folders, *(folder / "inner" for folder in folders)]:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755 if folder == root else 0o777)
        (folder / "file").write_text("x", encoding="ascii")
        (folder / "file").chmod(0o755)
    return root, folders


@dataclass
class Profile:
    """As the configuration says it; paths are lists of Path."""
    name: str
    user: str
    capabilities: int
    wish: Wish
    families: list
    host: dict
    writable: list
    hidden: list
    readable: list
    executable: list  # None: everything
    limits: dict
    ids: tuple = field(init=False)

    def __post_init__(self):
        entry = pwd.getpwnam(self.user)
        self.ids = (entry.pw_uid, entry.pw_gid)

    def may_mount(self):
        return bool(self.capabilities >> SYS_ADMIN & 1 and self.wish.calls & MOUNTING)

    def lists_programs(self):
        """Who may mount has no rules for files by Landlock, which would refuse all mounting."""
        return self.executable is not None and landlock_abi() >= 1 and not self.may_mount()

    def text(self, capability_names):
        def listed(values):
            return "{ " + ", ".join(f'"{value}"' for value in values) + " }" if values else "none"

        held = [name for bit, name in capability_names.items() if self.capabilities >> bit & 1]
        keys = {"user": self.user, "capabilities": listed(held),
                "syscalls": listed(self.wish.names),
                "address_families": listed(self.families),
                "network": "host" if self.host["network"] else "none",
                "dev": "host" if self.host["dev"] else "own",
                "tmp": "host" if self.host["tmp"] else "own",
                "pids": "host" if self.host["pids"] else "own", "writable": listed(self.writable),
                "hidden": listed(self.hidden), "readable": listed(self.readable),
                "executable": "/" if self.executable is None else listed(self.executable),
                **self.limits}
        lines = "".join(f"    {key} = {value}\n" for key, value in keys.items())
        return f'profile "{self.name}" {{\n    inherits = isolated\n{lines}}}\n'


def held_capabilities():
    """Those that the helper will have: no profile can grant more."""
    return int(status(os.getpid(), "CapEff"), 16)


def capability_names():
    resolve = ctypes.CDLL("libcap-ng.so.0").capng_capability_to_name
    resolve.restype = ctypes.c_char_p
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text(encoding="ascii"))
    return {bit: resolve(bit).decode().upper() for bit in range(last + 1)}


def random_syscalls(chance, sets, names):
    base = chance.choice([[], ["@system-service"], ["@basic-io", "@file-system", "@process"]])
    some = chance.sample(sorted(sets.sets), chance.randrange(6))
    single = chance.sample(sorted(names.of[NATIVE].values()), chance.randrange(12))
    return list(dict.fromkeys([*PROBE_NEEDS, *base, *some, *single]))


def random_limits(chance, sanitized):
    memory = 0 if sanitized else chance.choice([0, 128 << 20, 300000 << 10])
    return {"cpu": chance.choice([0, 7, 300]), "memory": memory,
            "file_size": chance.choice([0, 4096, 1 << 30]),
            "open_files": chance.choice([16, 100, 512]), "processes": chance.choice([0, 8, 700]),
            "tmp_size": chance.choice([64 << 10, 1 << 20])}


def make_profile(chance, name, sets, names, ground, sanitized):
    families = chance.sample(sorted(FAMILIES), chance.randrange(len(FAMILIES)))
    calls = random_syscalls(chance, sets, names)
    wish = Wish(calls + (["@system-service"] if sanitized else []),
                [FAMILIES[family] for family in families])
    wish.dissolve(sets)
    mask = chance.choice([0, chance.getrandbits(64),
                          chance.getrandbits(64) & chance.getrandbits(64)])
    hidden = chance.sample(ground.folders, chance.randrange(len(ground.folders)))
    writable = chance.sample([path for path in ground.parts() if path not in hidden], 3)
    host = {key: chance.random() < 0.5 for key in ("network", "dev", "tmp", "pids")}
    host["pids"] = host["pids"] and landlock_abi() >= SCOPES
    readable = [folder / "inner" for folder in hidden if chance.random() < 0.5]
    limits = random_limits(chance, sanitized)
    if host["pids"] and limits["processes"] == 8:  # others may have as many of the same user
        limits["processes"] = 700
    profile = Profile(
        name, chance.choice(USERS), mask & held_capabilities(), wish, families,
        host, writable, hidden, readable,
        chance.choice([None, chance.sample(ground.parts(), chance.randrange(4))]),
        limits)
    wish.sealed = profile.lists_programs()
    return profile
