"""A command's time and memory.

Runs in the test's own process, and in a small one of its own: to the peak of a process the kernel
counts what the one that started it had then, and pytest has much.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess
import tempfile
from dataclasses import dataclass

STARTER = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime,
      file=sys.stderr)
"""


@dataclass
class Measured:
    """peak_kib is the most memory (resident) that it had; seconds is processor time."""
    status: int
    stdout: bytes
    peak_kib: int
    seconds: float


def measured(argv, timeout=300, **how):
    """Runs the command, which must print nothing to stderr."""
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(["/usr/bin/python3", "-I", "-S", "-c", STARTER, *map(str, argv)],
                              stdout=output, stderr=subprocess.PIPE, timeout=timeout, check=True,
                              **how)
        output.seek(0)
        status, peak_kib, seconds = done.stderr.split()
        return Measured(int(status), output.read(), int(peak_kib), float(seconds))
