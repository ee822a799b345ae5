"""What each domain of scripts can do to what, by the compiled policy.

usage: python3 tests/selinux/reach.py POLICY [FOLDER]
Writes one list for each domain, into FOLDER: reach/, beside this file, is what was agreed to. A
line is what can be done, to which type, and in brackets the classes; "if" is a boolean. An
attribute of many types stands for them as @name.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys
from pathlib import Path

import setools

SCRIPTS = "virthook_script"
AGREED = Path(__file__).parent / "reach"
MANY = 32

FILES = {"file", "dir", "lnk_file", "chr_file", "blk_file", "fifo_file", "sock_file"}
WRITING = {"write", "append", "create", "unlink", "link", "rename", "setattr", "add_name",
           "remove_name", "rmdir", "reparent", "relabelfrom", "relabelto", "mounton"}
EXECUTING = {"execute", "execute_no_trans", "entrypoint"}
CONNECTING = {"connectto", "sendto", "name_connect", "name_bind", "accept"}
# What one process does to another, beyond looking at it.
ON_PROCESSES = {"dyntransition", "getattr", "noatsecure", "ptrace", "rlimitinh", "setpgid",
                "setsched", "sigchld", "siginh", "sigkill", "signal", "signull", "sigstop",
                "transition"}


def kinds(tclass, perms):
    """What these permissions of a class come to, by name."""
    if tclass in FILES:
        if perms & WRITING:
            yield "write"
        if "read" in perms:
            yield "read"
    if tclass == "file" and perms & EXECUTING:
        yield "execute"
    if tclass == "process":
        yield from sorted(perms & ON_PROCESSES)
    elif perms & CONNECTING:
        yield "connect"
    if tclass in ("capability", "capability2", "cap_userns", "cap2_userns", "system", "security"):
        yield from sorted(perms)


def condition_of(rule):
    try:
        return f" if {'' if rule.conditional_block else 'not '}{rule.conditional}"
    except setools.exception.RuleNotConditional:
        return ""


def names_of(target):
    """The types of a rule's target; an attribute of many by its own name."""
    if not isinstance(target, setools.policyrep.TypeAttribute):
        return [str(target)]
    types = [str(one) for one in target.expand()]
    return types if len(types) <= MANY else [f"@{target}"]


def reach(policy, domain):
    """The lines of one domain, without what it can do to itself."""
    found = {}
    query = setools.TERuleQuery(policy, ruletype=["allow"], source=domain, source_indirect=True)
    for rule in query.results():
        tclass, end = str(rule.tclass), condition_of(rule)
        for kind in kinds(tclass, set(rule.perms)):
            for name in names_of(rule.target):
                found.setdefault((kind, name, end), set()).add(tclass)
    return [f"{kind} {'itself' if name == str(domain) else name} "
            f"({' '.join(sorted(classes))}){end}"
            for (kind, name, end), classes in sorted(found.items())]


def domains(policy):
    return {str(domain).removeprefix("virthook_script_").removesuffix("_t"): domain
            for domain in policy.lookup_typeattr(SCRIPTS).expand()}


def main(compiled, folder=AGREED):
    policy = setools.SELinuxPolicy(str(compiled))
    for name, domain in domains(policy).items():
        text = "".join(f"{line}\n" for line in reach(policy, domain))
        Path(folder).joinpath(f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
