"""SELinux enforces: helper and scripts run in their domains, and do their work there."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess
from pathlib import Path

import pytest
import rig

SHIPPED = Path("/etc/virthook/profiles.d/50-shipped.conf").read_text(encoding="utf-8")
PROFILES = re.findall(r'^profile "(\w+)" {', SHIPPED, re.MULTILINE)


@pytest.fixture(autouse=True)
def told():
    """A failed test tells what the kernel denied."""
    yield
    print(rig.avcs())


def test_selinux_enforces_and_the_tests_are_an_admin_s():
    assert rig.enforcing()
    assert rig.type_of(rig.label()) == "initrc_t"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_script_runs_in_its_profile_s_domain_and_gets_its_stdin(profile):
    rig.configure(profile, "profile tune { inherits = tune pids = own }\n"
                           "profile vfio { inherits = vfio pids = own }\n")
    rig.hook("cat\necho end >&2\n")
    verdict = rig.call("<domain>text</domain>")
    assert verdict["verdict"] == "allow", verdict
    context, text = verdict["output"].split("\n", 1)
    assert rig.type_of(context) == rig.script_type(profile)
    assert text == "<domain>text</domain>"
    script = verdict["scripts"][0]
    assert script["stderr"] == "end\n"
    assert f"selinux:{rig.script_type(profile)}" in script["enforced"]


def test_an_unconfined_script_is_run_where_its_boolean_is_on():
    rig.configure("unconfined")
    rig.hook("")
    refused = rig.call()
    assert refused["verdict"] == "deny" and refused["output"] == ""
    assert "Permission denied; SELinux may forbid it" in refused["message"]
    with rig.boolean("virthook_run_unconfined"):
        verdict = rig.call()
    assert verdict["verdict"] == "allow", verdict
    assert rig.type_of(verdict["output"].strip()) == "virthook_script_unconfined_t"


def test_a_hook_without_the_label_is_not_run():
    rig.configure("isolated")
    rig.hook("")
    subprocess.run(["chcon", "-t", "etc_t", rig.HOOK], check=True)
    assert rig.call()["verdict"] == "deny"
    with rig.permissive():
        verdict = rig.call()
    assert verdict["verdict"] == "allow", verdict
    assert rig.type_of(verdict["output"].strip()) == "virthook_script_isolated_t"
    rig.HOOK.unlink()


def test_a_type_that_the_policy_does_not_know_is_told_and_a_profile_that_requires_it_refused():
    rig.hook("")
    rig.configure("strange", "profile strange { selinux = virthook_script_strange_t }\n")
    with rig.permissive():
        verdict = rig.call()
    assert not any("selinux" in word for word in verdict["scripts"][0]["enforced"])
    rig.configure("strange", "profile strange { selinux = virthook_script_strange_t\n"
                             "required = selinux }\n")
    told = rig.call()
    assert "SELinux's policy does not know its type" in told["message"]


def test_status_says_where_the_helper_is():
    rig.configure("isolated")
    rig.hook("sleep 60")
    with subprocess.Popen(["/usr/bin/virt-hook", "run", "qemu", "d1", "prepare", "begin"],
                          stdin=subprocess.DEVNULL) as call:
        try:
            rig.wait_for_helper()
            told = subprocess.run(["/usr/bin/virt-hook", "status"], capture_output=True,
                                  text=True, timeout=60, check=False)
        finally:
            call.kill()
    assert re.search(r"SELinux: \S+:virthook_t:\S+", told.stdout), told


def test_the_helper_s_log_has_its_label_and_is_the_admin_s_to_read():
    rig.configure("isolated")
    rig.hook("")
    assert rig.call()["verdict"] == "allow"
    logs = {log: rig.type_of(rig.file_label(log)) for log in rig.LOG.glob("*.log")}
    assert set(logs.values()) == {"virthook_log_t"}
    assert any(log.read_text(encoding="utf-8") for log in logs)
