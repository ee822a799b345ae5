"""The units, as systemd reads them; what they do is tested where systemd runs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import shutil

import pytest

from .conftest import run

UNITS = ("virthook.socket", "virthook.service", "virteventd.service")

# What virteventd's own code is worth to who takes it over, by systemd's measure from 0 to 10.
EXPOSURE_MOST = 2.0

# What scripts would inherit, whatever their profile grants.
INHERITED = ("SystemCall", "NoNewPrivileges", "Capability", "Ambient", "Protect", "Private",
             "Restrict", "ReadOnly", "ReadWrite", "Inaccessible", "Device", "IPAddress", "Lock",
             "MemoryDeny", "RootDirectory", "Mount", "Limit", "MemoryMax", "Nice", "OOMScore",
             "SecureBits", "TemporaryFileSystem", "Bind", "DynamicUser", "User=", "Group=")


def verify(installed, *units):
    return installed.run("systemd-analyze", "verify", "--man=yes", *units)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong_with_it(installed, unit):
    done = verify(installed, unit)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_would_find_a_mistake(installed, tmp_path):
    unit = tmp_path / "virthook.service"
    unit.write_text(installed.text("/usr/lib/systemd/system/virthook.service")
                    .replace("virthook-helper", "virthook-hepler"), encoding="utf-8")
    done = verify(installed, unit)
    assert done.returncode != 0 and "virthook-hepler" in done.stderr


def test_libvirt_s_daemons_are_ordered_after_the_helper_and_need_it_not(installed):
    text = installed.text("/usr/lib/systemd/system/libvirtd.service.d/50-virthook.conf")
    settings = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    assert settings == ["After=virthook.socket virthook.service"]
    done = verify(installed, "libvirtd.service")
    assert "virthook" not in done.stderr


def test_the_helper_s_service_takes_nothing_from_scripts(installed):
    text = installed.text("/usr/lib/systemd/system/virthook.service")
    found = [line for line in text.splitlines() if line.startswith(INHERITED)
             and not line.startswith("StartLimit")]
    assert found == []


def test_virteventd_s_service_is_left_with_little(installed):
    done = installed.run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                         "virteventd.service")
    said = re.search(r"Overall exposure level for virteventd.service: ([\d.]+)", done.stdout)
    assert float(said.group(1)) <= EXPOSURE_MOST


@pytest.fixture
def system(installed, tmp_path):
    """A root with no more than systemd needs of one, with users and folders made."""
    shutil.copytree(installed.root / "usr/lib", tmp_path / "usr/lib", symlinks=True)
    tmp_path.joinpath("etc").mkdir()
    for tool in (("systemd-sysusers",), ("systemd-tmpfiles", "--create")):
        done = run(*tool, f"--root={tmp_path}")
        assert done.returncode == 0, done.stderr
    return tmp_path


def users(system):
    lines = (system / "etc/passwd").read_text(encoding="utf-8").splitlines()
    return {line.split(":")[0]: line.split(":") for line in lines}


def test_two_users_are_made_with_groups_of_their_own_and_no_shell(system):
    found = users(system)
    helper, script = found["virthook"], found["virthook-run"]
    assert helper[2] != script[2] and helper[3] != script[3]
    assert {helper[6], script[6]} == {"/usr/sbin/nologin"}


def test_folders_belong_to_who_writes_there(system):
    found = users(system)

    def owner_and_mode(name):
        st = (system / name).stat()
        return st.st_uid, st.st_gid, oct(st.st_mode & 0o7777)

    helper, script = int(found["virthook"][2]), int(found["virthook-run"][2])
    assert owner_and_mode("run/virthook") == (0, 0, "0o755")
    assert owner_and_mode("var/log/virthook") == (helper, 0, "0o770")
    assert owner_and_mode("var/log/virthook-run")[::2] == (script, "0o750")
