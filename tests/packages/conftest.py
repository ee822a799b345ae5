"""What the tests of the packages share: the packages, and systems in which they are installed.

Runs in the test's own process, as root. VIRTHOOK_DEBS is the folder that tools/debs filled,
VIRTHOOK_CACHE where what takes long to make is kept between runs.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from chroot import STUCK, Chroot, tarball, unpack

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ROOT / "tools/demo.d/hooks"
NAMES = ("libvirthook0", "libvirthook-dev", "virthook", "virteventd")
HOOK, CONFIG = "/etc/libvirt/hooks/qemu", "/etc/virthook/virthook.conf"
SOCKET = "/run/virthook/helper.sock"
XML = "<domain type='qemu'><name>web1</name></domain>\n"


def folder_of(variable):
    name = os.environ.get(variable)
    if not name:
        pytest.fail(f"{variable} is not set; tools/test packages sets it")
    return Path(name)


@pytest.fixture(scope="session")
def built():
    """The folder of the packages."""
    return folder_of("VIRTHOOK_DEBS")


def packages(folder):
    """Of each name the package's file."""
    return {name: next(folder.glob(f"{name}_*.deb")) for name in NAMES}


@pytest.fixture(scope="session")
def debs(built):
    return packages(built)


@pytest.fixture(scope="session")
def newer(debs, tmp_path_factory):
    """The same packages as if of a later version, whose shipped configuration is another."""
    folder = tmp_path_factory.mktemp("newer")
    for name, deb in debs.items():
        tree = folder / name
        subprocess.run(["dpkg-deb", "-R", deb, tree], check=True, timeout=STUCK)
        control = tree / "DEBIAN/control"
        control.write_text(control.read_text("utf-8").replace("0.1.0-1", "0.1.0-2"), "utf-8")
        for conf in tree.glob("etc/virthook/**/*.conf"):
            with open(conf, "a", encoding="utf-8") as file:
                file.write("# of the later version\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, folder], check=True,
                       timeout=STUCK, stdout=subprocess.DEVNULL)
    return packages(folder)


@pytest.fixture(scope="session")
def debian(tmp_path_factory):
    """The folder of a system without virthook."""
    folder = tmp_path_factory.mktemp("debian") / "root"
    unpack(tarball(folder_of("VIRTHOOK_CACHE")), folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare(debian, tmp_path):
    """A system of the test's own, without virthook."""
    made = Chroot(tmp_path / "bare", debian)
    yield made
    made.remove()


@pytest.fixture(scope="session")
def layer(debian, debs, tmp_path_factory):
    """The folder of what the packages bring."""
    made = Chroot(tmp_path_factory.mktemp("installed") / "system", debian)
    install(made, debs)
    made.close()
    yield made.layer
    shutil.rmtree(made.place)


@pytest.fixture
def system(debian, layer, tmp_path):
    """A system of the test's own, with virthook."""
    made = Chroot(tmp_path / "system", debian, layer)
    yield made
    made.remove()


def install(system, debs, *options):
    """dpkg alone, which asks no network; what the packages depend on is in there."""
    place = system.path("/srv/packages")
    place.mkdir(exist_ok=True)
    for deb in debs.values():
        subprocess.run(["cp", deb, place], check=True, timeout=STUCK)
    system.do("dpkg", "--force-unsafe-io", *options, "-i",
              *[f"/srv/packages/{deb.name}" for deb in debs.values()])
    subprocess.run(["rm", "-r", place], check=True, timeout=STUCK)


def put_hook(system, name):
    """One of the demo's hooks, where libvirt looks."""
    system.path(HOOK).parent.mkdir(exist_ok=True)
    return system.write(HOOK, (HOOKS / name).read_text("utf-8"), 0o755)


def configure(system, text):
    with open(system.path(CONFIG), "a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def adopt(system):
    """As an admin does, who puts the rules that it asks for into the configuration."""
    asked = json.loads(system.run("virt-hook", "adopt", "--json").stdout)
    configure(system, asked["configuration"]["lines"])
    system.do("virt-hook", "adopt")


def call(system, operation="prepare"):
    """As libvirt does."""
    return system.run(HOOK, "web1", operation, "begin", "-", stdin=XML)


def serve(system):
    """The helper as a service, which listens; its Popen, for end_service()."""
    service = system.begin("/usr/libexec/virthook-helper", "--listen", SOCKET)
    system.do("timeout", "60", "sh", "-c", f"until [ -S {SOCKET} ]; do sleep 0.02; done")
    return service


def end_service(system, service):
    system.do("pkill", "-TERM", "-x", "virthook-helper")
    service.communicate(timeout=STUCK)


def ends(system):
    """The ends of calls in the audit logs."""
    lines = [line for path in sorted(system.path("/var/log/virthook").glob("*.log"))
             for line in path.read_text("utf-8").splitlines()]
    return [record for record in map(json.loads, lines) if record["type"] == "end"]
