"""A script whose path somebody but root could change is not run; the verdict says what to mend.

Each arrangement is also run directly, as libvirt would, and does its damage: it leaves a canary.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import subprocess

import pytest

pytestmark = pytest.mark.invariant(9)

NOBODY = 65534
CANARY = "touch $T/canary"


def set_mode(mode):
    def change(path):
        path.chmod(mode)
    return change


def give_away(path):
    os.lchown(path, NOBODY, NOBODY)


def plain_script(change):
    """The script itself is what is wrong."""
    def arrange(place):
        path = place.script("qemu", CANARY)
        change(path)
        return path, path
    return arrange


def script_in(change, folder):
    """A folder above the script is what is wrong."""
    def arrange(place):
        path = place.script("qemu.d/10-open", CANARY)
        wrong = {"hooks": place.hooks, "qemu.d": path.parent, "root": place.root}[folder]
        change(wrong)
        return path, wrong
    return arrange


def link_to(change, what):
    """A link leads over a place that is wrong: the target, its folder, or the link itself."""
    def arrange(place):
        folder = place.folder("elsewhere")
        target = folder / "script"
        target.write_text(f"#!/bin/sh\nT={place.root}\n{CANARY}\n", encoding="utf-8")
        target.chmod(0o755)
        link = place.hooks / "qemu"
        link.symlink_to(target)
        wrong = {"target": target, "folder": folder, "link": link}[what]
        change(wrong)
        return link, wrong
    return arrange


def interpreted_by(change, what):
    """The interpreter of the script's #! line, or the folder in which that lies."""
    def arrange(place):
        folder = place.folder("bin")
        interpreter = folder / "interpreter"
        interpreter.write_bytes(open("/bin/sh", "rb").read())
        interpreter.chmod(0o755)
        path = place.script("qemu", f"T={place.root}; {CANARY}", interpreter=interpreter)
        wrong = {"interpreter": interpreter, "folder": folder}[what]
        change(wrong)
        return path, wrong
    return arrange


ARRANGEMENTS = {
    "script writable by its group": plain_script(set_mode(0o775)),
    "script writable by everybody": plain_script(set_mode(0o757)),
    "script of another user": plain_script(give_away),
    "setuid script": plain_script(set_mode(0o4755)),
    "setgid script": plain_script(set_mode(0o2755)),
    "folder of scripts writable": script_in(set_mode(0o777), "qemu.d"),
    "folder of scripts of another user": script_in(give_away, "qemu.d"),
    "hooks folder writable": script_in(set_mode(0o775), "hooks"),
    "folder above the hooks folder writable": script_in(set_mode(0o703), "root"),
    "link's target writable": link_to(set_mode(0o766 | 0o111), "target"),
    "link's target of another user": link_to(give_away, "target"),
    "folder of the link's target writable": link_to(set_mode(0o777), "folder"),
    "link of another user": link_to(give_away, "link"),
    "interpreter writable": interpreted_by(set_mode(0o777), "interpreter"),
    "interpreter of another user": interpreted_by(give_away, "interpreter"),
    "setuid interpreter": interpreted_by(set_mode(0o4755), "interpreter"),
    "folder of the interpreter writable": interpreted_by(set_mode(0o777), "folder"),
}


@pytest.fixture(params=ARRANGEMENTS, ids=lambda name: name.replace(" ", "-"))
def arranged(request, place):
    """The script's path, and the component of it that is wrong."""
    return ARRANGEMENTS[request.param](place)


def canary(place):
    return (place.root / "canary").exists()


def test_a_path_that_others_could_change_is_never_run(place, peer, arranged):
    path, wrong = arranged
    verdict = peer.call()
    assert not canary(place)
    assert (verdict.allow, verdict.reason) == (False, "not-runnable")
    assert f"{path} was not run" in verdict.message
    assert str(wrong) in verdict.script["problem"]
    assert place.ends()[0]["scripts"][0]["problem"] == verdict.script["problem"]


def test_the_mend_that_the_message_names_does_mend_it(place, peer, arranged):
    path, _ = arranged
    command = re.search(r"run (ch(?:mod|own)(?: -h)? \S+ [^\s,]+)", peer.call().message).group(1)
    subprocess.run(command.split(), check=True)
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (True, "ok")
    assert canary(place)


def test_run_directly_the_same_script_does_its_damage(place, arranged):
    path, _ = arranged
    subprocess.run([path, "d1", "start", "begin", "-"], check=True)
    assert canary(place)


def test_a_writable_folder_that_is_sticky_is_accepted_over_what_is_root_s(place, peer):
    place.script("qemu", CANARY)
    place.root.chmod(0o1777)
    assert peer.call().allow
    assert canary(place)


def test_an_interpreter_without_a_full_path_is_refused(place, peer):
    place.script("qemu", CANARY, interpreter="sh")
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (False, "not-runnable")
    assert "#!" in verdict.message


def test_the_other_scripts_of_the_call_run_all_the_same(place, peer):
    place.script("qemu.d/1", CANARY, mode=0o777)
    place.script("qemu.d/2", "touch $T/second")
    verdict = peer.call()
    assert not verdict.allow and not canary(place)
    assert (place.root / "second").exists()


def test_a_script_that_became_unsafe_is_refused_at_the_next_call(place, peer):
    path = place.script("qemu", CANARY)
    assert peer.call().allow
    path.chmod(0o777)
    assert peer.call().reason == "not-runnable"


@pytest.mark.parametrize("text, words", [
    ("#!/nonexistent/interpreter\n", "/nonexistent"),
    ("no program\n", "begin it with a line such as #!/bin/sh"),
])
def test_what_the_kernel_does_not_execute_says_why(place, peer, text, words):
    path = place.hooks / "qemu"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    verdict = peer.call()
    assert (verdict.allow, verdict.reason) == (False, "not-runnable")
    assert words in verdict.message
