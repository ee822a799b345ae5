"""`virt-hook run --event`: an event's scripts, tried by hand."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import subprocess

import pytest

from degraded.conditions import BUILD

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def run(place, binary):
    """The command, with the place's configuration."""
    def run_command(*names, stdin=b"", options=()):
        argv = [BUILD / "admin/virt-hook", "run", "--event", "--helper", binary, "--config",
                place.config, "--audit", f"{place.audit}/", *options, *names]
        return subprocess.run(argv, input=stdin, capture_output=True, timeout=60, check=False,
                              env=ENVIRONMENT)

    return run_command


def test_the_scripts_run_with_the_event_s_names_and_its_document(place, run):
    place.on_event("domain/all", 'printf "%s|" "$@"; cat')
    done = run("domain", "größe 1", "stopped", "crashed", "x", stdin=b'{"kind":"domain"}\n')
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == 'domain|größe 1|stopped|crashed|x|{"kind":"domain"}\n'
    assert done.stderr.decode().startswith("done (ok) after ")


def test_detail_and_extra_may_be_left_out(place, run):
    place.on_event("domain/all", 'printf "%s|" "$@"')
    assert run("domain", "d1", "reboot").stdout == b"domain|d1|reboot|-|-|"


def test_a_script_s_virsh_asks_the_daemon_that_is_named(place, run):
    place.on_event("domain/all", "echo $LIBVIRT_DEFAULT_URI")
    assert run("domain", "d1", "reboot").stdout == b"qemu:///system\n"
    done = run("domain", "d1", "reboot", options=["--uri", "lxc:///system"])
    assert done.stdout == b"lxc:///system\n"
    done = run("domain", "d1", "reboot", options=["--uri", "a b"])
    assert done.returncode == 2 and b"the URI must be" in done.stderr


def test_a_script_that_fails_is_told_by_the_exit_status(place, run):
    path = place.on_event("domain/all", "echo no mail >&2; exit 3")
    done = run("domain", "d1", "started", "booted")
    said = done.stderr.decode().splitlines()
    assert done.returncode == 1 and said[0] == "no mail"
    assert said[-1].startswith("failed (exit-status) after ")
    assert f"{path} exited with status 3: no mail" in said[-1]


def test_what_would_be_tried_again_is_tried_once_and_said(place, run):
    path = place.on_event("domain/all", "echo ran >>$T/ran; exit 75")
    place.configure("events_retries = 4\n")
    done = run("domain", "d1", "started", "booted")
    assert done.returncode == 1 and len(place.lines("ran")) == 1
    assert f"{path} asked to be tried again (75); virteventd does so up to 4 times" in \
        done.stderr.decode()
    done = run("domain", "d1", "started", "booted", options=["--json"])
    assert [script["retries"] for script in json.loads(done.stdout)["scripts"]] == [4]


def test_without_a_script_nothing_is_wrong(run):
    done = run("network", "default", "started")
    assert done.returncode == 0 and b"done (no-script)" in done.stderr


def test_a_document_s_words_give_no_uuid(place, run):
    """Of a hook the XML on stdin does; an event's document may hold XML of something else."""
    place.on_event("domain/all", 'echo "${VIRTHOOK_UUID-none}"')
    xml = b"<domain><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></domain>"
    assert run("domain", "d1", "defined", "added", stdin=xml).stdout == b"none\n"


@pytest.mark.parametrize("names, says", [
    (("qemu", "d1", "started"), "kind is domain, network, storage-pool, node-device, secret or"),
    (("domain", "d1"), "KIND OBJECT EVENT [DETAIL [EXTRA]]"),
    (("domain", "d1", "a", "b", "c", "d"), "one name too many: 'd'"),
    (("domain", "d1", "started", "--json"), "stands behind the names"),
    (("domain", "d1", "Started"), "lower-case letters")])
def test_a_command_line_that_cannot_be_is_refused_with_its_mend(run, names, says):
    done = run(*names)
    assert done.returncode == 2 and says in done.stderr.decode(), done.stderr


def test_a_folder_of_hooks_is_no_place_for_events(place, run):
    done = run("domain", "d1", "started", options=["--hooks", str(place.hooks)])
    assert done.returncode == 2 and b"'events' of the configuration" in done.stderr


def test_a_kind_without_the_option_is_told_of_it(place):
    done = subprocess.run([BUILD / "admin/virt-hook", "run", "--config", place.config, "domain",
                           "d1", "started", "booted"], capture_output=True, check=False,
                          env=ENVIRONMENT, timeout=60)
    assert done.returncode == 2 and b"put --event before it" in done.stderr
