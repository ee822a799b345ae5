"""What an attack is aimed at: made by the tests, handed to the attack as JSON on its stdin.

Its files lie outside /tmp, in places that the file system's own permissions open to everybody, so
that nothing but the confinement stops an attack.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import sys
from types import SimpleNamespace


class Target(SimpleNamespace):
    """
    word: what a secret holds. secret: a file of mode 0644 in a folder that the profiles hide.
    open: a folder of mode 0777; canary: a file of mode 0666 in it. socket, run_socket: unix sockets
    of the host that everybody may write to, below /var/lib and below /run. abstract: the name of one
    of the host's abstract sockets, without its NUL. port: the host's TCP port at 127.0.0.1.
    programs: the folder of compiled ones. script: the attack's own path. shm, queue, semaphores:
    System V ids on the host; shm_file, message_queue: names of POSIX ones. tmp_file: a file of mode 0666 in
    /tmp. disk, disk_number: a block
    device of the host that holds the word. pid: a process of the
    host, or in the arena the victim.
    """

    def encode(self):
        return json.dumps(vars(self)).encode()


def receive():
    return Target(**json.load(sys.stdin))
