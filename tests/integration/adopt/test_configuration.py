"""Nothing is adopted where the configuration would break it; what it needs is said."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

import pytest

from . import layouts
from .support import build

RULE = 'rule "adopted qemu" {\n    driver = qemu\n    profile = unconfined\n}\n'


def adopt(trees, *arguments):
    done = trees.virt_hook("adopt", *arguments)
    return done.stdout, done.returncode


def test_what_is_in_force_is_said_and_no_line_is_asked_for(trees):
    trees.write("qemu")
    trees.configure(RULE)
    shown, status = adopt(trees)
    assert status == 0 and f"by {trees.config}." in shown and "NOT in force" not in shown


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]], ids=["adopt", "dry run"])
def test_what_is_not_is_said_with_the_lines_to_paste_and_nothing_is_moved(trees, arguments):
    trees.write("qemu")
    trees.write("lxc.d/10-first")
    trees.configure(RULE)
    before = trees.snapshot()
    shown, status = adopt(trees, *arguments)
    assert status == 1 and f"put this into {trees.config}." in shown
    assert RULE.replace("qemu", "lxc") in shown and RULE not in shown
    assert "\nNothing was changed" in shown and trees.snapshot() == before


def test_with_these_lines_it_is_in_force(trees):
    trees.write("qemu", layouts.DISPATCHER)
    trees.write("qemu.d/win10/prepare/begin/start.sh")
    trees.write("network")
    trees.config.write_text('per_guest_layout = yes\nhooks = "/etc/somewhere"\n')
    report, status = adopt(trees, "--json")
    told = json.loads(report)
    assert status == 1 and not told["configuration"]["in_force"] and not told["done"]
    trees.config.write_text(told["configuration"]["lines"])
    report, status = adopt(trees, "--json")
    told = json.loads(report)
    assert status == 0 and told["configuration"]["in_force"] and told["done"]
    assert told["configuration"]["lines"] == ""


def test_a_profile_that_the_admin_chose_is_in_force(trees):
    trees.write("qemu")
    trees.configure('rule "mine" {\n    driver = qemu\n    profile = isolated\n}\n')
    assert adopt(trees)[1] == 0


def test_a_rule_of_some_guests_alone_leaves_the_others(trees):
    trees.write("qemu")
    trees.configure('rule "mine" {\n    object = "win*"\n    profile = unconfined\n}\n')
    shown, status = adopt(trees)
    assert status == 1 and RULE in shown


def test_drivers_that_were_not_adopted_need_no_line(trees):
    trees.write("qemu")
    trees.write("lxc")
    trees.configure(RULE)
    assert adopt(trees, "qemu")[1] == 0


def test_hooks_that_the_configuration_has_elsewhere_are_told(trees):
    trees.write("qemu")
    trees.config.write_text(f'hooks = "/etc/somewhere"\n{RULE}')
    shown, status = adopt(trees)
    assert status == 1 and f'hooks = "{trees.hooks}"\n' in shown and "before any section" in shown


def test_a_dispatcher_is_not_to_run_beside_the_layout_of_guests(trees):
    trees.write("qemu", layouts.DISPATCHER)
    trees.write("qemu.d/win10/prepare/begin/start.sh")
    trees.configure(f"per_guest_layout = yes\n{RULE}")
    shown, status = adopt(trees)
    assert status == 1 and "\nper_guest_layout = no\n" in shown


def test_a_configuration_that_is_refused_moves_nothing(trees):
    trees.write("qemu")
    trees.config.write_text("deadlin = 3\n")
    words = trees.refused("adopt")
    assert f"{trees.config}:1: " in words and "the hooks stay where they are" in words


def test_without_a_helper_nothing_is_moved(trees):
    trees.write("qemu")
    before = trees.snapshot()
    done = trees.virt_hook("adopt", "--helper", build() / "nowhere")
    assert done.returncode == 3 and trees.snapshot() == before
    assert "cannot be asked" in done.stderr and "the hooks stay where they are" in done.stderr


def test_release_needs_neither(trees):
    trees.write("qemu")
    trees.done("adopt")
    trees.config.write_text("deadlin = 3\n")
    trees.done("release")
