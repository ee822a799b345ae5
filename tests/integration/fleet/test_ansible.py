"""The Ansible role brings a host under virthook, says what is wrong, and does nothing twice."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import re

import pytest

from install.conftest import run

from .conftest import FLEET

ANSIBLE = FLEET / "ansible"
INVENTORY = """[hypervisors]
localhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3 ansible_become=false
"""
HOOK = "#!/bin/sh\n[ $1 != bad ]\n"


@pytest.fixture
def places(tmp_path):
    """Where Ansible keeps what it needs for itself."""
    return {"ANSIBLE_HOME": str(tmp_path), "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"), "HOME": str(tmp_path),
            "ANSIBLE_NOCOLOR": "1"}


def test_ansible_lint_finds_nothing(places):
    done = run("ansible-lint", "--offline", "--nocolor", "--profile", "production", "--project-dir",
               ANSIBLE, ANSIBLE / "site.yml", ANSIBLE / "roles/virthook", **places)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failure(s)" in done.stderr, done.stderr


class Played:
    """The outcome of a run of site.yml on the host."""

    def __init__(self, done):
        self.text = done.stdout + done.stderr
        recap = dict(re.findall(r"(\w+)=(\d+)", done.stdout.rpartition("PLAY RECAP")[2]))
        self.changed, self.failed = int(recap["changed"]), int(recap["failed"])
        assert (done.returncode == 0) == (self.failed == 0), self.text


@pytest.fixture
def play(host, places, tmp_path):
    inventory = tmp_path / "inventory"
    inventory.write_text(INVENTORY, encoding="ascii")

    def run_site(*options, **variables):
        given = {"virthook_packages": []} | variables
        return Played(host.run("ansible-playbook", "-i", inventory, "-e", json.dumps(given),
                               *options, ANSIBLE / "site.yml", **places))

    return run_site


def put_libvirt_hook(host):
    host.sh('printf %s "$1" >/etc/libvirt/hooks/qemu; chmod 755 /etc/libvirt/hooks/qemu', HOOK)


def state(host):
    """All of both trees: names, what they are, and contents."""
    return host.sh("cd /etc; find libvirt/hooks virthook -printf '%p %M %u %l\\n' | sort; "
                   "find libvirt/hooks virthook -type f | sort | xargs cat")


def test_check_mode_changes_nothing(host, play):
    put_libvirt_hook(host)
    before = state(host)
    done = play("--check", "--diff", virthook_unconfined=True, virthook_settings="deadline = 60",
                virthook_drivers=["network"])
    assert done.failed == 0 and done.changed > 0, done.text
    assert state(host) == before


def test_hooks_written_for_root_are_left_alone_until_somebody_said_under_what_they_run(host, play):
    put_libvirt_hook(host)
    before = state(host)
    done = play()
    assert done.failed == 1 and "profile = unconfined" in done.text
    assert state(host) == before


def test_a_host_is_brought_under_virthook_and_the_second_time_nothing_changes(host, play, tmp_path):
    put_libvirt_hook(host)
    script = tmp_path / "ports"
    script.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    wanted = {
        "virthook_unconfined": True,
        "virthook_settings": 'deadline = 60\nrule "ports" { script = "50-ports" profile = web }',
        "virthook_profiles": [{"name": "60-fleet.conf",
                               "content": 'profile "web" { inherits = isolated }\n'}],
        "virthook_hooks": [{"name": "network.d/50-ports", "src": os.fspath(script)}],
        "virthook_drivers": ["qemu", "network"],
        "virthook_metrics": True,
        "virthook_collector": "logs.example.net",
    }
    done = play(**wanted)
    assert done.failed == 0, done.text
    again = play(**wanted)
    assert (again.failed, again.changed) == (0, 0), again.text

    assert host.sh("readlink /etc/libvirt/hooks/qemu /etc/libvirt/hooks/network") == \
        "/usr/libexec/virthook-shim\n" * 2
    assert host.done("cat", "/etc/virthook/hooks/qemu") == HOOK
    for guest, status in (("good", 0), ("bad", 1)):
        assert host.call(guest).returncode == status
    assert "web" in host.done("virt-hook", "explain", "network", "default", "start")
    assert 'target="logs.example.net"' in host.done("cat", "/etc/rsyslog.d/30-virthook.conf")
    host.done("test", "-e", "/etc/systemd/system/virthook-metrics.timer")


def test_settings_that_the_helper_would_refuse_are_not_put_there(host, play):
    before = state(host)
    done = play(virthook_settings="deadlin = 60")
    assert done.failed == 1 and re.search(r":2: no such option 'deadlin'", done.text), done.text
    assert state(host) == before


def test_a_hook_that_would_be_refused_fails_the_host_with_virthook_s_words(host, play):
    host.hook("exit 0")
    host.done("chmod", "0777", "/etc/virthook/hooks/qemu")
    done = play()
    assert done.failed == 1 and "/etc/virthook/hooks/qemu" in done.text
