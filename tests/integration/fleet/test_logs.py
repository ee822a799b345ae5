"""rsyslog, by the examples' configuration, brings the audit log to another place byte for byte."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest
from helper.processes import wait_until

from install.conftest import run

from .conftest import FLEET

FORWARD, COLLECT = FLEET / "logs/rsyslog-forward.conf", FLEET / "logs/rsyslog-collect.conf"
STUCK = 60
PORT = 6514


@pytest.mark.parametrize("path", [FORWARD, COLLECT], ids=lambda path: path.stem)
def test_rsyslog_takes_it(path):
    done = run("rsyslogd", "-N1", "-f", path)
    assert done.returncode == 0, done.stderr


def test_rsyslog_would_find_a_mistake(tmp_path):
    path = tmp_path / "forward.conf"
    text = FORWARD.read_text(encoding="utf-8")
    path.write_text(text.replace("resumeRetryCount", "resumeRetryCnt"), encoding="utf-8")
    done = run("rsyslogd", "-N1", "-f", path)
    assert done.returncode != 0 and "resumeRetryCnt" in done.stderr


class Forwarding:
    """Two rsyslogd of a host that talk over its loopback; what is collected lies in a folder."""

    def __init__(self, host, folder):
        self.host, self.folder, self.started = host, folder, []
        self.collected = folder / "collected"

    def start(self, name, example):
        """An example, with the places and the name that are another's replaced."""
        state = self.folder / name
        state.mkdir(mode=0o700, exist_ok=True)
        text = example.read_text(encoding="utf-8")
        text = text.replace("collector.example.com", "127.0.0.1") \
            .replace("/var/log/virthook-fleet", str(self.collected)) \
            .replace("/var/spool/rsyslog", str(state))
        config = self.folder / f"{name}.conf"
        config.write_text(text, encoding="utf-8")
        self.started.append(self.host.start("rsyslogd", "-n", "-f", config,
                                            "-i", self.folder / f"{name}.pid"))

    def send(self):
        self.start("sender", FORWARD)

    def collect(self):
        """Sent to before it listens it would get some of the records twice."""
        self.start("collector", COLLECT)
        wait_until(self.listens, STUCK, "the collector listens")

    def listens(self):
        with open(f"/proc/{self.host.holder.pid}/net/tcp", encoding="ascii") as table:
            return any(f":{PORT:04X} " in line and " 0A " in line for line in table)

    def files(self):
        return {path.name: path.read_bytes() for path in self.collected.glob("*/*.log")}

    def logged(self, *names):
        """What the host's log has, the files one after the other."""
        return self.host.sh('cd /var/log/virthook; cat "$@"', *names).encode()

    def collected_log(self):
        return self.files().get("virt-hook.log", b"")

    def arrives(self, *names):
        wanted = self.logged(*names)
        assert wanted
        wait_until(lambda: self.collected_log() == wanted, STUCK, "all arrives")

    def end(self):
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(STUCK)


@pytest.fixture
def forwarding(host, tmp_path):
    made = Forwarding(host, tmp_path)
    yield made
    made.end()


def test_each_record_arrives_byte_for_byte_under_the_name_of_its_file(host, forwarding):
    host.hook("echo 'ä \\ \" %msg% <13>' >&2; exit 3")
    host.call("before")
    forwarding.collect()
    forwarding.send()
    host.call("after")
    forwarding.arrives("virt-hook.log")
    assert set(forwarding.files()) == {"virt-hook.log"}


def test_what_was_collected_can_be_verified(host, forwarding):
    host.hook("exit 0")
    forwarding.collect()
    forwarding.send()
    host.call()
    forwarding.arrives("virt-hook.log")
    (log,) = forwarding.collected.glob("*/virt-hook.log")
    assert host.run("virt-hook", "log", "--verify", "--audit", log).returncode == 0
    log.write_bytes(log.read_bytes().replace(b'"verdict":"allow"', b'"verdict":"deny"'))
    assert host.run("virt-hook", "log", "--verify", "--audit", log).returncode == 1


def test_a_record_with_much_output_is_not_cut(host, forwarding):
    host.sh("echo 'audit_kept = 64K' >>/etc/virthook/virthook.conf")
    host.hook("head -c 65536 /dev/zero | tr '\\0' '\\033' >&2; exit 1")
    forwarding.collect()
    forwarding.send()
    host.call()
    forwarding.arrives("virt-hook.log")
    longest = max(forwarding.files()["virt-hook.log"].splitlines(), key=len)
    assert len(longest) > 65536 and json.loads(longest)["type"] == "end"


def test_while_the_other_machine_is_away_nothing_is_missed_and_records_may_come_twice(host,
                                                                                      forwarding):
    host.hook("exit 0")
    forwarding.send()
    for number in range(3):
        host.call(f"away{number}")
    forwarding.collect()
    wanted = forwarding.logged("virt-hook.log").splitlines()
    wait_until(lambda: list(dict.fromkeys(forwarding.collected_log().splitlines())) == wanted,
               STUCK, "all arrives")


def test_it_goes_on_after_the_log_was_rotated(host, forwarding):
    host.hook("exit 0")
    forwarding.collect()
    forwarding.send()
    host.call("first")
    forwarding.arrives("virt-hook.log")
    host.sh("cd /var/log/virthook; mv virt-hook.log virt-hook.log.1")
    host.call("second")
    forwarding.arrives("virt-hook.log.1", "virt-hook.log")
