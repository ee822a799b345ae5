"""meson install puts everything where a distribution and an admin look for it, and no more."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import re
import stat
from pathlib import Path

import pytest

from degraded.conditions import BUILD

from .conftest import run

ROOT = Path(__file__).resolve().parents[3]
DAEMONS = ("libvirtd", "virtinterfaced", "virtlxcd", "virtnetworkd", "virtnodedevd",
           "virtnwfilterd", "virtproxyd", "virtqemud", "virtsecretd", "virtstoraged", "virtvboxd",
           "virtxend")
PROGRAMS = ("/usr/bin/virt-hook", "/usr/libexec/virthook-helper", "/usr/libexec/virthook-runner",
            "/usr/libexec/virthook-shim", "/usr/sbin/virteventd")
CONFIGURATION = ("/etc/virthook/virthook.conf", "/etc/virthook/profiles.d/50-shipped.conf",
                 "/etc/logrotate.d/virthook", "/etc/virthook/virteventd.conf")
ADMIN_S_OWN = ("/etc/virthook/hooks", "/etc/virthook/events.d")
SERVICE_MANAGER_S = (
    "/usr/lib/systemd/system/virthook.socket", "/usr/lib/systemd/system/virthook.service",
    "/usr/lib/systemd/system/virteventd.service", "/usr/lib/sysusers.d/virthook.conf",
    "/usr/lib/tmpfiles.d/virthook.conf",
    *[f"/usr/lib/systemd/system/{name}.service.d/50-virthook.conf" for name in DAEMONS])
LIBRARY = ("libvirthook.so", "libvirthook.so.0", "libvirthook.so.0.1.0", "pkgconfig/virthook.pc")
PAGES = ("man1/virt-hook.1", "man3/libvirthook.3", "man5/virteventd.conf.5",
         "man5/virthook-audit.5", "man5/virthook.conf.5", "man7/virthook-protocol.7",
         "man8/virteventd.8", "man8/virthook-helper.8", "man8/virthook-shim.8")


def test_every_file_that_is_looked_for_is_there(installed):
    libdir = next(installed.root.rglob("libvirthook.so")).parent.relative_to(installed.root)
    wanted = {*PROGRAMS, *CONFIGURATION, *ADMIN_S_OWN, *SERVICE_MANAGER_S,
              "/usr/include/virthook.h",
              *[f"/{libdir}/{name}" for name in LIBRARY],
              *[f"/usr/share/man/{name}" for name in PAGES]}
    assert sorted(wanted - installed.files()) == []


def test_nothing_lies_in_other_places(installed):
    """What an admin or the system writes later is nothing that is installed."""
    places = ("/etc/virthook/", "/etc/logrotate.d/virthook", "/usr/bin/virt-hook", "/usr/include/",
              "/usr/lib/", "/usr/libexec/virthook-", "/usr/sbin/virteventd",
              "/usr/share/bash-completion/", "/usr/share/doc/virthook/", "/usr/share/fish/",
              "/usr/share/man/", "/usr/share/virthook/", "/usr/share/zsh/")
    assert [name for name in sorted(installed.files()) if not name.startswith(places)] == []


def test_others_can_read_all_of_it_and_change_nothing(installed):
    for path in installed.root.rglob("*"):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        is_example = path.parent.match("examples/events") and path.suffix != ".conf"
        runs = path.is_dir() or f"/{path.relative_to(installed.root)}" in PROGRAMS \
            or ".so." in path.name or is_example
        assert mode == (0o755 if runs else 0o644), path


def test_nothing_of_it_tells_where_it_was_built_or_put(installed):
    found = [(path, folder) for path in installed.root.rglob("*") if path.is_file()
             for folder in (installed.root, BUILD, ROOT)
             if os.fsencode(folder) in path.read_bytes()]
    assert found == []


def test_nothing_is_left_of_what_the_build_fills_in(installed):
    for name in (*CONFIGURATION, *SERVICE_MANAGER_S):
        assert re.findall(r"@\w+@", installed.text(name)) == [], name


def test_the_helper_finds_its_runner_and_its_configuration(installed):
    done = installed.run("/usr/libexec/virthook-helper", "--answer", "places")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["config"] == "/etc/virthook/virthook.conf"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """{file of the build: where it goes} and the build's folder, for a prefix of its own."""
    build = tmp_path_factory.mktemp("elsewhere")
    done = run("meson", "setup", "--prefix=/opt/vh", "--sysconfdir=etc", "--localstatedir=var",
               "-Dtests=false", build, ROOT)
    assert done.returncode == 0, done.stdout
    return json.loads(run("meson", "introspect", "--installed", build).stdout), build


def test_with_another_prefix_all_of_it_goes_below_that(elsewhere):
    assert [place for place in elsewhere[0].values() if not place.startswith("/opt/vh/")] == []


def test_with_another_prefix_units_and_pages_name_what_is_there(elsewhere):
    plan, _ = elsewhere
    unit = next(Path(file) for file in plan if file.endswith("/virthook.service"))
    assert "ExecStart=/opt/vh/libexec/virthook-helper\n" in unit.read_text(encoding="utf-8")
    folders = next(Path(file) for file in plan if file.endswith("-tmpfiles.conf"))
    assert "\nd /opt/vh/var/log/virthook " in folders.read_text(encoding="utf-8")
