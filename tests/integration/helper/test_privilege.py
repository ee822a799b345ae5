"""The helper holds no privilege that its configuration does not need."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import grp
import json
import os
import pwd
import signal
import subprocess
from pathlib import Path

import pytest

from .processes import is_alive, wait_until
from .processes import status as process_status
from .wire import RELOAD, STATUS, Refused

pytestmark = pytest.mark.invariant(12)

ISOLATED = "default_profile = isolated\ngrace = 0.2\n"
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
NETWORK = """default_profile = isolated
profile "narrow" { user = root
    capabilities = { NET_ADMIN } }
rule "r" { driver = network
    profile = narrow }
"""

# What a helper that stays root holds to make and end runners, beside what its profiles grant.
OF_RUNNERS = {"chown", "dac_override", "kill", "setgid", "setuid", "setpcap", "sys_chroot",
              "sys_admin", "sys_resource"}


@pytest.fixture
def host(place):
    """The place, open to the helper's user as /etc/virthook would be."""
    place.root.chmod(0o755)
    return place


def uid_of(name):
    return pwd.getpwnam(name).pw_uid


def enforced(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])


def held(pid):
    return {name: int(process_status(pid, name), 16) for name in SETS}


def test_with_the_default_it_is_not_root_and_holds_nothing(host, start):
    host.config.write_text(f'guest_tmp = "{host.root}/guest-tmp"\n', encoding="utf-8")
    helper = start()
    uid = uid_of("virthook")
    assert process_status(helper.pid, "Uid").split() == [str(uid)] * 4
    assert process_status(helper.pid, "Gid").split() == [str(grp.getgrnam("virthook").gr_gid)] * 4
    assert process_status(helper.pid, "Groups").split() == []
    assert held(helper.pid) == dict.fromkeys(SETS, 0)
    assert process_status(helper.pid, "NoNewPrivs") == "1"
    assert enforced(helper)["privilege"] == {"uid": uid, "capabilities": [], "why": []}


@pytest.mark.invariant(5)
def test_its_scripts_have_another_user(host, start):
    host.configure(ISOLATED)
    host.script("qemu", "id -u >&2; id -G >&2; grep ^Cap /proc/self/status >&2")
    lines = start().peer.call().script["stderr_tail"].splitlines()
    assert lines[:2] == [str(uid_of("virthook-run")), str(grp.getgrnam("virthook-run").gr_gid)]
    assert [int(line.split()[1], 16) for line in lines[2:]] == [0] * 5


@pytest.mark.invariant(4)
def test_it_ends_what_another_user_s_script_has_left(host, start):
    host.configure(ISOLATED)
    host.script("qemu", "trap '' TERM; (trap '' TERM; setsid sleep 600) & sleep 600")
    helper = start()
    call = helper.peer.start(timeout_ms=1500)
    # A runner's starter is gone as soon as it is seen.
    wait_until(lambda: any((process_status(pid, "Uid") or "-").split()[0] ==
                           str(uid_of("virthook-run")) for pid in helper.runners()), 10, "it runs")
    runners = helper.runners()
    verdict = helper.peer.finish(call)
    assert verdict.reason == "timed-out" and verdict.script["signal"] == signal.SIGKILL
    wait_until(lambda: not any(is_alive(pid) for pid in runners), 10, "its runner is gone")


def test_what_a_helper_of_its_user_may_do_is_little(host, start):
    """The same attempts succeed with the credentials that it started with."""
    host.configure(ISOLATED)
    uid = process_status(start().pid, "Uid").split()[0]
    target = host.root / "root-s"
    attempts = ["touch", target], ["chown", "1", "/proc/self/fd/0"], ["mount", "-t", "tmpfs", "x",
                                                                    host.folder("mnt")]
    for attempt in attempts:
        as_helper = ["/usr/bin/setpriv", f"--reuid={uid}", "--clear-groups", "--bounding-set=-all",
                     "--no-new-privs", *attempt]
        assert subprocess.run(as_helper, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode != 0
    subprocess.run(["/usr/bin/unshare", "--mount", *attempts[2]], check=True)
    subprocess.run(attempts[0], check=True)
    assert target.exists()


@pytest.mark.parametrize("text, granted, word", [
    (NETWORK, {"net_admin"}, "profile narrow: user root, capability net_admin"),
    ('default_profile = p\nprofile "p" { pids = host }\n', set(), "the host's processes"),
], ids=["capabilities", "host-pids"])
def test_where_a_profile_takes_more_it_keeps_that_and_no_more(host, start, text, granted, word):
    host.configure(text)
    helper = start()
    privilege = enforced(helper)["privilege"]
    of_machine = set(enforced(start(place=unconfined(host)))["privilege"]["capabilities"])
    assert privilege["uid"] == 0
    assert set(privilege["capabilities"]) == (OF_RUNNERS | granted) & of_machine
    assert held(helper.pid)["CapBnd"] == held(helper.pid)["CapPrm"]
    assert any(word in reason for reason in privilege["why"]), privilege["why"]


def unconfined(host):
    host.configure("default_profile = unconfined\n")
    return host


def test_unconfined_scripts_keep_it_all(host, start):
    helper = start(place=unconfined(host))
    assert held(helper.pid)["CapPrm"] == held(os.getpid())["CapPrm"]
    assert enforced(helper)["privilege"]["why"] == [
        "profile unconfined: its scripts do all that root may"]


def test_a_folder_of_hooks_that_is_closed_to_it_keeps_it_root_and_is_told(host, start):
    host.configure(ISOLATED)
    host.hooks.chmod(0o700)
    privilege = enforced(start())["privilege"]
    assert privilege["uid"] == 0
    told = f"cannot enter {host.hooks}: run chmod o+rx"
    assert any(told in reason for reason in privilege["why"])


@pytest.mark.parametrize("text", [NETWORK, "default_profile = unconfined\n"],
                         ids=["network", "unconfined"])
@pytest.mark.invariant(11)
def test_a_reload_that_takes_more_is_refused_and_the_old_one_stays(host, start, text):
    host.configure(ISOLATED)
    host.script("qemu", "id -u >&2")
    helper = start()
    host.configure(text)
    with pytest.raises(Refused) as refused:
        helper.peer.ask(RELOAD)
    assert "restart needed" in refused.value.message
    assert helper.peer.call().script["stderr_tail"].strip() == str(uid_of("virthook-run"))


@pytest.mark.invariant(11)
def test_a_service_s_reload_that_root_s_copy_would_not_show_is_refused(host, start):
    """Clients with no channel decide by the copy, which the helper may no longer write."""
    host.configure(ISOLATED)
    listened = host.folder("run") / "sock"
    helper = start(channel=False, options=("--listen", listened))
    peer = helper.connect(listened)
    host.configure(ISOLATED + "running_max = 3\n")
    peer.ask(RELOAD)
    host.configure(ISOLATED + "running_max = 3\ndeadline = 7\n")
    with pytest.raises(Refused) as refused:
        peer.ask(RELOAD)
    assert "clients find a copy that is root's" in refused.value.message
    peer.close()
    assert "not up to date" not in helper.stderr()


def test_a_reload_that_takes_no_more_is_taken(host, start):
    host.configure(ISOLATED)
    helper = start()
    host.configure(ISOLATED + 'profile "p" { inherits = isolated\n time = 9 }\n')
    helper.peer.ask(RELOAD)


def test_a_profile_that_nothing_names_is_beyond_it(host, start):
    host.configure(ISOLATED + 'profile "p" { user = root }\n')
    helper = start()
    with pytest.raises(Refused) as refused:
        helper.peer.call(profile="p")
    assert "gave up at its start what it takes" in refused.value.message


def test_one_that_its_command_line_names_is_not(host, start):
    host.configure(ISOLATED + 'profile "p" { user = root }\n')
    host.script("qemu", "id -u >&2")
    helper = start(options=("--profile", "p"))
    assert helper.peer.call(profile="p").script["stderr_tail"].strip() == "0"


@pytest.fixture
def without(start, tmp_path):
    """Starts a helper on a host that has not these users."""

    def start_helper(*names):
        passwd = tmp_path / "passwd"
        lines = Path("/etc/passwd").read_text(encoding="utf-8").splitlines(keepends=True)
        passwd.write_text("".join(line for line in lines if line.split(":")[0] not in names),
                          encoding="utf-8")
        return start(wrapper=("/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                              f'mount --bind {passwd} /etc/passwd && exec "$@"', "sh"))

    return start_helper


def test_without_its_user_it_stays_root_and_tells_how_to_make_it(host, without):
    host.configure(ISOLATED)
    privilege = enforced(without("virthook"))["privilege"]
    assert privilege["uid"] == 0 and set(privilege["capabilities"]) <= OF_RUNNERS
    assert any("there is no user virthook: run systemd-sysusers" in reason
               for reason in privilege["why"])


def test_without_their_user_scripts_are_nobody_s_which_is_told(host, without):
    """As where virthook was built by hand."""
    host.configure(ISOLATED)
    host.script("qemu", "id -un >&2")
    helper = without("virthook", "virthook-run")
    assert helper.peer.call().script["stderr_tail"].strip() == "nobody"
    assert any("there is no user virthook-run" in note and "systemd-sysusers" in note
               for note in enforced(helper)["notes"])


def test_a_root_that_cannot_become_its_user_stays_root_and_tells_why(host, start):
    """As in a container that gives its root too little."""
    host.configure(ISOLATED)
    helper = start(wrapper=("/usr/bin/setpriv", "--bounding-set=-setuid"))
    privilege = enforced(helper)["privilege"]
    assert privilege["uid"] == 0
    assert any("no user namespace can be had" in reason for reason in privilege["why"])


def test_a_guest_s_tmp_outlasts_a_change_of_privilege(host, start):
    """A helper that became root by its new configuration finds what the other had mounted."""
    host.script("qemu", 'echo "$2" >>/tmp/state; cat /tmp/state >&2')
    host.configure(ISOLATED)
    helper = start()
    helper.peer.call(operation="prepare")
    helper.end()
    host.configure(ISOLATED + 'rule "r" { driver = network\n profile = unconfined }\n')
    assert start().peer.call(operation="start").script["stderr_tail"].split() == [
        "prepare", "start"]
