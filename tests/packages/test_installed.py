"""virthook as its packages install it, in a Debian of its own without a running service manager."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import time

import pytest
from conftest import HOOK, adopt, call, configure, end_service, ends, install, put_hook, serve

# A call with a deadline of 2 s, on a busy machine.
SOON = 20


def state(path):
    st = os.lstat(path)
    return st.st_mode, st.st_uid, st.st_gid, st.st_mtime_ns, path.read_bytes()


def test_installing_it_changes_no_hook_of_libvirt(bare, debs):
    hook = put_hook(bare, "deny")
    before = state(hook)
    install(bare, debs)
    assert state(hook) == before and not hook.is_symlink()
    assert os.listdir(hook.parent) == ["qemu"]


def test_it_finds_its_own_configuration_and_hooks_in_order(system):
    assert system.run("virt-hook", "check").returncode == 0


@pytest.mark.parametrize("word, name", [("mode", "deadline = soon"), ("key", "dead-line = 3")])
def test_what_is_wrong_with_the_configuration_is_told(system, word, name):
    configure(system, name)
    done = system.run("virt-hook", "check")
    assert done.returncode != 0 and "virthook.conf:" in done.stdout + done.stderr, word


def test_the_socket_is_there_at_the_next_boot(system):
    link = system.path("/etc/systemd/system/sockets.target.wants/virthook.socket")
    assert link.is_symlink()


def test_logrotate_takes_its_snippet(system):
    done = system.run("logrotate", "--debug", "/etc/logrotate.d/virthook")
    assert (done.returncode, "error" in done.stderr) == (0, False)


def test_scripts_have_a_user_of_their_own_and_so_has_the_helper(system):
    system.write("/etc/virthook/hooks/qemu", "#!/bin/sh\nid -un >&2\n", 0o755)
    done = system.run("virt-hook", "run", "qemu", "web1", "start", "begin")
    assert done.returncode == 0 and "virthook-run" in done.stderr
    service = serve(system)
    assert system.do("ps", "-C", "virthook-helper", "-o", "user=").strip() == "virthook"
    end_service(system, service)


def test_a_hook_that_allows(system):
    put_hook(system, "allow")
    adopt(system)
    assert call(system).returncode == 0
    assert [record["reason"] for record in ends(system)] == ["ok"]


def test_a_hook_that_denies_is_told_by_its_own_words(system):
    put_hook(system, "deny")
    adopt(system)
    done = call(system)
    assert done.returncode == 1
    assert "no licence is left for web1" in done.stderr


def test_a_hook_that_hangs_is_ended_at_its_deadline(system):
    put_hook(system, "hang")
    adopt(system)
    configure(system, "deadline = 2")
    begun = time.monotonic()
    assert call(system).returncode == 1
    assert time.monotonic() - begun < SOON
    assert [record["reason"] for record in ends(system)] == ["timed-out"]
    assert "sleep" not in system.do("ps", "-eo", "args").replace("sleep infinity", "")


def test_a_hook_that_floods_costs_nothing(system):
    put_hook(system, "flood")
    adopt(system)
    assert call(system).returncode == 0


def test_a_hook_that_leaves_a_daemon_leaves_nothing(system):
    put_hook(system, "leave-daemon")
    adopt(system)
    assert call(system).returncode == 0
    assert "sleep 86400" not in system.do("ps", "-eo", "args")


def test_each_of_its_pages_is_found(system):
    for section, page in ((1, "virt-hook"), (5, "virthook.conf"), (8, "virthook-helper"),
                          (8, "virteventd"), (3, "libvirthook"), (7, "virthook-protocol")):
        assert system.path(f"/usr/share/man/man{section}/{page}.{section}.gz").exists()


def test_the_hook_that_was_adopted_is_a_link_to_the_shim(system):
    put_hook(system, "allow")
    adopt(system)
    assert os.readlink(system.path(HOOK)) == "/usr/libexec/virthook-shim"
