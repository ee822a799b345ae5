"""Scripts that do not want to end, and the plain way of running them that they get the better of.

Attack.text runs under /usr/bin/python3 or /bin/sh as its first line says. Each attack leaves
processes that carry the call's object in their environment, unless hiding that is its very point;
the first thing that each does is to tell its PID namespace.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import subprocess
from dataclasses import dataclass

from .place import PYTHON, SHELL


@dataclass(frozen=True)
class Attack:
    """text is the script's body; ends: its main process ends by itself, at once."""
    text: str
    ends: bool = False
    interpreter: str = SHELL

    def install(self, place):
        tell = ("readlink /proc/self/ns/pid >$T/namespace" if self.interpreter == SHELL else
                "import os, signal, time\n"
                "open(f'{T}/namespace', 'w').write(os.readlink('/proc/self/ns/pid'))")
        add = place.script if self.interpreter == SHELL else place.python
        return add("qemu", f"{tell}\n{self.text}")


ATTACKS = {
    "hangs": Attack("sleep 600"),
    "ignores SIGTERM": Attack("trap '' TERM INT HUP; while :; do sleep 600; done"),
    "blocks all signals": Attack(
        "signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))\n"
        "time.sleep(600)", interpreter=PYTHON),
    "stops itself": Attack("kill -STOP $$; sleep 600"),
    "stops its children": Attack("sleep 600 & kill -STOP $!; wait"),
    "leaves a daemon behind": Attack(
        "setsid sleep 600 </dev/null >/dev/null 2>&1 &", ends=True),
    "leaves a child with stdout open": Attack("sleep 600 & exit 0", ends=True),
    "forks twice": Attack(
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n", ends=True, interpreter=PYTHON),
    "hides its name and environment": Attack(
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    os.execve('/bin/sleep', ['[kworker/0:1]', '600'], {})\n"
        "time.sleep(600)", interpreter=PYTHON),
    "forks two hundred times": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(200):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(600)\n"
        "time.sleep(600)", interpreter=PYTHON),
    "changes its PID all the time": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        while True:\n"
        "            if os.fork():\n"
        "                os._exit(0)\n"
        "time.sleep(600)", interpreter=PYTHON),
    "spawns without end": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "while True:\n"
        "    os.waitpid(os.posix_spawn('/bin/true', ['true'], os.environ), 0)",
        interpreter=PYTHON),
    "waits in vfork": Attack(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.mkfifo(f'{T}/fifo')\n"
        "os.posix_spawn('/bin/true', ['true'], os.environ,\n"
        "               file_actions=[(os.POSIX_SPAWN_OPEN, 0, f'{T}/fifo', os.O_RDONLY, 0)])",
        interpreter=PYTHON),
    "kills who runs it": Attack("kill -KILL $PPID; kill -STOP $PPID; kill -KILL -1; sleep 600"),
    "makes a namespace of its own": Attack(
        "unshare --pid --fork --mount-proc sh -c 'setsid sleep 600 & sleep 600'"),
}

# In a PID namespace of its own, so that what survives is found, and gone with this process: runs
# the script as plainly as a daemon can, with a timeout and a SIGTERM, and counts what is left.
JUDGE = """
import os, subprocess, sys, time
RUN = '''
import subprocess, sys
script = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
try:
    script.communicate(timeout=0.5)
except subprocess.TimeoutExpired:
    script.terminate()
    try:
        script.wait(0.2)
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


def survivors_of_a_plain_run(path, name):
    """How many processes the script has left when a daemon that runs it plainly has given up."""
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/usr/bin/python3", "-IS",
         "-c", JUDGE, path, name, "start", "begin", "-"],
        env=os.environ | {"VIRTHOOK_OBJECT": name}, capture_output=True, text=True, check=True,
        timeout=30)
    return int(done.stdout)
