"""`--json`: what adopt and release did, would do, or why they did nothing."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import os


def report(trees, command, *arguments, status=0):
    done = trees.virt_hook(command, "--json", *arguments)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def steps(told):
    return [(step["action"], step["path"], step["to"]) for step in told["steps"]]


def test_what_was_done_is_told_in_its_order(trees):
    script, folder = trees.write("qemu"), trees.write("qemu.d/10-first").parent
    beside = trees.write("kvm.conf", mode=0o644)
    told = report(trees, "adopt")
    assert (told["command"], told["done"], told["dry_run"], told["refused"]) == (
        "adopt", True, False, None)
    assert told["drivers"] == ["qemu"] and told["dispatchers"] == []
    assert (told["libvirt"], told["hooks"], told["shim"]) == (
        str(trees.libvirt), str(trees.hooks), str(trees.shim))
    assert sorted(steps(told)) == sorted([
        ("move", str(script), str(trees.hooks / "qemu")), ("link", str(script), str(trees.shim)),
        ("move", str(folder), str(trees.hooks / "qemu.d")),
        ("link", str(trees.hooks / "kvm.conf"), str(beside))])


def test_a_dry_run_tells_the_same_and_that_it_was_not_done(trees):
    trees.write("qemu")
    told = report(trees, "adopt", "--dry-run")
    assert told["dry_run"] and not told["done"] and not trees.hooks.joinpath("qemu").exists()
    assert steps(told) == steps(report(trees, "adopt"))


def test_release_tells_what_it_took_back(trees):
    trees.write("qemu.d/10-first")
    report(trees, "adopt")
    told = report(trees, "release")
    assert told["command"] == "release" and told["done"] and "configuration" not in told
    assert ("remove", str(trees.libvirt / "qemu"), None) in steps(told)


def test_release_tells_of_scripts_whose_shim_somebody_removed(trees):
    trees.write("qemu")
    trees.write("network.d/10-first")
    report(trees, "adopt")
    trees.libvirt.joinpath("network").unlink()
    said = trees.virt_hook("release", "--dry-run").stdout
    assert f"Scripts of network stay in {trees.hooks}" in said
    assert f"ln -s {trees.shim} {trees.libvirt}/network" in said
    told = report(trees, "release")
    assert (told["drivers"], told["stranded"]) == (["qemu"], ["network"])
    trees.libvirt.joinpath("network").symlink_to(trees.shim)
    assert report(trees, "release")["stranded"] == []
    assert trees.libvirt.joinpath("network.d/10-first").exists()


def test_nothing_to_do_is_done_with_no_step(trees):
    told = report(trees, "adopt")
    assert told["done"] and told["steps"] == [] and told["drivers"] == []


def test_a_refusal_is_told_in_the_words_of_stderr(trees):
    trees.write("qemu.d/10-first", mode=0o775)
    done = trees.virt_hook("adopt", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 2 and not told["done"] and "steps" not in told
    assert "10-first can be written by others than its owner" in told["refused"]
    assert done.stderr == f"virt-hook adopt: {told['refused']}\n"


def test_a_dispatcher_is_named(trees):
    trees.write("qemu", '#!/bin/sh\nrun-parts "$0.d"\n')
    assert report(trees, "adopt")["dispatchers"] == ["qemu"]


def test_names_that_are_no_utf8_are_escaped(trees):
    name = os.fsencode(trees.libvirt) + b"/\xff\x1b[31m"
    os.rename(trees.write("beside"), name)
    trees.write("qemu")
    paths = [step["path"] for step in report(trees, "adopt")["steps"]]
    assert f"{trees.hooks}/\\xff\\x1b[31m" in paths
