"""SELinux enforces: who calls the helper does so from a domain of its own."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import pwd
import subprocess
import time
from pathlib import Path

import pytest
import rig

SAID = Path("/var/log/virthook-run/said")
SHIM = Path("/etc/libvirt/hooks/qemu")

# As libvirtd runs a hook.
LIBVIRTD = """
import subprocess, sys
print(open("/proc/self/attr/current").read().strip("\\0\\n"), flush=True)
done = subprocess.run(["/etc/libvirt/hooks/qemu", "d1", "prepare", "begin", "-"],
                      input="<domain/>", capture_output=True, text=True)
print(done.returncode, done.stderr, flush=True)
"""

# Long enough to look at who waits for it.
TELL = f"{{ echo \"$label\"; cat; }} >>{SAID}\nsleep 3\n"


@pytest.fixture(autouse=True)
def said():
    """What scripts have said into their log."""
    user = pwd.getpwnam("virthook-run")
    os.chown(SAID.parent, user.pw_uid, user.pw_gid)
    rig.configure("isolated")
    yield
    print(rig.avcs())
    SAID.unlink(missing_ok=True)


def label_of_program(name):
    """That of the process that runs this program, as soon as there is one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(entry / "exe") == name:
                    return rig.label(entry.name)
            except OSError:
                pass
    raise AssertionError(f"{name} does not run")


def call_from_libvirtd():
    """Has the shim called; its label, its exit status and what it said."""
    SHIM.parent.mkdir(exist_ok=True)
    SHIM.unlink(missing_ok=True)
    SHIM.symlink_to("/usr/libexec/virthook-shim")
    subprocess.run(["restorecon", "-R", "/etc/libvirt"], check=True)
    with rig.running(["/usr/sbin/libvirtd", "-c", LIBVIRTD]) as libvirtd:
        assert rig.type_of(libvirtd.said) == "virtd_t"
        label = label_of_program("/usr/libexec/virthook-shim")
        return label, libvirtd.stdout.readline().strip()


@pytest.mark.parametrize("service", [True, False])
def test_libvirtd_s_hook_goes_through_the_shim_s_domain_to_the_script_s(service):
    rig.hook(TELL)
    if service:
        with rig.service():
            shim, told = call_from_libvirtd()
    else:
        shim, told = call_from_libvirtd()
    assert (rig.type_of(shim), told) == ("virthook_shim_t", "0")
    script, text = SAID.read_text(encoding="utf-8").split("\n", 1)
    assert (rig.type_of(script), text) == ("virthook_script_isolated_t", "<domain/>")
    assert rig.type_of(rig.file_label(SAID)) == "virthook_script_log_t"


def test_virteventd_s_scripts_run_in_their_domain():
    Path("/etc/virthook/virteventd.conf").write_text('uris = {"test:///default"}\n',
                                                     encoding="utf-8")
    script = Path("/etc/virthook/events.d/daemon/tell")
    script.parent.mkdir(parents=True)
    subprocess.run(["restorecon", "-R", "/etc/virthook"], check=True)
    script.write_text(rig.HEAD.replace("echo \"$label\"", f"echo \"$label\" >>{SAID}"),
                      encoding="utf-8")
    script.chmod(0o755)
    with rig.service(), rig.running(["/usr/sbin/virteventd"], first_line=False) as virteventd:
        end = time.monotonic() + 60
        while not (SAID.exists() and SAID.stat().st_size) and time.monotonic() < end:
            assert virteventd.poll() is None
            time.sleep(0.1)
        assert rig.type_of(rig.label(virteventd.pid)) == "virteventd_t"
    assert rig.type_of(SAID.read_text(encoding="utf-8").splitlines()[0]) == \
        "virthook_script_isolated_t"
    state = Path("/var/lib/virthook/virteventd.state")
    assert rig.type_of(rig.file_label(state)) == "virteventd_var_lib_t"
