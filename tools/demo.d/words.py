"""What is said of what was seen: plain texts; page.py lays them out."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import signal
from dataclasses import dataclass

from scenes import DEADLINE, MIB

CALM, GOOD, BAD = "calm", "good", "bad"

MUCH = 1000  # bytes of output, from which on they are counted here

# Between a number and its unit: no line is broken there.
TIE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Said:
    """A text, how long it took to come, and whether that is a pleasure."""
    text: str
    took: str = ""
    tone: str = CALM


def seconds(value):
    return f"{value:.2f}{TIE}s" if value < 0.995 else f"{value:.1f}{TIE}s"


def memory(kib):
    """In units of 1000, as the floods are counted."""
    return size(kib * 1024)


def size(count):
    if count < 1000:
        return f"{count}{TIE}bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f}{TIE}kB"
    return f"{count / 1e6:.{1 if count < 10_000_000 else 0}f}{TIE}MB"


def built(took, folder):
    return f"{folder}, up to date" if took < 0.5 else f"{folder}, in {seconds(took)}"


def surroundings(version):
    """[(name, text)] of what the scenes are played on; version is what `virsh version` says."""
    library, hypervisor = (re.search(pattern, version)[1] for pattern in (
        r"Using library: libvirt (\S+)", r"Running hypervisor: (.+)"))
    return [
        ("libvirtd", f"{library}, {hypervisor} by emulation; twice, each in namespaces of its own"),
        ("virthook", "the shim in libvirt's hooks directory; virthook-helper as a service, "
                     f"deadline {DEADLINE} s"),
        ("built-in", "libvirt's own way: it runs the same hooks itself"),
    ]


# what virsh said

def told(scene, outcome):
    """[Said] of what was seen on one side."""
    said = [of_start(scene, outcome.start)]
    if outcome.listing:
        said.append(of_listing(outcome.listing))
    if scene.shows_memory:
        said += of_memory(outcome)
    if outcome.left and not outcome.start.hung:
        said.append(Said(f"left running: {names(outcome.left)}", tone=BAD))
    if outcome.destroy:
        said.append(Said(virsh_text(outcome.destroy), seconds(outcome.destroy.seconds)))
    return said


def of_start(scene, start):
    if start.hung:
        return Said("nothing yet, when we gave up", f">{TIE}{scene.patience:.0f}{TIE}s", BAD)
    return Said(virsh_text(start), seconds(start.seconds))


def of_listing(listing):
    question = "virsh list, second shell:"
    if listing.hung:
        return Said(f"{question} no answer", f">{TIE}{listing.seconds:.0f}{TIE}s", BAD)
    answer = "answered" if listing.status == 0 else virsh_text(listing)
    return Said(f"{question} {answer}", seconds(listing.seconds), GOOD)


def of_memory(outcome):
    tone = BAD if outcome.growth > 100 * MIB else GOOD
    said = [Said(f"libvirtd's memory grew by {memory(outcome.growth)}", tone=tone)]
    if outcome.helper_peak is not None:
        said.append(Said(f"the helper's was {memory(outcome.helper_peak)} at its peak", tone=GOOD))
    return said


def virsh_text(result):
    """What virsh printed; a hook's command line in libvirt's error is left out."""
    lines = [" ".join(line.split()) for line in (result.stdout + result.stderr).splitlines()]
    text = "\n".join(line for line in lines if line)
    return re.sub(r"Child process \(LC_ALL=C [^)]*\)", "Child process (…)", text)


def names(processes):
    return ", ".join(process.command_line or process.name for process in processes)


# the audit record

def recorded(scene, outcome):
    """Lines that tell the audit records of one side."""
    if not outcome.records:
        return ["none"]
    if scene.shows_every_record:
        return [f"{r['operation']}: {r['verdict']}, {r['duration_ms']}{TIE}ms"
                for r in outcome.records]
    record = outcome.prepare
    if not record:
        return ["none of prepare"]
    lines = [f"prepare: {record['verdict']}", f"reason: {record['reason']}"]
    return lines + [line for script in record["scripts"] for line in of_script(script)]


def of_script(script):
    took = script["duration_ms"]
    after = seconds(took / 1000) if took >= 1000 else f"{took}{TIE}ms"
    lines = [f"{script['path'].rpartition('/')[2]}: {ending(script)} after {after}"]
    if max(script["stdout_bytes"], script["stderr_bytes"]) > MUCH:
        lines += [f"{stream}: {size(script[f'{stream}_bytes'])}" for stream in ("stdout", "stderr")]
    last = (script["stderr"] or "").strip().splitlines()[-1:]
    return lines + [f'stderr{" ends" if len(lines) > 1 else ""}: "{line}"' for line in last]


def ending(script):
    if script["problem"]:
        return script["problem"]
    if script["signal"]:
        return f"ended by {signal.Signals(script['signal']).name}"
    return f"exit status {script['exit_status']}"


# the end

def in_short(scene, outcomes):
    """A row of the last table: the hook, how virsh start fared on each side, the verdict."""
    verdict = outcomes[-1].prepare.get("verdict", "none")
    return [scene.name, *(fared(scene, outcome) for outcome in outcomes), verdict]


def fared(scene, outcome):
    texts = [of_start(scene, outcome.start).took]
    if outcome.listing:
        texts.append(f"virsh list {of_listing(outcome.listing).took}")
    if scene.shows_memory:
        texts.append(f"memory + {memory(outcome.growth)}")
    return ", ".join(texts)


def summary(kept, took):
    return f"{sum(kept)} of {len(kept)} hooks went as virthook promises, in {took:.0f} s."


def where_next(audit):
    log = (f"The audit log of all this is now in {audit}, a JSON object a line." if audit else
           "tools/demo --audit FILE keeps the audit log of all this, a JSON object a line.")
    return [
        "Where to look next",
        f"{log} README.md tells how to put virthook in the way of your own libvirt, and how to try "
        "a hook with no libvirt at all (virt-hook run); SECURITY.md, what virthook guards against "
        "and what it does not; ARCHITECTURE.md, how a call travels, file by file. tools/test holds "
        "all of it to its promises."]
