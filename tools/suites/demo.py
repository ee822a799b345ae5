"""The suite `demo`: what README.md tells a newcomer to run first does run."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from command import ROOT, run
from outcome import failed, passed

DEMO_SECONDS = 300


def demo():
    done = run([ROOT / "tools/demo"], "demo", timeout=DEMO_SECONDS, cwd="/")
    title = "tools/demo runs to its end"
    if done.ok:
        return [passed(title)]
    return [failed(title, f"exit status {done.status}\n{done.output}")]
