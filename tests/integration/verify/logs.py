"""Logs to be verified: a folder of their files, and lines that were tampered with.

Runs in the test's own process. A log is a list of lines, bytes with their newline.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import gzip
import hashlib
import json

from admin.support import build, run

NO_HASH = "0" * 64


class Logs:
    """Log files in a folder, and the command that verifies them."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, lines):
        data = b"".join(lines)
        path = self.folder / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def log(self, *arguments, place=None):
        return run([build() / "admin/virt-hook", "log", "--audit", place or f"{self.folder}/",
                    *arguments])

    def verify(self, *arguments, status, place=None):
        """The document that --json prints; the exit status must be this one."""
        done = self.log("--verify", "--json", *arguments, place=place)
        document = json.loads(done.stdout)
        assert done.returncode == status, (done, document)
        assert document["whole"] == (document["breaks"] == 0)
        return document

    def findings(self, **how):
        return self.verify(**how)["findings"]

    def the_break(self):
        """(kind, file's name, line, seq) of the only finding, which is a break."""
        found, = self.findings(status=1)
        assert found["break"]
        return found["kind"], found["file"].rpartition("/")[2], found["line"], found["seq"]


def head(line):
    record = json.loads(line)
    return f"{record['chain']}:{record['seq']}:{record['hash']}"


def seal(line, *, chain=None, seq=None, prev=None, **fields):
    """The line with other fields, and with the hash that it must have then."""
    record = json.loads(line)
    tail = {"chain": chain or record.pop("chain"), "seq": seq or record.pop("seq"),
            "prev": prev or record.pop("prev")}
    for key in ("chain", "seq", "prev", "hash"):
        record.pop(key, None)
    text = json.dumps(record | fields | tail, separators=(",", ":"))[:-1].encode()
    return text + f',"hash":"{hashlib.sha256(text).hexdigest()}"}}\n'.encode()


def chain_of(lines, name, start=1, prev=NO_HASH):
    """The same lines as a chain of this name."""
    made = []
    for seq, line in enumerate(lines, start):
        made.append(seal(line, chain=name, seq=seq, prev=prev))
        prev = json.loads(made[-1])["hash"]
    return made
