"""virthook-protocol(7) says what protocol/ has: numbers, keys and codes; and its example runs."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re
import subprocess
import sys

import pytest

from helper.conftest import binary, place, start  # pylint: disable=unused-import
from protocol.page import CONNECTIONS, rows
from protocol.page import section as section_of_agreement
from protocol.test_page import defined

from .page import ENVIRONMENT, ROOT, STUCK, built, sections, source, terms

PAGE = sections(source("virthook-protocol.7"), "#")

# Each term of LIMITS with the constants that it stands for.
LIMITS = {"65536": ["PROTOCOL_PACKET_MAX"], "16384": ["PROTOCOL_ITEMS_MAX"],
          "64": ["PROTOCOL_KEYS_MAX"], "8": ["PROTOCOL_DEPTH_MAX"],
          "67108864": ["PROTOCOL_BULK_MAX"], "50331648": ["PROTOCOL_DETAILS_MAX"],
          "1024": ["NAME_OBJECT_MAX", "PROTOCOL_SCRIPTS_MAX"],
          "4096": ["NAME_EXTRA_MAX", "PROTOCOL_TEXT_MAX"]}

SENDERS = {"both": (True, True), "the client": (True, False), "the helper": (False, True)}


def marked(text):
    """The words that the page has in bold."""
    return set(re.findall(r"\*([\w-]+)\*", text))


def messages():
    """Each message as the page has it: (name, number, from whom, its text)."""
    return re.findall(r"^\*(\w+)\* \((\d+)\), from ([a-z ]+)\n((?:\t.*\n)+)", PAGE["MESSAGES"],
                      flags=re.MULTILINE)


def keys(text):
    """The keys in the first cells of the tables: two in one row have a comma between."""
    return {key for row in rows(text) for key in re.findall(r"`(\w+)`", row[0])}


def test_its_limits_are_those_of_the_headers():
    known = defined("message.h") | defined("names.h")
    assert terms(PAGE["LIMITS"]) == list(LIMITS)
    for number, names in LIMITS.items():
        assert {int(known[name]) for name in names} == {int(number)}, names


def test_it_has_each_message_with_its_number():
    header = (ROOT / "protocol/message.h").read_text(encoding="utf-8")
    wanted = re.findall(r"^    MESSAGE_([A-Z]+) = (\d+),", header, flags=re.MULTILINE)
    assert [(name.upper(), number) for name, number, _, _ in messages()] == wanted


def test_it_says_who_sends_each():
    table = section_of_agreement("## Messages").partition("\n### ")[0]
    found = re.findall(r"^\| (\d+) \| (\w+) \|(.*)\|(.*)\|$", table, flags=re.MULTILINE)
    assert [(name, number, SENDERS[who]) for name, number, who, _ in messages()] == [
        (name, number, (bool(client.strip()), bool(helper.strip())))
        for number, name, client, helper in found]


@pytest.mark.parametrize("name, title", [
    ("hello", "### hello (1), both ways, id 0"), ("call", "### call (2), client"),
    ("accepted", "### accepted (3), helper"), ("error", "### error (9), helper")])
def test_a_message_has_the_keys_of_the_agreement(name, title):
    text = next(text for found, _, _, text in messages() if found == name)
    assert marked(text) == keys(section_of_agreement(title).partition("\n## ")[0])


def test_a_verdict_and_its_scripts_have_them_too():
    verdict, scripts = section_of_agreement("### verdict (4), helper").split("Each script is a map")
    text = next(text for found, _, _, text in messages() if found == "verdict")
    assert marked(text) == keys(verdict)
    told = PAGE["MESSAGES"].partition("A script in a verdict has")[2]
    assert marked(told) == keys(scripts.partition("\n#### ")[0])


def test_it_has_each_error_and_what_becomes_of_the_connection():
    on, closed = PAGE["ERRORS"].split("After these it is closed")
    closed = closed.partition("A code that")[0]
    assert marked(on) == {code for code, then in CONNECTIONS.items() if then.startswith("goes on")}
    assert marked(closed) == {code for code, then in CONNECTIONS.items() if then == "closed"}


def test_it_has_each_reason_of_the_helpers():
    helpers = rows(section_of_agreement("## Reasons"))
    assert marked(PAGE["REASONS"]) == {row[0].strip("`") for row in helpers}


def test_its_example_makes_a_call(place, start):
    """As it stands on the page that is built, but for the socket."""
    path = place.root / "helper.sock"
    place.script("qemu", 'echo "$1 $2" >> $T/ran')
    start(channel=False, options=("--listen", path)).connect(path).close()
    page = built("man/virthook-protocol.7.scd").read_text(encoding="utf-8")
    example = re.search(r"^```\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)[1]
    example = re.sub(r'"/\S+/helper\.sock"', repr(str(path)), example)
    done = subprocess.run([sys.executable, "-c", example], env=ENVIRONMENT, capture_output=True,
                          text=True, timeout=STUCK, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "'allow': True" in done.stdout
    assert place.lines("ran") == ["guest1 prepare"]
