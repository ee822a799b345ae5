"""A user's descriptors that are on their way do not keep another of its scripts from starting."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest

OPEN_FILES = 16
NOBODY = 65534

PROFILE = f"""
profile "few" {{
    inherits = isolated
    user = "{NOBODY}"
    open_files = {OPEN_FILES}
}}
"""

# Keeps more descriptors unread in sockets than a script of the profile may have open at all.
HOARD = f"""
import os, socket, sys
os.setgid({NOBODY})
os.setuid({NOBODY})
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for _ in range(4):
    socket.send_fds(one, [b"x"], [0] * {OPEN_FILES})
print("hoarded", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def hoard():
    with subprocess.Popen(["/usr/bin/python3", "-IS", "-c", HOARD], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"hoarded\n"
        yield process
        process.stdin.close()


def test_the_hoard_would_be_held_against_a_sender_of_that_limit(hoard):
    """The kernel's own count, so that the next test can fail."""
    assert hoard.poll() is None
    sender = ("import os, resource, socket\n"
              f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
              f"resource.setrlimit(resource.RLIMIT_NOFILE, ({OPEN_FILES}, {OPEN_FILES}))\n"
              "one, other = socket.socketpair()\n"
              "socket.send_fds(one, [b'x'], [0])\n")
    done = subprocess.run(["/usr/bin/python3", "-IS", "-c", sender], capture_output=True,
                          text=True, check=False)
    assert "Too many references" in done.stderr


def test_a_script_starts_while_its_user_hoards_descriptors(place, start, hoard):
    assert hoard.poll() is None
    place.configure(PROFILE)
    place.script("qemu", "ulimit -n >&2")
    verdict = start().peer.call(profile="few")
    assert verdict.allow, verdict
    assert verdict.script["stderr_tail"] == f"{OPEN_FILES}\n"
