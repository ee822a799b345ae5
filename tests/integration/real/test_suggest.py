"""What `virt-hook suggest` makes of real scripts: a profile that fits, and nothing too much."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import pytest

from suggest.pasted import each_taken_away

from .works import WORKS

LEARNING = 'profile "learning" {\n    inherits = isolated\n    permissive = yes\n}\n'

# Of these, what is not observed is needed, as each suggestion says of itself.
BEYOND = {"tune/favour-guest": "the host's processes",
          "vfio/share-frames": "the host's /dev/shm",
          "desktop/mute-player": "runuser asks by itself whether it is root",
          "storage/snapshot-image": "what its first run leaves is another user's in its second"}
LEARNT = [work for work in WORKS if work.profile != "unconfined" and work.script not in BEYOND]


@pytest.fixture
def work(request, host):
    """One script in its surroundings."""
    chosen = request.param
    why = chosen.lacks(host)
    if why:
        pytest.skip(why)
    chosen.arrange(host)
    host.put(chosen.script)
    yield chosen
    chosen.clean_up(host)


each = pytest.mark.parametrize("work", LEARNT, ids=[one.script for one in LEARNT], indirect=True)


def configure(host, profiles="", rules=""):
    host.cell.write("/etc/virthook/profiles.d/60-learning.conf", LEARNING + profiles)
    host.cell.write("/etc/virthook/virthook.conf", rules)


def logs(host):
    """The sizes of the scripts' own logs, which are whose their folders are."""
    sizes = {}
    for folder in host.path("/var/log/libvirt"), host.path("/var/log/virthook-run"):
        for path in folder.iterdir():
            # A permissive run leaves root's.
            os.chown(path, folder.stat().st_uid, -1)
            sizes[path] = path.stat().st_size
    return sizes


def do(host, work, calls, profile):
    """Whether each call went as it should, and was refused nothing."""
    answers = [host.call(work.guest, *call, profile=profile) for call in calls]
    return all(answer.allow and answer.script["exit_status"] == 0 and not answer.script["denied"]
               for answer in answers)


def is_seen(host, work):
    """Whether there is its whole effect."""
    try:
        return work.has_effect(host)
    except (AssertionError, IndexError):
        return False


def works(host, work, profile):
    """The logs that it wrote, where it had its whole effect and took it back; else None."""
    before = logs(host)
    work.clean_up(host)
    if not do(host, work, work.does, profile) or not is_seen(host, work):
        return None
    undone = do(host, work, work.undoes, profile)
    if not undone or (work.undoes and is_seen(host, work)):
        return None
    return {path for path, size in logs(host).items() if size > before.get(path, 0)}


def learn(host, work):
    """What it did under the permissive profile, and what is suggested for it."""
    configure(host)
    learnt = works(host, work, "learning")
    assert learnt is not None, host.answers[-1]
    done = host.cell.run(["virt-hook", "suggest", work.script.partition("/")[2]])
    assert done.status == 0, done
    return learnt, done.stdout


@each
def test_as_it_is_printed_it_lets_the_script_do_the_same_and_refuses_nothing(host, work):
    learnt, block = learn(host, work)
    configure(host, rules=block)
    assert works(host, work, None) == learnt, (block, host.answers[-1])
    assert host.answers[-1].script["profile"] == f"hook-{work.script.partition('/')[2]}"


@each
def test_taking_any_one_grant_away_breaks_it(host, work):
    learnt, block = learn(host, work)
    taken = list(each_taken_away(block))
    configure(host, "".join(section for _, _, section in taken))
    for grant, name, _ in taken:
        assert works(host, work, name) != learnt, f"{grant} is not needed"
        for call in work.undoes:
            host.call(work.guest, *call, profile="unconfined")
