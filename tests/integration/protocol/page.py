"""The test vectors and the table of errors, as read from PROTOCOL.md itself.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "protocol/PROTOCOL.md"


@dataclass
class Vector:
    """One block: kind is vector, understood or refused; side is client, helper or details."""
    kind: str
    name: str
    side: str
    more: list
    texts: list = field(default_factory=list)
    data: bytes = b""

    @property
    def value(self):
        """The documented value."""
        return json.loads(" ".join(self.texts))

    @property
    def code(self):
        """The error of a refused packet."""
        return self.more[0]

    @property
    def id(self):
        """The id that its error answers."""
        return int(self.more[1])


def read_vectors():
    """All blocks in the order of the page."""
    block = re.search(r"^```vectors\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    found = []
    for line in filter(None, block[1].splitlines()):
        word, rest = line.split(" ", 1)
        if word == "value":
            found[-1].texts.append(rest)
        elif word == "hex":
            found[-1].data += bytes.fromhex(rest)
        else:
            found.append(Vector(word, *rest.split()[:2], rest.split()[2:]))
    return found


VECTORS = read_vectors()


def vectors(kind, side=None):
    """The blocks of a kind, by name."""
    return {vector.name: vector for vector in VECTORS
            if vector.kind == kind and side in (None, vector.side)}


def section(title):
    """The text below a heading, up to the next of its kind."""
    mark = title.split(" ")[0]
    text = PAGE.read_text(encoding="utf-8").partition(f"\n{title}\n")[2]
    return text.partition(f"\n{mark} ")[0]


def rows(text):
    """The cells of a text's tables whose first is `code`."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("| `")]


# What the page's table of errors says of the connection, by code.
CONNECTIONS = {row[0].strip("`"): row[-1] for row in rows(section("## Errors"))}
