"""A private place for one helper: its hooks, its configuration, its audit log.

Runs in the test's own process. All of it belongs to root below /tmp, so that it passes the vetting
as /etc would.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from degraded import conditions
from rig import schema

SHELL = "/bin/sh"
PYTHON = "/usr/bin/python3 -IS"


class Place:
    """Folders and files; root, hooks, audit and config are paths."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="virthook-helper-", dir="/tmp"))
        self.hooks = self.folder("hooks", 0o755)
        self.events = self.folder("events", 0o755)
        self.audit = self.folder("audit", 0o700)
        conditions.prepare(self.root)
        self.config = self.root / "virthook.conf"
        self.configure("grace = 0.2\n")

    def folder(self, name, mode=0o755, exist_ok=False):
        path = self.root / name
        path.mkdir(parents=True, exist_ok=exist_ok)
        path.chmod(mode)
        return path

    def configure(self, text):
        """Events' scripts and guests' own /tmp are in here too."""
        text = conditions.configured(text, self.root) + f'\nevents = "{self.events}"\n'
        if "guest_tmp" not in text:
            text += f'\nguest_tmp = "{self.root}/guest-tmp"\n'
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o644)

    def script(self, name, body="exit 0", interpreter=SHELL, mode=0o755):
        """A script below the hooks folder; $T in a shell's body is this place's root."""
        path = self.hooks / name
        missing = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            folder.chmod(0o755)
        head = f"#!{interpreter}\n" + (f"T={self.root}\n" if interpreter == SHELL else "")
        path.write_text(head + body + "\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def on_event(self, name, body="exit 0", **more):
        """The same below the folder of events: domain/all, domain/default/started."""
        return self.script(self.events / name, body, **more)

    def python(self, name, body):
        """The same in Python; T is this place's root as a string."""
        return self.script(name, f"T = {str(self.root)!r}\n{body}", PYTHON)

    def read(self, name):
        """What a script wrote to $T/name."""
        return (self.root / name).read_bytes()

    def lines(self, name):
        path = self.root / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def log(self):
        """The bytes of all the audit logs."""
        return b"".join(path.read_bytes() for path in sorted(self.audit.iterdir()))

    def records(self, kind=None):
        found = [json.loads(line) for line in self.log().splitlines()]
        return [record for record in found if kind in (None, record["type"])]

    def ends(self):
        return self.records("end")

    def remove(self):
        """With the namespaces that helpers have pinned to files in it; its records are checked."""
        for folder in self.root.glob("*.spaces"):
            subprocess.run(["/bin/umount", "--recursive", folder], check=False,
                           stderr=subprocess.DEVNULL)
        try:
            schema.check_logs(self.audit)
        finally:
            shutil.rmtree(self.root)
