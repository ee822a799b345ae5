"""The packages go: hooks are back as they were, and after a purge there is nothing left."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
from pathlib import Path

from conftest import HOOK, NAMES, adopt, call, install, put_hook

# What dpkg keeps for itself, and what stays by intention: the users (virthook.README.Debian).
ITS_OWN = ("var/lib/dpkg/", "var/log/dpkg.log", "var/cache/ldconfig/", "etc/ld.so.cache",
           "etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "etc/.pwd.lock")


def state(path):
    """What can be told of a file, but for the link's own moment."""
    st = os.lstat(path)
    content = os.readlink(path) if path.is_symlink() else \
        path.read_bytes() if path.is_file() else None
    return st.st_mode, st.st_uid, st.st_gid, content


def snapshot(system):
    """Every file of the disk; what is mounted on it is another's."""
    found = {}
    disk = os.stat(system.root).st_dev
    for folder, folders, files in os.walk(system.root):
        here = Path(folder)
        folders[:] = [name for name in folders if os.lstat(here / name).st_dev == disk]
        for path in (here / name for name in [*folders, *files]):
            name = os.fspath(path.relative_to(system.root))
            if not f"{name}/".startswith(ITS_OWN) and not name.startswith(ITS_OWN):
                found[name] = state(path)
    return found


def remove(system, *options):
    return system.run("dpkg", *options, *reversed(NAMES))


def test_hooks_are_back_as_they_were_and_run(system):
    hook = put_hook(system, "deny")
    before = (state(hook), hook.stat().st_mtime_ns)
    adopt(system)
    assert hook.is_symlink()
    done = remove(system, "--remove")
    assert done.returncode == 0, done.stderr
    assert (state(hook), hook.stat().st_mtime_ns) == before
    assert not system.path("/usr/libexec/virthook-shim").exists()
    assert call(system).returncode == 1


def test_where_they_cannot_be_given_back_the_package_stays(system):
    put_hook(system, "deny")
    adopt(system)
    for folder in ("/etc/libvirt/hooks/qemu.d", "/etc/virthook/hooks/qemu.d"):
        system.path(folder).mkdir()
        system.write(f"{folder}/one", "#!/bin/sh\n", 0o755)
    done = remove(system, "--remove")
    assert done.returncode != 0
    assert "could not be given back, so this package stays" in done.stderr
    assert system.path("/usr/libexec/virthook-shim").exists()
    assert system.path("/etc/virthook/hooks/qemu").exists()


def test_the_audit_log_stays_until_the_purge(system):
    put_hook(system, "deny")
    adopt(system)
    call(system)
    remove(system, "--remove")
    assert list(system.path("/var/log/virthook").glob("*.log"))
    assert remove(system, "--purge").returncode == 0
    assert not system.path("/var/log/virthook").exists()


def test_after_a_purge_nothing_is_left(bare, debs):
    put_hook(bare, "deny")
    before = snapshot(bare)
    install(bare, debs)
    adopt(bare)
    call(bare)
    done = remove(bare, "--purge")
    assert done.returncode == 0, done.stderr
    after = snapshot(bare)
    assert sorted(set(after) ^ set(before)) == []
    assert [name for name in before if before[name] != after[name]] == []
