"""No script that is confined reaches libvirt or another service of the host by its socket."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from .host import LIBVIRT, Host

PROFILES = ("isolated", "notify", "network", "tune", "vfio", "storage", "desktop")

ASKING = ("ask-virsh", "ask-library")

# Who can speak with one of these is as good as root.
SERVICES = ["/run/dbus/system_bus_socket", "/run/systemd/private", "/run/systemd/notify",
            "/run/docker.sock", "/run/containerd/containerd.sock",
            "/run/libvirt/virtlogd-sock", "@/org/freedesktop/systemd1/notify", "@libvirtd-sock"]


@pytest.fixture(scope="module")
def host():
    with Host() as made:
        made.start_libvirtd()
        made.serve("services", ",".join(SERVICES))
        made.setting("services.json", json.dumps(SERVICES))
        yield made


def call(host, script, profile):
    host.put(f"services/{script}")
    return host.call("web", "prepare", profile=profile)


@pytest.mark.parametrize("script", ASKING)
@pytest.mark.parametrize("profile", ["unconfined", "callback"])
def test_a_script_that_may_reaches_libvirt(host, profile, script):
    answer = call(host, script, profile)
    assert answer.allow and answer.script["denied"] == [], answer


@pytest.mark.parametrize("script", ASKING)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_confined_hook_that_calls_libvirt_gets_a_plain_error_at_once(host, profile, script):
    answer = call(host, script, profile)
    assert not answer.allow
    assert "Failed to connect socket to '/var/run/libvirt/libvirt-sock'" in answer.said
    assert not answer.script["timed_out"] and answer.script["duration_ms"] < 60_000
    assert answer.script["denied"] == [LIBVIRT]
    assert f"its profile {profile} refused it: {LIBVIRT}" in answer.message


def test_under_query_libvirt_can_be_asked_and_not_commanded(host):
    answer = call(host, "ask-reading", "query")
    assert answer.allow and answer.script["denied"] == [], answer
    assert answer.output.split() == ["asked", "read-only", "not-reached"]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_log_says_so_of_a_hook_that_went_on(host, profile):
    answer = call(host, "ask-and-go-on", profile)
    assert answer.allow
    assert answer.record["scripts"][0]["denied"] == [LIBVIRT]


def test_unconfined_every_service_is_reached(host):
    assert call(host, "connect-to-all", "unconfined").output.split() == SERVICES


@pytest.mark.parametrize("profile", PROFILES)
def test_confined_no_service_is_reached(host, profile):
    answer = call(host, "connect-to-all", profile)
    assert answer.allow and answer.output == "", answer
