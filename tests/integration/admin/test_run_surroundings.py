"""virt-hook run with streams as scripts and cron leave them: closed, or full."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest

from .support import ENVIRONMENT, STUCK


def run_in_shell(virt_hook, streams):
    return subprocess.run(["/bin/sh", "-c", f'"$@" {streams}', "sh", *virt_hook.argv()],
                          capture_output=True, env=ENVIRONMENT, timeout=STUCK, check=False)


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_do_no_harm(virt_hook, streams):
    """A descriptor of the library's that took the number 1 would be written to as stdout."""
    virt_hook.write_hook("cat; echo said\n")
    done = run_in_shell(virt_hook, streams)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (b"said\n" if ">&-" not in streams.replace("2>&-", "") else b"")
    assert virt_hook.records()[0]["scripts"][0]["stdout_bytes"] == len(b"said\n")


def test_a_full_disk_is_told(virt_hook):
    virt_hook.write_hook("echo said\n")
    done = run_in_shell(virt_hook, ">/dev/full")
    assert done.returncode == 2 and b"No space left on device" in done.stderr
