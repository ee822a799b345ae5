"""What scripts print: bounded, counted, its end kept; and the new XML of migrate and restore."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import signal
import socket
import threading

import pytest

from .processes import is_alive, kibibytes, wait_until

KEPT = 64 * 1024
XML_MAX = 16 * 1024 * 1024
FLOOD = 200 * 1000 * 1000

# What root may make a pipe hold, and anybody by default: /proc/sys/fs/pipe-max-size
PIPE_MAX = 1024 * 1024

# The helper's own memory at most, in KiB, beside what it is allowed to keep.
OWN_MEMORY = 16 * 1024

FILTERS = pytest.mark.parametrize("operation", ["migrate", "restore"])


def flood(to):
    return f"{{ yes 0123456 | head -c {FLOOD - 8}; echo THE END; }} {to}"


@pytest.mark.parametrize("stream, to", [("stdout", ""), ("stderr", ">&2")])
def test_a_flood_is_counted_whole_and_its_end_kept(place, peer, stream, to):
    place.script("qemu", flood(to))
    script = peer.call(timeout_ms=60000).script
    assert script["exit_status"] == 0
    assert script[f"{stream}_bytes"] == FLOOD
    kept = script[f"{stream}_tail"]
    assert len(kept) == KEPT
    assert kept == ("0123456\n" * KEPT)[-KEPT + 8:] + "THE END\n"


def test_the_record_counts_what_was_dropped(place, start):
    place.configure("output_kept = 1K\noutput_max = 2K\n")
    peer = start().peer
    place.script("qemu", "head -c 1500 /dev/zero; head -c 1000 /dev/zero >&2")
    assert peer.call().allow
    assert peer.call(operation="restore").allow
    place.script("qemu", "head -c 2500 /dev/zero")
    assert not peer.call(operation="restore").allow
    assert [[script[f"{stream}_{what}"] for stream in ("stdout", "stderr")
             for what in ("bytes", "dropped")] for script in
            (end["scripts"][0] for end in place.ends())] == [
        [1500, 476, 1000, 0], [1500, 0, 1000, 0], [2500, 452, 0, 0]]


def test_a_flood_on_both_streams_leaves_the_helper_small(place, helper, sanitized):
    if sanitized:
        pytest.skip("AddressSanitizer's own memory is larger than the bound")
    place.script("qemu", f"{flood('>&2')} & {flood('')}; wait")
    script = helper.peer.call(timeout_ms=60000).script
    assert script["stdout_bytes"] == script["stderr_bytes"] == FLOOD
    assert kibibytes(helper.pid, "VmHWM") < OWN_MEMORY + 2 * KEPT / 1024


def test_a_flood_of_new_xml_leaves_the_helper_small_and_is_an_error(place, helper, sanitized):
    if sanitized:
        pytest.skip("AddressSanitizer's own memory is larger than the bound")
    place.script("qemu", flood(""))
    verdict = helper.peer.call(operation="migrate", timeout_ms=60000)
    assert (verdict.allow, verdict.reason, verdict.output) == (False, "output-limit", None)
    assert verdict.script["stdout_bytes"] == FLOOD
    assert kibibytes(helper.pid, "VmHWM") < OWN_MEMORY


@pytest.mark.parametrize("kept", [0, 1, 100, 4096])
def test_how_much_is_kept_is_configured(place, start, kept):
    place.configure(f"output_kept = {kept}\naudit_kept = 0\n")
    place.script("qemu", "seq 10000 >&2")
    script = start().peer.call().script
    printed = "".join(f"{number}\n" for number in range(1, 10001))
    assert script["stderr_bytes"] == len(printed)
    assert script.get("stderr_tail", "") == printed[len(printed) - kept:]


def test_less_than_the_limit_is_kept_whole(place, peer):
    place.script("qemu", "echo to stdout; echo to stderr >&2; printf 'no newline' >&2")
    script = peer.call().script
    assert script["stdout_tail"] == "to stdout\n"
    assert script["stderr_tail"] == "to stderr\nno newline"


def test_what_is_kept_is_escaped(place, peer):
    place.script("qemu", r"printf '\033[31mred\000\377 \303\274\n' >&2; exit 1")
    verdict = peer.call()
    assert verdict.script["stderr_tail"] == r"\x1b[31mred\x00\xff ü" + "\n"
    assert verdict.message.endswith(r"exited with status 1: \x1b[31mred\x00\xff ü")


def test_what_is_kept_begins_with_a_whole_character(place, start):
    place.configure("output_kept = 4\naudit_kept = 0\n")
    place.script("qemu", "printf 'üüü\\n' >&2")
    assert start().peer.call().script["stderr_tail"] == "ü\n"


def test_the_message_ends_in_the_last_line_that_the_script_printed(place, peer):
    path = place.script("qemu", "echo first >&2; echo no bridge br0 >&2; echo >&2; exit 3")
    assert peer.call().message == f"{path} exited with status 3: no bridge br0"


def test_a_script_whose_output_nobody_wants_is_not_blocked(place, peer):
    place.script("qemu", "head -c 3000000 /dev/zero; echo done >$T/done")
    assert peer.call().allow
    assert place.lines("done") == ["done"]


def test_a_script_that_closes_its_streams_is_waited_for_all_the_same(place, peer):
    place.script("qemu", "exec >&- 2>&-; sleep 0.2; touch $T/done; exit 3")
    assert peer.call().script["exit_status"] == 3
    assert (place.root / "done").exists()


def test_what_a_script_wrote_last_is_read_however_late_the_helper_is(place, helper):
    """The helper is stopped while the script writes as much as a pipe can hold, and ends."""
    place.python("qemu", "import fcntl, os, time\n"
                         f"fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, {PIPE_MAX})\n"
                         "open(f'{T}/ready', 'w').close()\n"
                         "while not os.path.exists(f'{T}/go'): time.sleep(0.01)\n"
                         f"os.write(1, b'x' * {PIPE_MAX - 4} + b'END\\n')")
    call = helper.peer.start(timeout_ms=20000)
    wait_until((place.root / "ready").exists, 10, "the script runs")
    runner, = helper.runners()
    helper.signal(signal.SIGSTOP)
    (place.root / "go").touch()
    wait_until(lambda: not is_alive(runner), 10, "the script has ended")
    helper.signal(signal.SIGCONT)
    script = helper.peer.finish(call).script
    assert script["stdout_bytes"] == PIPE_MAX
    assert script["stdout_tail"].endswith("xEND\n")


def test_a_stream_that_was_given_to_somebody_outside_delays_nothing(place, peer):
    """The one process that virthook cannot end is one that the script did not start."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(20)
        listener.bind(str(place.root / "sock"))
        (place.root / "sock").chmod(0o777)
        listener.listen()
        place.python("qemu", "import socket\ns = socket.socket(socket.AF_UNIX)\n"
                             "s.connect(f'{T}/sock')\nsocket.send_fds(s, [b'x'], [1])")
        call = peer.start(timeout_ms=20000)
        with listener.accept()[0] as taken:
            fd, = socket.recv_fds(taken, 1, 1)[1]
            flood_thread = threading.Thread(target=flood_until_closed, args=(fd,))
            flood_thread.start()
            assert peer.finish(call, 5).allow
            flood_thread.join(5)
        assert not flood_thread.is_alive()


def flood_until_closed(fd):
    with open(fd, "wb", buffering=0) as stream, contextlib.suppress(BrokenPipeError):
        while True:
            stream.write(b"from outside\n" * 100)


@FILTERS
def test_stdout_is_the_new_xml(place, peer, operation):
    place.script("qemu", "sed s/old/new/")
    verdict = peer.call(operation=operation, stdin=b"<domain name='old'/>\n")
    assert (verdict.allow, verdict.reason) == (True, "ok")
    assert verdict.output == b"<domain name='new'/>\n"


def test_the_new_xml_may_be_any_bytes(place, peer):
    place.python("qemu", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 5)")
    assert peer.call(operation="migrate").output == bytes(range(256)) * 5


def test_other_operations_have_no_new_xml(place, peer):
    place.script("qemu", "echo '<domain/>'")
    verdict = peer.call(operation="start", stdin=b"x")
    assert verdict.allow and verdict.output is None


@FILTERS
@pytest.mark.parametrize("body", ["exit 0", r"printf ' \t\r\n\v\f\n'", "yes '' | head -c 300000"])
def test_blank_output_means_unchanged(place, peer, operation, body):
    place.script("qemu", body)
    verdict = peer.call(operation=operation, stdin=b"<domain/>")
    assert (verdict.allow, verdict.reason, verdict.output) == (True, "ok", None)


@pytest.mark.parametrize("size, reason", [(XML_MAX, "ok"), (XML_MAX + 1, "output-limit")])
def test_new_xml_up_to_the_limit_passes_and_one_byte_more_is_an_error(place, peer, size, reason):
    place.script("qemu", f"head -c {size} /dev/zero | tr '\\0' x")
    verdict = peer.call(operation="migrate")
    assert (verdict.allow, verdict.reason) == (reason == "ok", reason)
    assert verdict.output == (b"x" * size if verdict.allow else None)
    assert verdict.script["stdout_bytes"] == size


def test_the_limit_of_new_xml_is_configured_and_the_message_names_it(place, start):
    place.configure("output_max = 10\n")
    path = place.script("qemu", "echo 0123456789")
    message = start().peer.call(operation="restore").message
    assert f"{path} printed 11 bytes of new XML, and the limit is 10" in message


def add_letter(place, name, status=0):
    place.script(f"qemu.d/{name}", f"printf '%s{name}' \"$(cat)\"; exit {status}")


def test_each_script_gets_what_the_one_before_it_printed(place, peer):
    for name in "abc":
        add_letter(place, name)
    assert peer.call(operation="migrate", stdin=b"-").output == b"-abc"


def test_a_script_that_prints_nothing_hands_on_what_it_got(place, peer):
    add_letter(place, "a")
    place.script("qemu.d/b", "cat >$T/seen")
    add_letter(place, "c")
    assert peer.call(operation="migrate", stdin=b"-").output == b"-ac"
    assert place.read("seen") == b"-a"


def test_after_a_failure_the_next_script_gets_the_original_again(place, peer):
    add_letter(place, "a")
    add_letter(place, "b", status=1)
    place.script("qemu.d/c", "cat >$T/seen; echo new")
    verdict = peer.call(operation="migrate", stdin=b"-")
    assert place.read("seen") == b"-"
    assert (verdict.allow, verdict.reason, verdict.output) == (False, "exit-status", None)


def test_new_xml_of_a_failed_call_that_policy_allows_is_not_used(place, start):
    place.configure('failure "migrate" { exit = allow\n other = allow }\n')
    add_letter(place, "a", status=1)
    add_letter(place, "b")
    verdict = start().peer.call(operation="migrate", stdin=b"-")
    assert (verdict.allow, verdict.reason, verdict.output) == (True, "exit-status", None)
