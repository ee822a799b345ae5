"""First process of a cell: mounts what the cell asks for, starts commands, reaps orphans.

Runs as PID 1 of the cell's PID namespace, started by cell.py through unshare(1). Its only input is
the control socket, whose other end cell.py alone holds: nothing here comes from a hook or a guest.
When that socket closes, whatever closed it, this process ends and the kernel ends the cell with it.

Packets in: JSON, one object each.
  {"mounts": [[kind, source, target, options], ...], "cgroups": [[controllers, folder], ...]}
      first packet only; kind as in mount(2), or "bind", or "folder" to make one; answered with
      "ready" or a line saying what failed
  {"argv": [...], "env": {...}}  with the descriptors stdin, stdout, stderr, status
      starts a command; "pid N" and later "exit STATUS CLOCK" are written to status (CLOCK: seconds
      of CLOCK_MONOTONIC), or "error TEXT"
  {"signal": N, "pid": PID}
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time

CLONE_NEWCGROUP = 0x02000000
MS_BIND, MS_REC = 0x1000, 0x4000
MNT_DETACH = 2
PACKET_MAX = 64 * 1024

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(kind, source, target, options):
    flags = MS_BIND | MS_REC if kind == "bind" else 0
    check(libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags),
                     options.encode()), f"mount {kind} on {target}")


def enter_cgroups(cgroups):
    """Move into the cell's own cgroups and see them as the roots: none outlives the cell."""
    for _, folder in cgroups:
        with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write("0")
    check(libc.unshare(CLONE_NEWCGROUP), "unshare the cgroup namespace")


def mount_cgroups(cgroups):
    """A fresh /sys of this network namespace, with cgroups of one version only.

    libvirt's LXC driver refuses a host that has both versions mounted.
    """
    check(libc.umount2(b"/sys", MNT_DETACH), "unmount /sys")
    mount("sysfs", "sysfs", "/sys", "")
    if [controllers for controllers, _ in cgroups] == [""]:
        mount("cgroup2", "cgroup2", "/sys/fs/cgroup", "")
        return
    mount("tmpfs", "cgroup", "/sys/fs/cgroup", "mode=755")
    for controllers, _ in cgroups:
        target = f"/sys/fs/cgroup/{controllers.removeprefix('name=')}"
        os.mkdir(target)
        mount("cgroup", "cgroup", target, controllers)


def build(plan):
    if plan["cgroups"]:
        enter_cgroups(plan["cgroups"])
        mount_cgroups(plan["cgroups"])
    sources = {step[1]: os.open(step[1], os.O_PATH) for step in plan["mounts"] if step[0] == "bind"}
    for kind, source, target, options in plan["mounts"]:
        if kind == "folder":
            os.makedirs(target)
        elif kind == "bind":
            mount(kind, f"/proc/self/fd/{sources[source]}", target, options)
        else:
            os.makedirs(target, exist_ok=True)
            mount(kind, source, target, options)
    for descriptor in sources.values():
        os.close(descriptor)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def write_status(status, text):
    try:
        os.write(status, text.encode() + b"\n")
    except BrokenPipeError:
        pass  # nobody waits for this command any more


def spawn(request, descriptors, running):
    stdin, stdout, stderr, status = descriptors
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1),
               (os.POSIX_SPAWN_DUP2, stderr, 2)]
    try:
        pid = os.posix_spawnp(request["argv"][0], request["argv"], request["env"],
                              file_actions=actions, setsid=True, setsigmask=[],
                              setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
        running[pid] = status
        write_status(status, f"pid {pid}")
    except OSError as error:
        write_status(status, f"error {request['argv'][0]}: {error.strerror}")
        os.close(status)
    for descriptor in (stdin, stdout, stderr):
        os.close(descriptor)


def reap(running):
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in running:
            code = os.waitstatus_to_exitcode(status)
            write_status(running[pid], f"exit {code} {time.monotonic()}")
            os.close(running.pop(pid))


def send_signal(request):
    try:
        os.kill(request["pid"], request["signal"])
    except ProcessLookupError:
        pass


def serve_one(control, running):
    """One packet; False when the other end is gone."""
    packet, descriptors, _, _ = socket.recv_fds(control, PACKET_MAX, 4)
    if not packet:
        return False
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    request = json.loads(packet)
    if "argv" in request:
        spawn(request, descriptors, running)
    else:
        send_signal(request)
    return True


def serve(control):
    running = {}
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    selector.register(wake_read, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is control:
                if not serve_one(control, running):
                    return
            else:
                os.read(wake_read, 4096)
        reap(running)


def main():
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    os.chdir("/")
    os.umask(0o022)
    try:
        build(json.loads(control.recv(PACKET_MAX)))
    except (OSError, subprocess.CalledProcessError) as error:
        control.send(str(error).encode())
        return
    control.send(b"ready")
    serve(control)


main()
