"""The shim in libvirt's place: what the daemon gets from it, and when."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

import pytest

from rig.arrangement import Service

# What a test allows the machine over what is promised, in seconds. Each call starts a process, and
# other tests run beside it.
SLACK = 3


def test_a_hook_that_allows_says_nothing(place):
    place.write_hook("exit 0\n")
    result = place.call()
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert [record["peer"]["name"] for record in place.audit()] == ["shim"]


def test_a_hook_that_denies_says_why_in_one_line(place):
    place.write_hook("echo first >&2; echo no power >&2; exit 3\n")
    result = place.call()
    assert result.status == 1 and result.stdout == ""
    assert result.stderr == ("virthook: /etc/virthook/hooks/qemu exited with status 3: no power\n")


def test_arguments_reach_the_hook(place):
    place.write_hook('printf "%s|" "$@" >&2; exit 1\n')
    result = place.call("größe 1", "release", "end", "from snapshot")
    assert "größe 1|release|end|from snapshot|" in result.stderr


@pytest.mark.parametrize("operation", ["migrate", "restore"])
def test_new_xml_comes_whole_and_nothing_else(place, operation):
    place.write_hook("echo by the way >&2; exec sed s/old/new/\n")
    xml = "<domain>\n" + "<!-- old -->\n" * 100000 + "</domain>\n"
    result = place.call("guest", operation, "begin", "-", stdin=xml.encode())
    assert result.status == 0 and result.stdout == xml.replace("old", "new")
    assert result.stderr == ""


def test_xml_that_the_hook_leaves_alone_is_no_output(place):
    place.write_hook("exit 0\n")
    result = place.call("guest", "migrate", "begin", "-", stdin=b"<domain/>")
    assert (result.status, result.stdout) == (0, "")


def test_what_other_operations_print_is_no_xml(place):
    place.write_hook("echo started\n")
    result = place.call("guest", "started", "begin", "-")
    assert (result.status, result.stdout) == (0, "")


@pytest.mark.parametrize("driver", ["qemu", "network", "lxc", "daemon"])
def test_the_name_says_the_driver(place, driver):
    place.write_hook('echo "$VIRTHOOK_DRIVER" >&2; exit 1\n', driver)
    result = place.call("-", "start", "-", "start", driver=driver)
    assert f" exited with status 1: {driver}" in result.stderr


def test_a_copy_serves_like_a_link(place, shim):
    place.write_hook("exit 3\n")
    place.cell.path("/etc/libvirt/hooks/qemu").unlink()
    place.cell.run(["/bin/cp", shim, "/etc/libvirt/hooks/qemu"]).checked()
    assert place.call().status == 1


@pytest.mark.parametrize("name", ["virthook-shim", "quemu", "qemu.orig"])
def test_a_name_that_is_no_driver_is_refused_with_the_mend(place, shim, name):
    place.cell.run(["/bin/ln", "-sf", shim, f"/etc/libvirt/hooks/{name}"]).checked()
    result = place.call(driver=name)
    assert result.status == 1
    assert result.stderr.startswith(f"virthook: '{name}' is no driver;")
    assert "make /etc/libvirt/hooks/qemu (or lxc, network, libxl, bhyve, daemon) a link to " \
        f"{shim}" in result.stderr


@pytest.mark.parametrize("arguments", [("guest",), ("guest", "prepare", "begin"),
                                       ("guest", "prepare", "begin", "-", "more")])
def test_another_number_of_arguments_is_refused(place, arguments):
    place.write_hook("exit 0\n")
    result = place.call(*arguments)
    assert result.status == 1 and "takes four arguments" in result.stderr


def test_it_refuses_to_run_as_a_hook_of_virthook(place):
    result = place.call(env={"VIRTHOOK_CALL": "0123456789abcdef-1"})
    assert result.status == 1 and "run as a hook by virthook itself" in result.stderr


def test_the_helper_never_runs_it(place, shim):
    place.cell.path("/etc/virthook/hooks/qemu").symlink_to(shim)
    assert place.call().status == 0
    assert [(record["reason"], record["scripts"]) for record in place.audit()] == [
        ("no-script", [])]


def test_the_environment_moves_nothing(place):
    """Whoever could, would run scripts as root by it."""
    place.write_hook("echo the right one >&2; exit 1\n")
    place.cell.write("/tmp/virthook/hooks/qemu", "#!/bin/sh\necho the wrong one >&2; exit 1\n",
                     0o755)
    place.cell.write("/tmp/virthook/virthook.conf", 'hooks = "/tmp/virthook/hooks"\n')
    names = ["VIRTHOOK_HOOKS", "VIRTHOOK_HOOKS_DIR", "VIRTHOOK_CONFIG", "VIRTHOOK_HELPER",
             "VIRTHOOK_SOCKET", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME"]
    result = place.call(env={name: "/tmp" for name in names} | {"PATH": "/tmp"})
    assert "the right one" in result.stderr


# Invariant 3.

def test_without_a_script_no_helper_is_needed(place):
    place.cell.run(["/bin/mount", "--bind", "/dev/null", "/usr/libexec/virthook-helper"]).checked()
    result = place.call()
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_with_a_script_and_no_helper_the_failure_policy_answers(place):
    place.write_hook("exit 0\n")
    place.cell.run(["/bin/mount", "--bind", "/dev/null", "/usr/libexec/virthook-helper"]).checked()
    result = place.call()
    assert result.status == 1 and result.stderr == (
        "virthook: the helper /usr/libexec/virthook-helper cannot be started: Permission denied; "
        "let it be virthook-helper, and executable; 'prepare' of driver qemu is denied by the "
        "failure policy\n")
    result = place.call("guest", "reconnect", "begin", "-")
    assert result.status == 0 and "is allowed by the failure policy" in result.stderr


def test_a_configuration_that_is_refused_is_told_in_one_line(place):
    place.write_hook("exit 0\n")
    place.cell.write("/etc/virthook/virthook.conf", "deadline = soon\n", 0o644)
    result = place.call()
    assert result.status == 1 and result.stderr.startswith(
        "virthook: /etc/virthook/virthook.conf:1: deadline takes seconds")
    assert result.stderr.count("\n") == 1


# Bounds.

def test_a_hook_that_hangs_is_over_at_its_deadline(place):
    place.write_hook("exec sleep 1000\n")
    result = place.call()
    assert result.status == 1 and result.seconds < 2 + SLACK
    assert result.stderr.count("\n") == 1 and "deadline" in result.stderr
    place.cell.wait_for_no_process("sleep 1000", 5)


def test_a_stdin_that_does_not_end_is_waited_for_ten_seconds(place):
    place.write_hook("exit 0\n")
    result = place.shell("SHIM < <(echo '<domain/>'; exec sleep 1000)")
    assert result.status == 1 and 10 <= result.seconds < 10 + SLACK
    assert "stdin did not come to its end within 10 s" in result.stderr
    assert "'migrate' of driver qemu is denied by the failure policy" in result.stderr


def test_a_stdout_that_nobody_reads_is_waited_for_ten_seconds(place):
    place.write_hook("head -c 1000000 /dev/zero | tr '\\0' x\n")
    result = place.shell("exec 3> >(exec sleep 1000); SHIM >&3")
    assert result.status == 1 and 10 <= result.seconds < 10 + SLACK
    assert "the new XML could not be written" in result.stderr


def test_a_reader_that_goes_away_is_an_error_and_no_signal(place):
    place.write_hook("head -c 1000000 /dev/zero | tr '\\0' x\n")
    result = place.shell("set -o pipefail; { SHIM; echo \"status $?\" >&2; } | true")
    assert "status 1\n" in result.stderr and "Broken pipe" in result.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_descriptors_that_are_closed_do_no_harm(place, closed):
    """A socket of the library's on number 1 would be written to as stdout."""
    place.write_hook("echo '<changed/>'\n")
    result = place.shell(f"SHIM {closed}")
    assert result.status == 0
    assert result.stdout == ("" if ">&-" in closed.replace("2>&-", "") else "<changed/>\n")


def test_nothing_is_left_behind(place):
    place.write_hook("setsid sleep 1000 >/dev/null 2>&1 </dev/null &\nexit 0\n")
    assert place.call().status == 0
    assert place.cell.processes() == []


# Names.

@pytest.mark.parametrize("wrong", ["a/b", "a\nb", ""])
def test_a_name_that_cannot_be_follows_the_failure_policy(place, wrong):
    place.write_hook("exit 0\n")
    assert place.call(wrong, "prepare", "begin", "-").status == 1
    result = place.call(wrong, "release", "end", "-")
    assert result.status == 0 and result.stderr == (
        "virthook: the object's name must be UTF-8 of 1 to 1024 bytes, with no newline and no '/'; "
        "'release' of driver qemu is allowed by the failure policy\n")
    assert place.call().status == 0, "the next call works"


# A service.

def test_a_service_is_asked_where_one_listens(served):
    served.write_hook("exit 3\n")
    result = served.call()
    assert result.status == 1 and "exited with status 3" in result.stderr
    logs = [path.name for path in served.cell.path("/var/log/virthook").iterdir()]
    assert logs == ["service.log"]


def test_a_service_with_another_hooks_directory_is_asked_for_what_is_there(make):
    place = make(Service(options=("--hooks", "/etc/elsewhere")))
    place.cell.write("/etc/elsewhere/qemu", "#!/bin/sh\necho from elsewhere >&2\nexit 1\n", 0o755)
    result = place.call()
    assert result.status == 1
    assert "from elsewhere" in result.stderr


def test_a_service_that_has_no_hooks_is_not_asked(served):
    served.arrangement.helper.kill(signal.SIGSTOP)
    result = served.call()
    assert (result.status, result.seconds < 1) == (0, True)


def test_a_stopped_service_is_waited_for_two_seconds(served):
    served.write_hook("exit 0\n")
    served.arrangement.helper.kill(signal.SIGSTOP)
    result = served.call()
    assert result.status == 1 and 2 <= result.seconds < 2 + SLACK
    assert "by the failure policy" in result.stderr
    served.arrangement.helper.kill(signal.SIGCONT)
    assert served.call().status == 0


def test_the_services_policy_serves_while_it_does_not_answer(served):
    """Its copy on disk: this shim has never had a hello."""
    served.write_hook("exit 0\n")
    served.arrangement.stop()
    served.cell.write("/etc/virthook/virthook.conf",
                      'default_profile = unconfined\n'
                      'failure "qemu/prepare" {\n    exit = deny\n    other = allow\n}\n')
    served.arrangement.start(served.cell)
    served.arrangement.helper.kill(signal.SIGSTOP)
    result = served.call()
    assert result.status == 0 and "is allowed by the failure policy" in result.stderr


def test_a_private_helper_takes_over_when_the_service_has_gone(served):
    served.write_hook("exit 0\n")
    assert served.call().status == 0
    served.arrangement.stop()
    assert served.call().status == 0
    logs = sorted(path.name for path in served.cell.path("/var/log/virthook").iterdir())
    assert logs == ["service.log", "shim.log"]
