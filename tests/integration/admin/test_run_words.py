"""What a person is told who made a mistake: which name is wrong, and what would be right."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .support import run


def told(virt_hook, *arguments, call=None, **how):
    """The lines on stderr, of a run that is a mistake of its user."""
    done = virt_hook.run(*arguments, call=call, **how)
    assert done.returncode == 2 and done.stdout == b""
    return done.stderr.decode()


@pytest.mark.parametrize("call, words", [
    (("qemu", "a/b", "prepare", "begin"), "the object's name must be"),
    (("qemu", "", "prepare", "begin"), "the object's name must be"),
    (("qemu", "x" * 1025, "prepare", "begin"), "of 1 to 1024 bytes"),
    (("qemu", b"\xff", "prepare", "begin"), "must be UTF-8"),
    (("qemu", "guest", "Prepare", "begin"), "the operation must be"),
    (("qemu", "guest", "prepare", "be gin"), "the sub-operation must be"),
    (("qemu", "guest", "prepare", "begin", ""), "the extra argument must be"),
    (("qemu", "guest", "prepare", "begin", "-", "more"), "one name too many: 'more'"),
    (("qemu", "guest", "prepare", "begin", "--json"), "'--json' stands behind the names"),
    (("Qemu", "guest", "prepare", "begin"), "bhyve or daemon, not 'Qemu'"),
])
def test_the_name_that_is_wrong_is_named(virt_hook, call, words):
    virt_hook.write_hook("exit 0\n")
    assert words in told(virt_hook, call=call)
    assert not virt_hook.log.exists(), "nobody was asked"


def test_an_extra_argument_that_looks_like_an_option_is_meant_so_behind_two_hyphens(virt_hook):
    virt_hook.write_hook("echo $4\n")
    result, status = virt_hook.json("--", call=("qemu", "guest", "prepare", "begin", "--json"))
    assert status == 0 and result["output"] == "--json\n"


@pytest.mark.parametrize("option, value, words", [
    ("--timeout", "soon", "--timeout takes seconds from 0.1 to 3600, not 'soon'"),
    ("--timeout", "1e3", "not '1e3'"),
    ("--hooks", "", "the path of --hooks is empty"),
    ("--profile", "a b", "the profile's name must be"),
    ("--no-such", "x", "there is no option --no-such"),
])
def test_the_option_that_is_wrong_is_named(virt_hook, option, value, words):
    virt_hook.write_hook("exit 0\n")
    assert words in told(virt_hook, option, value)


def test_more_than_64_mib_of_stdin(virt_hook):
    virt_hook.write_hook("exit 0\n")
    said = told(virt_hook, stdin=b"x" * (64 << 20) + b"x")
    assert said == "virt-hook run: stdin has more than 64 MiB\n"


def test_a_profile_that_is_not_there(virt_hook):
    virt_hook.write_hook("exit 0\n")
    assert "there is no profile none-such in the configuration; see profiles.d beside" in told(
        virt_hook, "--profile", "none-such")


def test_a_profile_whose_user_is_not_there(virt_hook, tmp_path):
    virt_hook.write_hook("exit 0\n")
    config = tmp_path / "virthook.conf"
    config.write_text("default_profile = unconfined\nprofile mine { user = none-such-user }\n")
    said = told(virt_hook, "--config", config, "--profile", "mine")
    assert "the profile mine cannot be used: its user 'none-such-user' does not exist" in said


def test_a_folder_of_hooks_that_is_not_there(virt_hook):
    done = run([virt_hook.program, "run", *virt_hook.options, "--hooks", "/nonexistent",
                *virt_hook.call])
    assert done.returncode == 0
    assert b"no script for driver qemu in /nonexistent, which does not exist" in done.stderr


def test_a_hook_without_its_execute_bit(virt_hook):
    path = virt_hook.write_hook("exit 0\n")
    path.chmod(0o644)
    done = virt_hook.run()
    assert done.returncode == 0
    assert f"there is no script to run; {path} was passed over: it is not executable: run " \
           f"chmod +x {path} if it is to run" in done.stderr.decode()
