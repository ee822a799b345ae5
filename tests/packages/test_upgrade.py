"""An upgrade of the packages: no call suffers, and what the admin wrote stays."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import time

import pytest
from conftest import CONFIG, HOOK, adopt, call, configure, end_service, ends, install, serve

SHIPPED = "/etc/virthook/profiles.d/50-shipped.conf"
STUCK = 60

# Runs until /srv/go-on is there, and says when it began.
LONG = """#!/bin/sh
touch /srv/runs
while [ ! -e /srv/go-on ]; do sleep 0.05; done
echo done >>/srv/done
"""


def wait_for(path):
    end = time.monotonic() + STUCK
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came to be"
        time.sleep(0.02)


def version(system):
    return system.do("dpkg-query", "--show", "--showformat", "${Version}", "virthook")


@pytest.fixture
def adopted(system):
    system.path(HOOK).parent.mkdir(exist_ok=True)
    system.write(HOOK, LONG, 0o755)
    adopt(system)
    return system


def upgrade_during_a_call(system, newer):
    running = system.begin(HOOK, "web1", "prepare", "begin", "-")
    wait_for(system.path("/srv/runs"))
    install(system, newer, "--force-confold")
    assert version(system) == "0.1.0-2" and running.poll() is None
    system.path("/srv/go-on").touch()
    said = running.communicate(timeout=STUCK)
    assert (running.returncode, said) == (0, ("", ""))
    assert system.path("/srv/done").read_text("utf-8") == "done\n"


def test_a_call_that_runs_gets_its_verdict(adopted, newer):
    upgrade_during_a_call(adopted, newer)
    assert [record["reason"] for record in ends(adopted)] == ["ok"]
    assert call(adopted).returncode == 0


def test_one_of_a_service_does_too(adopted, newer):
    service = serve(adopted)
    upgrade_during_a_call(adopted, newer)
    assert call(adopted).returncode == 0 and service.poll() is None
    assert [record["reason"] for record in ends(adopted)] == ["ok", "ok"]
    end_service(adopted, service)


def test_what_the_admin_changed_stays(system, newer):
    configure(system, "deadline = 77")
    before = system.path(CONFIG).read_text("utf-8")
    install(system, newer, "--force-confold")
    assert system.path(CONFIG).read_text("utf-8") == before


def test_what_he_did_not_change_is_the_new_one(system, newer):
    install(system, newer, "--force-confold")
    assert system.path(SHIPPED).read_text("utf-8").endswith("# of the later version\n")


def test_hooks_stay_adopted(adopted, newer):
    adopted.path("/srv/go-on").touch()
    install(adopted, newer, "--force-confold")
    assert adopted.path(HOOK).is_symlink()
    assert call(adopted).returncode == 0
