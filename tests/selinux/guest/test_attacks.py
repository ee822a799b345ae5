"""With seccomp, Landlock, namespaces and users switched off SELinux alone holds a script.

The profile is unconfined in all but its domain: such a script is root with all capabilities, sees
the host's processes and files, and may make any system call. The same script succeeds where SELinux
does not enforce.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import socket

import attacks
import pytest
import rig
from test_enforcing import PROFILES

# As libvirtd does: listens, and starts a guest in its domain.
LIBVIRTD = """
import json, os, socket, subprocess
def label():
    return open("/proc/self/attr/current").read().strip("\\0\\n")
listener = socket.socket(socket.AF_UNIX)
listener.bind("/run/libvirt/libvirt-sock")
listener.listen()
with open("/proc/self/attr/exec", "w") as file:
    file.write("system_u:system_r:svirt_t:s0")
guest = subprocess.Popen(["/usr/bin/qemu-system-x86_64", "-c", '''
import time
print(open("/proc/self/attr/current").read().strip("\\\\0\\\\n"), flush=True)
time.sleep(600)'''], stdout=subprocess.PIPE, text=True)
print(json.dumps({"libvirtd": os.getpid(), "guest": guest.pid,
                  "labels": [label(), guest.stdout.readline().strip()]}), flush=True)
guest.wait()
"""


@pytest.fixture(scope="module")
def places():
    """What is there to be attacked."""
    rig.configure("isolated")
    rig.hook("exit 0")
    assert rig.call()["verdict"] == "allow"
    with rig.running(["/usr/sbin/libvirtd", "-c", LIBVIRTD]) as libvirtd, \
            rig.service() as helper, socket.create_server(("127.0.0.1", 8123)):
        assert rig.type_of(rig.label(helper.pid)) == "virthook_t"
        found = json.loads(libvirtd.said)
        assert [rig.type_of(label) for label in found["labels"]] == ["virtd_t", "svirt_t"]
        yield {"log": str(next(rig.LOG.glob("*.log"))), "helper": helper.pid,
               "socket": str(rig.SOCKET), "admin": str(next(rig.ADMIN.iterdir())), **found}
        rig.kill(found["guest"])


def attack(profile, places):
    """{name: what came of it} of all attacks, in the domain of the profile."""
    rig.configure("bare", "profile bare { unconfined = yes pids = host\n"
                          f"selinux = {rig.script_type(profile)} }}\n")
    rig.hook(attacks.script(places), head="")
    verdict = rig.call()
    context, *lines = verdict["output"].splitlines()
    assert rig.type_of(context) == rig.script_type(profile)
    assert verdict["scripts"][0]["enforced"] == ["user:0", f"selinux:{rig.script_type(profile)}",
                                                 "pids:host"]
    assert len(lines) == len(attacks.ATTACKS), verdict
    return lines


@pytest.fixture(scope="module", params=PROFILES)
def held(request, places):
    return request.param, attack(request.param, places)


@pytest.fixture(scope="module")
def free(places):
    with rig.permissive():
        return attack("isolated", places)


@pytest.mark.parametrize("name", attacks.ATTACKS)
def test_without_enforcing_it_succeeds(free, name):
    assert f"done: {name}" in free, [line for line in free if name in line]


@pytest.mark.parametrize("name", attacks.ATTACKS)
def test_in_its_domain_it_fails_unless_the_profile_is_for_it(held, name):
    profile, lines = held
    done = name in attacks.GRANTED.get(profile, [])
    assert (f"done: {name}" in lines) == done, [line for line in lines if name in line]
    assert done or any(line.startswith(f"failed: {name} ") for line in lines)
