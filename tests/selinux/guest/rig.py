"""What the tests in the guest share: calls as an admin makes them, and the switches of SELinux.

Runs in the guest alone, which is thrown away afterwards: it writes to its /etc and its policy.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

SELINUX = Path("/sys/fs/selinux")
CONFIG = Path("/etc/virthook/virthook.conf")
HOOK = Path("/etc/virthook/hooks/qemu")
LOG = Path("/var/log/virthook")
SOCKET = Path("/run/virthook/helper.sock")
ADMIN = Path("/run/virthook/admin")

TRIES = 5

# Says first where it is: a test that ran elsewhere would prove nothing.
HEAD = "#!/bin/bash\nread -r label </proc/self/attr/current\necho \"$label\"\n"


def label(pid="self"):
    text = Path(f"/proc/{pid}/attr/current").read_text(encoding="ascii")
    return text.strip("\0\n")


def type_of(context):
    return context.split(":")[2]


def script_type(profile):
    return f"virthook_script_{profile}_t"


def configure(profile, more=""):
    CONFIG.write_text(f"default_profile = {profile}\n{more}", encoding="utf-8")


def hook(body, head=HEAD):
    HOOK.write_text(head + body, encoding="utf-8")
    HOOK.chmod(0o755)


def call(stdin="<domain/>"):
    """One call as an admin tries it: virt-hook, the library, a helper of its own, the hook.

    Emulated beside other work, a helper may take longer to start than the library gives it.
    """
    for _ in range(TRIES):
        told = try_call(stdin)
        if told["reason"] != "no-answer":
            break
    return told


def try_call(stdin):
    done = subprocess.run(["/usr/bin/virt-hook", "run", "--json", "qemu", "d1", "prepare", "begin"],
                          input=stdin, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def enforcing():
    return SELINUX.joinpath("enforce").read_text(encoding="ascii").strip() == "1"


def set_enforcing(yes):
    SELINUX.joinpath("enforce").write_text("1" if yes else "0", encoding="ascii")
    assert enforcing() == yes


@contextmanager
def permissive():
    set_enforcing(False)
    try:
        yield
    finally:
        set_enforcing(True)


@contextmanager
def boolean(name):
    """The boolean, on."""
    def put(value):
        SELINUX.joinpath("booleans", name).write_text(value, encoding="ascii")
        SELINUX.joinpath("commit_pending_bools").write_text("1", encoding="ascii")

    put("1")
    try:
        yield
    finally:
        put("0")


@contextmanager
def running(argv, first_line=True):
    """A process that runs meanwhile, and has said its first line."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.said = process.stdout.readline().strip() if first_line else ""
            yield process
        finally:
            process.kill()


def kill(pid):
    """End a process that another has started."""
    os.kill(pid, signal.SIGKILL)


def avcs():
    """What the kernel has told of denials, for a failed test's message."""
    told = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    return "\n".join(line for line in told.splitlines() if "avc:" in line)[-3000:]




def file_label(path):
    return os.getxattr(path, "security.selinux").decode().strip("\0")


def wait_for_helper():
    """Until one has its admin's socket."""
    while not (ADMIN.is_dir() and any(ADMIN.iterdir())):
        time.sleep(0.1)


@contextmanager
def service():
    """A helper that listens, as the shim and virteventd want it."""
    with running(["/usr/libexec/virthook-helper", "--listen", SOCKET], first_line=False) as helper:
        wait_for_helper()
        yield helper
