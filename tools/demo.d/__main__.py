"""Shows virthook at work on a real libvirtd; started by tools/demo, which sees to the surroundings.

Exit status: 0 if all went as virthook promises, 1 if not, 2 for a wrong use, 3 if nothing could be
shown, 128 and the signal's number if a signal ended it. Whichever it is, nothing is left behind.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/integration"))

import building
import interrupts
import scratch
import words
from page import Page, ReaderGone
from scenes import CONFIG, GUEST, SCENES
from side import Side

from rig.arrangement import Builtin, Service
from rig.command import RigError

NOT_KEPT, NOT_SHOWN = 1, 3

EPILOG = """It builds virthook below build/demo, and starts libvirtd twice, with the QEMU driver and
emulation, each in namespaces of its own: the machine's libvirt and its /etc/libvirt stay as they
are, and nothing is left when it ends."""


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/demo", epilog=EPILOG,
        description="Show what hooks that misbehave do to libvirtd, and to one with virthook.")
    parser.add_argument("--audit", metavar="FILE", type=Path,
                        help="keep virthook's audit log in FILE")
    return parser.parse_args()


def check_place(audit):
    """A log that cannot be kept is told before, not after."""
    if audit and (audit.is_dir() or not os.access(audit.absolute().parent, os.W_OK)):
        print(f"tools/demo: --audit: {audit}: no file can be written there", file=sys.stderr)
        raise SystemExit(2)


def show(page, audit):
    """Everything, in order; returns the exit status."""
    page.title("virthook: what hooks that misbehave do, with it and without")
    page.status("building virthook")
    page.fact("build", words.built(building.build(), building.FOLDER.relative_to(ROOT)))
    began = time.monotonic()
    with scratch.folder(), two_sides(page) as (virthook, builtin):
        for name, text in words.surroundings(virthook.version()):
            page.fact(name, text)
        played = [play(page, number, scene, builtin, virthook)
                  for number, scene in enumerate(SCENES, 1)]
        if audit:
            audit.write_text(virthook.log(), encoding="utf-8")
        page.status("ending both")
    kept = [all_kept(scene, outcomes) for scene, outcomes in zip(SCENES, played)]
    page.rule()
    page.table(["virsh start", "built-in", "virthook", "verdict"],
               [words.in_short(scene, outcomes) for scene, outcomes in zip(SCENES, played)])
    page.closing(words.summary(kept, time.monotonic() - began), all(kept))
    page.paragraph(*words.where_next(audit))
    return 0 if all(kept) else NOT_KEPT


@contextlib.contextmanager
def two_sides(page):
    """A libvirtd with virthook in its way, and one without."""
    page.status("starting libvirtd with virthook in its way")
    with Side.open("virthook", Service(CONFIG)) as virthook:
        page.status("starting libvirtd without it")
        with Side.open("built-in", Builtin()) as builtin:
            yield virthook, builtin


def play(page, number, scene, *sides):
    """One hook on each side, the one with virthook last; returns the outcomes."""
    page.scene(number, scene.title, scene.code())
    page.heads()
    outcomes = []
    for side in sides:
        page.status(f"{side.name}: virsh start {GUEST}")
        outcomes.append(side.play(scene))
        page.side(side.name, words.told(scene, outcomes[-1]), words.recorded(scene, outcomes[-1]))
    page.promises(scene.judge(outcomes[-1]))
    return outcomes


def all_kept(scene, outcomes):
    """Whether virthook kept its promises."""
    return all(kept for _, kept in scene.judge(outcomes[-1]))


def main():
    wanted = arguments()
    check_place(wanted.audit)
    page = Page(sys.stdout, os.environ)
    interrupts.catch()
    try:
        return show(page, wanted.audit)
    except interrupts.Interrupted as interrupted:
        page.failure(f"{interrupted}: ended, and all that it had started")
        return 128 + interrupted.number
    except ReaderGone:  # and what is buffered cannot go anywhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_SHOWN
    except (RigError, building.BuildFailed, OSError) as error:
        page.failure(f"{error}")
        return NOT_SHOWN


sys.exit(main())
