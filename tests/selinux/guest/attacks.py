"""What a script may try that nothing but SELinux stops: it is root, with all that root has.

Each attack is Python, and leaves things as they were; it fails by an exception.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

HEAD = """#!/usr/bin/python3
import ctypes, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "failed")
def connect(path, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as one:
        one.connect(path)
def write(path, text):
    os.write(os.open(path, os.O_WRONLY), text.encode())
print(open("/proc/self/attr/current").read().strip("\\0\\n"))
"""

# {helper}, {libvirtd} and {guest} are numbers of processes in these domains, {socket} and {admin}
# the helper's sockets, {log} is the audit log.
ATTACKS = {
    "read passwords": "open('/etc/shadow').read(1)",
    "add a user": "open('/etc/passwd', 'a').close()",
    "read the audit log": "open({log!r}).read(1)",
    "cut the audit log": "os.truncate({log!r}, 0)",
    "remove the audit log": "os.rename({log!r}, {log!r} + '.away'); "
                            "os.rename({log!r} + '.away', {log!r})",
    "read the configuration": "open('/etc/virthook/virthook.conf').read(1)",
    "change the configuration": "open('/etc/virthook/virthook.conf', 'a').close()",
    "change a hook": "open('/etc/virthook/hooks/qemu', 'a').close()",
    "add a hook": "open('/etc/virthook/hooks/lxc', 'w').close(); "
                  "os.unlink('/etc/virthook/hooks/lxc')",
    "change the runner": "os.rename('/usr/libexec/virthook-runner', '/usr/libexec/r'); "
                         "os.rename('/usr/libexec/r', '/usr/libexec/virthook-runner')",
    "signal the helper": "os.kill({helper}, signal.SIGCONT)",
    "signal the runner": "os.kill(os.getppid(), signal.SIGCONT)",
    "write to the helper's memory": "open('/proc/{helper}/mem', 'r+b').close()",
    "trace the helper": "call(libc.ptrace(0x4206, {helper}, 0, 0))",
    "ask the helper for calls": "connect({socket!r}, socket.SOCK_SEQPACKET)",
    "ask the helper about itself": "connect({admin!r}, socket.SOCK_SEQPACKET)",
    "connect to libvirt": "connect('/run/libvirt/libvirt-sock')",
    "signal libvirt": "os.kill({libvirtd}, signal.SIGCONT)",
    "signal a guest": "os.kill({guest}, signal.SIGCONT)",
    "read a guest's memory": "open('/proc/{guest}/mem', 'rb').close()",
    "signal a service": "os.kill(1, signal.SIGCONT)",
    "mount": "call(libc.mount(b'none', b'/mnt', b'tmpfs', 0, None)); "
             "call(libc.umount(b'/mnt'))",
    "read the disk": "os.read(os.open('/dev/nvme0n1', os.O_RDONLY), 1)",
    "change what loads modules": "open('/proc/sys/kernel/modprobe', 'r+').close()",
    "become unconfined": "write('/proc/self/attr/exec', 'system_u:system_r:initrc_t:s0')",
    "relabel a file": "os.setxattr('/etc/passwd', 'security.selinux', "
                      "b'system_u:object_r:etc_t:s0')",
    "change a boolean": "write('/sys/fs/selinux/booleans/virthook_run_unconfined', '0')",
    "use the network": "socket.create_connection(('127.0.0.1', 8123)).close()",
    "listen to the network": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()",
    "change another user's file": "open('/home/file', 'a').close()",
    "leave a device": "os.mknod('/tmp/device', 0o20600, os.makedev(1, 1)); "
                      "os.unlink('/tmp/device')",
    "write a kernel's setting": "open('/proc/sys/kernel/core_pattern', 'r+').close()",
}

# What a profile is for.
GRANTED = {
    "network": ["listen to the network"],
    "storage": ["read the disk"],
    "query": ["connect to libvirt"],
    "callback": ["connect to libvirt"],
}

TRY = """
try:
    {code}
    print("done:", {name!r})
except OSError as error:
    print("failed:", {name!r}, error)
"""


def script(places):
    """One script that tries them all, and says what came of each."""
    return HEAD + "".join(TRY.format(name=name, code=code.format(**places))
                          for name, code in ATTACKS.items())
