"""virthook's units under systemd as the first process, from the packages as they were installed.

Runs in the guest alone, as root, started by virthook-test.service. Where libvirt looks for a hook
there is a link to the shim; the script behind it is each test's own.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

HOOK, SCRIPT = Path("/etc/libvirt/hooks/qemu"), Path("/etc/virthook/hooks/qemu")
CONFIG = Path("/etc/virthook/virthook.conf")
DROP_IN = Path("/run/systemd/system/virthook.service.d/50-test.conf")
SERVICE, SOCKET = "virthook.service", "virthook.socket"
PLACE = Path("/srv/test")
STUCK = 120

# Runs until $PLACE/go-on is there.
LONG = f"touch {PLACE}/runs; while [ ! -e {PLACE}/go-on ]; do sleep 0.1; done"


def run(*argv, check=True):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=STUCK, check=False)
    assert not check or done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done


def show(name, unit=SERVICE):
    return run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()


def is_active(unit=SERVICE):
    return show("ActiveState", unit) == "active"


def main_pid():
    return int(show("MainPID"))


def wait_for(condition, what):
    end = time.monotonic() + STUCK
    while not (value := condition()):
        assert time.monotonic() < end, f"{what}: not within {STUCK} s"
        time.sleep(0.05)
    return value


def write_script(body):
    SCRIPT.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    SCRIPT.chmod(0o755)


def begin():
    """A call as libvirt makes it; its Popen."""
    return subprocess.Popen([HOOK, "web1", "prepare", "begin", "-"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(call):
    said = call.communicate(timeout=STUCK)
    return call.returncode, said[1]


def call():
    return finish(begin())


def start():
    """The helper, ready: an emulated machine may take longer for that than a call waits."""
    run("systemctl", "start", SERVICE)
    return main_pid()


def call_until_served():
    """As long as the first ones were answered by the failure policy, with no helper in time."""
    wait_for(lambda: call() == (0, ""), "a call is served")


def long_call():
    """One whose script runs by now."""
    write_script(LONG)
    start()
    running = begin()
    wait_for((PLACE / "runs").exists, "the script runs")
    return running


def go_on():
    (PLACE / "go-on").touch()


def journal(cursor):
    return run("journalctl", "--quiet", f"--after-cursor={cursor}", "--output=cat").stdout


@pytest.fixture
def cursor():
    """Where the journal ends before the test."""
    last = run("journalctl", "--quiet", "--lines=1", "--output=json").stdout
    return json.loads(last)["__CURSOR"]


def configure(text):
    CONFIG.write_text(f"{text}\ndefault_profile = unconfined\ngrace = 1\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def fresh():
    """No helper, the socket listening, a hook that allows."""
    run("rm", "-rf", PLACE)
    PLACE.mkdir(parents=True)
    HOOK.parent.mkdir(exist_ok=True)
    HOOK.unlink(missing_ok=True)
    HOOK.symlink_to("/usr/libexec/virthook-shim")
    configure("")
    write_script("exit 0")
    run("systemctl", "stop", SERVICE)
    yield
    DROP_IN.unlink(missing_ok=True)
    run("systemctl", "daemon-reload")
    run("systemctl", "stop", SERVICE)


def settings(text):
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text(f"[Service]\n{text}\n", encoding="utf-8")
    run("systemctl", "daemon-reload")


def test_installed_it_listens_from_the_boot_on_and_runs_nothing():
    assert is_active(SOCKET) and not is_active()
    assert show("UnitFileState", SOCKET) == "enabled"


def test_the_first_call_starts_the_helper():
    call_until_served()
    assert is_active()
    status = json.loads(run("virt-hook", "status", "--socket", "/run/virthook/helper.sock",
                            "--json").stdout)
    assert status["pid"] == main_pid()


def test_where_profiles_take_no_power_the_service_is_not_root():
    CONFIG.write_text("", encoding="utf-8")
    write_script("id -un >&2; exit 1")
    pid = start()
    assert "virthook-run" in call()[1]
    assert run("ps", "-o", "user=", "-p", pid).stdout.strip() == "virthook"


def test_scripts_inherit_nothing_that_takes_from_them():
    write_script(f"cat /proc/self/status >{PLACE}/status; "
                 "touch /usr/by-a-hook /root/by-a-hook")
    start()
    assert call() == (0, "")
    found = dict(line.split(":", 1) for line in (PLACE / "status").read_text("utf-8").splitlines())
    mine = dict(line.split(":", 1) for line in
                Path("/proc/1/status").read_text("utf-8").splitlines())
    assert found["NoNewPrivs"].strip() == "0" and found["Seccomp"].strip() == "0"
    assert found["CapEff"] == found["CapBnd"] == mine["CapBnd"]
    assert Path("/usr/by-a-hook").exists()


def test_a_reload_puts_a_change_in_force():
    pid = start()
    configure("deadline = 77")
    run("systemctl", "reload", SERVICE)
    explained = run("virt-hook", "explain", "qemu", "web1", "prepare").stdout
    assert main_pid() == pid and "77" in explained


def test_a_reload_of_a_mistake_fails_and_says_what_is_wrong(cursor):
    start()
    configure("deadline = soon")
    assert run("systemctl", "reload", SERVICE, check=False).returncode != 0
    assert "virthook.conf:1" in journal(cursor)
    assert call() == (0, "")


def test_a_helper_that_hangs_is_ended_by_the_watchdog_and_the_next_call_is_served(cursor):
    settings("WatchdogSec=2s")
    hung = start()
    os.kill(hung, signal.SIGSTOP)
    wait_for(lambda: main_pid() not in (0, hung), "another helper")
    call_until_served()
    assert "Watchdog timeout" in journal(cursor)


def test_a_helper_that_only_waits_is_left_alone_by_the_watchdog():
    settings("WatchdogSec=2s")
    running = long_call()
    pid = main_pid()
    time.sleep(6)
    go_on()
    assert finish(running) == (0, "")
    assert main_pid() == pid


def test_a_stop_during_a_call_answers_it_and_leaves_nothing():
    running = long_call()
    run("systemctl", "stop", SERVICE)
    status, said = finish(running)
    assert status == 1 and "cancelled" in said
    assert not is_active() and show("Result") == "success"
    assert run("pgrep", "-f", "go-on", check=False).stdout == ""


def test_an_upgrade_s_signal_ends_no_call_and_the_next_has_another_helper():
    running = long_call()
    pid = main_pid()
    run("systemctl", "kill", "--kill-who=main", "--signal=SIGUSR1", SERVICE)
    assert running.poll() is None and main_pid() == pid
    go_on()
    assert finish(running) == (0, "")
    wait_for(lambda: not is_active(), "it ended by itself")
    call_until_served()
    assert main_pid() not in (0, pid)


def test_however_often_it_is_killed_the_next_call_is_served():
    for _ in range(12):
        os.kill(start(), signal.SIGKILL)
    call_until_served()


def test_a_configuration_that_is_mended_is_in_force_by_itself():
    configure("deadline = soon")
    assert call()[0] == 1
    configure("deadline = 20")
    call_until_served()


def test_a_script_has_a_cgroup_below_the_service():
    CONFIG.write_text('profile "p" {\n inherits = unconfined\n pids = host\n}\n'
                      "default_profile = p\n", encoding="utf-8")
    write_script(f"cat /proc/self/cgroup >{PLACE}/cgroup")
    start()
    assert call() == (0, "")
    assert "/virthook.service/" in (PLACE / "cgroup").read_text("utf-8")


def test_libvirt_s_daemon_starts_after_the_socket_and_ends_before_the_helper():
    after = show("After", "libvirtd.service").split()
    assert SOCKET in after and SERVICE in after
    assert SOCKET not in show("Requires", "libvirtd.service")


EVENTS = Path("/etc/virthook/events.d/domain")
TEST_DAEMON = "test+unix:///default"
WATCHER = "virteventd.service"


@pytest.fixture
def watcher():
    """virteventd, which watches libvirt's test driver; its service, begun."""
    Path("/etc/virthook/virteventd.conf").write_text(f'uris = {{"{TEST_DAEMON}"}}\n', "utf-8")
    EVENTS.mkdir(exist_ok=True)
    script = EVENTS / "tell"
    script.write_text(f"#!/bin/sh\ncp /proc/self/status {PLACE}/status\n"
                      f'echo "$@" >>{PLACE}/events\n', encoding="utf-8")
    script.chmod(0o755)
    start()
    run("systemctl", "start", WATCHER)
    yield WATCHER
    run("systemctl", "stop", WATCHER)
    run("rm", "-r", EVENTS)


def told():
    path = PLACE / "events"
    return path.read_text("utf-8") if path.exists() else ""


def change_guest_until(event):
    """Whatever is begun before virteventd has its connection is not told by libvirt."""
    for state in ("suspend", "resume") * STUCK:
        run("virsh", "-c", TEST_DAEMON, state, "test", check=False)
        if event in told():
            return
        time.sleep(0.5)
    pytest.fail(f"{event} was never told")


def fields(path):
    return dict(line.split(":", 1) for line in Path(path).read_text("utf-8").splitlines())


def test_virteventd_has_a_script_run_by_the_helper_s_service(watcher):
    change_guest_until("domain test suspended")
    own, script = fields(f"/proc/{show('MainPID', watcher)}/status"), fields(PLACE / "status")
    assert int(own["CapEff"], 16) == 0 and own["NoNewPrivs"].strip() == "1"
    assert int(script["CapEff"], 16) != 0 and script["NoNewPrivs"].strip() == "0"
    assert run("pgrep", "-x", "virthook-helper").stdout.split() == [str(main_pid())]


def test_virteventd_tells_by_its_status_what_it_is_at(watcher):
    change_guest_until("domain test suspended")
    assert TEST_DAEMON in run("virteventd", "--status").stdout


def test_virteventd_reloads_without_an_end(watcher):
    pid = show("MainPID", watcher)
    run("systemctl", "reload", watcher)
    wait_for(lambda: is_active(watcher), "it is active again")
    assert show("MainPID", watcher) == pid
    change_guest_until("domain test suspended")


def test_records_go_to_the_journal_where_the_configuration_says_so(cursor):
    configure("audit_journal = yes")
    write_script("exit 3")
    start()
    assert call()[0] == 1
    wait_for(lambda: "web1" in journal(cursor), "the journal has it")


def test_what_systemd_makes_of_the_units_is_without_a_complaint():
    done = run("systemd-analyze", "verify", "--man=no", SOCKET, SERVICE)
    assert [line for line in done.stderr.splitlines() if "virthook" in line] == []
