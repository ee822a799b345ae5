"""A helper that does as a test says: honest, or an attacker.

Runs as the private helper's process (its channel is descriptor 3), or as a service. It speaks the
protocol by python3-msgpack alone, so that nothing of virthook's own code is on both sides.

A plan is a list of manners (the classes below, by name), one for each start of the helper; the last
one stands for all later starts. Each start is noted in the folder of the plan.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import array
import fcntl
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import msgpack

HELLO, CALL, ACCEPTED, VERDICT, CANCEL, PING, STATUS, RELOAD, ERROR = range(1, 10)
VERSION = 1
CHANNEL_FD = 3
PACKET_MAX = 65536

F_ADD_SEALS = 1033
ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8

DEADLINE_MS = 5000


def sealed_memfd(data, seals=ALL_SEALS):
    fd = os.memfd_create("fake", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, F_ADD_SEALS, seals)
    return fd


def stop_myself():
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_myself():
    os.kill(os.getpid(), signal.SIGKILL)


class Honest:
    """Accepts each call and allows it at once; echoes its names, and its stdin as output."""

    def __init__(self, channel, folder):
        self.channel = channel
        self.folder = folder

    # What is said.

    def send(self, kind, number, fields, fds=()):
        self.send_bytes(msgpack.packb([VERSION, kind, number, fields]), fds)

    def send_bytes(self, data, fds=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.channel.sendmsg([data], rights, socket.MSG_NOSIGNAL)
        for fd in fds:
            os.close(fd)

    def hello(self, **more):
        self.send(HELLO, 0, {"version_min": VERSION, "version_max": VERSION, "name": "fake",
                             "deadline_ms": DEADLINE_MS, "stdin_max": 1 << 20, "calls_max": 4096,
                             **more})

    def accept(self, number, deadline_ms=DEADLINE_MS):
        self.send(ACCEPTED, number, {"deadline_ms": deadline_ms})

    def verdict(self, number, *, output=None, **more):
        fields = {"allow": True, "reason": "ok", "message": "fine", "duration_ms": 1, **more}
        if output is not None:
            fields["output"] = True
        self.send(VERDICT, number, fields, [sealed_memfd(output)] if output is not None else [])

    def echo(self, number, call, fds):
        names = ("driver", "object", "operation", "sub_operation", "extra")
        output = os.pread(fds[0], 1 << 20, 0) if fds else None
        self.verdict(number, message=" ".join(call[name] for name in names), output=output)

    def note(self, name, value):
        with open(self.folder / name, "a", encoding="utf-8") as file:
            file.write(json.dumps(value) + "\n")

    # What happens.

    def on_start(self):
        self.hello()

    def on_hello(self):
        """The client's hello came."""

    def on_call(self, number, call, fds):
        self.accept(number)
        self.echo(number, call, fds)

    def on_cancel(self, number):
        """A call is taken back."""

    def on_ping(self, number):
        self.send(PING, number, {})

    def on_status(self, number):
        self.send(STATUS, number, {"json": '{"name":"fake"}'})

    def on_reload(self, number):
        self.send(RELOAD, number, {})

    def serve(self):
        self.on_start()
        while self.take(*socket.recv_fds(self.channel, PACKET_MAX, 4)[:2]):
            pass

    def take(self, data, fds):
        if not data:
            return False
        _version, kind, number, fields = msgpack.unpackb(data)[:4]
        self.note("packets", [kind, number])
        if kind == HELLO:
            self.on_hello()
        elif kind == CALL:
            self.on_call(number, fields, fds)
        elif kind == CANCEL:
            self.on_cancel(number)
        elif kind == PING:
            self.on_ping(number)
        elif kind == STATUS:
            self.on_status(number)
        elif kind == RELOAD:
            self.on_reload(number)
        for fd in fds:
            os.close(fd)
        return True


# --- Those that die ---

class DiesAtOnce(Honest):
    def on_start(self):
        sys.exit(7)


class DiesLate(Honest):
    """With no hello, when a call has half of its time left."""

    def on_start(self):
        time.sleep(1)
        sys.exit(7)


class DiesAfterHello(Honest):
    def on_start(self):
        self.hello()
        kill_myself()


class DiesOnCall(Honest):
    def on_call(self, number, call, fds):
        kill_myself()


class DiesAfterAccepting(Honest):
    def on_call(self, number, call, fds):
        self.accept(number)
        kill_myself()


class DiesWithUnreadPackets(Honest):
    """Accepts, then ends with a packet of the client's unread: that resets the connection."""

    def on_call(self, number, call, fds):
        self.accept(number)
        self.channel.recv(1, socket.MSG_PEEK)
        kill_myself()


class ClosesItsChannel(Honest):
    """Lives on, deaf."""

    def on_call(self, number, call, fds):
        self.accept(number)
        self.channel.shutdown(socket.SHUT_RDWR)
        signal.pause()


# --- Those that stop ---

class StopsAtOnce(Honest):
    def on_start(self):
        stop_myself()


class StopsAfterHello(Honest):
    def on_start(self):
        self.hello()
        stop_myself()


class StopsOnCall(Honest):
    def on_call(self, number, call, fds):
        stop_myself()


class StopsAfterAccepting(Honest):
    deadline_ms = 500

    def on_call(self, number, call, fds):
        self.accept(number, self.deadline_ms)
        stop_myself()


class StopsAfterAcceptingForYears(StopsAfterAccepting):
    deadline_ms = 10 * 365 * 24 * 3600 * 1000


# --- Those that are silent but answer a ping ---

class NeverGreets(Honest):
    def on_start(self):
        """Says no hello."""


class NeverAccepts(Honest):
    def on_call(self, number, call, fds):
        if call["object"] == "good":
            super().on_call(number, call, fds)


class NeverAnswers(Honest):
    deadline_ms = 500

    def on_call(self, number, call, fds):
        if call["object"] == "good":
            super().on_call(number, call, fds)
        else:
            self.accept(number, self.deadline_ms)


class NamesTenYears(NeverAnswers):
    deadline_ms = 10 * 365 * 24 * 3600 * 1000


class NamesTheLongestTime(NeverAnswers):
    deadline_ms = (1 << 64) - 1


class AnswersAfterCancel(NeverAnswers):
    """The verdict comes when nobody waits for it any more."""

    def on_cancel(self, number):
        self.verdict(number, message="late")


class Obeys(NeverAnswers):
    """A cancelled call gets its verdict, as the protocol has it."""
    deadline_ms = 60000

    def on_cancel(self, number):
        self.verdict(number, allow=False, reason="cancelled", message="ended as you wished")


class NeverObeys(NeverAnswers):
    deadline_ms = 60000


# --- Liars ---

class AnswersAnotherCall(Honest):
    def on_call(self, number, call, fds):
        self.accept(number)
        self.verdict(number + 1000)


class AcceptsAnotherCall(Honest):
    def on_call(self, number, call, fds):
        self.accept(number + 1000)


class AcceptsTwice(Honest):
    def on_call(self, number, call, fds):
        self.accept(number)
        self.accept(number)


class AnswersTwice(Honest):
    def on_call(self, number, call, fds):
        super().on_call(number, call, fds)
        self.verdict(number)


class ComplainsOfAnotherCall(Honest):
    def on_call(self, number, call, fds):
        self.send(ERROR, number + 1000, {"code": "bad-name", "message": "not yours"})


class GreetsTwice(Honest):
    def on_call(self, number, call, fds):
        self.hello()


class AnswersBeforeGreeting(Honest):
    def on_start(self):
        self.accept(1)


class SpeaksAnotherVersion(Honest):
    def on_start(self):
        self.hello(version_min=7, version_max=9)


class PongsUnasked(Honest):
    def on_call(self, number, call, fds):
        self.send(PING, 77, {})


class TellsNoStatus(Honest):
    def on_status(self, number):
        pass


class TellsItsStatusLate(Honest):
    """Right before it answers the next call."""

    asked = ()

    def on_status(self, number):
        self.asked = (*self.asked, number)

    def on_call(self, number, call, fds):
        for asked in self.asked:
            super().on_status(asked)
        self.asked = ()
        super().on_call(number, call, fds)


class TakesStatusForReload(Honest):
    def on_status(self, number):
        self.send(RELOAD, number, {})


class TellsStatusTwice(Honest):
    def on_status(self, number):
        super().on_status(number)
        super().on_status(number)


class RefusesToReload(Honest):
    def on_reload(self, number):
        self.send(ERROR, number, {"code": "bad-configuration", "message": "x.conf:3: \x1b[2Jno"})


class TellsItsStatus(Honest):
    def on_call(self, number, call, fds):
        self.send(STATUS, number, {"json": "{}"})


class Calls(Honest):
    def on_call(self, number, call, fds):
        self.send(CALL, number, call)


# --- Rubbish ---

class SendsRubbish(Honest):
    def on_call(self, number, call, fds):
        self.send_bytes(os.urandom(64))


class SendsNothingButRubbish(Honest):
    def on_start(self):
        self.send_bytes(b"\xc1" * 100)


class SendsABomb(Honest):
    """Six bytes that make a careless decoder reserve gigabytes."""

    def on_call(self, number, call, fds):
        self.send_bytes(bytes.fromhex("dd0fffffffc0"))


class SendsTooMuch(Honest):
    def on_call(self, number, call, fds):
        self.send_bytes(b"\x00" * (PACKET_MAX + 1))


class SendsWrongTypes(Honest):
    def on_call(self, number, call, fds):
        self.send(ACCEPTED, number, {"deadline_ms": "soon"})


class FloodsWithPongs(Honest):
    def on_call(self, number, call, fds):
        while True:
            self.send(PING, 77, {})


class FloodsWithHellos(Honest):
    def on_start(self):
        while True:
            self.hello()


class FloodsWithLateVerdicts(NeverAnswers):
    """Sends a flood about a call that the client gave up: the first packet is due, no other is."""

    def on_cancel(self, number):
        while True:
            self.verdict(number)


# --- Descriptors ---

class SendsUnexpectedDescriptors(Honest):
    def on_call(self, number, call, fds):
        ends = os.pipe()
        self.send(ACCEPTED, number, {"deadline_ms": DEADLINE_MS}, ends)


class SendsManyDescriptors(Honest):
    def on_call(self, number, call, fds):
        copies = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]
        self.send(ACCEPTED, number, {"deadline_ms": DEADLINE_MS}, copies)


class SendsUnsealedOutput(Honest):
    def on_call(self, number, call, fds):
        self.accept(number)
        self.send(VERDICT, number, {"allow": True, "reason": "ok", "message": "", "duration_ms": 1,
                                    "output": True}, [sealed_memfd(b"<domain/>", seals=0)])


class SendsAPipeAsOutput(Honest):
    def on_call(self, number, call, fds):
        self.accept(number)
        reading, writing = os.pipe()
        os.close(writing)
        self.send(VERDICT, number, {"allow": True, "reason": "ok", "message": "", "duration_ms": 1,
                                    "output": True}, [reading])


# --- Last words ---

class RefusesItsConfiguration(Honest):
    def on_start(self):
        self.send(ERROR, 0, {"code": "bad-configuration",
                             "message": "/etc/virthook/virthook.conf:12: no such option 'dedline'"})
        sys.exit(2)


class RefusesTheCall(Honest):
    def on_call(self, number, call, fds):
        self.send(ERROR, number, {"code": call["object"], "message": "object: \x1b[31mno"})


# --- Helpers with a purpose of the test ---

class StartsSlowly(Honest):
    """Longer than a call waits in all, from its making, less than from this process's start."""

    def on_start(self):
        time.sleep(1)
        self.hello()


class DeniesByPolicy(Honest):
    """Its policy allows what the defaults deny; then it dies on the call."""

    def on_start(self):
        self.hello(policy=[["qemu", "prepare", 1, 1], ["*", "*", 0, 0]])

    def on_call(self, number, call, fds):
        self.accept(number)
        kill_myself()


class GathersThenAnswers(Honest):
    """Waits until as many calls as the first one's extra says are there; answers the last first."""

    def __init__(self, channel, folder):
        super().__init__(channel, folder)
        self.gathered = []

    def on_call(self, number, call, fds):
        self.accept(number)
        self.gathered.append((number, call))
        if len(self.gathered) == int(call["extra"]):
            for waiting in reversed(self.gathered):
                self.echo(*waiting, [])
            self.gathered.clear()


class RecordsItself(Honest):
    """Notes what it inherited."""

    def on_start(self):
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        signals = {line.split(":")[0]: line.split()[1] for line in status.splitlines()
                   if line.startswith("Sig")}
        self.note("inherited", {
            "argv": sys.argv, "environment": dict(os.environ), "cwd": os.getcwd(),
            "fds": {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in open_fds()},
            "signals": signals, "session": os.getsid(0) == os.getpid()})
        self.hello()


class TellsOfScripts(Honest):
    """A denial with scripts, in the packet, or (extra "details") in a memfd."""

    def on_call(self, number, call, fds):
        scripts = [
            {"path": "/hooks/qemu", "exit_status": 3, "duration_ms": 12, "stdout_bytes": 7,
             "stderr_bytes": 9, "stdout_tail": "printed", "stderr_tail": "no power\n",
             "profile": "isolated", "denied": "mount\nsocket(AF_NETLINK) ×3",
             "enforced": "user:65534 seccomp:notify pid"},
            {"path": "/hooks/qemu.d/slow", "signal": 9, "timed_out": True, "duration_ms": 99,
             "stdout_bytes": 0, "stderr_bytes": 0, "profile": "learning",
             "observed": "write /etc/x\ncall mount", "enforced": "user:0 permissive pid"},
            {"path": "/hooks/qemu.d/bad", "problem": "writable by others", "duration_ms": 0,
             "stdout_bytes": 0, "stderr_bytes": 0}]
        self.accept(number)
        denial = {"allow": False, "reason": "exit-status", "message": "no power", "duration_ms": 11}
        if call["extra"] == "details":
            self.send(VERDICT, number, denial | {"details": True},
                      [sealed_memfd(msgpack.packb(scripts))])
        else:
            self.send(VERDICT, number, denial | {"scripts": scripts})


class TellsTheProfile(Honest):
    """Its verdict's message is the profile that the call asked for."""

    def on_call(self, number, call, fds):
        self.accept(number)
        self.send(VERDICT, number, {"allow": True, "reason": "ok", "duration_ms": 1,
                                    "message": call.get("profile", "by the rules")})


def open_fds():
    """Those of this process, but for the one that the listing itself opens."""
    return sorted(int(name) for name in os.listdir("/proc/self/fd")
                  if os.path.exists(f"/proc/self/fd/{name}"))


def manner_of(folder):
    """The manner of this start, which is noted."""
    plan = json.loads((folder / "plan").read_text(encoding="utf-8"))
    with open(folder / "starts", "a+", encoding="utf-8") as starts:
        fcntl.flock(starts, fcntl.LOCK_EX)
        starts.seek(0)
        number = len(starts.readlines())
        starts.write(f"{os.getpid()}\n")
    return globals()[plan[min(number, len(plan) - 1)]]


def main(folder):
    """As a private helper."""
    folder = Path(folder)
    manner = manner_of(folder)
    channel = socket.socket(fileno=CHANNEL_FD)
    try:
        manner(channel, folder).serve()
    except (BrokenPipeError, ConnectionResetError):
        pass


def listen(folder, path):
    """As a service: one client after the other, each with the next manner of the plan."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    while True:
        channel, _ = listener.accept()
        try:
            manner_of(Path(folder))(channel, Path(folder)).serve()
        except (BrokenPipeError, ConnectionResetError, SystemExit):
            pass
        channel.close()


if __name__ == "__main__":
    listen(sys.argv[1], sys.argv[2])
