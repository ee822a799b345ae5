"""One call and many, with a helper that keeps the protocol."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno

import pytest

from .support import wait_until


def test_names_travel_as_they_are(opened):
    daemon = opened("Honest")
    reply = daemon.call(driver="network", object="größe 1", operation="port-created",
                        sub_operation="begin", extra="from snapshot")
    assert reply["allow"] and reply["reason"] == "ok"
    assert reply["message"] == "network größe 1 port-created begin from snapshot"


def test_absent_names_are_a_hyphen(opened):
    reply = opened("Honest").call(object="-", operation="start", sub_operation=None, extra=None)
    assert reply["message"] == "qemu - start - -"


def test_input_arrives_whole_and_output_ends_with_a_nul(opened):
    xml = "<domain>" + "x" * 300000 + "</domain>"
    reply = opened("Honest").call(operation="migrate", input=xml)
    assert reply["output"] == xml and reply["output_size"] == len(xml) and reply["output_ends"]


def test_input_is_read_from_a_file(opened, tmp_path):
    (tmp_path / "xml").write_text("<domain/>")
    assert opened("Honest").call(input_path=str(tmp_path / "xml"))["output"] == "<domain/>"


def test_no_input_and_no_output(opened):
    assert opened("Honest").call()["output"] is None


def test_one_helper_serves_all_calls(opened, plan):
    daemon = opened("Honest")
    assert all(daemon.call()["allow"] for _ in range(5))
    assert len(plan.starts()) == 1


@pytest.mark.parametrize("where", ["-", "details"])
def test_scripts_come_in_the_packet_or_in_a_memfd(opened, where):
    reply = opened("TellsOfScripts").call(extra=where)
    assert not reply["allow"] and reply["reason"] == "exit-status"
    assert [(script["path"], script["exit_status"], script["signal"], script["timed_out"],
             script["problem"], script["stderr_tail"]) for script in reply["scripts"]] == [
        ("/hooks/qemu", 3, 0, False, None, "no power\n"),
        ("/hooks/qemu.d/slow", -1, 9, True, None, ""),
        ("/hooks/qemu.d/bad", -1, 0, False, "writable by others", "")]
    assert [(script["profile"], script["denied"], script["observed"], script["enforced"])
            for script in reply["scripts"]] == [
        ("isolated", "mount\nsocket(AF_NETLINK) ×3", "", "user:65534 seccomp:notify pid"),
        ("learning", "", "write /etc/x\ncall mount", "user:0 permissive pid"),
        (None, "", "", "")]


def test_a_profile_that_is_asked_for_reaches_the_helper(opened):
    daemon = opened("TellsTheProfile")
    assert daemon.call(profile="network")["message"] == "network"
    assert daemon.call()["message"] == "by the rules"


def test_a_request_of_an_older_program_asks_for_no_profile(opened):
    """Its structure ends before that member."""
    daemon = opened("TellsTheProfile")
    assert daemon.call(profile="network", size=daemon.offset_in_request(name="profile"))[
        "message"] == "by the rules"


def test_calls_of_many_threads_get_their_own_answers(opened, plan):
    daemon = opened("GathersThenAnswers")
    count = 32
    for _ in range(5):
        calls = [daemon.begin("call", object=f"guest{i}", extra=str(count)) for i in range(count)]
        messages = [call.result(30)["message"] for call in calls]
        assert messages == [f"qemu guest{i} prepare begin {count}" for i in range(count)]
    assert len(plan.starts()) == 1


def test_the_library_starts_no_thread(opened, plan):
    daemon = opened("NeverObeys")
    call = daemon.begin("call")
    plan.await_packet(kind=2, count=1)
    wait_until(lambda: daemon.foreign_threads() == [])
    plan.signal(0, "SIGKILL")
    assert call.result(30)["reason"] == "helper-lost"


@pytest.mark.parametrize("wrong", [
    {"driver": "vbox"}, {"driver": "domain"}, {"driver": "qemu", "event": True},
    {"driver": "vm", "event": True}, {"only": "/h/qemu"}, {"delivery": "a-1"},
    {"uri": "qemu:///system"}, {"driver": "domain", "event": True, "uri": "a b"},
    {"driver": "domain", "event": True, "only": "notify"},
    {"driver": "domain", "event": True, "only": "/" + "x" * 4096},
    {"driver": "domain", "event": True, "delivery": "a/1"},
    {"driver": "domain", "event": True, "delivery": "x" * 65},
    {"driver": "../qemu"}, {"driver": None}, {"object": ""},
    {"object": "a/b"}, {"object": "a\nb"}, {"object": "x" * 1025}, {"object": "\udcff"},
    {"operation": "Start"}, {"operation": None}, {"sub_operation": "be gin"}, {"extra": ""},
    {"extra": "x" * 4097}, {"uuid": "no"}, {"profile": ""}, {"profile": "a b"},
    {"profile": "p" * 65}, {"size": 8}])
def test_a_request_that_cannot_be_is_refused_and_the_next_one_works(opened, wrong):
    daemon = opened("Honest")
    assert daemon.call(**wrong)["error"] == errno.EINVAL
    assert daemon.call()["allow"]


@pytest.mark.parametrize("wrong", [
    {"helper": "bin/helper"}, {"socket": "helper.sock"}, {"hooks": "hooks"},
    {"socket": "/" + "x" * 200}, {"name": "a/b"}, {"name": ".hidden"}, {"name": ""},
    {"name": "x" * 65}, {"deadline_ms": 3600001}, {"size": 3}])
def test_options_that_cannot_be_are_refused(daemon, wrong):
    assert daemon.open(**wrong) == -errno.EINVAL


def test_input_over_the_limit_of_the_protocol_is_refused(opened, tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    daemon = opened("Honest")
    assert daemon.call(input_path=str(tmp_path / "large"))["error"] == errno.E2BIG
    assert daemon.call()["allow"]


def test_input_over_the_limit_of_the_helper_says_which_setting(opened):
    daemon = opened("Honest")
    reply = daemon.call(input="x" * ((1 << 20) + 1))
    assert not reply["allow"] and reply["reason"] == "bad-request"
    assert "stdin_max" in reply["message"] and "1048577" in reply["message"]
    assert daemon.call()["allow"]


def test_a_pipe_that_does_not_end_is_waited_for_ten_seconds(opened):
    daemon = opened("Honest")
    reply = daemon.call(open_pipe=True)
    assert reply["error"] == errno.ETIMEDOUT and 9.9 < reply["seconds"] < 11
    assert daemon.call()["allow"]


@pytest.mark.parametrize("code, reason", [("busy", "busy"), ("bad-name", "bad-request"),
                                          ("unknown-profile", "bad-request"),
                                          ("ending", "no-helper"),
                                          ("of-a-later-version", "bad-request")])
def test_a_refusal_ends_the_call_alone(opened, plan, code, reason):
    daemon = opened("RefusesTheCall")
    replies = [daemon.call(object=code) for _ in range(2)]
    assert [reply["reason"] for reply in replies] == [reason, reason]
    assert not replies[0]["allow"] and code in replies[0]["message"]
    assert "\x1b" not in replies[0]["message"], "what a helper says may reach a terminal"
    assert len(plan.starts()) == 1
