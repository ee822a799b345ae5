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


# A real fish, told where virt-hook is by its PATH.
FISH = """
set --prepend PATH $argv[2]
source $argv[1]
complete --do-complete "$argv[3]"
"""


def in_bash(*words):
    """What bash would offer for the last of these words, which follow virt-hook."""
    return printed("/bin/bash", "-c", BASH, ROOT / "completions/virt-hook.bash",
                   built("admin/virt-hook"), "virt-hook", *words).split()


def in_fish(*words):
    """What fish would offer for the last of these words, without what it says of each."""
    offered = printed("/usr/bin/fish", "--no-config", "-c", FISH,
                      ROOT / "completions/virt-hook.fish", built("admin"),
                      " ".join(["virt-hook", *words]))
    return [line.split("\t")[0] for line in offered.splitlines()]


# A real zsh, in which what it would show is printed: the function that shows it needs a terminal.
ZSH = """
_call_program() { shift; eval "$@" }
_files() { }
_describe() {
    local choice
    for choice in ${(P)argv[-1]}; do
        [[ ${choice%%:*} == $PREFIX* ]] && print -r -- ${choice%%:*}
    done
}
fpath=($1)
autoload -Uz _virt-hook
words=("${(@)argv[2,-1]}") CURRENT=$#words PREFIX=$words[-1]
_virt-hook
true
"""


def in_zsh(*words):
    """What zsh would offer for the last of these words, which follow virt-hook."""
    return printed("/usr/bin/zsh", "-f", "-c", ZSH, "zsh", ROOT / "completions",
                   built("admin/virt-hook"), *words).split()


@pytest.fixture(params=[in_bash, in_fish, in_zsh], ids=["bash", "fish", "zsh"])
def completed(request):
    return request.param


def test_the_first_word_is_completed_to_every_command(completed):
    assert sorted(set(completed("")) - {"--help", "--version"}) == sorted(commands())


def test_a_hyphen_at_first_is_completed_to_the_options_of_virt_hook_itself(completed):
    assert sorted(completed("-")) == ["--help", "--version"]


def test_a_word_that_was_begun_is_completed_to_what_begins_so(completed):
    assert completed("expl") == ["explain"]


def test_a_hyphen_after_a_command_is_completed_to_each_option_in_its_help(completed):
    offered = {name: sorted(completed(name, "-")) for name in commands()}
    assert offered == {name: sorted(option.split()[0] for option in options_of_help(
        printed(built("admin/virt-hook"), name, "--help")) if option.startswith("--"))
                       for name in commands()}


def test_nothing_is_offered_after_a_command_that_is_not_there(completed):
    assert completed("no-such-command", "-") == []


def test_bash_leaves_names_to_who_types():
    assert in_bash("run", "qe") == []
