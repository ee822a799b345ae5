"""What scripts are used to from libvirt goes on working under each profile that confines them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .host import HOOKS, Host

PROFILES = ("isolated", "notify", "network", "tune", "vfio", "storage", "desktop",
            "query", "callback")

LARGE = "<domain>" + "x" * (4 << 20) + "</domain>"


@pytest.fixture(scope="module")
def host():
    with Host() as made:
        made.setting("beside.conf", "found\n")
        made.listen_for_syslog()
        yield made


@pytest.fixture(params=PROFILES)
def profile(request):
    return request.param


def call(host, script, profile, **more):
    host.put(f"manners/{script}")
    return host.call("web", "start", profile=profile, **more)


def assert_good(answer):
    assert answer.allow and answer.script["exit_status"] == 0, answer
    assert answer.script["denied"] == [], answer


@pytest.mark.parametrize("script", ["own-path", "own-file", "here-strings", "own-signal",
                                    "job-control"])
def test_it_works(host, profile, script):
    assert_good(call(host, script, profile))


def test_a_link_s_own_name_is_the_name_of_the_script(host, profile):
    host.put("manners/own-path")
    host.cell.write(f"{HOOKS}/shared/by-name", '#!/bin/bash\n[ "$(basename "$0")" = given-name ]\n',
                    0o755)
    (host.path(HOOKS) / "qemu.d/given-name").symlink_to("../shared/by-name")
    (host.path(HOOKS) / "qemu.d/own-path").unlink()
    assert_good(host.call("web", "start", profile=profile))


def test_a_stream_can_be_opened_again_by_its_name(host, profile):
    answer = call(host, "own-streams", profile)
    assert_good(answer)
    assert answer.output == "by /dev/stdout\n"
    assert answer.script["stderr"] == "by /dev/stderr\nby /dev/fd/2\nby /proc/self/fd/2\n"


def test_a_signal_to_itself_ends_it_and_is_told(host, profile):
    host.put("manners/own-path")
    host.cell.write(f"{HOOKS}/qemu.d/own-path", "#!/bin/bash\nkill -TERM $$\n", 0o755)
    answer = host.call("web", "start", profile=profile)
    assert not answer.allow
    assert (answer.script["exit_status"], answer.script["signal"]) == (None, 15)


def test_python_and_its_library_work(host, profile):
    before = len(host.syslog(0))
    assert_good(call(host, "python-at-work", profile))
    assert "python at work" in host.syslog(before + 1)[-1]


def test_messages_reach_the_system_s_log(host, profile):
    before = len(host.syslog(0))
    assert_good(call(host, "system-log", profile))
    assert [message.split("hook: ")[1] for message in host.syslog(before + 2)[before:]] == [
        "logger at work", "logger from a pipe"]


def test_xml_that_is_not_read_blocks_nobody(host, profile):
    assert_good(call(host, "unread-stdin", profile, stdin=LARGE))


def test_what_is_said_by_way_of_another_process_is_not_lost(host, profile):
    answer = call(host, "last-words", profile)
    assert answer.script["exit_status"] == 3
    assert answer.output == "out: on stdout\n"
    assert answer.script["stderr"] == "err: on stderr\n"


def test_what_is_left_in_the_background_holds_nobody_up(host, profile):
    answer = call(host, "in-the-background", profile)
    assert_good(answer)
    assert answer.output == "is done\n"
    assert answer.script["duration_ms"] < 60_000, "not as long as what it left, 600 s"
    # On a busy machine the kernel may take more than half a second, which is told in the verdict.
    host.cell.wait_for_no_process("sleep 600", 20)
