"""`virt-hook suggest`: the least profile that fits, from what permissive runs have shown."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os
import re
from dataclasses import dataclass, field

import pytest

from .pasted import grants_of


@dataclass
class Lesson:
    """A script; files: what is there before each run; owners: of those that are theirs alone, or
    of a socket that is listened to; grants: what it is to be granted."""
    body: str
    grants: list
    files: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)


LESSONS = {
    "reads what is hidden": Lesson(
        "print(open(f'{S}/secret/of-guests').read())",
        ["readable -{S}/secret/of-guests"], {"secret/of-guests": "token", "secret/other": "x"}),
    "keeps state": Lesson(
        "import os\nos.mkdir(f'{S}/states/new')\nopen(f'{S}/states/new/count', 'w').write('1')",
        ["user root", "writable -{S}/states"], {"states/old": ""}),
    "writes to one file": Lesson(
        "open(f'{S}/log', 'a').write('guest')", ["user root", "writable -{S}/log"], {"log": ""}),
    "gives a file away": Lesson(
        "import os\nos.chown(f'{S}/image', 4321, -1)",
        ["capabilities CHOWN", "writable -{S}/image"], {"image": ""}),
    "reads what is one user's": Lesson(
        "print(open(f'{S}/own').read())", ["user daemon", "readable -{S}/own"], {"own": "mine"},
        {"own": 1}),
    "writes to what is several users'": Lesson(
        "for name in 'own', 'other': open(f'{S}/{name}', 'a').write('x')",
        ["capabilities DAC_OVERRIDE", "writable -{S}/other", "writable -{S}/own"],
        {"own": "", "other": ""}, {"own": 4321, "other": 4322}),
    "reads one user's and writes to root's": Lesson(
        "print(open(f'{S}/own').read())\nopen(f'{S}/log', 'a').write('x')",
        ["user root", "capabilities DAC_READ_SEARCH", "writable -{S}/log", "readable -{S}/own"],
        {"own": "mine", "log": ""}, {"own": 1}),
    "changes the mode of root's file": Lesson(
        "import os\nos.chmod(f'{S}/log', 0o600)", ["user root", "writable -{S}/log"], {"log": ""}),
    "changes the mode of another's file": Lesson(
        "import os\nos.chmod(f'{S}/own', 0o640)",
        ["capabilities FOWNER", "writable -{S}/own"], {"own": ""}, {"own": 4321}),
    "speaks to a service": Lesson(
        "import socket\nsocket.socket(socket.AF_UNIX).connect(f'{S}/service')",
        ["user root", "sockets -{S}/service"], {}, {"service": 0}),
    "makes a rare call": Lesson(
        "import ctypes, os, platform\nlibc = ctypes.CDLL(None)\n"
        "number = 312 if platform.machine() == 'x86_64' else 272\n"
        "assert libc.syscall(number, os.getpid(), os.getpid(), 0, 0, 0) == 0",
        ["syscalls kcmp"]),
    "needs nothing": Lesson("print(open('/etc/passwd').readline())", []),
}


def arrange(school, lesson):
    for entry in sorted(school.store.rglob("*"), reverse=True):
        entry.rmdir() if entry.is_dir() else entry.unlink()
    for name, content in lesson.files.items():
        path = school.store / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for name, owner in lesson.owners.items():
        path = school.store / name
        if not path.exists():
            school.listen(path)
        os.chown(path, owner, owner)
        path.chmod(0o600)


def effect(school, script):
    """What it has made of the store, and said."""
    left = {str(path): (path.stat().st_uid, path.stat().st_mode,
                        path.is_file() and path.read_text("utf-8"))
            for path in school.store.rglob("*")}
    return script["exit_status"], script["stdout"], left


@pytest.fixture(params=LESSONS)
def lesson(request, school):
    chosen = LESSONS[request.param]
    school.place.python("qemu", f"S = '{school.store}'\n{chosen.body}\n")
    arrange(school, chosen)
    return chosen


def test_what_it_suggests_is_what_the_script_needs(lesson, school):
    school.learn()
    expected = [grant.format(S=school.store) for grant in lesson.grants]
    found = [str(grant) for grant in grants_of(school.suggest())]
    assert found == ["inherits isolated", *expected]


def test_as_printed_it_lets_the_script_do_the_same_and_refuses_nothing(lesson, school):
    learnt = effect(school, school.learn())
    school.configure(school.suggest())
    arrange(school, lesson)
    script = school.run()
    assert script["profile"] == "hook-qemu", "the rule binds it"
    assert effect(school, script) == learnt and learnt[0] == 0
    assert script["denied"] == []


def test_without_any_one_of_its_grants_the_script_does_less(lesson, school):
    learnt = effect(school, school.learn())
    block = school.suggest()
    arrange(school, lesson)
    for grant, script in school.less(block):
        assert script["denied"] or effect(school, script) != learnt, grant
        arrange(school, lesson)


def test_each_grant_has_its_reasons_with_operation_and_call(school):
    school.place.python("qemu", f"open('{school.store}/log', 'a').close()")
    (school.store / "log").touch()
    school.learn(operation="start")
    school.learn(operation="release")
    first = school.place.ends()[0]["call"]
    block = school.suggest()
    assert (f"        # write {school.store}/log: qemu start/begin, qemu release/begin; first in "
            f"{first}\n        -{school.store}/log\n") in block
    assert "by its 2 runs" in block and "# Seen: qemu start/begin, qemu release/begin\n" in block


def test_without_a_helper_it_suggests_all_the_same_and_says_what_is_missing(school):
    school.place.python("qemu", "open('/etc/passwd').close()")
    school.learn()
    done = school.virt_hook("suggest", "--helper", "/bin/false", "qemu")
    assert done.returncode == 0 and "inherits = isolated" in done.stdout
    assert "which grants are near root: no helper was there to tell" in done.stdout


def test_several_runs_are_merged(school):
    school.place.python("qemu", f"import sys\nopen('{school.store}/' + sys.argv[2], 'a').close()")
    for operation in "start", "release":
        (school.store / operation).touch()
        school.learn(operation=operation)
    assert [str(grant) for grant in grants_of(school.suggest())][2:] == [
        f"writable -{school.store}/release", f"writable -{school.store}/start"]


def test_many_files_of_a_folder_become_the_folder_and_it_says_so(school):
    school.place.python("qemu", f"for i in range(9): open('{school.store}/files/%i' % i).close()")
    (school.store / "files").mkdir()
    for i in range(9):
        (school.store / f"files/{i}").touch()
    school.learn()
    block = school.suggest()
    assert f"# the folder, since it was more than 8 of its files\n        -{school.store}/files\n" \
        in block


def test_a_file_with_the_guest_s_name_stands_for_its_folder(school):
    school.place.python("qemu", f"open('{school.store}/images/d1.conf').close()")
    (school.store / "images").mkdir()
    (school.store / "images/d1.conf").touch()
    school.learn()
    assert [str(grant) for grant in grants_of(school.suggest())] == [
        "inherits isolated", f"readable -{school.store}/images"]


def test_what_no_profile_grants_is_told_and_the_status_tells(school):
    school.place.python("qemu", "import ctypes\nctypes.CDLL(None).unshare(0x10000000)\n")
    school.learn()
    block = school.suggest(status=1)
    assert "# It did this, which cannot be granted:\n# - call unshare (never granted): " in block


def test_what_was_lost_is_told_and_the_status_tells(school):
    school.place.python("qemu", f"for i in range(300): open(f'{school.store}/{{i}}', 'w').close()")
    school.learn()
    block = school.suggest(status=1)
    assert re.search(r"# - \d+ things that it did, of which the log kept no more than their number",
                     block)


def test_a_run_that_failed_is_told(school):
    school.place.python("qemu", "raise SystemExit(3)")
    school.run("--profile", "learning")
    assert "in 1 of its runs, which failed" in school.suggest()


def test_without_a_permissive_run_it_tells_how_to_make_one_and_that_works(school):
    path = school.place.script("qemu", f"cat {school.store}/secret")
    (school.store / "secret").write_text("token", encoding="utf-8")
    school.run()
    done = school.virt_hook("suggest", path)
    assert done.returncode == 1 and done.stdout == ""
    assert "ran 1 time, never under a permissive profile" in done.stderr
    school.configure(done.stderr[done.stderr.index('profile "learn-qemu"'):])
    assert school.run()["profile"] == "learn-qemu"
    assert f"-{school.store}/secret" in school.suggest(script=path)


def test_a_script_of_events_gets_an_event_section_that_binds_it(school):
    path = school.place.on_event("domain/learnt", f"echo $1 >>{school.store}/file")
    school.run_event("--profile", "learning")
    block = school.suggest(script=str(path))
    assert f"event \"hook-learnt\" {{\n    for = '{path}'\n" in block and "rule" not in block
    school.configure(block)
    script = school.run_event()
    assert (script["profile"], script["exit_status"], script["denied"]) == ("hook-learnt", 0, [])
    assert (school.store / "file").read_text(encoding="utf-8") == "domain\ndomain\n"


def test_how_a_script_of_events_comes_to_be_observed_is_told(school):
    path = school.place.on_event("domain/learnt", f"test -e {school.store}")
    school.run_event()
    told = school.virt_hook("suggest", str(path)).stderr
    assert "before other event sections" in told
    school.configure(told[told.index("profile "):])
    assert school.run_event()["exit_status"] == 0
    assert "event \"hook-learnt\" {" in school.suggest(script=str(path))


def test_of_a_script_that_never_ran_it_tells_how_to_have_it_observed(school):
    school.place.script("qemu")
    school.learn()
    done = school.virt_hook("suggest", "/etc/virthook/hooks/other*'s")
    assert done.returncode == 1
    assert "the log has no run of /etc/virthook/hooks/other*'s" in done.stderr
    assert "    script = '/etc/virthook/hooks/other\\\\*\\'s'\n" in done.stderr


def test_what_a_strict_run_was_refused_is_added_to_its_profile(school):
    school.place.python("qemu", "import socket\nfor _ in range(3):\n    try:\n"
                                "        socket.socket(socket.AF_NETLINK, 3)\n"
                                "    except OSError: pass\n")
    school.run()
    block = school.suggest(status=1)
    assert "was refused under the profile isolated; it has not run under a permissive" in block
    assert [str(grant) for grant in grants_of(block)] == [
        "inherits isolated", "address_families AF_NETLINK"]
    assert "# refused: socket AF_NETLINK: qemu start/begin; first in" in block
    school.configure(block)
    assert school.run()["denied"] == []


def test_json_has_the_grants_their_reasons_and_the_text(school):
    lesson = LESSONS["gives a file away"]
    arrange(school, lesson)
    path = school.place.python("qemu", f"S = '{school.store}'\n{lesson.body}\n")
    school.learn()
    answer = school.suggest_json()
    assert answer["config"] == school.suggest()
    assert (answer["script"], answer["profile"], answer["inherits"], answer["runs"]) == (
        str(path), "hook-qemu", "isolated", 1)
    assert [(one["key"], one["value"]) for one in answer["grants"]] == [
        ("capabilities", "CHOWN"), ("writable", f"{school.store}/image")]
    assert answer["grants"][0]["reasons"] == [
        {"what": "capability chown", "refused": False, "call": school.place.ends()[0]["call"],
         "operations": ["qemu start/begin"]}]
    assert answer["grants"][0]["near_root"] == "it grants CHOWN"
    assert "# NEAR ROOT: it grants CHOWN\n" in answer["config"]
    assert answer["never"] == [] and answer["not_observed"]


def test_the_profile_has_the_name_that_is_asked_for(school):
    school.place.script("qemu")
    school.learn()
    assert re.findall(r"\bmine\b", school.suggest("--profile", "mine")) == ["mine"] * 3


def test_a_name_of_two_scripts_is_to_be_said_by_its_path(school):
    school.configure("per_guest_layout = yes\n")
    for guest in "d1", "d2":
        school.place.script(f"qemu.d/{guest}/start/begin/one")
        school.learn(guest=guest)
    done = school.virt_hook("suggest", "one")
    assert done.returncode == 2 and "say which by its path" in done.stderr
    assert school.suggest(script=school.place.hooks / "qemu.d/d1/start/begin/one")


def test_no_path_can_forge_a_line_of_the_configuration(school):
    school.place.python("qemu", f"open('{school.store}/a\\nuser = root', 'w').close()")
    school.learn()
    block = school.suggest()
    assert f"        # create {school.store}/a\\x0auser = root: " in block
    assert [str(grant) for grant in grants_of(block)] == [
        "inherits isolated", "user root", f"writable -{school.store}"]


@pytest.mark.parametrize("path", ["with space", "quote'd", "double\"d", "hash#tag", "brace}"])
def test_any_name_is_granted_as_it_is(school, path):
    school.place.python("qemu", f"print(open({str(school.store / path)!r}).read())")
    (school.store / path).write_text("here", encoding="utf-8")
    learnt = school.learn()
    school.configure(school.suggest())
    script = school.run()
    assert (script["profile"], script["stdout"]) == ("hook-qemu", learnt["stdout"])


@pytest.mark.parametrize(("arguments", "said"), [
    ([], "the script is missing"), (["a", "b"], "one script at a time: 'b'"),
    (["--profile", "a b", "x"], "--profile takes"), (["--no", "x"], "--no"),
])
def test_a_wrong_use_is_told(school, arguments, said):
    done = school.virt_hook("suggest", *arguments)
    assert done.returncode == 2 and said in done.stderr


@pytest.mark.parametrize("script", [
    7, None, "x", {"path": 7}, {"path": "/x/qemu", "enforced": ["permissive"], "observed": 7},
    {"path": "/x/qemu", "enforced": ["permissive"],
     "observed": [7, "", "write", "write ", "write \x1b", "create /", "create", "others ×",
                  "read //", "/", "connect ", "call ", "capability ", "permission "]},
])
def test_no_record_makes_it_fall(school, script):
    record = {"schema": 1, "type": "end", "call": 7, "object": "/", "scripts": [script]}
    (school.place.audit / "x.log").write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = school.virt_hook("suggest", "qemu")
    assert done.returncode in (0, 1) and "\x1b" not in done.stdout, done
