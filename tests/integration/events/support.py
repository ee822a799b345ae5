"""An event, as a client tells the helper of it, and what waits for its scripts."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from helper.processes import wait_until
from helper.wire import EVENT

# What need not wait may take so long, in seconds, on a busy machine.
AT_ONCE = 10

# A script says that it runs and goes on when the test lets it: no test waits for time.
UNTIL_LET = 'touch "$T/begun-$2"; until test -e "$T/go"; do sleep 0.01; done; echo $2 >>$T/done'

HANG = 'touch "$T/begun-$2"; sleep 600'


def send(peer, event="started", detail="booted", name="d1", kind="domain", **more):
    """Send an event, and return its call."""
    return peer.start(name, event, driver=kind, sub_operation=detail, **{"class": EVENT} | more)


def tell(peer, *names, **more):
    """A whole call of an event: its verdict."""
    return peer.finish(send(peer, *names, **more))


def begun(place, name="d1"):
    """Wait for the script of this object to run."""
    wait_until((place.root / f"begun-{name}").exists, 20, f"the script of {name} runs")


def let(place):
    """Let the scripts that wait go on."""
    (place.root / "go").touch()


def ended(place, count):
    """Wait for so many ends in the log, and return them."""
    return wait_until(lambda: len(ends := place.ends()) >= count and ends, 20,
                      f"{count} calls have ended")
