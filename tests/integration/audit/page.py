"""The tables of docs/audit.md. Runs in the test's own process."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs/audit.md"


def rows_below(title):
    """[(key, types)] of the first table below this line of the page, a row for each key."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n{title}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group()
    cells = [row.split("|") for row in table.splitlines()[2:]]
    return [(key, row[2].strip()) for row in cells for key in re.findall(r"`(\w+)`", row[1])]
