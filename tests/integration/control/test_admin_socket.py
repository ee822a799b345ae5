"""The socket at which the admin asks each helper: who may, what may be said, and what it costs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import pwd
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from degraded.conditions import PROFILES, install_profiles
from helper.processes import wait_until
from helper.wire import CANCEL, PING, RELOAD, STATUS, Closed, Refused

from .apart import connect
from .conftest import STUCK

NOBODY = 65534

# What a script hears at a socket that its profile hides, or that is not its user's to write to.
UNREACHED = ("ENOENT", "EACCES", "EPERM")

# Admins that are connected at once: with one more the first of them is cut off.
ADMINS_MAX = 16

# Connects and says how that went: "heard" of the helper, "refused" without a word, or the errno.
KNOCK = """
import errno, socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.settimeout(60)
try:
    sock.connect(sys.argv[1])
    print("heard" if sock.recv(65536) else "refused")
except ConnectionResetError:
    print("refused")
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@pytest.fixture
def private(apart, start):
    return start(wrapper=apart.wrapper)


def knock(apart, path, **who):
    done = subprocess.run([*apart.wrapper, "/usr/bin/setpriv", *who.get("how", ()),
                           "/usr/bin/python3", "-IS", "-c", KNOCK, path], check=True,
                          capture_output=True, text=True, timeout=STUCK)
    return done.stdout.strip()


AS_NOBODY = {"how": (f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")}


def socket_of(apart, helper):
    """Its path, as who is in the namespace sees it."""
    return apart.run / "admin" / f"service-{helper.pid}.sock"


def test_a_private_helper_is_asked_there(apart, private):
    told = json.loads(apart.connect(private).ask(STATUS)["json"])
    assert told["pid"] == private.pid and told["private"] is True
    assert [(client["pid"], client["name"]) for client in told["clients"]] == [
        (os.getpid(), "test")]
    own = json.loads(private.peer.ask(STATUS)["json"])
    assert own["clients"][0]["program"] == Path(
        "/proc/self/comm").read_text(encoding="utf-8").strip()


def test_a_service_is_asked_there(apart, start, place):
    service = start(channel=False, wrapper=apart.wrapper,
                    options=("--listen", place.root / "sock", "--name", "other"))
    told = json.loads(apart.connect(service, "other").ask(STATUS)["json"])
    assert told["pid"] == service.pid and told["private"] is False and told["clients"] == []


def test_reload_and_ping_are_heard_there(apart, place, private):
    admin = apart.connect(private)
    place.configure("running_max = 3\n")
    admin.ask(RELOAD)
    admin.ask(PING)
    assert json.loads(admin.ask(STATUS)["json"])["hook"]["slots"] == 3


def test_no_call_is_made_there_and_none_taken_back(apart, place, private):
    path = place.script("qemu", "echo ran >> $T/ran")
    admin = apart.connect(private)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            admin.call(stdin=b"<domain/>")
        assert refused.value.code == "not-here"
    admin.send(CANCEL, 7, {})
    packet = admin.receive(STUCK)
    assert packet.fields["code"] == "not-here" and packet.id == 7
    assert not place.lines("ran") and not place.records("begin")
    assert private.peer.call().paths == [str(path)] and place.lines("ran") == ["ran"]


def test_only_root_may_connect_whatever_the_modes_say(apart, private):
    apart.connect(private).close()
    path = socket_of(apart, private)
    assert knock(apart, path, **AS_NOBODY) == "EACCES"
    apart.admin.chmod(0o755)
    assert knock(apart, path, **AS_NOBODY) == "EACCES"
    (apart.admin / path.name).chmod(0o666)
    assert knock(apart, path, **AS_NOBODY) == "refused"
    assert knock(apart, path) == "heard"


def test_the_socket_is_its_helper_s_and_goes_with_it(apart, place, start):
    """Also where the helper has given root up, and owns neither folder nor other sockets."""
    place.root.chmod(0o755)
    place.config.write_text(f'guest_tmp = "{place.root}/guest-tmp"\n', encoding="utf-8")
    helper = start(wrapper=apart.wrapper)
    uid = json.loads(apart.connect(helper).ask(STATUS)["json"])["privilege"]["uid"]
    assert uid == pwd.getpwnam("virthook").pw_uid
    found = (apart.admin / f"service-{helper.pid}.sock").stat()
    assert stat.S_IMODE(found.st_mode) == 0o600 and found.st_uid == uid
    folder = apart.admin.stat()
    assert folder.st_uid == 0 and stat.S_IMODE(folder.st_mode) == 0o1770
    assert helper.end() == 0 and apart.sockets() == []


def test_a_private_helper_ends_with_its_client_whoever_else_asks_it(apart, private):
    admin = apart.connect(private)
    assert private.end() == 0 and apart.sockets() == []
    with pytest.raises(Closed):
        admin.receive(STUCK)


def test_what_a_killed_helper_left_the_next_one_removes(apart, place, start):
    lives, killed = (start(wrapper=apart.wrapper) for _ in range(2))
    for helper in (lives, killed):
        apart.connect(helper).close()
    killed.kill()
    (apart.admin / "note").write_text("kept", encoding="utf-8")
    assert f"service-{killed.pid}.sock" in apart.sockets()
    next_one = start(wrapper=apart.wrapper)
    apart.connect(next_one).close()
    assert apart.sockets() == sorted(["note", f"service-{lives.pid}.sock",
                                      f"service-{next_one.pid}.sock"])


def test_a_socket_that_is_served_stays_whatever_process_its_name_tells(apart, start):
    """It may be of a helper in another PID namespace."""
    with subprocess.Popen(["/bin/true"]) as gone:
        pass
    apart.admin.mkdir(mode=0o700)
    name = f"service-{gone.pid}.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as served:
        served.bind(os.fspath(apart.admin / name))
        served.listen()
        apart.connect(start(wrapper=apart.wrapper)).close()
        assert name in apart.sockets()
    apart.connect(start(wrapper=apart.wrapper)).close()
    assert name not in apart.sockets()


@pytest.mark.parametrize("spoil", [
    lambda folder: folder.write_text("a file", encoding="utf-8"),
    lambda folder: (folder.mkdir(), folder.chmod(0o777)),
    lambda folder: folder.symlink_to("/tmp"),
    lambda folder: (folder.mkdir(), os.chown(folder, NOBODY, NOBODY)),
], ids=["file", "others-may-write", "link", "another's"])
def test_where_the_folder_cannot_be_trusted_it_goes_on_without(apart, place, start, spoil):
    spoil(apart.admin)
    private = start(wrapper=apart.wrapper)
    place.script("qemu")
    assert private.peer.call().allow and private.stderr() == ""
    assert not list(apart.admin.glob("service*")) and private.end() == 0


def test_a_service_tells_that_it_goes_on_without(apart, place, start):
    apart.admin.write_text("a file", encoding="utf-8")
    service = start(channel=False, wrapper=apart.wrapper, options=("--listen", place.root / "sock"))
    assert service.connect(place.root / "sock").call().allow
    assert f"no admin socket in {apart.run}/admin: Not a directory" in service.stderr()


def test_admins_that_hang_hold_up_nobody(apart, place, private):
    """They ask on and on and read nothing; calls go on, and the next admin is answered."""
    place.configure("calls_max = 1\n")
    place.script("qemu")
    hung = [apart.connect(private) for _ in range(ADMINS_MAX)]
    hung[0].ask(RELOAD)
    for admin in hung:
        admin.sock.setblocking(False)
        for number in range(1, 2000):
            try:
                admin.send(STATUS, number, {})
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                break
    for _ in range(10):
        assert private.peer.call().allow
    assert json.loads(apart.connect(private).ask(STATUS)["json"])["calls"] == 10


def test_of_many_admins_the_first_goes(apart, private):
    admins = [apart.connect(private) for _ in range(ADMINS_MAX + 2)]
    for gone in admins[:2]:
        with pytest.raises(Closed):
            gone.receive(STUCK)
    for stays in admins[2:]:
        stays.ask(PING)


def test_a_session_s_helper_listens_below_its_runtime_folder(place, start, binary):
    runtime = place.folder("runtime", 0o700)
    place.root.chmod(0o755)
    for path in (runtime, place.root, place.audit):
        os.chown(path, NOBODY, NOBODY)
    helper = start(user=NOBODY, group=NOBODY, extra_groups=[],
                   binary=session_copy(place, binary),
                   environment={"XDG_RUNTIME_DIR": str(runtime)})
    path = runtime / "virthook/admin" / f"service-{helper.pid}.sock"
    wait_until(path.exists, STUCK, "it listens")
    assert json.loads(connect(path).ask(STATUS)["json"])["pid"] == helper.pid
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700 and path.stat().st_uid == NOBODY
    assert helper.end() == 0 and not path.exists()


def session_copy(place, binary):
    folder = place.folder("libexec")
    for name in ("virthook-helper", "virthook-runner"):
        (folder / name).write_bytes((binary.parent / name).read_bytes())
        (folder / name).chmod(0o755)
    return folder / "virthook-helper"


def knock_from_a_script(apart, place, helper, profile):
    """What a hook of this profile hears at the helper's own admin socket."""
    apart.connect(helper).close()
    place.python("qemu", f"import sys\nsys.argv = ['', {os.fspath(socket_of(apart, helper))!r}]\n"
                         f"{KNOCK}")
    return helper.peer.call(profile=profile).script["stdout_tail"].strip()


def test_a_confined_script_cannot_reach_it(apart, place, start):
    """The same script does where nothing confines it: it is root then."""
    place.configure("default_profile = isolated\ngrace = 0.2\n")
    place.root.chmod(0o755)
    helper = start(wrapper=apart.wrapper)
    assert knock_from_a_script(apart, place, helper, "isolated") in UNREACHED
    helper.end()
    place.configure("grace = 0.2\n")
    helper = start(wrapper=apart.wrapper)
    assert knock_from_a_script(apart, place, helper, "unconfined") == "heard"


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "unconfined"])
def test_no_profile_that_is_shipped_shows_it(apart, place, start, profile):
    install_profiles(place.root)
    place.root.chmod(0o755)
    helper = start(wrapper=apart.wrapper, options=["--profile", profile])
    assert knock_from_a_script(apart, place, helper, profile) in UNREACHED
