"""A real, unmodified libvirtd (QEMU, LXC and network drivers) in a cell of its own.

Runs in the test's own process, as root. Needs Debian's libvirt-daemon-system, libvirt-clients,
libvirt-daemon-driver-lxc, qemu-system-x86 and dnsmasq-base; no systemd, no KVM. The machine's
/etc/libvirt is not touched, and nothing is left when it is closed.

    with Libvirtd(Service(), hooks={"qemu": Path("hooks/hang")}) as daemon:   # or Builtin(), Shim()
        daemon.define_guest("g1")
        result = daemon.virsh("start", "g1", timeout=10)
        result.status, result.stdout, result.stderr, result.seconds, result.hung

  virsh(*args, timeout=20, uri=None)   run virsh to its end or to the bound     → command.Result
  spawn_virsh(*args)                   start it and go on                       → command.Command
  define_guest(name, network=None), define_container(name), define_network(name)
  put_hook(driver, source, name=None)  put a script in the arrangement's place (name: in DRIVER.d/)
  start(), stop(), restart(), reload(), kill()
  pid, running, rss_kib(), peak_rss_kib(), forget_peak()
  audit(kind=None)                     virthook's audit records, as dictionaries
  processes(), left_behind()           what runs in the cell; what runs there that did not before
  log(), log_bytes()                   the daemon's own log, and its length
  cell                                 the cell: run(), spawn(), read(), write(), path()

Every wait is bounded. A daemon that does not do within the bound what it must raises
command.Timeout or command.RigError; virsh() never raises for what virsh says or does.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import signal
from pathlib import Path

from . import xml
from .arrangement import Builtin
from .cell import ENVIRONMENT, Cell
from .command import RigError, wait_until

QEMU_URI = "qemu:///system"
LXC_URI = "lxc:///system"

CONFIGURATION = {
    "qemu.conf": """stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
""",
    "libvirtd.conf": 'auth_unix_rw = "none"\nauth_unix_ro = "none"\n',
}

# As a service manager gives it, with one more for the hooks to show.
DAEMON_ENVIRONMENT = {name: value for name, value in ENVIRONMENT.items() if name != "LC_ALL"} | {
    "LANG": "C.UTF-8", "TMPDIR": "/tmp"}

LOG = "/var/log/libvirt/libvirtd.stderr"

# The longest that libvirtd takes to end by itself: it gives its workers 30 s.
STOP_SECONDS = 40


class Libvirtd:
    """The daemon and its cell. See the head of this file.

    arrangement: who runs the hooks; hooks: {driver: path of a script}, put in place before the
    daemon starts (libvirt's built-in way ignores a driver that has none then, until reload());
    cache: a folder that keeps what libvirt learnt of QEMU from one Libvirtd to the next (saves
    half a second each); extra_mounts: as for Cell; start: whether to start the daemon at once.
    """

    def __init__(self, arrangement=None, *, hooks=None, cache=None, extra_mounts=(), start=True):
        self.arrangement = arrangement or Builtin()
        self.uri = QEMU_URI
        self._daemon = None
        mounts = [("bind", str(cache), "/var/cache/libvirt", "")] if cache else []
        self.cell = Cell(self.arrangement.early_mounts(), [*mounts, *extra_mounts])
        try:
            self._set_up(hooks or {})
            if start:
                self.start()
        except BaseException:
            self.close()
            raise

    def _set_up(self, hooks):
        for name, text in CONFIGURATION.items():
            self.cell.write(f"/etc/libvirt/{name}", text)
        self.cell.path("/var/log/libvirt").mkdir()
        self.arrangement.set_up(self.cell)
        for driver, source in hooks.items():
            self.put_hook(driver, source)
        self.arrangement.start(self.cell)
        self._known = {p.pid for p in self.processes()}

    def close(self):
        """End the daemon, its guests and whatever else runs in the cell."""
        self.cell.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # the daemon

    def start(self, timeout=20):
        """Start the daemon and wait until it answers."""
        with open(self.cell.path(LOG), "ab") as log:
            self._daemon = self.cell.spawn(["libvirtd"], env=DAEMON_ENVIRONMENT,
                                           stdout=log, stderr=log)
        wait_until(self._answers, timeout, "an answer from libvirtd")

    def _answers(self):
        if not self.running:
            raise RigError(f"libvirtd ended with {self._daemon.exit_status}:\n{self.log()}")
        socket = self.cell.path("/run/libvirt/libvirt-sock")
        return socket.exists() and self.virsh("uri", timeout=5).status == 0

    def signal(self, number):
        self._daemon.kill(number)

    def wait_for_end(self, timeout=STOP_SECONDS):
        """Wait until the daemon has ended and return the seconds that this took."""
        return wait_until(lambda: not self.running, timeout, "the end of libvirtd")

    def stop(self, timeout=STOP_SECONDS):
        """SIGTERM, as a service manager stops it; guests live on."""
        self.signal(signal.SIGTERM)
        self.wait_for_end(timeout)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait_for_end(10)

    def restart(self):
        self.stop()
        self.start()

    def reload(self):
        """SIGHUP. Returns at once: the call of the daemon's hook shows when it is at work."""
        self.signal(signal.SIGHUP)

    @property
    def pid(self):
        """The daemon's pid, as the cell sees it."""
        return self._daemon.pid

    @property
    def running(self):
        return self._daemon is not None and self._daemon.running

    def log(self):
        return self.cell.read(LOG)

    def log_bytes(self):
        return self.cell.path(LOG).stat().st_size

    # its memory

    def rss_kib(self):
        return self._memory("VmRSS")

    def peak_rss_kib(self):
        return self._memory("VmHWM")

    def forget_peak(self):
        """Let peak_rss_kib() count anew from here."""
        self.cell.path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def _memory(self, field):
        status = self.cell.read(f"/proc/{self.pid}/status")
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1])

    # virsh

    def spawn_virsh(self, *arguments, uri=None):
        return self.cell.spawn(["virsh", "--quiet", "--connect", uri or self.uri, *arguments])

    def virsh(self, *arguments, timeout=20, uri=None):
        return self.spawn_virsh(*arguments, uri=uri).finish(timeout)

    def _define(self, command, name, text, uri=None):
        path = f"/run/{name}.xml"
        self.cell.write(path, text)
        self.virsh(command, path, uri=uri).checked()

    def define_guest(self, name, network=None):
        self._define("define", name, xml.guest(name, network))

    def define_container(self, name):
        self._define("define", name, xml.container(name), uri=LXC_URI)

    def define_network(self, name):
        self._define("net-define", name, xml.network(name))

    # hooks

    def hook_path(self, driver, name=None):
        """Where a driver's script is in this arrangement."""
        folder = self.arrangement.hooks_dir
        return f"{folder}/{driver}.d/{name}" if name else f"{folder}/{driver}"

    def put_hook(self, driver, source, name=None, mode=0o755):
        """Put a copy of the script in place for the driver, at once, in the stead of one there."""
        self.cell.write(self.hook_path(driver, name), Path(source).read_bytes(), mode)

    def audit(self, kind=None):
        """virthook's audit records (of type "begin" or "end", where kind says so)."""
        return [r for r in self.arrangement.audit(self.cell) if kind in (None, r["type"])]

    # processes

    def processes(self):
        return self.cell.processes()

    def left_behind(self):
        """Processes that are neither the daemon, nor libvirt's own, nor virthook's service.

        libvirt's own are its guests, the DHCP servers of its networks, and what looks after them.
        """
        own = r"^/usr/(bin/qemu-system-|sbin/dnsmasq |lib/libvirt/libvirt_(lxc|leaseshelper))"
        running = self.processes()
        known = self._known | {self.pid} | {p.pid for p in running if re.match(own, p.command_line)}
        return [p for p in running if p.pid not in known and p.parent not in known - {self.pid}]
