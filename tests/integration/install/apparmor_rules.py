"""What a profile of AppArmor grants, and what one of virthook's does, as far as text tells."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re


def alternatives(text):
    """`{a,b}` of AppArmor, inner ones first, as a regular expression's."""
    while (found := re.search(r"\{([^{}]*)\}", text)):
        text = f"{text[:found.start()]}\0({found[1].replace(',', '|')})\1{text[found.end():]}"
    return text.replace("\0", "").replace("\1", "")


def pattern(text):
    """The regular expression of an AppArmor path."""
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]", ".": r"\.", "+": r"\+"}
    escaped = re.sub(r"\*\*|[*?.+]", lambda found: words[found[0]], text)
    return re.compile(alternatives(escaped))


class Rules:
    """The rules of one AppArmor profile; its text has no includes and no variables left."""

    def __init__(self, body):
        lines = [line.strip().removesuffix(",") for line in body.splitlines()]
        self.capabilities = self.named("capability", lines)
        self.families = self.named("network", lines)
        found = [re.fullmatch(r"(?:audit )?(deny )?(?:owner )?(/\S*)\s+(\w+)(?: -> \S+)?", line)
                 for line in lines]
        rules = [(bool(one[1]), pattern(one[2]), one[3]) for one in found if one]
        self.denied = [rule[1:] for rule in rules if rule[0]]
        self.allowed = [rule[1:] for rule in rules if not rule[0]]

    @staticmethod
    def named(word, lines):
        return {line.split()[1] for line in lines if re.match(f"{word} ", line)}

    def grants(self, path, what):
        """Whether `what` (r, w, x) of a file is granted, and not denied."""
        def has(rules):
            return any(what in words and form.fullmatch(path) for form, words in rules)
        return has(self.allowed) and not has(self.denied)


def rules_by_profile(text, variables):
    """{profile: its rules} of a preprocessed file."""
    def value(found):
        return expand(variables[found[1]]) if found[1] in variables else found[0]

    def expand(some):
        return re.sub(r"@\{(\w+)\}", value, some)

    parts = re.split(r"^profile (\S+).*\{$", text, flags=re.MULTILINE)
    return {name: Rules(expand(body)) for name, body in zip(parts[1::2], parts[2::2])}


def items(text):
    names = [word.strip().strip('"').removeprefix("-") for word in text.strip("{} \n").split(",")]
    return {name for name in names if name and name != "none"}


def virthook_profiles(text):
    """{profile: {key: set}} of a file of virthook's profiles, each with what it inherits."""
    profiles = {}
    bare = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    for name, body in re.findall(r'^profile "(\w+)" \{\n(.*?)^\}', bare, re.DOTALL | re.MULTILINE):
        parent = re.search(r"inherits = (\w+)", body)
        keys = dict(profiles[parent[1]]) if parent else {}
        for key, sign, value in re.findall(r"(\w+) (\+?=) (\{[^}]*\}|\S+)", body):
            keys[key] = items(value) | (keys[key] if sign == "+=" else set())
        profiles[name] = keys
    return profiles
