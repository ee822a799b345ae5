"""A shell completes virt-hook's commands and options: all that --help has, and nothing else."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import pytest

from .page import ROOT, built, commands, options_of_help, printed

BASH = """
source "$0"
program=$1
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_virt_hook "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(*words):
    """What bash would offer for the last of these words, which follow virt-hook."""
    return printed("/bin/bash", "-c", BASH, ROOT / "completions/virt-hook.bash",
                   built("admin/virt-hook"), "virt-hook", *words).split()


def test_the_first_word_is_completed_to_every_command():
    assert sorted(completed("")) == sorted([*commands(), "--help", "--version"])


def test_a_word_that_was_begun_is_completed_to_what_begins_so():
    assert completed("expl") == ["explain"]


def test_a_hyphen_after_a_command_is_completed_to_each_option_in_its_help():
    offered = {name: sorted(completed(name, "-")) for name in commands()}
    assert offered == {name: sorted(option.split()[0] for option in options_of_help(
        printed(built("admin/virt-hook"), name, "--help")) if option.startswith("--"))
                       for name in commands()}


@pytest.mark.parametrize("words", [("run", "qe"), ("no-such-command", "-")])
def test_nothing_is_offered_where_virt_hook_has_nothing_to_say(words):
    assert completed(*words) == []
