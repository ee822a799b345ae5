"""Runs one attack as a hook script, and says by exit status and stderr how it went."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import errno
import os
import sys
import time

from . import ATTACKS
from .table import CANNOT, REFUSED, SUCCEEDED, Cannot, Refused
from .target import receive

# What a defence answers with. Any other error means that the attack came further than it should,
# or is wrong: the tests accept neither.
REFUSALS = {errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT, errno.ESRCH, errno.ENOSYS,
            errno.ECONNREFUSED, errno.EXDEV, errno.ENXIO, errno.EAGAIN, errno.ENOMEM, errno.ENOSPC,
            errno.EFBIG, errno.EMFILE, errno.EBADF, errno.EIDRM, errno.EAFNOSUPPORT,
            errno.EBUSY, errno.ECHILD, errno.ENETUNREACH, errno.ENODEV, errno.ENFILE, errno.EDQUOT}


def _say(text):
    os.write(2, (text + "\n").encode(errors="replace"))


def _end(status, text):
    _say(text)
    os._exit(status)


def main(name):
    now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    _say(f"namespace {os.readlink('/proc/self/ns/pid')} at {now}")
    target = receive()
    try:
        got = ATTACKS[name].run(target)
    except Cannot as reason:
        _end(CANNOT, f"cannot: {reason}")
    except Refused as reason:
        _end(REFUSED, f"refused: {reason}")
    except MemoryError:
        _end(REFUSED, "refused: no memory")
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        _end(REFUSED, f"refused: {error}")
    sys.stdout.flush()
    _end(SUCCEEDED, f"succeeded: {got}")
