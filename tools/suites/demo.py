"""The suite `demo`: what README.md tells a newcomer to run first does run, and leaves nothing."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from command import ROOT, run
from outcome import failed
from pytested import pytest

SETUP_SECONDS = 900
DEMO_SECONDS = 1200


def demo():
    done = run([ROOT / "tools/setup", "demo"], "demo-setup", timeout=SETUP_SECONDS)
    if not done.ok:
        return [failed("tools/setup demo", done.output)]
    return pytest("demo", "tests/demo", timeout=DEMO_SECONDS)
