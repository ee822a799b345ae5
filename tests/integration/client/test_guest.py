"""The library is a guest in somebody's daemon: it leaves, changes and leaks nothing."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

import pytest


def test_every_descriptor_is_close_on_exec(opened):
    daemon = opened("Obeys")
    before = daemon.descriptors()
    daemon.begin("call", input="<domain/>")
    while daemon.cancel_all() == 0:
        pass
    opened_by_us = {fd: flag for fd, flag in daemon.descriptors().items() if fd not in before}
    assert opened_by_us and all(opened_by_us.values())


def test_descriptors_do_not_grow_with_calls(opened):
    daemon = opened("Honest")
    assert daemon.call(input="<domain/>")["allow"]
    before = daemon.descriptors()
    assert all(daemon.call(input="<domain/>")["output"] for _ in range(100))
    assert daemon.descriptors() == before


def test_closing_leaves_no_descriptor_and_no_child(opened, plan):
    daemon = opened("Honest")
    before = daemon.descriptors()
    assert daemon.call()["allow"]
    assert daemon.close() < 1
    assert daemon.descriptors() == before and daemon.children() == {}
    assert plan.is_gone(0)


@pytest.mark.parametrize("manner", ["Honest", "NeverObeys"])
def test_a_helper_that_does_not_end_is_killed_at_the_close(opened, plan, manner):
    daemon = opened(manner)
    assert daemon.call(object="good")["allow"]
    plan.signal(0, "SIGSTOP")
    assert daemon.close() < 3
    assert daemon.children() == {} and plan.is_gone(0)


def test_signals_environment_and_folder_stay_as_they_were(opened):
    daemon = opened("DiesOnCall", "Honest")
    before = daemon.surroundings()
    assert daemon.call()["allow"]
    assert daemon.surroundings() == before
    daemon.close()
    assert daemon.surroundings() == before


def inherited(plan):
    return plan.noted("inherited")[0]


def test_the_helper_gets_stderr_and_its_channel_alone(opened, plan):
    daemon = opened("RecordsItself")
    daemon.leave_a_descriptor_open()
    assert daemon.call()["allow"]
    fds = inherited(plan)["fds"]
    stderr = fds.pop("2")
    channel = fds.pop("3")
    assert stderr.startswith("pipe:") and channel.startswith("socket:")
    assert {fd: path for fd, path in fds.items() if fd in "01"} == {"0": "/dev/null",
                                                                    "1": "/dev/null"}
    assert set(fds) <= {"0", "1", "4"}, "4 is what the listing itself opens"


def test_the_helper_starts_with_default_signals_whatever_the_daemon_does(opened, plan):
    daemon = opened("RecordsItself")
    ignored = [signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD]
    blocked = [signal.SIGTERM, signal.SIGINT]
    assert daemon.ignore_and_block(ignored=ignored, blocked=blocked)["allow"]
    signals = inherited(plan)["signals"]
    assert int(signals["SigBlk"], 16) == 0
    # Python itself ignores these two, and catches SIGINT.
    python = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)
    assert int(signals["SigIgn"], 16) & ~python == 0


def test_a_daemon_that_ignores_its_children_is_served_all_the_same(opened, plan):
    daemon = opened("DiesOnCall", "Honest")
    assert daemon.ignore_and_block(ignored=[signal.SIGCHLD], blocked=[])["allow"]
    assert daemon.close() < 1 and daemon.children() == {}


def test_the_helper_learns_nothing_of_the_daemons_environment(opened, plan):
    assert opened("RecordsItself").call()["allow"]
    record = inherited(plan)
    assert "SECRET_OF_THE_DAEMON" not in record["environment"]
    # What Python adds by itself is no gift of the library's.
    assert set(record["environment"]) - {"LC_CTYPE"} == {"PATH", "LC_ALL", "HOME"}
    assert record["cwd"] == "/" and record["session"]


def test_the_helpers_command_line(opened, plan, tmp_path, hooks):
    daemon = opened("RecordsItself", name="libvirtd", config="/c", audit="/a", deadline_ms=1234)
    assert daemon.call()["allow"]
    assert inherited(plan)["argv"][1:] == [
        "--channel", "3", "--name", "libvirtd", "--hooks", str(hooks), "--config", "/c",
        "--audit", "/a", "--deadline", "1234"]


def test_what_was_not_given_is_not_passed_on(daemon, plan, tmp_path):
    plan.write("RecordsItself")
    (tmp_path / "conf").write_text('hooks = "/srv"\n')
    assert daemon.open(helper=str(plan.path), config=str(tmp_path / "conf"), policy="") == 0
    assert daemon.call()["allow"]
    assert inherited(plan)["argv"][1:] == ["--channel", "3", "--name", "client", "--config",
                                           str(tmp_path / "conf")]


def test_a_daemon_without_stdin_stdout_stderr_is_served(opened, plan):
    daemon = opened("RecordsItself")
    daemon.close_stdio()
    assert daemon.call()["allow"]
    fds = inherited(plan)["fds"]
    assert [fds[str(fd)] for fd in range(3)] == ["/dev/null"] * 3
    assert fds["3"].startswith("socket:")


def test_a_fork_cannot_call_on_its_parents_channel(opened, plan):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    assert daemon.call_in_a_fork() == 22
    assert daemon.call()["allow"] and len(plan.starts()) == 1


def test_a_fork_that_closes_does_not_end_its_parents_helper(opened, plan):
    daemon = opened("Honest")
    assert daemon.call()["allow"]
    assert daemon.close_in_a_fork() == 0
    assert daemon.call()["allow"] and len(plan.starts()) == 1


def test_what_other_threads_fork_inherits_nothing(opened):
    """Forks and execs in one thread, calls in the others: no descriptor of ours gets through."""
    daemon = opened("Honest")
    calls = [daemon.begin("call", input="<domain/>") for _ in range(50)]
    leaked = daemon.spawn_and_list(times=50)
    assert all(call.result(30)["allow"] for call in calls)
    assert leaked == []


def test_a_daemon_out_of_descriptors_gets_the_policys_answer(opened):
    daemon = opened("Honest")
    daemon.limit_descriptors(more=0)
    reply = daemon.call(operation="reconnect")
    assert reply["allow"] and "Too many open files" in reply["message"]
    daemon.limit_descriptors(more=100)
    assert daemon.call()["allow"]


def test_the_close_of_nothing(daemon):
    daemon.close()
    assert daemon.version() == "0.1.0"
