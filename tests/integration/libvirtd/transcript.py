"""A page of docs/ that shows what commands answer: its files, its transcripts, and how to compare.

A file stands in a block below a line that is its path. A transcript is a block of the kind
"console": each line that begins with "$ " is a command, and what follows is its answer. Times, ids
and durations change from day to day; normalised() has one word for all of them.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
from dataclasses import dataclass

# What changes, and the word for it; in this order.
CHANGING = [
    (r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?", "TIME"),
    (r"\b[0-9a-f]{16}-\d+\b", "CALL"),
    (r"(?<=\s)[._,:=+*#-]{10}(?=\s)", "HISTOGRAM"),
    (r"\b\d+(\.\d+)?m?s\b", "DURATION"),
    (r"\b\d+(\.\d+)? (ms|s|min)\b", "DURATION"),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    # Columns are as wide as what stands in them.
    (r"(?<=\S)  +", "  "),
    (r"^ +(?=\d)", ""),
]


@dataclass(frozen=True)
class Step:
    command: str
    answer: str


def files(page):
    """{path: content} of the files that the page shows."""
    return dict(re.findall(r"^`(/\S+)`\n\n```\w*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))


def steps(page):
    """The commands of the page in their order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            found.append(Step(command, answer))
    return found


def normalised(answer):
    for pattern, word in CHANGING:
        answer = re.sub(pattern, word, answer, flags=re.MULTILINE)
    return answer.rstrip()


def sections(page):
    """The texts below the page's headings of the second level, by heading."""
    found = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))
