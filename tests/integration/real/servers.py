"""Small servers for scripts to talk to. Runs in the cell.

usage: servers.py http|smtp|syslog PORT-OR-PATH
       servers.py services PATH,PATH...

Prints as JSON the port (0 for a path) and then, one line each, what clients have sent: a request, a
mail, a message.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import http.server
import json
import os
import signal
import socket
import socketserver
import sys


def tell(what):
    print(json.dumps(what), flush=True)


class Http(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        size = int(self.headers["Content-Length"])
        tell(f"{self.requestline}\n{self.rfile.read(size).decode()}")
        self.send_response(204)
        self.end_headers()

    def address_string(self):
        return ""

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Smtp(socketserver.StreamRequestHandler):
    def answer(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        self.answer("220 test")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"DATA":
                self.answer("354 go on")
                tell(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.answer("221 bye" if word == b"QUIT" else "250 well")
            if word == b"QUIT":
                return


class Unix(socketserver.UnixStreamServer):
    # What the handler of HTTP wants to know of a TCP server.
    server_name, server_port = "localhost", 0


def receive_syslog(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        if os.path.lexists(path):
            os.unlink(path)
        server.bind(path)
        os.chmod(path, 0o666)
        tell(0)
        while True:
            tell(server.recv(65536).decode())


def listen(paths):
    """At each path; one that starts with @ is abstract. Nobody accepts: connecting is enough."""
    servers = []
    for path in paths:
        if path[0] != "@":
            os.makedirs(os.path.dirname(path), exist_ok=True)
        servers.append(socket.socket(socket.AF_UNIX))
        servers[-1].bind("\0" + path[1:] if path[0] == "@" else path)
        servers[-1].listen(1000)
        if path[0] != "@":
            os.chmod(path, 0o777)
    tell(0)
    while True:
        signal.pause()


def main(kind, address):
    if kind == "services":
        listen(address.split(","))
    if kind == "syslog":
        receive_syslog(address)
    handler = {"http": Http, "smtp": Smtp}[kind]
    if address.startswith("/"):
        server = Unix(address, handler)
    else:
        server = socketserver.TCPServer(("127.0.0.1", int(address)), handler)
    tell(0 if address.startswith("/") else server.server_address[1])
    server.serve_forever()


main(*sys.argv[1:])
