"""Scripts that do not want to end, and the plain way of running them that they get the better of.

Each attack works in a folder of its own, $T/<object>, so that its processes are known by it
whatever else they hide, and says there that it is in place.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess
from dataclasses import dataclass

from .place import PYTHON, SHELL

READY = {
    SHELL: "mkdir $T/$1; cd $T/$1; ready() { : >ready; }\n",
    PYTHON: ("import os, signal, sys, time\n"
             "os.mkdir(f'{T}/{sys.argv[1]}')\n"
             "os.chdir(f'{T}/{sys.argv[1]}')\n"
             "def ready():\n"
             "    open('ready', 'w').close()\n"),
}


@dataclass(frozen=True)
class Attack:
    """text is the script's body; ends: its main process ends by itself, at once."""
    text: str
    ends: bool = False
    interpreter: str = SHELL

    def install(self, place, file):
        add = place.script if self.interpreter == SHELL else place.python
        return add(file, READY[self.interpreter] + self.text)


ATTACKS = {
    "hangs": Attack("ready; sleep 600"),
    "ignores SIGTERM": Attack("trap '' TERM INT HUP; ready; while :; do sleep 600; done"),
    "blocks all signals": Attack(
        "signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))\n"
        "ready()\n"
        "time.sleep(600)", interpreter=PYTHON),
    "stops itself": Attack("ready; kill -STOP $$; sleep 600"),
    "stops its children": Attack("sleep 600 & kill -STOP $!; ready; wait"),
    "leaves a daemon behind": Attack(
        "setsid sleep 600 </dev/null >/dev/null 2>&1 & ready", ends=True),
    "leaves a child with stdout open": Attack("sleep 600 & ready", ends=True),
    "forks twice": Attack(
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "ready()\n", ends=True, interpreter=PYTHON),
    "hides its name and environment": Attack(
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    os.execve('/bin/sleep', ['[kworker/0:1]', '600'], {})\n"
        "ready()\n"
        "time.sleep(600)", interpreter=PYTHON),
    "forks two hundred times": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(200):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(600)\n"
        "ready()\n"
        "time.sleep(600)", interpreter=PYTHON),
    "changes its PID all the time": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        while True:\n"
        "            if os.fork():\n"
        "                os._exit(0)\n"
        "ready()\n"
        "time.sleep(600)", interpreter=PYTHON),
    "spawns without end": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "ready()\n"
        "while True:\n"
        "    os.waitpid(os.posix_spawn('/bin/true', ['true'], os.environ), 0)",
        interpreter=PYTHON),
    "waits in vfork": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.mkfifo('fifo')\n"
        "ready()\n"
        "os.posix_spawn('/bin/true', ['true'], os.environ,\n"
        "               file_actions=[(os.POSIX_SPAWN_OPEN, 0, 'fifo', os.O_RDONLY, 0)])",
        interpreter=PYTHON),
    "kills who runs it": Attack(
        "kill -KILL $PPID; kill -STOP $PPID; kill -KILL -1; ready; sleep 600"),
    "makes a namespace of its own": Attack(
        "unshare --pid --fork --mount-proc sh -c 'setsid sleep 600 & sleep 600' & ready; wait"),
}

# In a PID namespace of its own, so that what survives is found, and gone with this process: runs
# the script as plainly as a daemon can, with a SIGTERM when it takes too long, and counts what is
# left. "Too long" is as soon as the attack is in place.
JUDGE = """
import os, subprocess, sys
RUN = '''
import os, subprocess, sys, time
ready, argv = sys.argv[1], sys.argv[2:]
script = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
end = time.monotonic() + 20
while not os.path.exists(ready) and time.monotonic() < end:
    time.sleep(0.01)
try:
    script.communicate(timeout=0.1)
except subprocess.TimeoutExpired:
    script.terminate()
    try:
        script.wait(0.3)
    except subprocess.TimeoutExpired:
        pass
'''
runner = subprocess.Popen([sys.executable, '-IS', '-c', RUN, *sys.argv[1:]])
runner.wait()
def is_left(pid):
    try:
        return open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[0] not in 'ZX'
    except FileNotFoundError:
        return False
print(sum(is_left(pid) for pid in os.listdir('/proc') if pid.isdigit() and pid != '1'))
"""


def survivors_of_a_plain_run(place, attack):
    """How many processes the attack has left when a daemon that runs it plainly has given up."""
    name = f"plain-{attack.replace(' ', '-')}"
    path = ATTACKS[attack].install(place, name)
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/usr/bin/python3", "-IS",
         "-c", JUDGE, place.root / name / "ready", path, name, "start", "begin", "-"],
        capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout)
