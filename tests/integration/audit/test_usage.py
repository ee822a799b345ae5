"""Records tell what a script and all that it started have used."""
# SPDX-License-Identifier: LGPL-2.1-or-later

MIB = 1024 * 1024

# As much as the test asks for, by the very clock that is asked about.
BURN = """
import os, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
"""


def script_of(place):
    return place.ends()[0]["scripts"][0]


def test_the_processor_time_is_that_of_the_script_and_its_children(place, start):
    place.python("qemu", BURN + "if os.fork() == 0:\n    burn(0.2)\n    os._exit(0)\n"
                 "os.wait()\nburn(0.1)\n")
    assert start().peer.call().allow
    script = script_of(place)
    assert 290 <= script["user_ms"] + script["system_ms"]


def test_the_time_of_a_child_that_was_orphaned_counts_too(place, start):
    place.python("qemu", BURN + "told, tell = os.pipe()\n"
                 "if os.fork() == 0:\n    if os.fork() == 0:\n        burn(0.2)\n"
                 "        os.write(tell, b'%d' % os.getpid())\n    os._exit(0)\n"
                 "os.wait()\npid = int(os.read(told, 10))\n"
                 "while os.path.exists(f'/proc/{pid}'):\n    os.sched_yield()\n")
    assert start().peer.call().allow
    script = script_of(place)
    assert 190 <= script["user_ms"] + script["system_ms"]


def test_the_peak_of_memory_is_that_of_the_largest_process(place, start):
    place.python("qemu", f"size = 64 * {MIB}\nheld = bytearray(b'x') * size\n")
    assert start().peer.call().allow
    assert 64 * 1024 <= script_of(place)["memory_peak_kib"] < 256 * 1024


def test_a_script_that_was_not_run_has_used_nothing(place, start):
    place.script("qemu", mode=0o777)
    assert not start().peer.call().allow
    script = script_of(place)
    assert [script[key] for key in ("setup_ms", "user_ms", "system_ms", "memory_peak_kib")] == (
        [None] * 4)
