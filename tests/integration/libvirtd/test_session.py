"""qemu:///session: an ordinary user's daemon with virthook in it; hooks may less than he may."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import pwd

import pytest

from rig import xml
from rig.arrangement import Replacement, TurnedOff
from rig.cell import ENVIRONMENT
from rig.command import wait_until
from rig.libvirtd import Libvirtd

USER = pwd.getpwnam("games")
HOME = "/tmp/home"
URI = "qemu:///session"

# What an ordinary user's hook would do to him, and the proof that it ran.
HOOK = f"""#!/bin/sh
echo "$1 $2 by $(id -u)"
echo 'ssh-ed25519 AAAA' >>{HOME}/.ssh/authorized_keys
exit 0
"""


class Session:
    """The user's own daemon; started here, since one that virsh starts has a bare environment."""

    def __init__(self, arrangement, cache, hook, name, closed):
        self.host = Libvirtd(arrangement, cache=cache, start=False)
        self.cell = self.host.cell
        self.environment = ENVIRONMENT | {
            "HOME": HOME, "USER": USER.pw_name, "LOGNAME": USER.pw_name,
            "XDG_RUNTIME_DIR": f"{HOME}/run"} | arrangement.environment
        self.cell.write(self.host.hook_path("qemu", name), hook, 0o755)
        if closed:
            self.cell.path(closed).chmod(0o700)
        self.cell.write(f"{HOME}/g1.xml", xml.guest("g1"))
        self.cell.run(["mkdir", "-p", f"{HOME}/run", f"{HOME}/.ssh"]).checked()
        self.cell.run(["chown", "-R", USER.pw_name, HOME]).checked()
        self.spawn("virtqemud")
        wait_until(self.cell.path(f"{HOME}/run/libvirt/virtqemud-sock").exists, 20, "the daemon")
        self.virsh("define", f"{HOME}/g1.xml").checked()

    def spawn(self, *argv):
        return self.cell.spawn(
            ["setpriv", f"--reuid={USER.pw_uid}", f"--regid={USER.pw_gid}", "--clear-groups",
             *argv], env=self.environment)

    def virsh(self, *arguments):
        return self.spawn("virsh", "--quiet", "--connect", URI, *arguments).finish(60)

    def has(self, path):
        return self.cell.path(f"{HOME}/{path}").exists()

    def records(self):
        folder = self.cell.path(f"{HOME}/.local/state/virthook")
        return [json.loads(line) for log in sorted(folder.glob("*.log"))
                for line in log.read_text(encoding="utf-8").splitlines()]

    def ends(self):
        return [record for record in self.records() if record["type"] == "end"]


@pytest.fixture
def session(cache):
    """session(arrangement, hook=HOOK, name=None, closed=None)

    name: of the hook in qemu.d/; closed: a folder that is root's alone when the daemon starts.
    """
    made = []

    def make(arrangement, hook=HOOK, name=None, closed=None):
        made.append(Session(arrangement, cache, hook, name, closed))
        return made[-1]
    yield make
    for one in made:
        one.host.close()


def test_the_users_hooks_run_and_are_logged_in_his_own_log(session):
    user = session(Replacement())
    assert user.virsh("start", "g1").checked().status == 0
    assert [r["operation"] for r in user.ends()] == ["prepare", "start", "started"]
    script = user.ends()[0]["scripts"][0]
    assert (script["exit_status"], script["run_as"]["uid"]) == (0, USER.pw_uid)
    assert user.cell.path(f"{HOME}/.local/state/virthook").stat().st_uid == USER.pw_uid


def test_libvirt_itself_lets_a_hook_write_what_the_user_may(session):
    user = session(TurnedOff())
    user.virsh("start", "g1").checked()
    assert user.has(".ssh/authorized_keys")


def test_under_virthook_a_hook_may_not_write_what_the_user_may(session):
    user = session(Replacement())
    user.virsh("start", "g1").checked()
    assert user.ends() and not user.has(".ssh/authorized_keys")


def test_libvirt_itself_does_without_hooks_that_the_user_may_not_look_for(session):
    user = session(TurnedOff(), "#!/bin/sh\nexit 1\n", closed="/etc/libvirt/hooks")
    assert user.virsh("start", "g1").checked().status == 0


@pytest.mark.parametrize("closed", ["/etc/libvirt/hooks", "/etc/libvirt/hooks/qemu.d"])
def test_virthook_does_without_hooks_that_the_user_may_not_look_for(session, closed):
    user = session(Replacement(), "#!/bin/sh\nexit 1\n", name="a", closed=closed)
    assert user.virsh("start", "g1").checked().status == 0


def test_the_users_configuration_counts(session):
    user = session(Replacement(), "#!/bin/sh\nsleep 1000\n")
    user.cell.write(f"{HOME}/.config/virthook/virthook.conf", "deadline = 0.5\ngrace = 0.1\n")
    user.cell.run(["chown", "-R", USER.pw_name, f"{HOME}/.config"]).checked()
    result = user.virsh("start", "g1")
    assert result.status == 1
    assert "was not done within its deadline of 0.5 s" in result.stderr
