"""What the configuration says of events' scripts, on a helper that runs them."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from helper.wire import RELOAD, Refused

from .support import tell

# Its scripts have a /tmp of their own, where the test's folders are not.
CONFINED = ('profile "own" {\n    inherits = isolated\n    user = nobody\n}\n'
            'default_profile = own\n')


def on_event(place, name, body="exit 0"):
    """A script that stands in no folder of events."""
    return place.script(place.root / "elsewhere" / name, body)


def sections(*paths):
    return "".join(f'event "{index}" {{\n    script = "{path}"\n}}\n'
                   for index, path in enumerate(paths))


def test_a_confined_script_stays_visible_wherever_it_is_named_and_nothing_beside_it(place, start):
    one, named, beside = (on_event(place, name, "echo $0") for name in (
        "one", "named", "beside"))
    found = place.on_event("domain/all", f"test -e {one} && test -e {named} && ! test -e {beside}")
    place.configure(f'{CONFINED}events_script = "{one}"\n{sections(named)}')
    verdict = tell(start().peer)
    assert verdict.paths == [str(one), str(found), str(named)]
    assert [script["exit_status"] for script in verdict.scripts] == [0, 0, 0]


def test_where_programs_are_listed_the_scripts_of_events_can_be_executed(place, start):
    named = on_event(place, "named")
    found = place.on_event("domain/all")
    place.configure('profile "listed" {\n    inherits = isolated\n    user = nobody\n'
                    '    executable = { /bin, /usr/bin }\n}\ndefault_profile = listed\n'
                    + sections(named))
    verdict = tell(start().peer)
    assert verdict.paths == [str(found), str(named)]
    assert [script["exit_status"] for script in verdict.scripts] == [0, 0]


def test_a_missing_script_of_a_section_is_told_and_the_others_run(place, start):
    last = on_event(place, "last", "touch $T/ran")
    missing = place.root / "elsewhere/missing"
    place.configure(sections(missing, last))
    verdict = tell(start().peer)
    assert verdict.allow and verdict.reason == "not-runnable"
    assert verdict.paths == [str(missing), str(last)]
    assert "does not exist" in verdict.scripts[0]["problem"]
    assert verdict.scripts[1]["exit_status"] == 0
    assert (place.root / "ran").exists()


def test_of_a_set_of_kinds_the_one_script_runs_for_these_alone(place, start):
    one = on_event(place, "one")
    place.configure(f'events_script = "{one}"\nevents_set = "daemon domain"\n')
    peer = start().peer
    assert tell(peer).paths == tell(peer, "lost", "dropped", "-", kind="daemon").paths == [str(one)]
    assert tell(peer, kind="network").reason == "no-script"


def test_a_script_that_others_could_change_is_not_run(place, start):
    path = place.on_event("domain/all", "touch $T/ran")
    path.chmod(0o777)
    verdict = tell(start().peer)
    assert verdict.reason == "not-runnable" and "chmod" in verdict.script["problem"]
    assert not (place.root / "ran").exists()


def test_new_sections_are_in_force_after_a_reload_and_bad_ones_are_refused_whole(place, start):
    named = on_event(place, "named")
    peer = start().peer
    assert tell(peer).reason == "no-script"
    place.configure(sections(named))
    peer.ask(RELOAD)
    assert tell(peer).paths == [str(named)]
    place.configure('event "x" {\n    event = strated\n    retries = 1\n}\n')
    with pytest.raises(Refused) as refused:
        peer.ask(RELOAD)
    assert "did you mean 'started'?" in refused.value.message
    assert tell(peer).paths == [str(named)]
