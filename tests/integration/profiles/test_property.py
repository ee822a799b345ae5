"""Whatever a profile says, a script under it finds itself held by just that.

Random profiles, from a fixed seed, are written as configuration; a probe tells from the inside how
it is held. A failure names the seed and the profile's number.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import ctypes
import errno
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import uuid
from pathlib import Path

import pytest

from helper.conftest import SANITIZER_WORDS
from helper.place import Place
from helper.processes import Helper
from helper.wire import STATUS

from .drawn import (FAMILIES, Ground, capability_names, landlock_abi, make_folders,
                    make_profile)
from .expected import I386, NATIVE, WITH_ARGUMENTS, Names, Sets
from .inside import Inside

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64",
                                reason="the probe makes x86_64's and i386's system calls")

SEED = 20240229
PROFILES = 15

NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")

# linux/securebits.h: noroot and no ambient raise; setuid fixup as usual; locked. Keep caps is free.
SECUREBITS = 0xcb

# uprobes' own, which newer kernels let past every filter.
PAST_FILTERS = (335, 336)

# Numbers that have no name before Linux 6.7, of calls that newer kernels have.
NEWER = range(454, 470)

LANDLOCK_SCOPES = 6
PIDS_RESERVED = 300


@pytest.fixture(scope="module")
def ground():
    root, folders = make_folders()
    word = f"virthook-property-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{word}")
        listener.listen(1000)
        yield Ground(root, folders, word)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def sets(ground):
    return Sets(ground.root)


@pytest.fixture(scope="module")
def names():
    return Names()


@pytest.fixture(scope="module")
def profiles(ground, sets, names, sanitized):
    chance = random.Random(SEED)
    return [make_profile(chance, f"random-{i}", sets, names, ground, sanitized)
            for i in range(PROFILES)]


@pytest.fixture(scope="module")
def helper(profiles, binary):
    """One helper with all the profiles; the probe is its only script."""
    place = Place()
    place.root.chmod(0o755)
    text = "".join(profile.text(capability_names()) for profile in profiles)
    place.configure("grace = 0.2\noutput_kept = 1M\ndefault_profile = unconfined\n" + text)
    subprocess.run(["/usr/bin/cc", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-static", "-o",
                    place.hooks / "qemu", Path(__file__).with_name("probe.c")], check=True)
    # Groups that no script may keep.
    started = Helper(place, binary, extra_groups=[4, 24])
    yield started
    started.clean_up()
    said = started.stderr()
    place.remove()
    assert not any(word in said for word in SANITIZER_WORDS), said


FILES = {name: f"f /proc/self/{name}" for name in ("status", "limits", "mountinfo", "net/dev")}
PID_MAX = "f /proc/sys/kernel/pid_max"
FIRST = "f /proc/1/comm"


def file_questions(ground):
    return [*FILES.values(), PID_MAX, FIRST, *(f"l /proc/self/ns/{kind}" for kind in NAMESPACES),
            "b",
            *(f"{way} {part}/{name}" for part in ground.parts()
              for way, name in (("r", "file"), ("w", "new"), ("x", "file"))),
            *(f"w {folder}/virthook-probe" for folder in ("/tmp", "/var/tmp", "/dev/shm", "/etc")),
            f"a {ground.abstract}"]


@pytest.fixture(scope="module", params=range(PROFILES))
def profile(request, profiles):
    return profiles[request.param]


@pytest.fixture(scope="module")
def inside(profile, helper, ground):
    return Inside(*file_questions(ground)).run(helper.peer, profile.name)


@pytest.fixture(scope="module")
def unconfined(helper, ground):
    """The same without a profile: so each answer could be another one."""
    return Inside(*file_questions(ground)).run(helper.peer, "unconfined")


def status_of(inside, key):
    return next(line.partition(":")[2].split() for line in inside.text(FILES["status"]).splitlines()
                if line.startswith(f"{key}:"))


def test_user_and_group_are_the_profile_s_and_there_is_no_other(profile, inside):
    uid, gid = profile.ids
    assert status_of(inside, "Uid") == [str(uid)] * 4, SEED
    assert status_of(inside, "Gid") == [str(gid)] * 4, SEED
    assert status_of(inside, "Groups") == [], SEED


def test_unconfined_it_has_the_groups_of_the_helper(unconfined):
    assert status_of(unconfined, "Groups") == ["4", "24"]


@pytest.mark.parametrize("kind", CAPABILITY_SETS)
def test_each_capability_set_is_the_profile_s(profile, inside, kind):
    assert status_of(inside, kind) == [f"{profile.capabilities:016x}"], SEED


def test_no_privilege_can_be_gained(inside):
    assert status_of(inside, "NoNewPrivs") == ["1"]
    assert inside.number("b") == SECUREBITS


def test_one_filter_is_there(inside, unconfined):
    assert status_of(inside, "Seccomp") == ["2"]
    assert status_of(inside, "Seccomp_filters") == ["1"]
    assert status_of(unconfined, "Seccomp") == ["0"]


def test_namespaces_are_its_own_where_the_profile_does_not_say_host(profile, inside):
    for kind in NAMESPACES:
        is_host = (kind == "user" or (kind == "net" and profile.host["network"])
                   or (kind == "pid" and profile.host["pids"]))
        same = inside.text(f"l /proc/self/ns/{kind}") == os.readlink(f"/proc/self/ns/{kind}")
        assert same == is_host, (SEED, kind)


def test_the_first_process_that_it_sees_is_its_runner_or_the_host_s(profile, inside):
    first = Path("/proc/1/comm").read_text(encoding="ascii") if profile.host["pids"] else \
        "virthook-runner\n"
    assert inside.text(FIRST).strip() == first.strip(), SEED


def test_a_network_of_its_own_has_no_interface_but_lo(profile, inside):
    found = [line.partition(":")[0].strip() for line in inside.text(FILES["net/dev"]).splitlines()
             if ":" in line]
    if profile.host["network"]:
        host = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
        assert sorted(found) == sorted(line.partition(":")[0].strip() for line in host)
    else:
        assert found == ["lo"]


def limit(text, name):
    words = next(line for line in text.splitlines() if line.startswith(name))[len(name):].split()
    return words[:2]


@pytest.mark.parametrize("key, name", [("cpu", "Max cpu time"), ("memory", "Max address space"),
                                       ("file_size", "Max file size"),
                                       ("open_files", "Max open files")])
def test_each_limit_is_the_profile_s_soft_and_hard(profile, inside, key, name):
    value = profile.limits[key]
    expected = ([str(value)] * 2 if value else
                limit(Path("/proc/self/limits").read_text(encoding="ascii"), name))
    assert limit(inside.text(FILES["limits"]), name) == expected, SEED


def test_it_dumps_no_core(inside):
    assert limit(inside.text(FILES["limits"]), "Max core file size") == ["1", "1"]


def test_it_does_not_compute_in_real_time_for_long(inside):
    assert limit(inside.text(FILES["limits"]), "Max realtime timeout") == ["500000", "500000"]


def has_cgroups(helper):
    return json.loads(helper.peer.ask(STATUS)["json"])["enforced"]["cgroup"]


def test_processes_are_bounded_in_its_namespace_or_per_user(profile, inside, unconfined, helper):
    processes, found = profile.limits["processes"], int(inside.text(PID_MAX))
    if profile.host["pids"]:
        assert found == int(Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii"))
    if processes == 0:
        assert profile.host["pids"] or found == int(unconfined.text(PID_MAX))
    elif found != PIDS_RESERVED + processes and not has_cgroups(helper):
        assert limit(inside.text(FILES["limits"]), "Max processes") == [str(processes)] * 2, SEED


def mounts(inside):
    """Of each mount point its options and propagation; those laid over each other are all there."""
    for line in inside.text(FILES["mountinfo"]).splitlines():
        words = line.split()
        yield words[4], words[5].split(","), words[6:words.index("-")]


def is_private(profile, path):
    own = [folder for key, folders in (("tmp", ("/tmp", "/var/tmp")), ("dev", ("/dev",)))
           if not profile.host[key] for folder in folders]
    return any(f"{path}/".startswith(f"{folder}/") for folder in own)


def is_below(path, folders):
    return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def test_every_mount_is_read_only_but_private_and_granted_ones(profile, inside):
    for path, options, _ in mounts(inside):
        if "rw" in options:
            assert (is_private(profile, path) or is_below(path, profile.writable)
                    or path in ("/run/systemd/journal/dev-log", "/dev/log")), (SEED, path)


def test_no_mount_is_shared_with_the_host(inside):
    shared = [path for path, _, tags in mounts(inside) if any("shared" in tag for tag in tags)]
    assert not shared


def deepest(path, folders):
    """The one of the folders that says what holds at the path."""
    return max((folder for folder in folders if is_below(path, [folder])), default=None,
               key=lambda folder: len(folder.parts))


def is_hidden(profile, path):
    """What is readable or writable and hidden too is not hidden."""
    kept = profile.writable + profile.readable
    says = deepest(path, kept + profile.hidden)
    return says in profile.hidden and says not in kept


def test_files_can_be_written_in_granted_folders_alone(profile, inside, unconfined, ground):
    for part in ground.parts():
        says = deepest(part, profile.writable + profile.readable + profile.hidden)
        wrote = inside.number(f"w {part}/new") == 0
        assert wrote == (says in profile.writable), (SEED, part)
        assert unconfined.number(f"w {part}/new") == 0


def test_files_can_be_read_but_in_hidden_folders(profile, inside, unconfined, ground):
    for part in ground.parts():
        expected = -errno.ENOENT if is_hidden(profile, part) else 1
        assert inside.number(f"r {part}/file") == expected, (SEED, part)
        assert unconfined.number(f"r {part}/file") == 1


def test_files_can_be_executed_in_listed_folders_alone(profile, inside, unconfined, ground):
    if unconfined.number(f"x {ground.parts()[0]}/file") == -errno.EINVAL:
        pytest.skip("this kernel cannot be asked whether a file may be executed")
    for part in ground.parts():
        listed = not profile.lists_programs() or is_below(part, profile.executable)
        expected = 0 if listed else -errno.EACCES
        if is_hidden(profile, part):
            expected = -errno.ENOENT
        assert inside.number(f"x {part}/file") == expected, (SEED, part)
        assert unconfined.number(f"x {part}/file") == 0


def test_the_folders_of_its_own_can_be_written_and_the_host_s_cannot(profile, inside):
    for folder, key in (("/tmp", "tmp"), ("/var/tmp", "tmp"), ("/dev/shm", "dev")):
        wrote = inside.number(f"w {folder}/virthook-probe") == 0
        assert wrote == (not profile.host[key]), (SEED, folder)
    assert inside.number("w /etc/virthook-probe") < 0


def test_the_host_s_abstract_sockets_are_out_of_reach(profile, inside, unconfined, ground):
    """By their own network namespace, or else by Landlock."""
    found = inside.number(f"a {ground.abstract}")
    if not profile.wish.allows("socket", FAMILIES["AF_UNIX"], 0):
        assert found == -errno.EAFNOSUPPORT, SEED
    elif not profile.host["network"]:
        assert found == -errno.ECONNREFUSED, SEED
    elif landlock_abi() >= LANDLOCK_SCOPES:
        assert found == -errno.EPERM, SEED
    assert unconfined.number(f"a {ground.abstract}") == 0


# Some count: families, flags of clone(2), requests of ioctl(2), numbers of ipc(2), a PID.
LIKELY = [0, 1, 2, 3, 10, 13, 16, 17, 21, 0x5411, 0x5412, 0x541c, 0x4111, 0x10000000, 0x20000011,
          0x40000000, 0x1_0000_0001, 0x1_0000_5412, 0xffffffff_00000000]


def arguments(chance, arch, name):
    """Pairs of first and second arguments to ask about."""
    pairs = [(chance.choice(LIKELY), chance.choice(LIKELY))]
    if name in WITH_ARGUMENTS:
        pairs += [(value, chance.choice(LIKELY)) for value in LIKELY]
        pairs += [(chance.choice(LIKELY), value) for value in LIKELY]
    return [(first & 0xffffffff, second & 0xffffffff) if arch == I386 else (first, second)
            for first, second in pairs]


def call_questions(chance, names):
    """Every number that has a name, of both ways in: lines for the probe, and what they ask."""
    asked = {}
    for arch, letter in ((NATIVE, "n"), (I386, "i")):
        for number, name in names.of[arch].items():
            if arch == NATIVE and number in PAST_FILTERS or number >= names.first_unknown:
                continue
            for first, second in arguments(chance, arch, name):
                asked[f"c {letter} {number} {first} {second}"] = (name, first, second)
    return asked


def test_every_system_call_is_answered_as_the_profile_says(profile, helper, names):
    questions = call_questions(random.Random(SEED), names)
    probe = Inside(*questions).run(helper.peer, profile.name)
    for line, (name, first, second) in questions.items():
        expected = profile.wish.answer(name, first, second)
        assert probe.number(line) == expected, (SEED, profile.wish.names, line, name)


def test_unconfined_no_system_call_is_refused(helper, names):
    questions = call_questions(random.Random(SEED), names)
    probe = Inside(*questions).run(helper.peer, "unconfined")
    assert {probe.number(line) for line in questions} == {-errno.ENOSYS}


def test_calls_that_cannot_be_named_are_not_there(profile, helper, names):
    clone3 = next(number for number, name in names.of[NATIVE].items() if name == "clone3")
    lines = [f"k {number}" for number in (clone3, *NEWER) if number == clone3
             or number >= names.first_unknown]
    probe = Inside(*lines).run(helper.peer, profile.name)
    assert {probe.number(line) for line in lines} == {-errno.ENOSYS}, SEED
    control = Inside(*lines).run(helper.peer, "unconfined")
    assert control.number(f"k {clone3}") != -errno.ENOSYS
