"""A permissive profile: its scripts run whole, and what their profile would refuse is observed."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import socket

import pytest

from helper.processes import in_namespace, is_alive, wait_until
from helper.test_session import session  # pylint: disable=unused-import

from .test_denied import virt_hook

# The same profile three times: as it is, permissive, and with what the script lacked added.
PROFILES = """
profile "strict" {{
    inherits = isolated
    user = root
    tmp = host
    executable = {{ /usr }}
    hidden += {{ "{root}/secret" }}
    required = none
}}
profile "learning" {{
    inherits = strict
    permissive = yes
}}
profile "granted" {{
    inherits = strict
    syscalls += {{ kcmp }}
    capabilities += {{ CHOWN }}
    address_families += {{ AF_INET }}
    network = host
    writable += {{ "{root}/kept" }}
    readable += {{ "{root}/secret/key" }}
    executable += {{ "{root}/tools" }}
    sockets += {{ "{root}/secret/socket" }}
}}
profile "plain" {{
    unconfined = yes
}}
"""

# Does what real hooks do, each thing by itself, and says what was refused. By numbers: kcmp is 312
# on x86_64 and 272 elsewhere.
WORK = """
import ctypes, os, platform, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)
KCMP = 312 if platform.machine() == "x86_64" else 272

def compare():
    if libc.syscall(KCMP, os.getpid(), os.getpid(), 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "kcmp")

def connect(family, address):
    with socket.socket(family) as one:
        one.connect(address)

def write():
    with open(f"{T}/kept/state", "w", encoding="utf-8") as state:
        state.write("kept")

failed = []
for name, step in {
        "read": lambda: open(f"{T}/secret/key", encoding="utf-8").close(),
        "write": write,
        "own": lambda: os.chown(f"{T}/kept/state", 12345, -1),
        "remove": lambda: os.unlink(f"{T}/kept/old"),
        "execute": lambda: subprocess.run([f"{T}/tools/tool"], check=True),
        "unix": lambda: connect(socket.AF_UNIX, f"{T}/secret/socket"),
        "inet": lambda: connect(socket.AF_INET, ("127.0.0.1", PORT)),
        "call": compare}.items():
    try:
        step()
    except OSError as error:
        failed.append(name)
print(" ".join(failed))
raise SystemExit(bool(failed))
"""

ALL_STEPS = "read write own remove execute unix inet call"


def lacked(root, port):
    """What `learning` is to say of it, line by line."""
    return [f"read {root}/secret/key", f"create {root}/kept/state", "capability chown",
            f"write {root}/kept/state", f"remove {root}/kept/old", f"execute {root}/tools/tool",
            f"connect {root}/secret/socket", "socket AF_INET", f"connect 127.0.0.1:{port}",
            "call kcmp"]


@pytest.fixture
def place(place):  # pylint: disable=redefined-outer-name
    """With the profiles above; its folders can be entered by others than root."""
    place.root.chmod(0o755)
    place.configure("grace = 0.2\nper_guest_layout = yes\n" + PROFILES.format(root=place.root))
    return place


@pytest.fixture
def port(place):
    """All that WORK needs is there; of the TCP server."""
    for folder in "secret", "kept", "tools":
        place.folder(folder)
    (place.root / "secret/key").write_text("k", encoding="utf-8")
    (place.root / "kept/old").write_text("o", encoding="utf-8")
    tool = place.root / "tools/tool"
    tool.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    tool.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as unix, socket.socket() as inet:
        unix.bind(str(place.root / "secret/socket"))
        unix.listen()
        inet.bind(("127.0.0.1", 0))
        inet.listen()
        number = inet.getsockname()[1]
        place.python("qemu", f"PORT = {number}\n{WORK}")
        yield number


@pytest.fixture
def peer(start):
    return start().peer


def observed(script):
    return script.get("observed", "").splitlines()


def test_strictly_each_step_is_refused(port, peer):
    verdict = peer.call(profile="strict")
    assert verdict.script["stdout_tail"].strip() == ALL_STEPS
    assert not verdict.allow and "observed" not in verdict.script


def test_permissively_it_runs_whole_and_what_it_lacked_is_told(place, port, peer):
    verdict = peer.call(profile="learning")
    assert verdict.allow, verdict
    assert verdict.script["stdout_tail"].strip() == ""
    assert sorted(observed(verdict.script)) == sorted(lacked(place.root, port))


def test_with_what_was_told_it_runs_whole_strictly(port, peer):
    verdict = peer.call(profile="granted")
    assert verdict.allow, verdict
    assert "denied" not in verdict.script and "observed" not in verdict.script


def test_a_permissive_script_that_lacks_nothing_has_nothing_told(place, peer):
    place.script("qemu", "echo $0 | tr a b; x=$(cat /etc/passwd); echo hi >/dev/stderr; true")
    verdict = peer.call(profile="learning")
    assert verdict.allow and "observed" not in verdict.script


def test_it_has_all_that_an_unconfined_script_has(place, peer):
    """Its capabilities, its user and groups, its namespaces but the PIDs', and sudo would work."""
    place.script("qemu", "grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs)' /proc/self/status\n"
                         "for n in net ipc uts cgroup user; do readlink /proc/self/ns/$n; done")
    plain, learning = (peer.call(profile=name).script for name in ("plain", "learning"))
    assert learning["stdout_tail"] == plain["stdout_tail"]
    assert "NoNewPrivs:\t0" in learning["stdout_tail"]
    assert "permissive" in learning["enforced"].split()
    assert "permissive" not in plain["enforced"]


def test_the_log_and_virt_hook_tell_it(place, port, peer, binary):
    assert peer.call(profile="learning").allow
    script, = place.ends()[0]["scripts"]
    assert sorted(script["observed"]) == sorted(lacked(place.root, port))
    assert "permissive" in script["enforced"]
    (place.root / "kept/old").write_text("o", encoding="utf-8")
    (place.root / "kept/state").unlink()
    done = virt_hook(binary, place, "--json", "--profile", "learning")
    assert sorted(json.loads(done.stdout)["scripts"][0]["observed"]) == sorted(
        lacked(place.root, port))


def test_virt_hook_tells_a_person_in_one_line(place, binary):
    place.folder("kept")
    place.script("qemu", "echo x >$T/kept/one; echo y >$T/kept/two")
    done = virt_hook(binary, place, "--profile", "learning")
    assert done.returncode == 0
    told, = [line for line in done.stderr.splitlines() if "would have refused" in line]
    assert told == (f"{place.hooks}/qemu ran under the permissive profile learning, which would "
                    f"have refused it: create {place.root}/kept/one, create {place.root}/kept/two")


def test_no_path_can_forge_an_entry(place, peer):
    place.folder("kept")
    place.python("qemu", "open(f'{T}/kept/a\\ncall mount', 'w').close()")
    assert observed(peer.call(profile="learning").script) == [
        f"create {place.root}/kept/a\\x0acall mount"]


def test_more_than_is_kept_is_counted(place, peer):
    place.folder("kept")
    place.python("qemu", "for i in range(300):\n    open(f'{T}/kept/{i}', 'w').close()")
    lines = observed(peer.call(profile="learning").script)
    assert len(lines) == 257
    assert lines[0] == f"create {place.root}/kept/0" and lines[256] == "others ×44"


def test_threads_and_children_are_observed_too(place, peer):
    place.folder("kept")
    place.python("qemu", """
import os, threading
threads = [threading.Thread(target=lambda i=i: open(f"{T}/kept/{i}", "w").close())
           for i in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
if os.fork() == 0:
    os.chdir(f"{T}/kept")
    os.mkdir("child")
    os._exit(0)
os.wait()
""")
    assert sorted(observed(peer.call(profile="learning").script)) == sorted(
        f"create {place.root}/kept/{name}" for name in [*range(8), "child"])


def test_in_a_session_it_is_observed_too(place, session):  # pylint: disable=redefined-outer-name
    """There it has what its user has, and gives up what no user may keep under a filter."""
    place.script("qemu", "echo x >$T/mine; readlink /proc/self/fd/2 >/dev/null\n"
                         "grep NoNewPrivs /proc/self/status")
    verdict = session.peer.call(profile="learning")
    assert verdict.allow, verdict
    assert observed(verdict.script) == [f"create {place.root}/mine"]
    assert verdict.script["stdout_tail"] == "NoNewPrivs:\t1\n"
    assert "permissive" in verdict.script["enforced"].split()


def test_nothing_of_it_outlives_its_verdict(place, peer):
    place.script("qemu", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &\necho $! >$T/pid\n"
                         "readlink /proc/self/ns/pid >$T/namespace")
    assert peer.call(profile="learning").allow
    namespace = place.lines("namespace")[0]
    assert not in_namespace(namespace)


def test_it_ends_with_its_helper(place, start):
    helper = start()
    place.script("qemu", "echo ready >$T/ready\nwhile [ -e /etc/passwd ]; do :; done")
    helper.peer.start(profile="learning")
    wait_until((place.root / "ready").exists, 60, "the script runs")
    runner, = helper.runners()
    helper.kill()
    wait_until(lambda: not is_alive(runner), 60, "the runner is gone, and the script with it")


# Its next path is in memory that no one fills in: whoever reads it waits for ever.
STUCK = """
import ctypes, os, struct, fcntl, mmap, platform
libc = ctypes.CDLL(None, use_errno=True)
USERFAULTFD = 323 if platform.machine() == "x86_64" else 282
fd = libc.syscall(USERFAULTFD, os.O_CLOEXEC)
fcntl.ioctl(fd, 0xc018aa3f, bytearray(struct.pack("QQQ", 0xaa, 0, 0)))
page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
fcntl.ioctl(fd, 0xc020aa00, bytearray(struct.pack("QQQQ", address, 4096, 1, 0)))
open(f"{T}/ready", "w").close()
libc.open(ctypes.c_void_p(address), 0)
"""


def test_memory_that_waits_for_ever_is_waited_for_by_its_own_runner_alone(place, peer):
    """Others are served meanwhile, and SIGKILL ends it."""
    place.script("qemu")
    place.python("qemu.d/stuck/start", STUCK)
    stuck = peer.start("stuck", "start", profile="learning", timeout_ms=120000)
    wait_until((place.root / "ready").exists, 60, "the script is about to wait")
    for _ in range(5):
        assert peer.call("other", "start", profile="learning").allow
    peer.cancel(stuck)
    assert peer.finish(stuck).reason == "cancelled"


def test_a_flood_of_what_is_observed_is_served_and_others_meanwhile(place, peer):
    place.python("qemu.d/flood/start", "import os\nopen(f'{T}/ready', 'w').close()\n"
                                       "while True:\n    os.access('/etc/passwd', os.R_OK)\n")
    place.script("qemu.d/other/start")
    flood = peer.start("flood", "start", profile="learning", timeout_ms=120000)
    wait_until((place.root / "ready").exists, 60, "the flood has begun")
    for _ in range(5):
        assert peer.call("other", "start", profile="learning").allow
    peer.cancel(flood)
    assert peer.finish(flood).reason == "cancelled"


def test_a_second_listener_in_its_tree_is_refused_by_the_kernel(place, peer):
    place.python("qemu", """
import ctypes, errno, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
SECCOMP = 317 if platform.machine() == "x86_64" else 277
allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow))
assert libc.syscall(SECCOMP, 1, 1 << 3, program) == -1
assert ctypes.get_errno() == errno.EBUSY, ctypes.get_errno()
""")
    verdict = peer.call(profile="learning")
    assert verdict.allow, verdict
    assert observed(verdict.script) == ["call seccomp"]
