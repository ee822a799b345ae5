# Completion of virt-hook for bash: commands and options are those that its --help tells.
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# Prints what the command line so far could go on with: a command, or an option of one.
_virt_hook_choices() {
    if ((COMP_CWORD == 1)); then
        "$1" --help | sed -n 's/^  \([a-z][a-z]*\)  *[^ ].*/\1/p'
        printf '%s\n' --help --version
    elif [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
        "$1" "${COMP_WORDS[1]}" --help | sed -n 's/^ \{1,6\}\(-[^ ].*\)/\1/p' | sed 's/  .*//' |
            grep -o -e '--[a-z-]*'
    fi
}

_virt_hook() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(compgen -W "$(_virt_hook_choices "$1" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
}

complete -o default -F _virt_hook virt-hook
