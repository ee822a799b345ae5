"""Events become calls of a helper: in order, again where it was said so, and over any end."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import resource
import signal
import socket
import time

import pytest

from helper.conftest import SANITIZER_WORDS
from helper.processes import kibibytes, wait_until

from .feeder import PATIENCE, Feeder
from .support import HANG, UNTIL_LET, begun, ended, let

NOTE = 'echo "$2 $3 $4" >>$T/done'


@pytest.fixture(name="service")
def listening(service):
    """The helper once it can be reached: an event before that would wait for the next try."""
    service.client().close()
    return service


@pytest.fixture
def feed(place):
    """Starts a feeder; what it said is checked for a sanitizer's words."""
    started = []

    def start_feeder(**settings):
        started.append(Feeder(place, **settings))
        return started[-1]

    yield start_feeder
    for feeder in started:
        feeder.clean_up()
    assert not any(word in said(place) for word in SANITIZER_WORDS)


def said(place):
    path = place.root / "feeder.log"
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def lines(place, count, name="done"):
    """Wait for so many lines that scripts wrote, and return all."""
    return wait_until(lambda: len(found := place.lines(name)) >= count and found, PATIENCE,
                      f"{count} lines in {name}")


def serve(place, start):
    return start(channel=False, options=("--listen", place.root / "sock"))


def is_listening(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        return probe.connect_ex(str(path)) == 0


def kill(place, service):
    """SIGKILL, and until nobody listens: what was making a runner has the socket a little longer,
    and a helper that starts meanwhile would find it in use."""
    service.kill()
    wait_until(lambda: not is_listening(place.root / "sock"), PATIENCE, "nobody listens")


def test_an_event_becomes_a_call_with_its_document_as_a_line(place, service, feed):
    place.on_event("domain/all", r"""printf '%s\0' "$@" >$T/argv; read -r line; echo "$line" >$T/in
        echo $VIRTHOOK_UUID $VIRTHOOK_DELIVERY >$T/env""")
    feeder = feed()
    feeder.tell("d1", "started", "booted", uuid="6695eb01-f6a4-8304-79aa-97f2502e193f")
    feeder.until("delivered", 1)
    assert place.read("argv").decode().split("\0")[:-1] == ["domain", "d1", "started", "booted",
                                                            "-"]
    document = json.loads(place.read("in"))
    uuid, delivery = place.read("env").decode().split()
    assert document["uuid"] == uuid == "6695eb01-f6a4-8304-79aa-97f2502e193f"
    assert document["sequence"] == 1 and delivery.endswith("-1") and document["kind"] == "domain"
    assert feeder.stop() and place.ends()[0]["delivery"] == delivery


def test_an_object_s_events_come_in_order_and_objects_beside_each_other(place, service, feed):
    place.on_event("domain/all", f'[ $2 = slow ] && {{ {UNTIL_LET}; }}; {NOTE}')
    feeder = feed()
    feeder.tell("slow", detail="a")
    begun(place, "slow")
    feeder.tell("slow", detail="b")
    for detail in "abcdef":
        feeder.tell("quick", detail=detail)
    feeder.until("delivered", 6)
    assert place.lines("done") == [f"quick started {detail}" for detail in "abcdef"]
    assert (feeder.count("running"), feeder.count("waiting")) == (1, 1)
    let(place)
    feeder.until("delivered", 8)
    assert [line for line in place.lines("done") if line.startswith("slow s")] == [
        "slow started a", "slow started b"]


def test_a_script_that_fails_with_75_four_times_is_run_again_alone(place, service, feed):
    """Later events of its object wait for it, others do not."""
    place.on_event("domain/1-always", 'echo ran >>$T/always')
    place.on_event("domain/2-temper", f"""[ $2 = d2 ] && {{ {NOTE}; exit 0; }}
        [ $3 = stopped ] && {{ {NOTE}; exit 0; }}
        echo $VIRTHOOK_DELIVERY >>$T/tries
        [ $(wc -l <$T/tries) -lt 5 ] && exit 75
        {NOTE}""")
    feeder = feed(first=200)
    feeder.tell("d1")
    feeder.tell("d1", "stopped", "shutdown")
    lines(place, 1, "tries")
    feeder.tell("d2")
    feeder.until("delivered", 3)
    assert place.lines("done") == ["d2 started booted", "d1 started booted", "d1 stopped shutdown"]
    first = place.lines("tries")[0]
    assert place.lines("tries") == [first, *(f"{first}.{attempt}" for attempt in range(2, 6))]
    assert len(place.lines("always")) == 3
    assert (feeder.count("retried"), feeder.count("given_up")) == (4, 0)


def test_who_fails_with_75_each_time_is_given_up_and_said(place, start, feed):
    place.configure('event "stubborn" {\n    kind = "domain"\n    retries = 2\n}\n')
    serve(place, start)
    place.on_event("domain/a", "echo ran >>$T/ran; exit 75")
    place.on_event("domain/b", "echo ran >>$T/ran; exit 75")
    feeder = feed()
    feeder.tell("d1")
    feeder.until("delivered", 1)
    assert len(place.lines("ran")) == 6
    assert (feeder.count("given_up"), feeder.count("retried")) == (2, 4)
    feeder.do("attend")
    feeder.count("waiting")
    assert "exited with 75 each time" in said(place) and "domain d1 started" in said(place)


def test_another_status_is_not_tried_again(place, service, feed):
    place.on_event("domain/a", "echo ran >>$T/ran; exit 1")
    feeder = feed()
    feeder.tell("d1")
    feeder.until("delivered", 1)
    assert feeder.count("retried") == 0 and len(place.lines("ran")) == 1


def test_without_a_helper_events_wait_and_it_is_said_once(place, start, feed):
    place.on_event("domain/all", NOTE)
    feeder = feed(first=50)
    for detail in "abc":
        feeder.tell("d1", detail=detail)
        feeder.tell("d2", detail=detail)
    wait_until(lambda: feeder.count("away"), PATIENCE, "the helper is missed")
    serve(place, start)
    feeder.until("delivered", 6)
    done = place.lines("done")
    for name in ("d1", "d2"):
        assert [line for line in done if line.startswith(name)] == [
            f"{name} started {detail}" for detail in "abc"]
    assert not feeder.count("away")
    assert said(place).count("no helper takes events") == 1
    assert said(place).count("takes events again") == 1


def test_over_a_helper_s_kill_and_restart_each_event_comes_and_in_order(place, start, feed):
    place.on_event("domain/all", NOTE)
    feeder = feed(first=20)
    service = serve(place, start)
    feeder.do("burst", 4, 100)
    for round_ in range(3):
        lines(place, 20 * (round_ + 1))
        kill(place, service)
        service = serve(place, start)
    feeder.until("delivered", 100)
    for name in ("d0", "d1", "d2", "d3"):
        numbers = [int(line.split()[2]) for line in place.lines("done") if line.startswith(name)]
        assert numbers == sorted(numbers) and set(numbers) == set(range(25))
        # Of each kill the one that ran may be run again.
        assert len(numbers) <= 28


def test_killed_at_any_time_it_delivers_all_and_nothing_twice(place, service, feed):
    place.on_event("domain/all", NOTE)
    feeder = feed()
    feeder.do("burst", 4, 100)
    for round_ in range(5):
        lines(place, 15 * (round_ + 1))
        feeder.kill()
        feeder = feed()
    wait_until(lambda: feeder.count("waiting") + feeder.count("running") == 0, PATIENCE, "all done")
    wait_until(lambda: len(place.lines("done")) == 100, PATIENCE, "all have run")
    for name in ("d0", "d1", "d2", "d3"):
        numbers = [int(line.split()[2]) for line in place.lines("done") if line.startswith(name)]
        assert numbers == list(range(25))


def test_a_retry_is_kept_over_a_kill(place, service, feed):
    place.on_event("domain/a", "echo ran >>$T/other")
    place.on_event("domain/b", "echo $VIRTHOOK_DELIVERY >>$T/tries; test -e $T/go || exit 75")
    feeder = feed(first=1000000, most=1000000)
    feeder.tell("d1")
    assert feeder.count("given_up") == 0
    wait_until(lambda: '"retry"' in (place.root / "state").read_text(encoding="utf-8"), PATIENCE,
               "it is to be tried again")
    feeder.kill()
    let(place)
    feeder = feed()
    feeder.until("delivered", 1)
    first, second = place.lines("tries")
    assert second == first + ".2" and len(place.lines("other")) == 1


def test_at_a_stop_what_runs_gets_its_time_and_what_waits_comes_at_the_next_start(place, service,
                                                                                 feed):
    place.on_event("domain/all", f"{UNTIL_LET}; {NOTE}")
    feeder = feed()
    feeder.tell("d1", detail="a")
    feeder.tell("d1", detail="b")
    begun(place)
    feeder.do("stop", PATIENCE * 1000)
    let(place)
    assert feeder.process.stdout.readline() == "ended\n" and feeder.process.wait(PATIENCE) == 0
    assert place.lines("done") == ["d1", "d1 started a"]
    again = feed()
    again.until("delivered", 1)
    assert place.lines("done")[2:] == ["d1", "d1 started b"]


def test_a_script_that_outlasts_the_stop_goes_on_and_is_not_run_again(place, service, feed):
    place.on_event("domain/all", UNTIL_LET)
    feeder = feed()
    feeder.tell("d1")
    begun(place)
    assert not feeder.stop(0)
    again = feed()
    let(place)
    again.until("delivered", 1)
    again.tell("d2")
    again.until("delivered", 2)
    assert place.lines("done") == ["d1", "d2"]


def test_no_more_scripts_run_at_once_than_are_configured(place, service, feed):
    place.on_event("domain/all", UNTIL_LET)
    feeder = feed(running=2)
    feeder.do("burst", 5, 5)
    wait_until(lambda: len(list(place.root.glob("begun-*"))) == 2, PATIENCE, "two run")
    assert (feeder.count("running"), feeder.count("waiting")) == (2, 3)
    feeder.do("set", "running=3")
    wait_until(lambda: len(list(place.root.glob("begun-*"))) == 3, PATIENCE, "three run")
    feeder.do("set", "running=1")
    let(place)
    feeder.until("delivered", 5)


def test_what_the_helper_cannot_run_is_said_and_run_when_it_can(place, service, feed):
    place.on_event("domain/all", NOTE)
    hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (len(place.log()), hard))
    feeder = feed()
    feeder.tell("d1")
    wait_until(lambda: feeder.do("attend") or "the helper ran nothing" in said(place), PATIENCE,
               "a word of why events wait")
    assert "domain d1 started: the audit record could not be written" in said(place)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (hard, hard))
    feeder.until("delivered", 1)
    assert place.lines("done") == ["d1 started booted"]


def test_what_a_full_queue_has_lost_is_counted_said_and_told(place, service, feed):
    place.on_event("domain/all", f"{UNTIL_LET}; {NOTE}")
    place.on_event("daemon/all", 'cat >>$T/told; echo "$3 $4" >>$T/daemon')
    feeder = feed(events=3)
    feeder.tell("d1", detail="a")
    begun(place)
    for detail in "bcdefg":
        feeder.tell("d1", detail=detail)
    feeder.tell("d2")
    assert feeder.count("dropped") == 4
    feeder.do("attend")
    assert lines(place, 1, "daemon") == ["lost dropped"]
    told = json.loads(place.lines("told")[0])
    assert told["uri"] == "test:///default"
    assert told["payload"] == {"event": "lost", "reason": "dropped", "kind": "domain",
                               "object": "d1", "uuid": "", "count": 4}
    assert "4 events were lost" in said(place)
    let(place)
    feeder.until("delivered", 5)
    feeder.do("attend")
    assert feeder.stop()
    assert [line for line in place.lines("done") if line.startswith("d1 ")] == [
        f"d1 started {detail}" for detail in "afg"]
    assert place.lines("daemon") == ["lost dropped"]


def test_what_was_lost_does_not_come_back_after_a_restart(place, feed):
    feeder = feed(events=2)
    for detail in "abcdef":
        feeder.tell("d1", detail=detail)
    assert feeder.count("dropped") >= 3
    feeder.kill()
    again = feed(events=100)
    wait_until(lambda: again.count("away"), PATIENCE, "there is no helper")
    assert again.count("waiting") + again.count("running") <= 3


def test_a_name_that_cannot_be_an_object_s_is_the_uuid_or_without_its_slashes(place, service,
                                                                              feed):
    place.on_event("secret/all", 'echo "$2" >>$T/done; cat >>$T/in')
    feeder = feed()
    feeder.tell("/a/b", "defined", "-", kind="secret", uuid="6695eb01-f6a4-8304-79aa-97f2502e193f")
    feeder.tell("/a/b", "defined", "-", kind="secret")
    feeder.until("delivered", 2)
    assert sorted(place.lines("done")) == ["6695eb01-f6a4-8304-79aa-97f2502e193f", "_a_b"]
    assert {json.loads(line)["object"] for line in place.lines("in")} == {"/a/b"}


def test_what_the_helper_would_never_take_is_said_and_the_next_goes_on(place, service, feed):
    place.on_event("domain/all", NOTE)
    feeder = feed()
    feeder.tell("d1", "started", "Not-A-Word")
    feeder.tell("d1", "started", "booted")
    feeder.until("delivered", 1)
    assert feeder.count("refused") == 1
    feeder.do("attend")
    feeder.count("waiting")
    assert "refused" in said(place) and "domain d1 started" in said(place)
    assert place.lines("done") == ["d1 started booted"]


def test_a_hung_script_delays_its_own_object_alone(place, service, feed):
    place.on_event("domain/all", f'[ $2 = hung ] && {{ {HANG}; }}; {NOTE}')
    feeder = feed()
    feeder.tell("hung")
    begun(place, "hung")
    began = time.monotonic()
    feeder.do("burst", 4, 40)
    feeder.until("delivered", 40)
    assert time.monotonic() - began < PATIENCE
    assert feeder.count("running") == 1


def test_ten_thousand_events_that_no_script_waits_for_go_through(place, service, feed):
    place.on_event("domain/d7/started", NOTE)
    feeder = feed()
    feeder.do("burst", 100, 10000)
    feeder.until("delivered", 10000)
    assert place.lines("done") == [f"d7 started {number}" for number in range(100)]
    assert feeder.count("dropped") == 0 and feeder.stop()


def test_a_flood_without_a_helper_stays_in_its_bounds_in_memory_and_on_disk(place, feed, sanitized):
    feeder = feed(events=1000)
    feeder.do("burst", 10, 50000)
    feeder.until("dropped", 48900)
    assert feeder.count("waiting") <= 1000 + 10
    assert (place.root / "state").stat().st_size < 8 << 20
    assert sanitized or kibibytes(feeder.process.pid, "VmHWM") < 32 << 10


def test_a_script_that_ended_with_its_helper_is_begun_again(place, start, feed):
    """A helper that is told to end, as at an update, ends the scripts that run."""
    helper = serve(place, start)
    place.on_event("domain/all", UNTIL_LET)
    feeder = feed()
    feeder.tell("d1")
    begun(place)
    helper.signal(signal.SIGTERM)
    helper.wait()
    ended(place, 1)
    serve(place, start)
    let(place)
    feeder.until("delivered", 1)
    assert place.lines("done") == ["d1"]
    assert [end["reason"] for end in place.ends()] == ["cancelled", "ok"]
