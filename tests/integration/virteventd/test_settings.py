"""virteventd.conf: what it takes, and that a mistake is told with its line and how to mend it."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest

from .conftest import URI


def test_a_good_one_is_in_order(service):
    service.configure("queue_full = coalesce", "queue_bytes = 64K", "retry_first = 0.5")
    answer = service.ask("--check")
    assert (answer.returncode, answer.stdout) == (0, "The configuration is in order.\n")


def test_no_daemon_named_is_as_none(service):
    service.path.write_text("uris = none\n", encoding="utf-8")
    assert service.ask("--check").returncode == 0


@pytest.mark.parametrize("line, complaint", [
    ("queue_event = 5", ":7: no such option 'queue_event'; did you mean 'queue_events'?"),
    ("entirely = other", ":7: no such option 'entirely'; write key = value, each once"),
    ("queue_events = 0", ":7: queue_events = 0: queue_events takes a number from 1 to 1000000"),
    ("queue_bytes = 1K", ":7: queue_bytes = 1K: queue_bytes takes bytes from 64K to 1G"),
    ("queue_full = block", ":7: queue_full = block: queue_full takes drop-oldest or coalesce"),
    ("running_max = 2000", "running_max takes a number from 1 to 1024"),
    ("stop_time = 5m", ":7: stop_time = 5m: stop_time takes seconds from 0 to 3600"),
    ("retry_most = 0.5", ":7: retry_most is less than retry_first; make it the larger one"),
    ("retry_first = 400", ":7: retry_most is less than retry_first; make it the larger one"),
    ("state = /else", ":7: state is already set in line 5; remove one of them"),
    ("running_max += 3", ":7: running_max takes one value; write = in place of +="),
    (f'uris += {{"{URI}"}}', f":7: uris = {URI}: uris takes URIs of daemons, each once, or none"),
    ('uris += {"qemu"}', ":7: uris = qemu: uris takes URIs of daemons, each once, or none"),
    ('rule "a" { }', ":7: no such option 'rule'; write key = value, each once"),
])
def test_a_mistake_is_told_with_its_line_and_a_mend(service, line, complaint):
    service.configure(line)
    answer = service.ask("--check")
    assert answer.returncode == 1 and complaint in answer.stderr
    assert answer.stderr.startswith(f"virteventd: {service.path}")


def test_without_a_way_to_a_helper_scripts_could_not_run(service):
    service.path.write_text("socket = none\nhelper = none\n", encoding="utf-8")
    assert ":2: neither socket nor helper is left" in service.ask("--check").stderr


def test_one_that_others_could_change_is_refused_with_the_mend(service):
    service.path.chmod(0o666)
    answer = service.ask("--check")
    mend = f"chmod go-w {service.path}"
    assert answer.returncode == 1 and mend in answer.stderr
    assert os.system(mend) == 0
    assert service.ask("--check").returncode == 0


def test_one_of_another_user_is_refused(service):
    os.chown(service.path, 65534, 0)
    assert "it belongs to uid 65534" in service.ask("--check").stderr


def test_one_that_was_named_has_to_be_there(service):
    service.path.unlink()
    assert "it cannot be read (No such file or directory)" in service.ask("--check").stderr


def test_a_bad_one_ends_the_start(service):
    service.configure("queue_event = 5")
    assert service.spawn().process.wait(20) == 1
    assert "did you mean 'queue_events'?" in service.said()


def test_a_state_file_that_is_none_ends_the_start(service):
    (service.place.root / "state").symlink_to("/dev/null")
    assert service.spawn().process.wait(20) == 1
    assert "state is no regular file; move it away" in service.said()
