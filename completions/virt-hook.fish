# Completion of virt-hook for fish: commands and options are those that its --help tells.
# SPDX-License-Identifier: LGPL-2.1-or-later

function __virt_hook_commands
    set -l program (commandline -opc)[1]
    $program --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(\S.*)' '$1\t$2'
end

function __virt_hook_options
    set -l words (commandline -opc)
    $words[1] $words[2] --help 2>/dev/null |
        string replace -rf '^ {1,6}(?:-., )?(--[a-z-]+)(?: [A-Z]\S*)?(?:  +(\S.*)|, --\S+)?$' '$1\t$2'
end

complete -c virt-hook -n 'test (count (commandline -opc)) -eq 1' -f -a '(__virt_hook_commands)'
complete -c virt-hook -n 'test (count (commandline -opc)) -eq 1' -f -l help -l version
complete -c virt-hook -n 'test (count (commandline -opc)) -gt 1' -a '(__virt_hook_options)'
