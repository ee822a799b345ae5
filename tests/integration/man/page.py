"""What the manual pages, the commands' --help and the parser's tables each say there is.

Runs in the test's own process.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
POLICY = ROOT / "helper/policy"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}

# Longer than anything here may take: what is waited for longer is stuck.
STUCK = 60


def built(name):
    folder = os.environ.get("VIRTHOOK_BUILD")
    if not folder:
        pytest.fail("VIRTHOOK_BUILD is not set: which build is to be tested?")
    return Path(folder) / name


def printed(*argv):
    done = subprocess.run(argv, env=ENVIRONMENT, capture_output=True, text=True, timeout=STUCK,
                          check=False)
    assert (done.returncode, done.stderr) == (0, ""), argv
    return done.stdout


def plain(line):
    """A page's line as a reader sees it."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*|(?<![\\\w])_|(?<!\\)_(?!\w)", "", line))


def source(page):
    return (ROOT / "man" / f"{page}.scd").read_text(encoding="utf-8")


def sections(text, mark):
    """The parts below the headings that this mark begins, by heading."""
    found = re.split(rf"^{mark} (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


def terms(text):
    """The lines that stand above an indented text, as a reader sees them."""
    return [plain(line) for line in re.findall(r"^(\S.*)\n\t", text, flags=re.MULTILINE)]


def options_of_page(text):
    """Each option with its argument, as in "--config FILE"."""
    return {option for term in terms(text) if term.startswith("-") for option in term.split(", ")}


def options_of_help(text):
    """The same of a --help, where two spaces part an option from what it does."""
    lines = re.findall(r"^ {1,6}(-\S.*?)(?:  .*)?$", text, flags=re.MULTILINE)
    return {option for line in lines for option in line.split(", ")}


def commands():
    """virt-hook's commands, as its --help lists them."""
    listed = printed(built("admin/virt-hook"), "--help")
    return re.findall(r"^  ([a-z]+) +\S", listed, flags=re.MULTILINE)


def command_sections():
    """virt-hook's commands, as its page tells them: text by name."""
    return sections(sections(source("virt-hook.1"), "#")["COMMANDS"], "##")


def rows(file):
    """The keys that begin the rows of one of the parser's tables."""
    text = (POLICY / file).read_text(encoding="utf-8")
    found = re.findall(r'^    \{"([a-z_]+)", ', text, flags=re.MULTILINE)
    assert found, f"no table of keys in {file}"
    return found


def words(file, name):
    """The keys in one of the parser's lists."""
    text = (POLICY / file).read_text(encoding="utf-8")
    body = re.search(rf"\b{name}\[\] = {{(.*?)}};", text, flags=re.DOTALL).group(1)
    return re.findall(r'"([a-z_]+)"', body)
