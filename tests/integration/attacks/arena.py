"""A plain run of a hook script, as a daemon without virthook would do it, beside a victim.

Runs as PID 1 of a PID and mount namespace of its own, so that nothing of the attack outlives it.
Its stdin is the target, in which it fills in the victim's PID; it prints as JSON how the attack
ended. usage: arena.py SECONDS SCRIPT OBJECT
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import subprocess
import sys
import tempfile
import time

# Between the arena and the script, as a daemon is: an attack may well kill it.
RUN = """
import subprocess, sys
script = subprocess.Popen(sys.argv[2:], start_new_session=True)
try:
    status = script.wait(float(sys.argv[1]))
except subprocess.TimeoutExpired:
    script.terminate()
    try:
        status = script.wait(0.2)
    except subprocess.TimeoutExpired:
        status = None
print("status", status, file=sys.stderr)
"""

# How often what is left is looked for.
LOOKS = 20

PYTHON = ["/usr/bin/python3", "-IS"]


def is_left(pid):
    """Whether one of its threads still is: the main one may have gone before."""
    try:
        return any(runs(f"/proc/{pid}/task/{thread}") for thread in os.listdir(f"/proc/{pid}/task"))
    except FileNotFoundError:
        return False


def runs(folder):
    try:
        with open(f"{folder}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def count_left(victim):
    """The most of a few looks: one that changes its PID may be missed by a single one."""
    return max(sum(is_left(pid) for pid in os.listdir("/proc")
                   if pid.isdigit() and int(pid) not in (1, victim)) for _ in range(LOOKS))


def wait_for_killer(run, victim, seconds):
    """An attack that has killed who ran it goes on."""
    end = time.monotonic() + seconds
    while run.returncode < 0 and count_left(victim) and time.monotonic() < end:
        time.sleep(0.01)


def main(seconds, script, name):
    target = json.load(sys.stdin)
    with subprocess.Popen(["/bin/sleep", "600"]) as victim, tempfile.TemporaryFile() as given, \
            tempfile.TemporaryFile() as said:
        given.write(json.dumps(target | {"pid": victim.pid}).encode())
        given.seek(0)
        run = subprocess.run([*PYTHON, "-c", RUN, seconds, script, name, "release", "end", "-"],
                       stdin=given, stdout=said, stderr=said, check=False,
                       env={"PATH": os.environ["PATH"], "VIRTHOOK_OBJECT": name})
        wait_for_killer(run, victim.pid, float(seconds))
        left = count_left(victim.pid)
        lives = victim.poll() is None and is_left(victim.pid)
        victim.kill()
        said.seek(max(0, said.tell() - 65536))
        print(json.dumps({"said": said.read().decode(errors="replace"), "left": left,
                          "victim_lives": lives}), flush=True)
    # What is left ends with this namespace.
    os._exit(0)


main(*sys.argv[1:])
