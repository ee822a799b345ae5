"""A suggestion's profile, taken apart: what it is without one of its grants."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Grant:
    key: str
    sign: str
    value: str

    def __str__(self):
        return f"{self.key} {self.value}"


def grants_of(block):
    """All grants in the order in which they stand, but for inherits."""
    found, key = [], None
    section = re.search(r'^profile "[^"]*" \{\n(.*?)^\}', block, re.M | re.S).group(1)
    for line in section.splitlines():
        line = line.strip()
        if line.startswith("#") or line == "}":
            continue
        opened = re.fullmatch(r"(\w+) (\+?=) \{", line)
        if opened:
            key = opened.groups()
        elif re.match(r"\w+ = ", line):
            name, _, value = line.partition(" = ")
            found.append(Grant(name, "", value))
        else:
            found.append(Grant(*key, line.rstrip(",")))
    return found


def base_of(block):
    return next(grant.value for grant in grants_of(block) if grant.key == "inherits")


def profile(name, grants):
    """A profile section of these grants."""
    lists = {}
    text = f'profile "{name}" {{\n'
    for grant in grants:
        if grant.sign:
            lists.setdefault((grant.key, grant.sign), []).append(grant.value)
        else:
            text += f"    {grant.key} = {grant.value}\n"
    for (key, sign), values in lists.items():
        text += f"    {key} {sign} {{ {', '.join(values)} }}\n"
    return text + "}\n"


def each_taken_away(block):
    """(the grant, the profiles' name, its section without the grant) for each grant."""
    grants = grants_of(block)
    for number, grant in enumerate(grants):
        if grant.key != "inherits":
            name = f"less-{number}"
            yield grant, name, profile(name, [other for other in grants if other is not grant])
