"""Fedora's packages, as far as Debian's rpm can tell."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess

import pytest
from chroot import ENVIRONMENT, STUCK
from conftest import ROOT, folder_of

SPEC = ROOT / "packaging/rpm/virthook.spec"
NAMES = {"virthook", "virthook-libs", "virthook-devel", "virteventd"}


def run(*argv):
    return subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, timeout=STUCK,
                          check=False)


@pytest.fixture(scope="module")
def rpms():
    found = sorted(folder_of("VIRTHOOK_RPMS").glob("RPMS/*/*.rpm"))
    assert found
    return found


def ask(rpms, name, *question):
    package = next(path for path in rpms if path.name.startswith(f"{name}-0"))
    return run("rpm", "-qp", *question, package).stdout


def test_each_package_is_made(rpms):
    assert {path.name.split("-0.1.0")[0] for path in rpms} == NAMES


def test_rpmlint_finds_nothing(rpms):
    done = run("rpmlint", "-c", ROOT / "packaging/rpm/rpmlint.toml", *rpms, SPEC)
    assert (done.returncode, "0 errors, 0 warnings" in done.stdout) == (0, True), done.stdout


def test_the_configuration_is_the_admin_s(rpms):
    assert ask(rpms, "virthook", "--configfiles").split() == [
        "/etc/logrotate.d/virthook", "/etc/virthook/profiles.d/50-shipped.conf",
        "/etc/virthook/virthook.conf"]


def test_hooks_are_given_back_before_it_goes_and_an_upgrade_ends_no_call(rpms):
    scripts = ask(rpms, "virthook", "--scripts")
    assert "virt-hook release || exit 1" in scripts and "--signal=SIGUSR1" in scripts
    assert "restart virthook" not in scripts
