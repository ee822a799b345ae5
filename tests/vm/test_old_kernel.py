"""On Linux 6.1: what it lacks is told, and what it has holds scripts as it does elsewhere.

Runs in the guest alone. Landlock is of ABI 2 there, a PID namespace has no pid_max of its own. What
a newer Landlock would stop, the mounts and the namespaces must stop by themselves; that it can be
done at all is shown by the same script unconfined.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import json
import os
import platform
import subprocess
from pathlib import Path

import pytest

from degraded.conditions import PROFILES, install_profiles
from helper.processes import SYSTEM_PATH, marked
from helper.wire import ERROR, STATUS

LANDLOCK_CREATE_RULESET, LANDLOCK_CREATE_RULESET_VERSION = 444, 1
PROCESSES = 40

# What root's scripts could signal with pids = host, Landlock's scopes must bound.
REFUSED = ("tune", "vfio")
AS_ROOT = [name for name in PROFILES if name not in ("unconfined", "isolated", "notify")]

# On the guest's disk, which is thrown away: /tmp is the script's own.
VICTIM = "/usr/local/victim"

# Tries to change what is the host's, in ways of which Landlock's ABI 2 knows some; prints what it
# could do.
CHANGE = f"""
import os
victim = "{VICTIM}"
tries = {{
    "truncate": lambda: os.truncate(victim, 0),
    "open to truncate": lambda: os.close(os.open(victim, os.O_RDWR | os.O_TRUNC)),
    "write": lambda: open(victim, "ab").write(b"x"),
    "rename": lambda: os.rename(victim, victim + "2") or os.rename(victim + "2", victim),
    "link": lambda: os.link(victim, victim + "2") or os.unlink(victim + "2"),
    "mode": lambda: os.chmod(victim, 0o666),
    "times": lambda: os.utime(victim),
    "core_pattern": lambda: open("/proc/sys/kernel/core_pattern", "r+").close(),
}}
for name, attempt in tries.items():
    try:
        attempt()
        print(name)
    except OSError:
        pass
"""
ALL_CHANGES = ["truncate", "open to truncate", "write", "rename", "link", "mode", "times",
               "core_pattern"]

FORKS = """
import os, time
made = 0
try:
    while made < 300:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
except OSError:
    pass
print(made, flush=True)
"""


@pytest.fixture
def place(place):  # pylint: disable=redefined-outer-name
    """With the shipped profiles, and isolated for scripts; any user may look into it."""
    install_profiles(place.root)
    place.root.chmod(0o755)
    under(place, "isolated")
    return place


@pytest.fixture
def peer(start):
    return start().peer


def status(peer):
    return json.loads(peer.ask(STATUS)["json"])["enforced"]


def under(place, profile, more=""):
    """Scripts run under this profile, as it is shipped: they may write nowhere of ours.

    One that is refused is mended as its refusal says.
    """
    if profile in REFUSED:
        more += f"profile {profile} {{ inherits = {profile} pids = own }}\n"
    place.configure(f"default_profile = {profile}\ngrace = 0.2\n{more}")


def words(verdict):
    return verdict.script["stdout_tail"].splitlines()


def test_this_is_the_old_kernel():
    abi = ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0,
                                    LANDLOCK_CREATE_RULESET_VERSION)
    assert platform.release().startswith("6.1.") and abi == 2


def test_status_says_what_holds_and_what_does_not(peer):
    enforced = status(peer)
    assert (enforced["landlock"], enforced["seccomp"], enforced["pid_max"],
            enforced["own_proc"]) == (2, "notify", False, True)
    told = "\n".join(enforced["lacks"])
    assert "Landlock's ABI 3 (it is 2)" in told and "Landlock's ABI 6 (it is 2)" in told
    assert "a PID limit" not in told if enforced["cgroup"] else "a PID limit" in told


@pytest.mark.parametrize("profile", REFUSED)
def test_a_profile_of_root_s_with_the_host_s_processes_is_refused_with_the_mend(place, start,
                                                                                profile):
    place.configure(f"default_profile = {profile}\n")
    packet = start(greet=False).peer.receive(20)
    assert packet.type == ERROR
    assert "before ABI 6 Landlock would not keep them from signalling root's processes" in \
        packet.fields["message"] and "write pids = own" in packet.fields["message"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_shipped_profile_runs_a_script_and_says_what_held_it(place, start, profile):
    under(place, profile)
    place.script("qemu", "cat >/dev/null; echo done")
    verdict = start().peer.call(stdin=b"<domain/>")
    assert verdict.allow and words(verdict) == ["done"], verdict
    held = verdict.script["enforced"].split()
    assert profile == "unconfined" or "mounts" in held and "seccomp:notify" in held


def test_an_isolated_script_has_no_capability_in_any_set_and_a_user_of_its_own(place, peer):
    place.script("qemu", "id -u; grep ^Cap /proc/self/status; grep NoNewPrivs /proc/self/status")
    uid, *sets, no_new_privs = words(peer.call())
    assert int(uid) != 0
    assert [line.split()[1] for line in sets] == ["0" * 16] * 5
    assert no_new_privs.split()[1] == "1"


def test_what_is_refused_is_told_by_name(place, peer):
    place.python("qemu", "import ctypes, socket\nlibc = ctypes.CDLL(None)\n"
                         "libc.mount(b'none', b'/mnt', b'tmpfs', 0, None)\n"
                         "libc.unshare(0x10000000)\n"
                         "try: socket.socket(socket.AF_NETLINK)\nexcept OSError: pass\n")
    verdict = peer.call()
    assert verdict.allow
    assert verdict.script["denied"].splitlines() == ["mount", "unshare", "socket(AF_NETLINK)"]


@pytest.fixture
def victim():
    path = Path(VICTIM)
    path.write_bytes(b"of the host\n")
    path.chmod(0o644)
    yield path
    path.unlink()


def test_unconfined_every_change_can_be_made(place, start, victim):
    before = victim.read_bytes()
    under(place, "unconfined")
    place.python("qemu", CHANGE)
    assert words(start().peer.call()) == ALL_CHANGES
    assert victim.read_bytes() != before


@pytest.mark.parametrize("profile", AS_ROOT)
def test_root_s_script_changes_nothing_of_the_host_s_without_newer_landlock(place, start, victim,
                                                                             profile):
    """The owner of the file is the script's user: only mounts and Landlock are in its way."""
    before = victim.stat()
    under(place, profile)
    place.python("qemu", CHANGE)
    verdict = start().peer.call()
    assert verdict.allow and words(verdict) == [], verdict
    assert victim.read_bytes() == b"of the host\n"
    assert victim.stat().st_mode == before.st_mode and victim.stat().st_mtime == before.st_mtime


def test_a_fork_bomb_is_bounded_without_a_pid_max_of_its_own(place, start):
    few = f"profile few {{ inherits = isolated processes = {PROCESSES} }}\n"
    place.python("qemu", FORKS)
    under(place, "few", few)
    made = int(words(start().peer.call(timeout_ms=60000))[0])
    assert 0 < made <= PROCESSES
    under(place, "unconfined")
    made = int(words(start().peer.call(timeout_ms=60000))[0])
    assert made > 5 * PROCESSES, "without the limit there are as many as it likes"


@pytest.mark.parametrize("profile", ["isolated", "network", "unconfined"])
def test_nothing_of_a_script_survives_its_verdict(place, start, profile):
    under(place, profile)
    place.script("qemu", f"setsid sh -c 'trap \"\" TERM; : {place.root}; sleep 6000; :' "
                         "</dev/null >/dev/null 2>&1 & exit 0")
    assert start().peer.call().allow
    assert [pid for pid in marked(f": {place.root}")] == []


def test_the_host_s_processes_are_out_of_sight_and_reach(place, peer):
    with subprocess.Popen(["/bin/sleep", "600"]) as host:
        place.python("qemu", f"import os\ntry: os.kill({host.pid}, 9)\n"
                             "except ProcessLookupError: print('none')\n"
                             "print(len([p for p in os.listdir('/proc') if p.isdigit()]))")
        said = words(peer.call())
        assert host.poll() is None
        host.kill()
    assert said[0] == "none" and int(said[1]) <= 3


def test_a_whole_call_of_virt_hook_says_it_all(place, binary):
    place.script("qemu", "sed s/old/new/")
    done = subprocess.run(
        [binary.parents[1] / "admin/virt-hook", "run", "--config", place.config, "--hooks",
         place.hooks, "--audit", f"{place.audit}/", "--helper", binary, "--json", "qemu", "d1",
         "migrate", "begin"], input="<domain>old</domain>", capture_output=True, text=True,
        timeout=120, check=False, env={"PATH": SYSTEM_PATH})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["output"] == "<domain>new</domain>"
    script = told["scripts"][0]
    assert (script["profile"], script["denied"]) == ("isolated", [])
    assert "landlock:2" in script["enforced"] and f"user:{os.geteuid()}" not in script["enforced"]
