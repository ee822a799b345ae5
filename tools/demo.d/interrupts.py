"""Signals that end the demo become an exception, and not in the middle of making or ending a thing.

The first one is heard; those that follow are ignored, so that nothing disturbs the clearing up,
each step of which is bounded.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import contextlib
import signal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal came."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


class State:
    """What the handler and hold() share."""
    holds = 0
    pending = None


def catch():
    """From here on the signals raise Interrupted; one that is ignored (nohup) stays ignored."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handle)


def handle(number, _):
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    if State.holds:
        State.pending = number
    else:
        raise Interrupted(number)


@contextlib.contextmanager
def hold():
    """Signals wait until the end of the block, which must be short."""
    State.holds += 1
    try:
        yield
    finally:
        State.holds -= 1
    if not State.holds and State.pending:
        number, State.pending = State.pending, None
        raise Interrupted(number)
