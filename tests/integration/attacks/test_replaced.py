"""A script is replaced while its call runs: the call keeps its own, the next one has the new."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest
from helper.processes import wait_until

from .range import LONG, OPERATION

# When the file `began` is there the shell has read the script, which is shorter than its buffer.
OLD = "echo old >&2\n: >{began}\nuntil test -e {hooks}/go; do sleep 0.02; done\necho old >&2"
NEW = "echo new >&2"


@pytest.fixture
def running(attacks, shared):
    """A call whose script runs and waits for the file `go`; gives the script's path too."""
    path = attacks.place.script(f"qemu.d/isolated.replaced/{OPERATION}",
                                OLD.format(hooks=attacks.place.hooks, began=shared / "began"))
    call = attacks.helper.peer.start("isolated.replaced", OPERATION, timeout_ms=LONG * 1000)
    wait_until((shared / "began").exists, LONG, "the script runs")
    yield call, path
    (attacks.place.hooks / "go").unlink(missing_ok=True)


def test_a_script_that_is_renamed_over_ends_as_it_began(attacks, running):
    call, path = running
    fresh = attacks.place.script(f"qemu.d/isolated.replaced/{OPERATION}.new", NEW)
    os.rename(fresh, path)
    (attacks.place.hooks / "go").touch()
    assert attacks.helper.peer.finish(call).script["stderr_tail"] == "old\nold\n"
    again = attacks.helper.peer.call("isolated.replaced", OPERATION)
    assert again.script["stderr_tail"] == "new\n"


def test_a_script_that_becomes_writable_for_others_is_not_run_again(attacks, running):
    call, path = running
    path.chmod(0o777)
    (attacks.place.hooks / "go").touch()
    assert attacks.helper.peer.finish(call).script["exit_status"] == 0
    again = attacks.helper.peer.call("isolated.replaced", OPERATION)
    assert again.reason == "not-runnable", again
    assert "old" not in again.script.get("stderr_tail", "")


def test_a_script_whose_folder_becomes_writable_for_others_is_not_run_again(attacks, running):
    """Nor would one be that somebody has put into it by then."""
    call, path = running
    path.parent.chmod(0o777)
    (attacks.place.hooks / "go").touch()
    assert attacks.helper.peer.finish(call).script["stderr_tail"] == "old\nold\n"
    again = attacks.helper.peer.call("isolated.replaced", OPERATION)
    path.parent.chmod(0o755)
    assert again.reason == "not-runnable", again
    assert all("old" not in script.get("stderr_tail", "") for script in again.scripts)


def test_a_script_that_is_gone_ends_as_it_began(attacks, running):
    call, path = running
    path.unlink()
    (attacks.place.hooks / "go").touch()
    assert attacks.helper.peer.finish(call).script["stderr_tail"] == "old\nold\n"
    assert attacks.helper.peer.call("isolated.replaced", OPERATION).scripts == []
