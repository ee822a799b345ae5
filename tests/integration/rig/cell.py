"""A cell: a corner of the machine in which a libvirtd may do as it likes.

Own mount, network, PID and cgroup namespaces over the machine's own file system, with private
(empty, in memory) places where libvirt and virthook keep their things. Whatever runs in it dies
with it, and neither a file, a port, a bridge, a cgroup nor a process is left on the machine.

Runs in the test's own process, as root; agent.py is its other half, inside.

    with Cell() as cell:
        cell.run(["ip", "link"]).stdout
        cell.write("/etc/libvirt/qemu.conf", "…")
        cell.read("/run/libvirtd.pid")
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .command import Command, RigError, wait_until

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "USER": "root", "LOGNAME": "root",
               "LC_ALL": "C.UTF-8"}

# Private places, each an empty file system in memory: (path, mode).
PRIVATE = [("/tmp", "1777"), ("/etc/libvirt", "755"), ("/var/lib/libvirt", "755"),
           ("/var/lib/virthook", "700"), ("/var/log", "755"), ("/var/cache/libvirt", "755")]


def over(path, kept):
    """Mounts that show the machine's files there, and keep what is written in a folder of /run."""
    return [("folder", "", f"{kept}/upper", ""), ("folder", "", f"{kept}/work", ""),
            ("overlay", "overlay", path,
             f"lowerdir={path},upperdir={kept}/upper,workdir={kept}/work")]


# /run is private as well.
PRIVATE_RUN = [("tmpfs", "tmpfs", "/run", "mode=755"), *over("/etc", "/run/.etc"),
               *over("/var/lib", "/run/.lib")]

SERIALS = itertools.count()

AGENT = Path(__file__).with_name("agent.py")


@dataclass(frozen=True)
class Process:
    """A process inside a cell; pids are those of the cell."""
    pid: int
    parent: int
    name: str
    command_line: str

    def __str__(self):
        return f"{self.pid} {self.command_line or self.name}"


def own_cgroups():
    """[(controllers, folder of this process)] of the version 1 hierarchies that are mounted.

    Where there are none, ("", root) of version 2: there a folder has the controllers that its
    parent hands on, and the root alone is sure to.
    """
    mounted = {}
    for line in Path("/proc/self/mountinfo").read_text(encoding="ascii").splitlines():
        fields, _, rest = line.partition(" - ")
        kind, _, options = rest.split(" ", 2)
        if kind == "cgroup2":
            mounted.setdefault("", fields.split()[4])
        if kind == "cgroup":
            names = [o for o in options.split(",") if o not in ("rw", "ro", "xattr")]
            mounted[",".join(names)] = fields.split()[4]
    found = []
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in mounted:
            found.append((controllers, mounted[controllers] + path.rstrip("/")))
    return [pair for pair in found if pair[0]] or [(c, mounted[c]) for c, _ in found]


def make_cgroups(name):
    made = []
    for controllers, parent in own_cgroups():
        folder = Path(parent, name)
        folder.mkdir()
        for setting in ("cpuset.mems", "cpuset.cpus"):  # empty when made, and then takes no process
            if folder.joinpath(setting).exists():
                folder.joinpath(setting).write_text(Path(parent, setting).read_text())
        made.append((controllers, str(folder)))
    return made


def remove_cgroups(cgroups):
    for _, folder in cgroups:
        for path, _, _ in os.walk(folder, topdown=False):
            wait_until(lambda path=path: removed(path), 10, f"removing {path}")


def removed(folder):
    try:
        os.rmdir(folder)
    except OSError:  # busy until the kernel has let go of the last process
        return False
    return True


class Cell:
    """A set of namespaces; usable as a context manager.

    extra_mounts: [(kind, source, target, options)], made after the private places; kind as in
    mount(2), or "bind" (the source as it is on the machine), or "folder" for making a mount point.
    early_mounts: the same, made before the private places.
    """

    def __init__(self, early_mounts=(), extra_mounts=()):
        self._cgroups = make_cgroups(f"virthook-cell-{os.getpid()}-{next(SERIALS)}")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._agent = subprocess.Popen(
                ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                 "--propagation", "private", "/usr/bin/python3", "-I", AGENT, str(theirs.fileno())],
                pass_fds=[theirs.fileno()], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                start_new_session=True)
        self._control = ours
        private = [("tmpfs", "tmpfs", path, f"mode={mode}") for path, mode in PRIVATE]
        try:
            self._build([*early_mounts, *PRIVATE_RUN, *private, *extra_mounts])
        except BaseException:
            self.close()
            raise

    def _build(self, mounts):
        self._control.settimeout(20)
        self._control.send(json.dumps({"mounts": mounts, "cgroups": self._cgroups}).encode())
        answer = self._control.recv(4096).decode()
        if answer != "ready":
            raise RigError(f"no cell: {answer or 'its first process ended'}")
        children = Path(f"/proc/{self._agent.pid}/task/{self._agent.pid}/children").read_text()
        self._first_pid = int(children)

    def close(self):
        """End every process inside and take the cell down."""
        if self._agent.returncode is None:
            self._control.close()
            try:
                self._agent.wait(20)
            except subprocess.TimeoutExpired:
                self._agent.kill()
                self._agent.wait()
            remove_cgroups(self._cgroups)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # files

    def path(self, inside):
        """Where this process finds the cell's file (absolute links in it lead outside: beware)."""
        return Path(f"/proc/{self._first_pid}/root", str(inside).lstrip("/"))

    def read(self, inside):
        return self.path(inside).read_text(encoding="utf-8", errors="surrogateescape")

    def write(self, inside, content, mode=0o644):
        """Put a file in place at once (written beside it and renamed), making its folder."""
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.rename(file.name, target)

    # commands

    def spawn(self, argv, *, stdin=b"", env=None, stdout=None, stderr=None):
        """Start argv inside, cwd /, and return the Command. stdout, stderr: open files instead."""
        argv = [os.fspath(a) for a in argv]
        out = stdout or tempfile.TemporaryFile()
        err = stderr or tempfile.TemporaryFile()
        status_read, status_write = os.pipe()
        with tempfile.TemporaryFile() as source, open("/dev/null", "rb") as null:
            source.write(stdin)
            source.seek(0)
            given = [(source if stdin else null).fileno(), out.fileno(), err.fileno(), status_write]
            request = json.dumps({"argv": argv, "env": ENVIRONMENT if env is None else env})
            socket.send_fds(self._control, [request.encode()], given)
        os.close(status_write)
        return Command(self, argv, status_read, out, err)

    def run(self, argv, *, timeout=20, **how):
        """Run argv inside to its end, or to the bound, and return the Result."""
        return self.spawn(argv, **how).finish(timeout)

    def signal(self, pid, number=signal.SIGKILL):
        """Send a signal to a process of the cell (nothing if it is gone)."""
        self._control.send(json.dumps({"signal": int(number), "pid": pid}).encode())

    # what runs inside

    @property
    def pid_namespace(self):
        """The name of the cell's PID namespace, as /proc/PID/ns/pid shows it."""
        return os.readlink(f"/proc/{self._first_pid}/ns/pid")

    def processes(self):
        """Every process inside but the cell's own first one and kernel-side remains (zombies)."""
        found = []
        for entry in self.path("/proc").iterdir():
            if entry.name.isdigit() and entry.name != "1":
                process = read_process(entry)
                if process:
                    found.append(process)
        return found

    def processes_like(self, pattern):
        """Those whose command line matches the pattern (a regular expression) somewhere."""
        return [p for p in self.processes() if re.search(pattern, p.command_line)]

    def wait_for_process(self, pattern, timeout):
        """Wait until a command line inside matches the pattern; returns its Process."""
        return wait_until(lambda: self.processes_like(pattern), timeout, f"a process {pattern}")[0]

    def wait_for_no_process(self, pattern, timeout):
        """Wait until no command line inside matches the pattern."""
        wait_until(lambda: not self.processes_like(pattern), timeout, f"the end of {pattern}")


def read_process(entry):
    """The Process of a folder of /proc, or None for one that has ended."""
    try:
        stat = entry.joinpath("stat").read_text(encoding="utf-8", errors="replace")
        words = entry.joinpath("cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    line = b" ".join(words).strip().decode(errors="replace")
    name = stat[stat.index("(") + 1:stat.rindex(")")]
    state, parent = stat[stat.rindex(")") + 2:].split()[:2]
    return None if state in "ZX" else Process(int(entry.name), int(parent), name, line)
