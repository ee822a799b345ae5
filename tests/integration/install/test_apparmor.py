"""AppArmor's profiles, as its own parser and virthook's profiles have them; nothing is loaded."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
import shutil
from pathlib import Path

import pytest

from .apparmor_rules import rules_by_profile, virthook_profiles
from .conftest import run

ROOT = Path(__file__).resolve().parents[3]
SYSTEM = Path("/etc/apparmor.d")
FILES = ("virthook-helper", "virthook-scripts", "virthook-shim", "virteventd")
# What the kernel can mediate: all that 3.0 knows, and what plain Linux had.
FEATURES = ("3.0", "kernel-5.4-vanilla")
NAMES = ("isolated", "notify", "network", "tune", "vfio", "storage", "desktop", "query", "callback")
# What is hidden are folders otherwise.
SECRET_FILES = ("/etc/shadow", "/etc/gshadow", "/etc/krb5.keytab", "/etc/security/opasswd")
# Shown to scripts, but nothing that one connects to.
ONLY_READ = ("/run/NetworkManager/resolv.conf", "/var/lib/ca-certificates")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """{file of a build that installs the profiles: where it goes}"""
    build = tmp_path_factory.mktemp("apparmor")
    done = run("meson", "setup", "-Dtests=false", "-Dapparmor=true", build, ROOT)
    assert done.returncode == 0, done.stdout
    return json.loads(run("meson", "introspect", "--installed", build).stdout)


@pytest.fixture(scope="module")
def rules(plan, tmp_path_factory):
    """/etc/apparmor.d as it is after the installation, with libvirtd's profile told of virthook."""
    folder = tmp_path_factory.mktemp("rules") / "apparmor.d"
    shutil.copytree(SYSTEM, folder, symlinks=True)
    for file, place in plan.items():
        if place.startswith(f"{SYSTEM}/"):
            shutil.copy(file, folder / Path(place).relative_to(SYSTEM))
    (folder / "local/usr.sbin.libvirtd").write_text("include <abstractions/virthook-client>\n",
                                                    encoding="utf-8")
    return folder


def parse(rules, file, *more):
    return run("/usr/sbin/apparmor_parser", "--base", rules, "--skip-kernel-load", "--skip-cache",
               "--skip-read-cache", *more, file)


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("file", [*FILES, "usr.sbin.libvirtd"])
def test_apparmor_s_parser_compiles_it(rules, file, features):
    done = parse(rules, rules / file, "--features-file", SYSTEM / "abi" / features)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change", [
    ("/** cix -> &virthook-script,", "/** cix -> &virthook-script"),
    ("<tunables/virthook>", "<tunables/virthok>"),
    ("capability,", "capability net_admins,"),
    ("virthook-runner ix,", "virthook-* px,"),
])
def test_the_parser_would_refuse_a_mistake(rules, tmp_path, change):
    """The last one: two ways to execute one file."""
    text = (rules / "virthook-helper").read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "broken"
    broken.write_text(text.replace(*change), encoding="utf-8")
    done = parse(rules, broken)
    assert done.returncode != 0 and done.stderr


def test_a_script_s_line_in_the_local_file_is_no_conflict(rules, tmp_path):
    own = tmp_path / "apparmor.d"
    shutil.copytree(rules, own, symlinks=True)
    (own / "local/virthook-helper").write_text(
        "/etc/virthook/hooks/qemu.d/10-mail cix -> &virthook-script-notify,\n", encoding="utf-8")
    made = tmp_path / "made"
    done = parse(own, own / "virthook-helper", "--ofile", made)
    assert done.returncode == 0, done.stderr
    assert b"&virthook-script-notify\0" in made.read_bytes()


@pytest.fixture(scope="module")
def variables(rules):
    text = (rules / "tunables/virthook").read_text(encoding="utf-8")
    return {"PROC": "/proc", "run": "/run"} | dict(re.findall(r"^@\{(\w+)\}=(\S+)", text, re.M))


def profiles(rules, file, variables):
    """{profile: its rules}; a preprocessed file has its includes in it."""
    done = parse(rules, rules / file, "--preprocess")
    assert done.returncode == 0, done.stderr
    return rules_by_profile(done.stdout, variables)


def test_no_program_that_is_installed_is_forgotten(plan, rules, variables):
    """But for virt-hook, which is the admin's hand."""
    programs = {place for place in plan.values()
                if re.match(r"/usr/(bin|sbin|libexec)/[^/]+$", place)}
    attached = set()
    for file in FILES:
        text = (rules / file).read_text(encoding="utf-8")
        for name, place in re.findall(r"^profile \S+ @\{(\w+)\}(\S+)", text, re.M):
            attached.add(variables[name] + place)
    runner = "/usr/libexec/virthook-runner"
    assert profiles(rules, "virthook-helper", variables)["virthook-helper"].grants(runner, "i")
    assert programs - attached == {"/usr/bin/virt-hook", runner}
    assert attached <= programs


def test_libvirtd_may_start_and_ask_virthook_with_it_alone(rules, variables):
    text = (rules / "abstractions/virthook-client").read_text(encoding="utf-8")
    added = rules_by_profile(f"profile client {{\n{text}\n}}\n", variables)["client"]
    debian = (SYSTEM / "usr.sbin.libvirtd").read_text(encoding="utf-8")
    before = rules_by_profile(debian, variables)["libvirtd"]
    for program in ("/usr/libexec/virthook-shim", "/usr/libexec/virthook-helper"):
        assert added.grants(program, "x") and not before.grants(program, "x")
    assert added.grants("/run/virthook/helper.sock", "w")
    assert "network unix seqpacket" in text and "seqpacket" not in debian


@pytest.fixture(scope="module")
def granted(rules, variables):
    return profiles(rules, "virthook-scripts", variables)


class Stack:
    """Profiles that hold one process: it has what all of them grant."""

    def __init__(self, *rules):
        self.rules = rules

    def grants(self, path, what):
        return all(one.grants(path, what) for one in self.rules)


@pytest.fixture(scope="module")
def stack(rules, granted, variables):
    """Makes of a name what holds a script that this profile was given to."""
    helper = profiles(rules, "virthook-helper", variables)["virthook-helper"]
    return lambda name: Stack(helper, granted["virthook-script"],
                              granted[f"virthook-script-{name}"])


@pytest.fixture(scope="module")
def wanted(plan):
    place = "/etc/virthook/profiles.d/50-shipped.conf"
    file = next(file for file, where in plan.items() if where == place)
    return virthook_profiles(Path(file).read_text(encoding="utf-8"))


def test_each_shipped_profile_has_one_by_its_name(granted, wanted):
    assert set(wanted) == set(NAMES)
    assert set(granted) == {"virthook-script", *[f"virthook-script-{name}" for name in NAMES]}


@pytest.mark.parametrize("name", NAMES)
def test_capabilities_and_addresses_are_those_of_the_profile(granted, wanted, name):
    found = granted[f"virthook-script-{name}"]
    assert {word.upper() for word in found.capabilities} == wanted[name]["capabilities"]
    families = {f"AF_{word.upper()}" for word in found.families}
    assert families == wanted[name]["address_families"]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_profile_lets_be_written_can_be(stack, wanted, name):
    found = stack(name)
    for path in (wanted[name]["writable"] | wanted[name]["sockets"]) - {*ONLY_READ}:
        assert found.grants(path, "w") or found.grants(f"{path}/x", "w"), path
    for path in wanted[name]["sockets"] & {*ONLY_READ}:
        assert found.grants(path, "r") or found.grants(f"{path}/x", "r"), path


@pytest.mark.parametrize("name", NAMES)
def test_what_the_profile_hides_cannot_be_read(stack, wanted, name):
    """Hooks, which stay visible, lie in the folder of the configuration."""
    found = stack(name)
    for path in wanted[name]["hidden"]:
        inside = "" if path.startswith(SECRET_FILES) else "/x.conf"
        assert not found.grants(path + inside, "r"), path


@pytest.mark.parametrize("name", NAMES)
def test_hooks_and_programs_can_be_executed(stack, name):
    found = stack(name)
    for path in ("/etc/virthook/hooks/qemu", "/etc/libvirt/hooks/qemu", "/usr/bin/python3",
                 "/bin/sh"):
        assert found.grants(path, "x") and found.grants(path, "r"), path


@pytest.mark.parametrize("path", ["/var/log/virthook/audit.jsonl", "/run/virthook/helper.sock",
                                  "/run/virthook/admin/1.sock", "/var/lib/virthook/x"])
def test_no_script_has_a_part_in_virthook(granted, path):
    assert not granted["virthook-script"].grants(path, "w")
