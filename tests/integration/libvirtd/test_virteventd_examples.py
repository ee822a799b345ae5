"""The scripts of examples/events/, with the configuration that comes with them, on a real daemon,
each under the profile that the configuration names.

Only what stands at their heads to be set is set: where they write, and whom they tell.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import signal
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rig import xml
from rig.arrangement import CONFIG, Service
from rig.command import wait_until
from rig.events import Scripts
from rig.libvirtd import QEMU_URI, Libvirtd

EXAMPLES = Path(__file__).resolve().parents[3] / "examples/events"

# What is set: all of it in the cell's own /run, which is gone with it.
SET = {"/var/lib/virthook-restarts": "/run/restarts", "/var/backups/guests": "/run/backups",
       "/var/lib/prometheus/node-exporter": "/run/metrics",
       "https://chat.example.com/hooks/guests": "http://127.0.0.1:8080/hooks/guests"}

# A chat's end of a webhook: leaves what it is told.
CHAT = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"]))
        with open("/run/said", "ab") as file:
            file.write(said + b"\\n")
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
"""

# Has the machine switch itself off: sleep type and enable in ACPI's PM1a control, where the BIOS
# puts it.
SWITCH_OFF = bytes.fromhex("ba0406 b80020 ef f4").ljust(510, b"\0") + b"\x55\xaa"


def with_settings(text):
    for shipped, here in SET.items():
        text = text.replace(shipped, here)
    return text


@pytest.fixture
def daemon(cache):
    config = with_settings(EXAMPLES.joinpath("events.conf").read_text(encoding="utf-8"))
    with Libvirtd(Service(CONFIG + config), cache=cache) as daemon:
        for script in EXAMPLES.iterdir():
            text = with_settings(script.read_text(encoding="utf-8"))
            daemon.cell.write(f"/etc/virthook/events/{script.name}", text, 0o755)
        daemon.cell.run(["install", "-d", "/run/restarts", "/run/backups"]).checked()
        daemon.cell.run(["install", "-d", "-o", "virthook-run", "/run/metrics"]).checked()
        yield daemon


@pytest.fixture
def events(daemon):
    return Scripts(daemon, QEMU_URI, config="retry_first = 0.2\nretry_most = 1\n").start()


def kill_qemu(daemon):
    qemu = daemon.cell.wait_for_process("^/usr/bin/qemu-system.*guest=g1", 20)
    daemon.cell.signal(qemu.pid, signal.SIGKILL)


def ended(daemon, script):
    """The runs of a script, as the log has them."""
    return [run for call in daemon.audit("end") for run in call["scripts"]
            if run["path"].endswith(f"/{script}")]


def test_a_crash_is_told_to_the_chat_when_it_can_be_reached(daemon, events):
    daemon.define_guest("g1")
    daemon.virsh("start", "g1").checked()
    kill_qemu(daemon)
    wait_until(lambda: ended(daemon, "notify-on-crash"), 20, "the first try")
    daemon.cell.spawn(["/usr/bin/python3", "-I", "-c", CHAT])
    wait_until(lambda: daemon.cell.path("/run/said").exists(), 20, "the message")
    assert json.loads(daemon.cell.read("/run/said"))["text"].startswith("Guest g1 on ")


def test_a_guest_has_a_name_in_its_network_while_it_runs(daemon, events):
    """The guest's firmware asks for an address by DHCP, since it is to boot from the network."""
    daemon.define_network("n1")
    daemon.virsh("net-start", "n1").checked()
    guest = xml.guest("Web_1", "n1").replace("</type>", "</type><boot dev='network'/>")
    daemon.cell.write("/run/guest.xml", guest)
    daemon.virsh("create", "/run/guest.xml").checked()

    def answer():
        return daemon.cell.run(["busybox", "nslookup", "web-1", "192.168.99.1"]).stdout
    wait_until(lambda: "Name:\tweb-1\nAddress: 192.168.99." in answer(), 90, "the name")
    daemon.virsh("destroy", "Web_1").checked()
    wait_until(lambda: "web-1" not in daemon.virsh("net-dumpxml", "n1").stdout, 30,
               "the name's end")


def test_prometheus_is_told_what_guests_do(daemon, events):
    file = daemon.cell.path(f"/run/metrics/guest-{xml.uuid_of('g1')}.prom")

    def sample(name):
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [s for family in text_string_to_metric_families(text) for s in family.samples
                if s.name == name]

    def runs():
        return [(s.labels["guest"], s.value) for s in sample("libvirt_guest_running")]
    daemon.define_guest("g1")
    daemon.virsh("start", "g1").checked()
    wait_until(lambda: runs() == [("g1", 1)], 20, "that it runs")
    daemon.virsh("destroy", "g1").checked()
    wait_until(lambda: runs() == [("g1", 0)], 20, "that it does not run")
    assert sample("libvirt_guest_last_event_seconds")[0].labels["detail"] == "destroyed"
    daemon.virsh("undefine", "g1").checked()
    wait_until(lambda: not file.exists(), 20, "the file's end")


def test_a_guest_that_fails_is_started_again_three_times_and_not_a_fourth(daemon, events):
    daemon.define_guest("g1")
    daemon.virsh("start", "g1").checked()
    for number in range(4):
        wait_until(lambda: "running" in daemon.virsh("domstate", "g1").stdout, 20,
                   f"the guest to run after {number} failures")
        kill_qemu(daemon)
        wait_until(lambda number=number: len(ended(daemon, "restart-after-failure")) == number + 1,
                   20, "the script's end")
    assert "failed more than 3 times" in ended(daemon, "restart-after-failure")[-1]["stderr"]
    assert daemon.virsh("domstate", "g1").stdout.strip() == "shut off"


def test_the_disks_of_a_guest_that_was_shut_down_are_copied(daemon, events):
    disk = SWITCH_OFF.ljust(2 ** 20, b"d")
    daemon.cell.write("/var/lib/libvirt/images/of g1.img", disk)
    daemon.cell.write("/run/guest.xml",
                      xml.guest_with_devices("g1", "/var/lib/libvirt/images/of g1.img"))
    daemon.virsh("define", "/run/guest.xml").checked()
    daemon.virsh("start", "g1").checked()
    wait_until(lambda: ended(daemon, "backup-after-shutdown"), 60, "the backup")
    assert daemon.cell.path(f"/run/backups/{xml.uuid_of('g1')}/vda").read_bytes() == disk
