"""A client of the raw protocol, made from PROTOCOL.md alone, so that it can also break it.

Runs in the test's own process. It shares no code with the client library.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import fcntl
import os
import socket
import time
from dataclasses import dataclass, field

import msgpack

HELLO, CALL, ACCEPTED, VERDICT, CANCEL, PING, STATUS, RELOAD, ERROR = range(1, 10)

PACKET_MAX = 65536
FINAL_SEALS = (fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)

HOOK, EVENT = 0, 1


class Closed(Exception):
    """The helper has closed the connection."""


@dataclass
class Packet:
    """A packet as it came; at is when, by the monotonic clock. Descriptors are closed with it."""
    type: int
    id: int
    fields: dict
    fds: list
    at: float

    def read(self, index):
        """What the memfd with that index holds."""
        return os.pread(self.fds[index], os.fstat(self.fds[index]).st_size, 0)

    def __del__(self):
        for fd in self.fds:
            os.close(fd)


@dataclass
class Verdict:
    """How a call ended. output is the new XML or None; seconds counts from the call's sending."""
    allow: bool
    reason: str
    message: str
    duration_ms: int
    scripts: list
    output: bytes | None
    in_memfd: bool
    accepted_ms: int | None
    seconds: float

    @property
    def script(self):
        """The call's only script."""
        assert len(self.scripts) == 1, self
        return self.scripts[0]

    @property
    def paths(self):
        return [script["path"] for script in self.scripts]


@dataclass
class Call:
    """A call that was sent; what came for it so far."""
    id: int
    at: float
    packets: list = field(default_factory=list)


def encode(kind, number, fields, version=1):
    return msgpack.packb([version, kind, number, fields])


def memfd(data, seals=FINAL_SEALS):
    """A memfd with this content and these seals; the caller's to close."""
    fd = os.memfd_create("stdin", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def call_fields(driver="qemu", name="d1", operation="start", sub_operation="begin", extra="-",
                **more):
    """The fields of a call; more overrides, and a value of None leaves the field out."""
    fields = {"class": HOOK, "driver": driver, "object": name, "operation": operation,
              "sub_operation": sub_operation, "extra": extra} | more
    return {key: value for key, value in fields.items() if value is not None}


def verdict_of(packet, accepted_ms, sent_at):
    fields = packet.fields
    output = packet.read(0) if fields.get("output") else None
    scripts = fields.get("scripts", [])
    if fields.get("details"):
        scripts = msgpack.unpackb(packet.read(-1))
    return Verdict(fields["allow"], fields["reason"], fields["message"], fields["duration_ms"],
                   scripts, output, fields.get("details", False), accepted_ms,
                   packet.at - sent_at)


class Refused(Exception):
    """The helper answered with an error packet."""

    def __init__(self, packet):
        super().__init__(f"{packet.fields['code']}: {packet.fields['message']}")
        self.code = packet.fields["code"]
        self.message = packet.fields["message"]
        self.id = packet.id


class Peer:
    """One connection to a helper."""

    def __init__(self, sock, greet=True):
        self.sock = sock
        self.last_id = 0
        self.calls = {}
        self.hello = None
        if greet:
            self.greet()

    def greet(self):
        self.send(HELLO, 0, {"version_min": 1, "version_max": 1, "name": "test"})
        packet = self.receive(60)  # a helper that starts may have a long log to read, and to close
        assert packet.type == HELLO, packet
        self.hello = packet.fields

    def close(self):
        self.sock.close()

    def send_raw(self, data, fds=()):
        socket.send_fds(self.sock, [data], list(fds))

    def send(self, kind, number, fields, fds=()):
        self.send_raw(encode(kind, number, fields), fds)

    def receive_raw(self, timeout):
        """The next packet's bytes, descriptors and moment; Closed at the end."""
        self.sock.settimeout(timeout)
        try:
            data, fds, _, _ = socket.recv_fds(self.sock, PACKET_MAX + 1, 4,
                                              socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            # The kernel tells first that not all was read; what the helper said is behind it.
            data, fds, _, _ = socket.recv_fds(self.sock, PACKET_MAX + 1, 4,
                                              socket.MSG_CMSG_CLOEXEC)
        if not data:
            raise Closed
        return data, fds, time.monotonic()

    def receive(self, timeout):
        data, fds, moment = self.receive_raw(timeout)
        _, kind, number, fields = msgpack.unpackb(data)
        return Packet(kind, number, fields, fds, moment)

    def start(self, name="d1", operation="start", stdin=None, **more):
        """Send a call and return it; stdin is bytes, or a descriptor that stays the caller's."""
        self.last_id += 1
        call = Call(self.last_id, time.monotonic())
        own = memfd(stdin) if isinstance(stdin, bytes) else None
        fd = stdin if own is None else own
        fields = call_fields(name=name, operation=operation,
                             stdin=True if fd is not None else None, **more)
        self.calls[call.id] = call
        self.send(CALL, call.id, fields, () if fd is None else (fd,))
        if own is not None:
            os.close(own)
        return call

    def _await(self, call, kinds, timeout):
        """The first packet for the call of one of these kinds; others are kept for their calls."""
        end = time.monotonic() + timeout
        while True:
            for packet in call.packets:
                if packet.type in kinds:
                    call.packets.remove(packet)
                    return packet
            packet = self.receive(max(0.001, end - time.monotonic()))
            if packet.id in self.calls:
                self.calls[packet.id].packets.append(packet)

    def accepted(self, call, timeout=10):
        """The deadline in milliseconds that the helper told for the call."""
        packet = self._await(call, (ACCEPTED, ERROR), timeout)
        if packet.type == ERROR:
            raise Refused(packet)
        return packet.fields["deadline_ms"]

    def finish(self, call, timeout=30):
        """The call's verdict; Refused where it was an error."""
        packet = self._await(call, (VERDICT, ERROR), timeout)
        del self.calls[call.id]
        if packet.type == ERROR:
            raise Refused(packet)
        deadlines = [other.fields["deadline_ms"] for other in call.packets
                     if other.type == ACCEPTED]
        return verdict_of(packet, deadlines[0] if deadlines else None, call.at)

    def call(self, name="d1", operation="start", **more):
        """A whole call: see start()."""
        return self.finish(self.start(name, operation, **more))

    def cancel(self, call):
        self.send(CANCEL, call.id, {})

    def ask(self, kind, timeout=10):
        """Ping, status or reload, and the fields of the answer."""
        self.last_id += 1
        request = Call(self.last_id, time.monotonic())
        self.calls[request.id] = request
        self.send(kind, request.id, {})
        packet = self._await(request, (kind, ERROR), timeout)
        del self.calls[request.id]
        if packet.type == ERROR:
            raise Refused(packet)
        return packet.fields
