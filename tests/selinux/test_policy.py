"""The compiled policy: scripts reach what was agreed to, and no rule can break a promise."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess
from pathlib import Path

import pytest
import reach
import setools
from policy import MODULE, PolicyError

SCRIPT = "virthook_script_isolated_t"

# Each breaks one promise of virthook.te; none may come into a policy, by whatever module.
BREACHES = {
    "a script signals the helper": f"(allow {SCRIPT} virthook_t (process (signal)))",
    "a script traces the helper": f"(allow {SCRIPT} virthook_t (process (ptrace)))",
    "a script connects to the helper":
        f"(allow {SCRIPT} virthook_t (unix_stream_socket (connectto)))",
    "a script kills the events daemon": f"(allow {SCRIPT} virteventd_t (process (sigkill)))",
    "a script writes to the shim's memory": f"(allow {SCRIPT} virthook_shim_t (file (write)))",
    "a script reads the audit log": f"(allow {SCRIPT} virthook_log_t (file (read)))",
    "a script removes audit logs": f"(allow {SCRIPT} virthook_log_t (dir (remove_name)))",
    "a script reads the configuration": f"(allow {SCRIPT} virthook_conf_t (file (open)))",
    "a script puts a hook in place":
        f"(allow {SCRIPT} virthook_script_exec_t (dir (add_name)))",
    "a script changes a hook": f"(allow {SCRIPT} virthook_script_exec_t (file (write)))",
    "a script changes the runner": f"(allow {SCRIPT} virthook_runner_exec_t (file (write)))",
    "a script reaches the helper's sockets":
        f"(allow {SCRIPT} virthook_runtime_t (sock_file (write)))",
    "a script changes what virteventd remembers":
        f"(allow {SCRIPT} virteventd_var_lib_t (file (write)))",
    "a script leaves its domain": f"(allow {SCRIPT} initrc_t (process (transition)))",
    "a script comes to another's":
        f"(allow {SCRIPT} virthook_script_vfio_t (process (transition)))",
    "a script is entered by any program": f"(allow {SCRIPT} bin_t (file (entrypoint)))",
    "a script switches SELinux off": f"(allow {SCRIPT} security_t (security (setenforce)))",
    "a script connects to libvirt": f"(allow {SCRIPT} virtd_t (unix_stream_socket (connectto)))",
    "a script finds libvirt's socket": f"(allow {SCRIPT} virt_runtime_t (sock_file (write)))",
    "a script signals libvirt": f"(allow {SCRIPT} virtd_t (process (signal)))",
    "a script reads libvirt's configuration": f"(allow {SCRIPT} virt_etc_t (file (read)))",
    "a script traces a guest": f"(allow {SCRIPT} svirt_t (process (ptrace)))",
    "a script kills a guest": f"(allow {SCRIPT} svirt_t (process (sigkill)))",
    "the helper becomes unconfined": "(allow virthook_t unconfined_t (process (transition)))",
    "the helper becomes libvirt": "(allow virthook_t virtd_t (process (transition)))",
    "the helper runs a program as itself":
        "(allow virthook_t bin_t (file (execute_no_trans)))",
    "the helper removes its log": "(allow virthook_t virthook_log_t (file (unlink)))",
    "no new privileges are got around": "(allow virthook_t initrc_t (process2 (nnp_transition)))",
}

PLACES = {
    "/usr/libexec/virthook-helper": "virthook_exec_t",
    "/usr/libexec/virthook-runner": "virthook_runner_exec_t",
    "/usr/libexec/virthook-shim": "virthook_shim_exec_t",
    "/usr/bin/virt-hook": "virthook_admin_exec_t",
    "/usr/sbin/virteventd": "virteventd_exec_t",
    "/etc/virthook/virthook.conf": "virthook_conf_t",
    "/etc/virthook/profiles.d/50-shipped.conf": "virthook_conf_t",
    "/etc/virthook/hooks": "virthook_script_exec_t",
    "/etc/virthook/hooks/qemu.d/10-first": "virthook_script_exec_t",
    "/etc/virthook/events.d/domain/tell": "virthook_script_exec_t",
    "/run/virthook/helper.sock": "virthook_runtime_t",
    "/var/lib/virthook/virteventd.state": "virteventd_var_lib_t",
    "/var/log/virthook/service.log": "virthook_log_t",
    "/var/log/virthook-run/mine.log": "virthook_script_log_t",
    # libvirt's own places stay libvirt's.
    "/etc/libvirt/qemu.conf": "virt_etc_t",
}


@pytest.fixture(scope="session")
def compiled(policy):
    return setools.SELinuxPolicy(str(policy.compiled))


@pytest.fixture(scope="session")
def refusal(policy, tmp_path_factory):
    """What the compiler says to a module with all of the breaches."""
    module = tmp_path_factory.mktemp("breach") / "breach.cil"
    module.write_text("\n".join(BREACHES.values()), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        policy.add(module, 500)
    return str(refused.value)


@pytest.mark.parametrize("name", BREACHES)
def test_a_rule_that_breaks_a_promise_is_refused(refusal, name):
    assert f"\n      {BREACHES[name]}\n" in refusal


def shipped_domains():
    source = MODULE.joinpath("virthook.te").read_text(encoding="utf-8")
    return re.findall(r"^virthook_script_template\((\w+)\)", source, re.MULTILINE)


@pytest.mark.parametrize("name", shipped_domains())
def test_what_scripts_of_a_profile_reach_is_what_was_agreed_to(compiled, name):
    """Where a change is meant: python3 tests/selinux/reach.py POLICY, and look at the diff."""
    agreed = reach.AGREED.joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert reach.reach(compiled, reach.domains(compiled)[name]) == agreed


def test_every_domain_of_scripts_has_its_list(compiled):
    assert {path.stem for path in reach.AGREED.iterdir()} == set(reach.domains(compiled))


def test_no_domain_of_scripts_is_permissive_or_unconfined(compiled):
    scripts = set(compiled.lookup_typeattr(reach.SCRIPTS).expand())
    unconfined = set(compiled.lookup_typeattr("unconfined_domain_type").expand())
    assert not scripts & unconfined
    assert not scripts & {rule for rule in compiled.types() if rule.ispermissive}
    assert "virthook_t" not in {str(name) for name in unconfined}


def test_the_booleans_are_closed_as_they_are_shipped(compiled):
    own = {str(one): one.state for one in compiled.bools() if str(one).startswith("virthook_")}
    assert own == {"virthook_run_unconfined": False, "virthook_notify_connect_any": False,
                   "virthook_tune_processes": False, "virthook_tune_kernel": False,
                   "virthook_mend_log": False}


def test_without_its_boolean_the_helper_cannot_start_an_unconfined_script(compiled):
    query = setools.TERuleQuery(compiled, ruletype=["allow"], source="virthook_t",
                                target="virthook_script_unconfined_t", tclass=["process"],
                                perms=["transition"])
    assert [str(rule.conditional) for rule in query.results()] == ["virthook_run_unconfined"]


def test_the_helper_can_write_to_its_log_at_the_end_alone(compiled):
    query = setools.TERuleQuery(compiled, ruletype=["allow"], source="virthook_t",
                                source_indirect=True, target="virthook_log_t",
                                target_indirect=True, tclass=["file"])
    always, opened = set(), {}
    for rule in query.results():
        try:
            opened[str(rule.conditional)] = set(rule.perms)
        except setools.exception.RuleNotConditional:
            always |= rule.perms
    assert "append" in always and "write" not in always
    assert opened == {"virthook_mend_log": {"write"}}


@pytest.mark.parametrize("path", PLACES)
def test_a_place_has_its_label(policy, path):
    told = subprocess.run(["matchpathcon", "-n", "-f", policy.file_contexts, path],
                          capture_output=True, text=True, check=True).stdout
    assert told.split(":")[2] == PLACES[path]


def test_every_shipped_profile_has_a_domain():
    profiles = Path(MODULE.parent, "packaging/profiles.conf.in").read_text(encoding="utf-8")
    named = set(re.findall(r'^profile "(\w+)" {', profiles, re.MULTILINE))
    assert set(shipped_domains()) == named
