"""Each script does its real work under the profile that is meant for it, and none when isolated."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .host import HOME_OF_ALICE
from .works import WORKS


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


def each(works):
    return pytest.mark.parametrize("work", works, ids=[one.script for one in works], indirect=True)


def do(host, work, calls, profile):
    return [host.call(work.guest, *call, profile=profile) for call in calls]


def refused(answer):
    """The names in `denied`, without how often."""
    return {word.split(" ×")[0] for word in answer.script["denied"]}


def assert_done(host, work, calls, profile):
    for answer in do(host, work, calls, profile):
        assert answer.allow and answer.script["exit_status"] == 0, answer
        assert refused(answer) <= set(work.tried), answer


def assert_works(host, work, profile):
    assert not work.has_effect(host)
    assert_done(host, work, work.does, profile)
    assert work.has_effect(host)
    assert_done(host, work, work.undoes, profile)
    assert not work.undoes or not work.has_effect(host)


@each(WORKS)
def test_it_does_its_work_under_its_profile(host, work):
    assert_works(host, work, work.profile)


@each([work for work in WORKS if work.profile != "unconfined"])
def test_it_does_its_work_unconfined(host, work):
    assert_works(host, work, work.unconfined)


@each([work for work in WORKS if work.profile != "isolated"])
def test_isolated_keeps_it_from_its_work_and_tells_what_was_missing(host, work):
    answers = do(host, work, work.does, "isolated")
    assert not work.has_effect(host)
    assert set(work.refused) <= set.union(*map(refused, answers)), answers
    for answer in answers:
        assert answer.script["exit_status"] != 0, answer
        assert work.told in answer.said, answer
        assert answer.record["scripts"][0]["denied"] == answer.script["denied"]


def test_what_a_profile_s_comment_says_is_missing_for_su_is_all_that_is_missing(host):
    host.cell.write("/etc/virthook/profiles.d/60-local.conf",
                    'profile "with-su" {\n    inherits = desktop\n'
                    '    readable += { /etc/shadow }\n}\n')
    host.make_for_alice(HOME_OF_ALICE)
    host.put("desktop/run-as-user")
    assert not host.call("web", "prepare", profile="desktop").allow
    answer = host.call("web", "prepare", profile="with-su")
    assert answer.allow, answer
    assert host.lines(f"{HOME_OF_ALICE}/guests.log") == ["guest web: prepare"]


def test_what_a_profile_s_comment_says_is_missing_for_ending_a_process_is(host):
    host.cell.write("/etc/virthook/profiles.d/60-local.conf",
                    'profile "with-kill" {\n    inherits = vfio\n    capabilities += { KILL }\n}\n')
    holder = host.cell.spawn(["/bin/sh", "-c", "sleep 600; : holds the device of web"])
    host.put("vfio/end-holder")
    assert "Operation not permitted" in host.call("web", "prepare", profile="vfio").said
    assert holder.running
    assert host.call("web", "prepare", profile="with-kill").allow
    assert holder.wait(20) == -9
