"""What a profile's lists of paths do: readable, and executable.

Each refusal is beside the same deed under a profile that does not refuse it.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import shutil
import tempfile
from pathlib import Path

import pytest

LANDLOCK_CREATE_RULESET = 444


def landlock_abi():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1)


needs_landlock = pytest.mark.skipif(landlock_abi() < 1, reason="this kernel has no Landlock")

PROFILES = """
default_profile = unconfined
profile "plain" {{
    inherits = isolated
    user = nobody
}}
profile "shown" {{
    inherits = plain
    hidden += "{root}"
    readable = {{ "{root}/shown", -/nowhere/at/all }}
}}
profile "shell" {{
    inherits = plain
    executable = {{ /bin/sh, -/nowhere/at/all }}
    writable += "{root}"
}}
profile "tools" {{
    inherits = shell
    executable += {{ /usr/bin }}
}}
profile "lost" {{
    inherits = plain
    executable = {{ /nowhere/at/all }}
}}
"""


@pytest.fixture
def ground():
    """Folders outside of /tmp: what is shown, and what is beside it."""
    root = Path(tempfile.mkdtemp(prefix="virthook-paths-", dir="/var/lib"))
    root.chmod(0o777)
    for name in ("shown", "beside"):
        (root / name).mkdir()
        (root / name / "file").write_text(f"{name}\n", encoding="ascii")
        (root / name).chmod(0o777)
        (root / name / "file").chmod(0o666)
    yield root
    shutil.rmtree(root)


@pytest.fixture
def peer(place, start, ground):
    place.configure("grace = 0.2\n" + PROFILES.format(root=ground))
    return start().peer


@pytest.fixture
def call(place, peer, ground):
    """Runs a shell's lines under a profile; the verdict's one script."""
    def run(profile, body):
        place.script("qemu", f"R={ground}\n{body}")
        return peer.call(profile=profile).script

    return run


def said(script):
    return script["stdout_tail"].splitlines()


def test_readable_is_shown_again_where_what_is_around_it_is_hidden(call):
    body = "cat $R/shown/file; ls $R; cat $R/beside/file 2>/dev/null || echo none"
    assert said(call("shown", body)) == ["shown", "shown", "none"]
    assert said(call("unconfined", body)) == ["shown", "beside", "shown", "beside"]


def test_readable_is_read_only(call):
    body = "(echo x >>$R/shown/file) 2>/dev/null && echo wrote || echo refused"
    assert said(call("shown", body)) == ["refused"]
    assert said(call("unconfined", body)) == ["wrote"]


@needs_landlock
def test_only_what_is_listed_may_be_executed(call):
    body = "/usr/bin/id -u >/dev/null 2>&1; echo $?; /bin/sh -c 'echo a shell'"
    assert said(call("shell", body)) == ["126", "a shell"]
    assert said(call("tools", body)) == ["0", "a shell"]
    assert said(call("plain", body)) == ["0", "a shell"]


@needs_landlock
def test_what_a_script_writes_itself_is_not_executable(call):
    body = ("for at in /tmp $R /dev/shm; do cp /usr/bin/true $at/own 2>/dev/null || "
            "cat /usr/bin/true >$at/own; chmod 755 $at/own; $at/own 2>/dev/null; echo $?; "
            "rm $at/own; done")
    assert said(call("tools", body)) == ["126"] * 3
    assert said(call("plain", body.replace("$R", "/var/tmp"))) == ["0"] * 3


MEMORY = """
import ctypes, os
CLOEXEC = 1
fd = ctypes.CDLL(None, use_errno=True).memfd_create(b"x", CLOEXEC)
if fd < 0:
    print("refused")
elif os.fork() == 0:
    os.write(fd, open("/usr/bin/true", "rb").read())
    os.execve(fd, ["true"], {})
else:
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@needs_landlock
def test_a_program_in_memory_is_not_executable_either(place, call):
    place.python("network", MEMORY)
    for profile, expected in (("tools", "refused"), ("plain", "0")):
        assert said(call(profile, f"exec {place.hooks}/network")) == [expected]


@needs_landlock
def test_hooks_are_executable_and_what_they_name_in_their_first_line_must_be_listed(place, call):
    place.script("network", "echo a script of its own")
    assert said(call("shell", f"{place.hooks}/network")) == ["a script of its own"]
    place.script("network", "print(1)", "/usr/bin/python3")
    body = f"{place.hooks}/network 2>/dev/null; echo $?"
    assert said(call("shell", body)) == ["126"]
    assert said(call("tools", body)) == ["1", "0"]


@needs_landlock
def test_a_hook_whose_interpreter_is_not_listed_does_not_run_and_it_is_told_why(place, peer):
    place.python("qemu", "print(1)")
    script = peer.call(profile="shell").script
    assert script["problem"].startswith("cannot execute it: Permission denied; the profile's list")
    assert peer.call(profile="tools").script["stdout_tail"] == "1\n"


@needs_landlock
def test_a_path_that_must_be_there_and_is_not_is_named(call):
    script = call("lost", "exit 0")
    assert "/nowhere/at/all" in script["problem"], script


@needs_landlock
def test_what_held_it_says_so(call):
    assert "executable" in call("tools", "exit 0")["enforced"].split()
    assert "executable" not in call("plain", "exit 0")["enforced"].split()
