"""What a script finds when it starts: libvirt's arguments, and nothing of the helper's."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import os
import signal
import subprocess

import pytest

from .wire import memfd

UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f"

# Ignored, blocked: what a daemon may have handed on to its helper.
IGNORED = (signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGUSR2)
BLOCKED = (signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD)

SHOW_SIGNALS = "grep -E '^Sig(Ign|Blk):' /proc/self/status"
DEFAULT_SIGNALS = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"


def disturb_signals():
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED)


def test_a_script_gets_the_arguments_that_libvirt_gives(place, peer):
    path = place.script("qemu", r"""printf '%s\0' "$0" "$@" >$T/argv""")
    verdict = peer.call("a guest; $(reboot)", "release", sub_operation="end",
                        extra="from snapshot\n*")
    assert verdict.allow
    assert place.read("argv").decode().split("\0") == [
        str(path), "a guest; $(reboot)", "release", "end", "from snapshot\n*", ""]


def test_a_script_that_is_a_link_keeps_the_link_s_name(place, peer):
    target = place.root / "shared"
    target.write_text(f"#!/bin/sh\nbasename $0 >{place.root}/name\n", encoding="utf-8")
    target.chmod(0o755)
    (place.hooks / "network").symlink_to(target)
    assert peer.call("default", driver="network").allow
    assert place.lines("name") == ["network"]


def test_the_environment_is_clean_and_names_the_call(place, start):
    place.script("qemu", "cat /proc/$$/environ >$T/environment")
    helper = start(environment={"LD_PRELOAD_NOT": "1", "SECRET": "of the daemon", "LC_ALL": "de",
                                "HOME": "/nowhere"})
    assert helper.peer.call("d1", uuid=UUID).allow
    entries = place.read("environment").decode().split("\0")[:-1]
    found = dict(entry.split("=", 1) for entry in entries)
    assert found.pop("VIRTHOOK_CALL") == place.ends()[0]["call"]
    assert found == {
        "LC_ALL": "C",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root", "USER": "root", "LOGNAME": "root",
        "LIBVIRT_DEFAULT_URI": "qemu:///system",
        "VIRTHOOK_DRIVER": "qemu", "VIRTHOOK_OBJECT": "d1", "VIRTHOOK_UUID": UUID,
        "VIRTHOOK_OPERATION": "start", "VIRTHOOK_SUB_OPERATION": "begin", "VIRTHOOK_EXTRA": "-"}


def test_the_uuid_is_absent_where_the_client_does_not_know_it(place, peer):
    place.script("qemu", "tr '\\0' '\\n' </proc/$$/environ >$T/environment")
    assert peer.call().allow
    assert not [line for line in place.lines("environment") if "UUID" in line]


@pytest.mark.parametrize("driver, uri", [("lxc", "lxc:///system"), ("libxl", "xen:///system"),
                                         ("network", "qemu:///system")])
def test_virsh_in_a_script_asks_the_driver_s_system_daemon(place, peer, driver, uri):
    place.script(driver, "echo $LIBVIRT_DEFAULT_URI >$T/uri")
    assert peer.call(driver=driver).allow
    assert place.lines("uri") == [uri]


def test_the_working_directory_is_the_root_and_the_umask_022(place, start):
    place.script("qemu", "pwd >$T/found; umask >>$T/found")
    helper = start(cwd=place.root, umask=0o007)
    assert helper.peer.call().allow
    assert place.lines("found") == ["/", "0022"]


def test_a_script_leads_a_session_and_a_process_group_of_its_own(place, peer):
    place.script("qemu", "echo $$ $(cut -d' ' -f5,6 /proc/$$/stat) >$T/found")
    assert peer.call().allow
    pid, group, session = place.read("found").split()
    assert pid == group == session


def test_a_script_sees_signals_as_an_ordinary_process_does(place, start):
    place.script("qemu", f"{SHOW_SIGNALS} >$T/found")
    helper = start(preexec_fn=disturb_signals, restore_signals=False)
    assert helper.peer.call().allow
    assert place.read("found").decode() == DEFAULT_SIGNALS


def test_without_the_helper_a_daemon_s_signals_reach_a_script():
    found = subprocess.run(["/bin/sh", "-c", SHOW_SIGNALS], preexec_fn=disturb_signals,
                           restore_signals=False, capture_output=True, text=True, check=True)
    assert found.stdout != DEFAULT_SIGNALS


def test_a_script_can_end_itself_by_a_signal(place, peer):
    place.script("qemu", "kill -TERM $$; sleep 60")
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (False, "signal")
    assert verdict.script["signal"] == signal.SIGTERM
    assert "exit_status" not in verdict.script


def test_no_descriptor_is_inherited(place, start):
    place.script("qemu", "ls /proc/self/fd >$T/found")
    reading, writing = os.pipe()
    helper = start(pass_fds=(reading, writing))
    assert {reading, writing} <= set(helper.descriptors())
    assert helper.peer.call(stdin=b"x").allow
    own_folder = "3"
    assert place.lines("found") == ["0", "1", "2", own_folder]
    plain = subprocess.run(["ls", "/proc/self/fd"], pass_fds=(reading, writing),
                           capture_output=True, text=True, check=True)
    assert {str(reading), str(writing)} <= set(plain.stdout.split())
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 16 * 1024 * 1024])
def test_stdin_is_what_the_client_sent(place, peer, size):
    place.script("qemu", "sha256sum >$T/digest")
    data = os.urandom(size)
    assert peer.call(stdin=data).allow
    assert place.read("digest").split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_stdin_is_dev_null_where_the_client_sent_none(place, peer):
    place.script("qemu", "readlink /proc/self/fd/0 >$T/found")
    assert peer.call().allow
    assert place.lines("found") == ["/dev/null"]


def test_a_script_need_not_read_stdin(place, peer):
    place.script("qemu", "exit 0")
    verdict = peer.call(stdin=bytes(16 * 1024 * 1024))
    assert (verdict.allow, verdict.reason) == (True, "ok")


def test_each_script_reads_stdin_from_its_start(place, peer):
    for name in ("qemu", "qemu.d/1", "qemu.d/2"):
        place.script(name, "cat >>$T/found")
    fd = memfd(b"<domain/>\n")
    os.lseek(fd, 5, os.SEEK_SET)
    assert peer.call(stdin=fd).allow
    assert os.lseek(fd, 0, os.SEEK_CUR) == 5
    os.close(fd)
    assert place.read("found") == b"<domain/>\n" * 3


def test_one_script_cannot_change_the_stdin_of_the_next(place, peer):
    place.script("qemu.d/1", "echo '<evil/>' >/proc/self/fd/0; truncate -s 0 /proc/self/fd/0; true")
    place.script("qemu.d/2", "cat >$T/found")
    assert peer.call(stdin=b"<domain/>\n").allow
    assert place.read("found") == b"<domain/>\n"


def test_a_script_sees_the_processes_of_its_own_namespace_alone(place, peer):
    place.script("qemu", "ls /proc | grep -c '^[0-9]' >$T/count; cat /proc/1/comm >$T/first")
    assert peer.call().allow
    assert int(place.read("count")) <= 5
    assert place.lines("first") == ["virthook-runner"]


def test_an_unconfined_script_of_a_root_helper_is_root_and_the_log_says_so(place, peer):
    place.script("qemu", "id -u >$T/uid")
    assert peer.call().allow
    assert place.lines("uid") == ["0"]
    script = place.ends()[0]["scripts"][0]
    assert script["run_as"] == {"uid": 0, "gid": 0}
    assert (script["profile"], script["enforced"]) == ("unconfined", ["user:0", "pid"])
