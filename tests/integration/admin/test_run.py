"""`virt-hook run`: one call with no service and no libvirt."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import json
import os
import pty
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from .support import ENVIRONMENT, STUCK, build, run


def wait_until(condition):
    deadline = time.monotonic() + STUCK
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.005)


def processes_with(word):
    """The pids of processes that have the word in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and word.encode() in entry.joinpath(
                    "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


serials = itertools.count()


@pytest.fixture
def seconds():
    """How long a script sleeps: for ever, and by a number that no other process has."""
    return f"9{os.getpid():07}{next(serials):04}"


# For a person.

def test_a_hook_that_allows(virt_hook):
    virt_hook.write_hook("cat; echo ready; echo careful >&2\n")
    done = virt_hook.run(stdin=b"<domain/>\n")
    assert done.returncode == 0 and done.stdout == b"<domain/>\nready\n"
    said, verdict = done.stderr.decode().splitlines()
    assert said == "careful"
    assert verdict.startswith("allow (ok) after ") and "exited with status 0" in verdict
    assert [record["verdict"] for record in virt_hook.records()] == ["allow"]


def test_a_hook_that_denies(virt_hook):
    path = virt_hook.write_hook("echo no power >&2; exit 3\n")
    done = virt_hook.run()
    assert done.returncode == 1 and done.stdout == b""
    assert f"{path} exited with status 3: no power" in done.stderr.decode().splitlines()[-1]
    assert done.stderr.decode().splitlines()[-1].startswith("deny (exit-status)")


def test_the_hooks_arguments(virt_hook):
    virt_hook.write_hook('printf "%s|" "$@"\n')
    call = ("qemu", "größe 1", "release", "end", "from snapshot")
    assert virt_hook.run(call=call).stdout.decode() == "größe 1|release|end|from snapshot|"


def test_without_extra_it_is_a_hyphen(virt_hook):
    virt_hook.write_hook('printf "%s|" "$@"\n')
    assert virt_hook.run().stdout == b"guest|prepare|begin|-|"


def test_new_xml_is_the_output(virt_hook):
    virt_hook.write_hook("exec sed s/old/new/\n")
    xml = b"<domain>" + b"<!-- old -->\n" * 100000 + b"</domain>"
    done = virt_hook.run(call=("qemu", "guest", "migrate", "begin"), stdin=xml)
    assert done.returncode == 0 and done.stdout == xml.replace(b"old", b"new")


def test_output_that_would_steer_a_terminal_is_made_safe(virt_hook):
    virt_hook.write_hook(r"printf '\033[31mred\n'; printf '\033]0;title\007\n' >&2; exit 1" + "\n")
    done = virt_hook.run()
    assert done.stdout == b"\\x1b[31mred\n" and b"\x1b" not in done.stderr


def test_no_script(virt_hook):
    done = virt_hook.run("--helper", "/nonexistent")
    assert done.returncode == 0 and b"allow (no-script)" in done.stderr
    assert not virt_hook.log.exists(), "nobody was asked"


def test_stdin_that_is_closed_is_empty(virt_hook):
    virt_hook.write_hook("wc -c\n")
    done = subprocess.run(["/bin/sh", "-c", '"$@" <&-', "sh", *virt_hook.argv()],
                          capture_output=True, env=ENVIRONMENT, timeout=STUCK, check=False)
    assert done.returncode == 0 and done.stdout.strip() == b"0"


def test_a_terminal_on_stdin_is_not_waited_for(virt_hook):
    virt_hook.write_hook("wc -c\n")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(virt_hook.argv(), stdin=theirs, capture_output=True, timeout=STUCK,
                              env=ENVIRONMENT, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0 and done.stdout.strip() == b"0"


def test_relative_paths_are_those_of_the_current_folder(virt_hook):
    virt_hook.write_hook("pwd\n")
    done = run([virt_hook.program, "run", "--helper", virt_hook.helper, "--hooks", "hooks",
                "--audit", "audit.log", *virt_hook.call], cwd=virt_hook.folder)
    assert done.returncode == 0 and done.stdout == b"/\n"
    assert virt_hook.records()


# For a program.

def test_json_has_all_there_is(virt_hook):
    path = virt_hook.write_hook("echo out; printf 'one\\ntwo\\n' >&2; exit 3\n")
    result, status = virt_hook.json()
    assert status == 1
    assert list(result) == ["verdict", "reason", "message", "duration_ms", "output", "scripts"]
    assert [result["verdict"], result["reason"], result["output"]] == [
        "deny", "exit-status", "out\n"]
    script = result["scripts"][0]
    assert 0 <= script.pop("duration_ms") <= result["duration_ms"]
    assert script == {"path": str(path), "exit_status": 3, "signal": None, "timed_out": False,
                      "problem": None, "stderr": "one\ntwo\n", "stdout_bytes": 4,
                      "stderr_bytes": 8, "profile": "unconfined", "denied": [], "observed": [],
                      "enforced": ["user:0", "pid"]}


def test_json_of_many_scripts(virt_hook):
    virt_hook.write_hook("kill -KILL $$\n")
    virt_hook.write_hook("exit 0\n", "qemu.d/10-first")
    virt_hook.write_hook("exit 7\n", "qemu.d/20-second")
    result, status = virt_hook.json()
    assert status == 1
    assert [(Path(script["path"]).name, script["exit_status"], script["signal"])
            for script in result["scripts"]] == [
        ("qemu", None, 9), ("10-first", 0, None), ("20-second", 7, None)]


def test_json_of_a_script_that_is_not_run(virt_hook):
    virt_hook.write_hook("exit 0\n").chmod(0o777)
    result, status = virt_hook.json()
    assert status == 1 and result["reason"] == "not-runnable"
    assert "mode 0777" in result["scripts"][0]["problem"]


def test_json_of_new_xml(virt_hook):
    virt_hook.write_hook("printf '<domain>\\303\\274</domain>'\n")
    result, status = virt_hook.json(call=("qemu", "guest", "restore", "begin"), stdin=b"<domain/>")
    assert status == 0 and result["output"] == "<domain>ü</domain>"


def test_json_of_output_that_is_no_text(virt_hook):
    virt_hook.write_hook("printf 'a\\377\\001b'\n")
    result, status = virt_hook.json(call=("qemu", "guest", "restore", "begin"), stdin=b"<domain/>")
    assert status == 0 and result["output"] == "a\\xff\\x01b"


def test_json_of_no_script(virt_hook):
    result, status = virt_hook.json()
    assert status == 0 and result["reason"] == "no-script" and result["scripts"] == []


# Time.

def test_a_timeout_ends_what_hangs(virt_hook, seconds):
    virt_hook.write_hook(f"exec sleep {seconds}\n")
    started = time.monotonic()
    result, status = virt_hook.json("--timeout", "1")
    assert status == 1 and time.monotonic() - started < 1 + 1
    assert result["reason"] == "timed-out" and result["scripts"][0]["timed_out"]
    assert processes_with(seconds) == []


def test_a_timeout_may_be_longer_than_the_configurations(virt_hook, tmp_path):
    (tmp_path / "conf").write_text("deadline = 0.2\ngrace = 0\n")
    virt_hook.write_hook("sleep 0.5; exit 0\n")
    assert virt_hook.json("--config", tmp_path / "conf")[0]["reason"] == "timed-out"
    assert virt_hook.json("--config", tmp_path / "conf", "--timeout", "20")[1] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_the_scripts(virt_hook, number, seconds):
    virt_hook.write_hook(f"sleep {seconds} & wait\n")
    process = subprocess.Popen(virt_hook.argv("--json"), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, env=ENVIRONMENT)
    wait_until(lambda: processes_with(seconds))
    process.send_signal(number)
    out, _ = process.communicate(timeout=STUCK)
    assert process.returncode == 130 and json.loads(out)["reason"] == "cancelled"
    assert processes_with(seconds) == []
    assert [record["reason"] for record in virt_hook.records()] == ["cancelled"]


def test_a_second_interrupt_does_not_wait(virt_hook, seconds):
    virt_hook.write_hook(f"trap '' TERM INT; sleep {seconds} & wait; wait; wait\n")
    process = subprocess.Popen(virt_hook.argv("--timeout", "60"), stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    wait_until(lambda: processes_with(seconds))
    process.send_signal(signal.SIGINT)
    wait_until(lambda: process.poll() is not None or process.send_signal(signal.SIGINT))
    assert process.returncode == 130
    wait_until(lambda: not processes_with(seconds))


def test_a_reader_that_goes_away_is_no_crash(virt_hook):
    virt_hook.write_hook("head -c 60000 /dev/zero | tr '\\0' x\n")
    done = subprocess.run(["/bin/bash", "-c", '"$@" | true; exit ${PIPESTATUS[0]}', "bash",
                           *virt_hook.argv()], capture_output=True, env=ENVIRONMENT, timeout=STUCK,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode in (0, 2)


# No helper, wrong configuration, wrong use.

def test_no_helper(virt_hook):
    virt_hook.write_hook("exit 0\n")
    done = virt_hook.run("--helper", "/nonexistent")
    assert done.returncode == 3
    assert b"the helper /nonexistent cannot be started: No such file or directory" in done.stderr
    result, status = virt_hook.json("--helper", "/nonexistent")
    assert status == 3 and (result["verdict"], result["reason"]) == ("deny", "no-helper")


def test_a_helper_that_is_none(virt_hook):
    virt_hook.write_hook("exit 0\n")
    result, status = virt_hook.json("--helper", "/bin/true")
    assert status == 3 and result["reason"] == "no-helper"
    assert "before it was ready" in result["message"]


@pytest.mark.parametrize("content, where", [("no_such_key = 1\n", ":1"), ("deadline = {\n", ":1"),
                                            (None, "")])
def test_a_configuration_that_is_refused(virt_hook, tmp_path, content, where):
    path = tmp_path / "virthook.conf"
    if content:
        path.write_text(content)
    virt_hook.write_hook("exit 0\n")
    done = virt_hook.run("--config", path)
    assert done.returncode == 2 and f"{path}{where}" in done.stderr.decode()
    result, status = virt_hook.json("--config", path)
    assert status == 2 and result["reason"] == "bad-configuration"
    assert f"{path}{where}" in result["message"]


@pytest.mark.parametrize("arguments", [
    (), ("qemu",), ("qemu", "guest", "prepare"), ("qemu", "guest", "prepare", "begin", "-", "more"),
    ("vbox", "guest", "prepare", "begin"), ("qemu", "a/b", "prepare", "begin"),
    ("qemu", "a\nb", "prepare", "begin"), ("qemu", "guest", "Prepare", "begin"),
    ("qemu", "guest", "prepare", "begin", ""),
    ("--timeout", "0", "qemu", "guest", "prepare", "begin"),
    ("--timeout", "x", "qemu", "guest", "prepare", "begin"),
    ("--timeout", "nan", "qemu", "guest", "prepare", "begin"),
    ("--timeout", "3601", "qemu", "guest", "prepare", "begin"),
    ("--no-such-option", "qemu", "guest", "prepare", "begin"),
    ("--config", "", "qemu", "guest", "prepare", "begin"), ("--hooks",)])
def test_wrong_use_is_told(virt_hook, arguments):
    virt_hook.write_hook("exit 0\n")
    done = run([virt_hook.program, "run", *virt_hook.options, *arguments])
    assert done.returncode == 2 and done.stdout == b"" and done.stderr.startswith(b"virt-hook")
    assert virt_hook.run().returncode == 0


def test_an_object_may_begin_with_a_hyphen(virt_hook):
    virt_hook.write_hook('printf "%s" "$1"\n')
    assert virt_hook.run(call=("qemu", "--json", "prepare", "begin")).stdout == b"--json"


@pytest.mark.parametrize("arguments", [(), ("no-such-command",)])
def test_without_a_known_command_it_says_where_help_is(virt_hook, arguments):
    done = run([virt_hook.program, *arguments])
    assert done.returncode == 2 and b"virt-hook --help" in done.stderr


def test_help_and_version(virt_hook):
    assert run([virt_hook.program, "--version"]).stdout == b"virt-hook 0.1.0\n"
    assert b"run " in run([virt_hook.program, "--help"]).stdout
    done = run([virt_hook.program, "run", "--help"])
    assert done.returncode == 0 and b"--timeout SECONDS" in done.stdout


# In a session.

USER = 65534


class Session:
    """An ordinary user with a home of its own, for whom the build is copied there."""

    def __init__(self, home):
        self.home = home
        self.environment = ENVIRONMENT | {"HOME": str(home)}
        for part, names in (("bin", ["admin/virt-hook"]), ("lib", ["client/libvirthook.so.0"]),
                            ("bin", ["helper/virthook-helper", "helper/virthook-runner"])):
            (home / part).mkdir(exist_ok=True)
            for name in names:
                shutil.copy(build() / name, home / part)
        self.environment["LD_LIBRARY_PATH"] = str(home / "lib")

    def write(self, name, text, mode=0o644):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def own(self):
        for path in [self.home, *self.home.rglob("*")]:
            os.chown(path, USER, USER)

    def run(self, *arguments, **more):
        self.own()
        done = run([self.home / "bin/virt-hook", "run", "--helper",
                    self.home / "bin/virthook-helper", "--json", *arguments, "qemu", "guest",
                    "prepare", "begin"], env=self.environment | more, user=USER, group=USER,
                   extra_groups=[], cwd="/")
        return json.loads(done.stdout), done.returncode


@pytest.fixture
def session():
    """Below /tmp itself: pytest's own folders are closed to others."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory(prefix="virthook-session-") as folder:
        yield Session(Path(folder))


def test_a_session_has_its_places_below_home(session):
    session.write(".config/virthook/hooks/qemu", "#!/bin/sh\nid -u\n", 0o755)
    result, status = session.run()
    assert status == 0 and result["output"] == f"{USER}\n"
    assert (session.home / ".local/state/virthook/virt-hook.log").stat().st_uid == USER


def test_a_session_has_the_places_that_it_names(session):
    session.write("c/virthook/hooks/qemu", "#!/bin/sh\necho here\n", 0o755)
    session.write("s/.keep", "")
    result, status = session.run(XDG_CONFIG_HOME=f"{session.home}/c",
                                 XDG_STATE_HOME=f"{session.home}/s")
    assert status == 0 and result["output"] == "here\n"
    assert (session.home / "s/virthook/virt-hook.log").exists()


def test_a_sessions_configuration_that_names_no_place_leaves_them_the_users(session):
    session.write(".config/virthook/hooks/qemu", "#!/bin/sh\necho mine\n", 0o755)
    session.write(".config/virthook/virthook.conf", "deadline = 5\n")
    result, status = session.run()
    assert status == 0 and result["output"] == "mine\n"
    assert (session.home / ".local/state/virthook/virt-hook.log").exists()


def test_a_sessions_configuration_counts(session):
    session.write("elsewhere/qemu", "#!/bin/sh\nsleep 1000\n", 0o755)
    session.write(".config/virthook/virthook.conf",
                  f'deadline = 0.3\nhooks = "{session.home}/elsewhere"\n'
                  f'audit = "{session.home}/log"\n')
    result, status = session.run()
    assert status == 1 and result["reason"] == "timed-out"
    assert (session.home / "log").exists()
