"""By default the helper has no code for the journal or syslog, and says so where it is wanted."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest

PLACES = ["journal", "syslog"]


@pytest.fixture(autouse=True)
def default_link(built):
    if built:
        pytest.skip(f"this build has the features {', '.join(sorted(built))}; default-link's has "
                    "none")


@pytest.mark.parametrize("name", PLACES)
def test_a_configuration_that_wants_it_is_refused_with_the_feature_s_name(place, binary, name):
    place.configure(f"audit_{name} = yes\n")
    done = subprocess.run([binary, "--config", place.config, "--hooks", place.hooks, "--audit",
                           f"{place.audit}/", "--listen", place.root / "sock"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert (f"virthook.conf:1: this virthook was built without the feature {name}; write audit_"
            f"{name} = no, or build with meson's -D{name}=enabled") in done.stderr


@pytest.mark.parametrize("name", PLACES)
def test_one_that_says_no_to_it_is_taken(place, start, name):
    place.configure(f"audit_{name} = no\n")
    place.script("qemu")
    assert start().peer.call("d1").allow


def test_the_helper_has_none_of_the_code(binary):
    code = binary.read_bytes()
    assert b"copies_send" in code, "its symbols are not there to be looked at"
    assert b"journal_copy" not in code and b"syslog_copy" not in code
