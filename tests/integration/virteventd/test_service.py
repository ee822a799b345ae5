"""virteventd as a service: reload, status, what it tells its manager, and its end."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import signal

from rig.command import wait_until

from .conftest import OTHER_URI, STUCK, URI

AWAY_URI = "qemu+unix:///system?socket=/run/none"

# Tells that it runs, and goes on until it is let go.
HANGS = 'echo $$ >$T/runs; until [ -e $T/go ]; do sleep 0.05; done; echo over >$T/over'


def runs(service):
    wait_until(lambda: service.place.lines("runs"), STUCK, "the script")


# Its scripts.

def test_an_event_reaches_its_script_with_all_that_is_known_of_it(service):
    service.script("daemon/10-note", 'echo "$*" >>$T/told; cat >>$T/document')
    service.start()
    wait_until(lambda: len(service.place.lines("told")) == 2, STUCK, "two events")
    assert service.place.lines("told") == ["daemon - connected - -", "daemon - synchronized - -"]
    assert f'"uri":"{URI}"' in service.place.lines("document")[0]


# Reload.

def test_a_reload_lets_a_daemon_go_and_takes_another(service):
    service.start().synchronized(URI)
    service.configure(uris=(OTHER_URI,))
    service.reload()
    service.synchronized(OTHER_URI)


def test_one_that_stays_goes_on_as_it_was(service):
    service.start().synchronized(URI)
    service.configure(uris=(OTHER_URI, URI))
    service.reload()
    assert service.synchronized(OTHER_URI, URI) == [2, 2]


def test_one_that_cannot_be_reached_is_let_go_as_well(service):
    service.configure(uris=(URI, AWAY_URI))
    service.start().synchronized(URI, away=[AWAY_URI])
    service.configure()
    service.reload()
    service.synchronized(URI)


def test_a_bad_one_is_refused_whole_and_what_was_in_force_stays(service):
    service.start().synchronized(URI)
    service.configure("queue_full = block", uris=(OTHER_URI,))
    service.reload()
    assert "queue_full takes drop-oldest or coalesce" in service.said()
    assert service.said().endswith("what was in force stays in force\n")
    assert service.ask("--status").returncode == 1  # of a file that is refused
    service.configure()
    service.synchronized(URI)


def test_what_needs_a_restart_refuses_the_reload_and_is_named(service):
    service.start().synchronized(URI)
    service.configure("running_max = 2", uris=(OTHER_URI,))
    service.reload()
    assert "running_max has changed, which needs a restart" in service.said()
    service.synchronized(URI)


# Status.

def test_its_status_counts_what_was_delivered(service):
    service.script("daemon/10-note", "exit 0")
    service.start()
    status = service.wait_for_status(lambda status: status["delivered"] == 2, "two deliveries")
    assert (status["pid"], status["waiting"], status["running"], status["dropped"]) == (
        service.process.pid, 0, 0, 0)


def test_people_can_read_it(service):
    service.start().synchronized(URI)
    answer = service.ask("--status")
    assert answer.returncode == 0
    assert f"  {URI}: synchronized, 2 events\n" in answer.stdout


def test_where_none_runs_that_is_told(service):
    answer = service.ask("--status")
    assert answer.returncode == 1 and "none runs" in answer.stderr


def test_one_that_was_killed_does_not_run(service):
    service.start()
    service.end(signal.SIGKILL)
    assert (service.place.root / "status").exists()
    assert "none runs" in service.ask("--status").stderr


def test_two_do_not_share_a_state(service):
    service.start()
    answer = service.ask()
    assert answer.returncode == 1
    assert "another one has" in answer.stderr and "a state of its own" in answer.stderr


# What its manager is told.

def test_it_says_that_it_is_ready_and_ends(service):
    service.start().synchronized(URI)
    service.process.send_signal(signal.SIGTERM)
    service.manager.wait_for("STOPPING=1")
    assert service.process.wait(STUCK) == 0


def test_it_says_how_many_daemons_are_reached(service):
    service.configure(uris=(URI, AWAY_URI))
    service.start().manager.wait_for("STATUS=1 of 2 daemons reached; 0 events wait, 0 run")


def test_it_says_that_it_lives_as_often_as_it_is_asked_to(service):
    service.start(WATCHDOG_USEC="200000")
    for _ in range(3):
        service.manager.wait_for("WATCHDOG=1")


# Its end.

def test_a_script_that_runs_has_time_to_end(service):
    service.script("daemon/10-hangs", HANGS)
    service.start()
    runs(service)
    service.process.send_signal(signal.SIGTERM)
    service.manager.wait_for("STOPPING=1")
    (service.place.root / "go").touch()
    assert service.process.wait(STUCK) == 0
    assert service.place.lines("over") == ["over"]


def test_after_its_stop_time_it_ends_whatever_runs(service):
    service.configure("stop_time = 0.5")
    service.script("daemon/10-hangs", HANGS)
    service.start()
    runs(service)
    assert service.end() == 0
    assert "asked for again at the next start" in service.said()


def test_a_second_signal_ends_it_at_once(service):
    service.configure("stop_time = 3600")
    service.script("daemon/10-hangs", HANGS)
    service.start()
    runs(service)
    service.process.send_signal(signal.SIGTERM)
    service.manager.wait_for("STOPPING=1")
    assert service.end() == 0


def test_what_waited_at_its_end_is_delivered_at_the_next_start(service):
    service.configure("stop_time = 0")
    service.script("daemon/10-hangs", 'echo "$3" >>$T/told; ' + HANGS)
    service.start()
    runs(service)
    service.wait_for_status(lambda status: status["waiting"] == 1, "'synchronized' waits")
    assert service.end() == 0
    (service.place.root / "go").touch()
    service.start()
    wait_until(lambda: len(service.place.lines("told")) == 5, STUCK, "all events")
    assert service.place.lines("told") == [
        "connected", "connected", "synchronized", "connected", "synchronized"]
