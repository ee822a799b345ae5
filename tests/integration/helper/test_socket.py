"""The helper as a service: its socket, who may connect, and the copy of its failure policy."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import signal
import socket
import stat
import subprocess

import msgpack
import pytest

from .processes import wait_until
from .wire import RELOAD, Closed

NOBODY = 65534

# Connects as another user and prints how that went: an errno's name, or how many bytes came.
CONNECT = """
import errno, socket, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
sock.settimeout(10)
try:
    sock.connect(sys.argv[1])
    print(len(sock.recv(65536)))
except OSError as error:
    print(errno.errorcode[error.errno])
"""

# Becomes the helper with its sockets, as a service manager hands them over: sd_listen_fds(3).
ACTIVATE = """
import os, sys
os.environ['LISTEN_PID'] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def path(place):
    return place.root / "run/helper.sock"


@pytest.fixture
def service(start, path):
    return serve(start, path)


def serve(start, path):
    helper = start(channel=False, options=("--listen", path))
    wait_until(lambda: is_served(path), 10, "the helper listens")
    return helper


def is_served(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        return sock.connect_ex(os.fspath(path)) == 0


def connect_as_nobody(path):
    done = subprocess.run(["/usr/bin/python3", "-IS", "-c", CONNECT, path], user=NOBODY,
                          group=NOBODY, extra_groups=[], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_it_serves_who_connects(place, service, path):
    place.script("qemu")
    assert service.connect(path).call().reason == "ok"
    assert service.connect(path).call().reason == "ok"


def test_the_record_names_who_asked(place, service, path):
    service.connect(path).call()
    peer = place.ends()[0]["peer"]
    assert (peer["pid"], peer["uid"], peer["name"]) == (os.getpid(), 0, "test")


def test_the_socket_and_its_folder_are_root_s_alone(service, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_folder_s_modes_keep_another_user_out(place, service, path):
    place.root.chmod(0o755)
    assert connect_as_nobody(path) == "EACCES"
    path.parent.chmod(0o755)
    assert connect_as_nobody(path) == "EACCES"


def test_another_user_whom_the_modes_let_in_is_closed_without_a_word(place, service, path):
    place.root.chmod(0o755)
    path.parent.chmod(0o755)
    path.chmod(0o666)
    assert connect_as_nobody(path) in ("0", "ECONNRESET")
    assert service.connect(path).call().allow


def test_the_same_code_hears_the_hello_where_it_may_connect(service, path):
    done = subprocess.run(["/usr/bin/python3", "-IS", "-c", CONNECT, path], capture_output=True,
                          text=True, check=True)
    assert int(done.stdout) > 0


def test_a_socket_that_a_former_helper_left_is_replaced(start, service, path):
    service.kill()
    assert path.exists()
    assert serve(start, path).connect(path).call().allow


def test_a_socket_that_is_served_is_not_taken_over(start, service, path):
    second = start(channel=False, options=("--listen", path))
    assert second.wait() == 2
    assert f"cannot listen at {path}" in second.stderr()
    assert "another helper serves it" in second.stderr()
    assert service.connect(path).call().allow


def test_a_file_in_the_socket_s_place_is_left_alone(place, start):
    path = place.root / "precious"
    path.write_text("kept", encoding="utf-8")
    helper = start(channel=False, options=("--listen", path))
    assert helper.wait() == 2
    assert path.read_text(encoding="utf-8") == "kept"
    assert f"cannot listen at {path}" in helper.stderr()
    assert "another helper" not in helper.stderr()


def test_a_path_that_is_too_long_for_a_socket_is_refused(place, start):
    helper = start(channel=False, options=("--listen", place.root / ("x" * 120)))
    assert helper.wait() == 2
    assert "a socket's path has at most 107 bytes: give a shorter --listen" in helper.stderr()


def test_a_path_whose_folder_and_the_one_above_are_missing_is_refused(place, start):
    helper = start(channel=False, options=("--listen", place.root / "no/such/sock"))
    assert helper.wait() == 2
    assert "No such file or directory; make the folder above it" in helper.stderr()


def test_the_copy_of_the_failure_policy_is_the_hello_itself(service, path):
    peer = service.connect(path, greet=False)
    hello, _, _ = peer.receive_raw(10)
    copy = path.parent / "hello"
    assert copy.read_bytes() == hello
    assert (stat.S_IMODE(copy.stat().st_mode), copy.stat().st_uid) == (0o600, 0)


def test_the_copy_is_written_anew_at_a_reload(place, service, path):
    copy = path.parent / "hello"
    place.configure('failure "qemu/start" { exit = allow\n other = allow }\ndeadline = 9\n')
    service.connect(path).ask(RELOAD)
    fields = msgpack.unpackb(copy.read_bytes())[3]
    assert fields["policy"][0] == ["qemu", "start", 1, 1]
    assert fields["deadline_ms"] == 9000
    hello, _, _ = service.connect(path, greet=False).receive_raw(10)
    assert copy.read_bytes() == hello


def test_the_copy_follows_no_link_that_somebody_put_in_its_place(place, start, path):
    target = place.root / "target"
    target.write_text("kept", encoding="utf-8")
    path.parent.mkdir(0o755)
    for name in ("hello", "hello.new"):
        (path.parent / name).symlink_to(target)
    serve(start, path)
    wait_until(lambda: not (path.parent / "hello").is_symlink(), 5, "the copy is in place")
    assert target.read_text(encoding="utf-8") == "kept"


def listening(path, kind=socket.SOCK_SEQPACKET):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind(os.fspath(path))
    sock.listen()
    return sock


def activated(start, sock, **environment):
    """A helper that finds the socket as descriptor 3."""
    def hand_over():
        os.dup2(sock.fileno(), 3)
        os.set_inheritable(3, True)
    return start(channel=False, close_fds=False, preexec_fn=hand_over,
                 wrapper=("/usr/bin/python3", "-IS", "-c", ACTIVATE),
                 environment={"LISTEN_FDS": "1"} | environment)


def test_a_socket_of_the_service_manager_is_served(place, start):
    place.script("qemu")
    path = place.root / "activated"
    with listening(path) as sock:
        helper = activated(start, sock)
        assert helper.connect(path).call().reason == "ok"
        assert (place.root / "hello").exists()


def test_a_script_inherits_neither_that_socket_nor_its_environment(place, start):
    place.script("qemu", "ls /proc/self/fd >$T/fds; env >$T/environment")
    path = place.root / "activated"
    with listening(path) as sock:
        assert activated(start, sock).connect(path).call().allow
    assert place.lines("fds") == ["0", "1", "2", "3"]
    assert "LISTEN" not in place.read("environment").decode()


def test_a_socket_of_the_wrong_kind_is_refused(place, start):
    with listening(place.root / "stream", socket.SOCK_STREAM) as sock:
        helper = activated(start, sock)
        assert helper.wait() == 2
    assert "they must be SOCK_SEQPACKET" in helper.stderr()


def test_it_ends_by_sigterm_and_closes_its_connections(service, path):
    peer = service.connect(path)
    service.signal(signal.SIGTERM)
    assert service.wait() == 0
    with pytest.raises(Closed):
        peer.receive(5)


@pytest.mark.parametrize("arguments, words", [
    ((), "nobody to serve: give --listen PATH"),
    (("--listen", "relative"), "--listen takes an absolute path, not 'relative'"),
    (("--channel", "x"), "--channel takes the number of an inherited socket"),
    (("--channel", "77"), "--channel takes the number of an inherited socket"),
    (("--channel", "0"), "of type SOCK_SEQPACKET, not '0'"),
    (("--deadline", "0"), "--deadline takes milliseconds from 1 to 3600000, not '0'"),
    (("--name", "../x"), "--name takes 1 to 64 letters"),
    (("--listen", "/x", "more"), "'more' is no option"),
    (("--no-such-option",), "Try 'virthook-helper --help'"),
])
def test_a_command_line_that_cannot_be_is_refused_with_a_word(start, arguments, words):
    helper = start(channel=False, options=arguments)
    assert helper.wait() in (1, 2)
    assert words in helper.stderr()
