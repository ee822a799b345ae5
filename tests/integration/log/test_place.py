"""Where `virt-hook log` reads: what an option says, else the configuration, else what was built."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess

import pytest

from admin.support import build, run


@pytest.fixture
def configured(log):
    """A log of one call, in a place that a configuration names; argv of the command without any."""
    log.write_hook("exit 0\n")
    log.run()
    log.config = log.folder / "place.conf"
    log.config.write_text(f'audit = "{log.log}"\n')
    return log


def read(log, *arguments):
    return run([log.program, "log", *arguments])


def built_in(pattern):
    """A path that the build has, as the command's help tells."""
    text = subprocess.check_output([build() / "admin/virt-hook", "log", "--help"], text=True)
    return re.search(pattern, text).group(1)


def test_the_configuration_says_where_the_log_is(configured):
    done = read(configured, "--config", configured.config, "--helper", configured.helper)
    assert (done.returncode, done.stderr) == (0, b"") and b" guest " in done.stdout


def test_audit_says_so_whatever_the_configuration_is(configured):
    done = read(configured, "--config", "/none", "--helper", "/none", "--audit", configured.log)
    assert (done.returncode, done.stderr) == (0, b"") and b" guest " in done.stdout


@pytest.mark.parametrize(("options", "status", "said"), [
    (("--helper", "/none"), 3, b"name another by --helper"),
    (("--helper", "/bin/true"), 3, b"is it virthook's helper"),
    (("--config", "/none"), 2, b"/none"),
])
def test_what_is_asked_for_and_cannot_be_had_is_an_error(configured, options, status, said):
    done = read(configured, "--helper", configured.helper, *options)
    assert done.returncode == status and said in done.stderr and done.stdout == b""


# Root's mounts of its own: the log where it was built to be, and no helper that is installed.
UNINSTALLED = """
set -e
folder=$1 place=$2 helper=$3
shift 3
mount -t tmpfs none /var/log
mkdir -p "$place"
mount --bind "$folder" "$place"
if test -e "$helper"; then mount --bind /dev/null "$helper"; fi
exec "$@"
"""


def test_without_a_helper_it_is_the_built_in_place_and_that_is_said(configured):
    place = built_in(r"default: as configured, (/\S+/)\)")
    helper = built_in(r"which reads it \(default (/\S+)\)")
    done = run(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", UNINSTALLED, "sh",
                configured.folder, place, helper, configured.program, "log"])
    assert done.returncode == 0 and b" guest " in done.stdout
    assert f"the log at {place} is read".encode() in done.stderr
