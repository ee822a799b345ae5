"""A real libvirtd (QEMU, LXC and network drivers) in a cell of its own.

Unmodified, or with virthook in it; or the daemons that have one driver each in its stead.

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

QEMU_CONFIGURATION = """stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
"""
DAEMON_CONFIGURATION = 'auth_unix_rw = "none"\nauth_unix_ro = "none"\n'

# As a service manager gives it, with one more for the hooks to show.
DAEMON_ENVIRONMENT = {name: value for name, value in ENVIRONMENT.items() if name != "LC_ALL"} | {
    "LANG": "C.UTF-8", "TMPDIR": "/tmp"}

LOG = "/var/log/libvirt/libvirtd.stderr"

# Where each daemon listens, and a URI that it answers for.
ANSWERS = {
    "libvirtd": ("libvirt-sock", QEMU_URI),
    "virtqemud": ("virtqemud-sock", QEMU_URI),
    "virtlxcd": ("virtlxcd-sock", LXC_URI),
    "virtnetworkd": ("virtnetworkd-sock", "network:///system"),
}

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
        self._daemons = {}
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
        self.cell.write("/etc/libvirt/qemu.conf", QEMU_CONFIGURATION)
        for name in self.arrangement.daemons:
            self.cell.write(f"/etc/libvirt/{name}.conf", DAEMON_CONFIGURATION)
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
        for name in self.arrangement.daemons:
            self._start(name)
            wait_until(lambda name=name: self._answers(name), timeout, f"an answer from {name}")

    def _start(self, name):
        environment = DAEMON_ENVIRONMENT | self.arrangement.environment
        with open(self.cell.path(LOG), "ab") as log:
            self._daemons[name] = self.cell.spawn([name], env=environment, stdout=log, stderr=log)

    def _answers(self, name):
        daemon = self._daemons[name]
        if not daemon.running:
            raise RigError(f"{name} ended with {daemon.exit_status}:\n{self.log()}")
        socket, uri = ANSWERS[name]
        return (self.cell.path(f"/run/libvirt/{socket}").exists()
                and self.virsh("uri", timeout=5, uri=uri).status == 0)

    def signal(self, number):
        for daemon in self._daemons.values():
            daemon.kill(number)

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
        """The pid of the daemon that has the QEMU driver, as the cell sees it."""
        return next(daemon.pid for name, daemon in self._daemons.items()
                    if name in ("libvirtd", "virtqemud"))

    @property
    def running(self):
        """Whether any daemon does."""
        return any([daemon.running for daemon in self._daemons.values()])

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
        """Processes that are neither the daemon, nor libvirt's own, nor virthook's helper.

        libvirt's own are its guests, the DHCP servers of its networks, and what looks after them.
        """
        own = r"^/usr/(bin/qemu-system-|sbin/dnsmasq |lib/libvirt/libvirt_(lxc|leaseshelper))"
        running = self.processes()
        daemons = {daemon.pid for daemon in self._daemons.values()}
        known = self._known | daemons | {
            p.pid for p in running if re.match(own, p.command_line)
            or re.match(self.arrangement.lasting, p.command_line)}
        return [p for p in running if p.pid not in known and p.parent not in known - daemons]
