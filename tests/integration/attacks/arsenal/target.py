"""What an attack is aimed at: made by the tests, handed to the attack as JSON on its stdin.

Its files lie in places that the file system's own permissions open to everybody, so
that nothing but the confinement stops an attack.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import sys
from types import SimpleNamespace


class Target(SimpleNamespace):
    """
    word: what a secret holds. secret: a file of mode 0644 in a folder that the profiles hide.
    folder: what holds hidden (the folder of the secret), open (a folder of mode 0777) and audit
    (the helper's log). canary: a file of mode 0666 in the open folder. tmp_file: one in /tmp.
    socket, run_socket, log_socket: unix sockets of the host that everybody may write to, below
    /var/lib and below /run; the last is one that the profiles show. abstract: the name of one of
    the host's abstract sockets, without its NUL. port: the host's TCP port at 127.0.0.1.
    hooks, programs: the folders of scripts and of compiled programs. script: the attack's own path.
    shm, queue, semaphores: System V ids on the host; shm_file, message_queue: names of POSIX ones.
    disk, disk_number: a block device of the host that holds the word.
    pid: the helper's on the host, or in the arena the victim's.
    """

    def encode(self):
        return json.dumps(vars(self)).encode()


def receive():
    return Target(**json.load(sys.stdin))
