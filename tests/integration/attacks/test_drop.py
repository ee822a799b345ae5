"""Who takes another user's place, by the programs that real scripts use, keeps no capability."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import shutil

import pytest

from .profiles import NOBODY
from .range import OPERATION

SHOW = "/bin/cat /proc/self/status"
PROGRAMS = {
    "su": f"su nobody -s /bin/sh -c '{SHOW}'",
    "runuser": f"runuser -u nobody -- {SHOW}",
    "setpriv": f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups {SHOW}",
    "python": ("/usr/bin/python3 -IS -c 'import os; os.setgroups([]); "
               f"os.setresgid({NOBODY}, {NOBODY}, {NOBODY}); "
               f"os.setresuid({NOBODY}, {NOBODY}, {NOBODY}); "
               "print(open(\"/proc/self/status\").read())'"),
}

# That a program gets none by its file is what the profile's no_new_privs and securebits see to.
HELD = ("CapPrm", "CapEff", "CapAmb")


def status_after(attacks, profile, command):
    """What the kernel tells of a process that the command has made another user's, by key."""
    name = f"{profile}.drop"
    attacks.place.script(f"qemu.d/{name}/{OPERATION}", f"{command} >&2")
    script = attacks.helper.peer.call(name, OPERATION).script
    assert script["exit_status"] == 0, script["stderr_tail"]
    lines = [line.partition(":\t") for line in script["stderr_tail"].splitlines()]
    return {key: value for key, _, value in lines}


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_becomes_another_user_holds_no_capability(attacks, program):
    if not shutil.which(PROGRAMS[program].split()[0]):
        pytest.skip(f"{program} is not installed")
    told = status_after(attacks, "desktop", PROGRAMS[program])
    assert told["Uid"].split() == [str(NOBODY)] * 4
    assert {key: int(told[key], 16) for key in HELD} == dict.fromkeys(HELD, 0)


def test_the_script_itself_holds_what_its_profile_says(attacks):
    told = status_after(attacks, "desktop", SHOW)
    assert told["Uid"].split() == ["0"] * 4
    assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) != 0
