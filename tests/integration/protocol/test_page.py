"""PROTOCOL.md's vectors say the same to a msgpack that we have not written or linked."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re

import msgpack
import pytest

from .page import CONNECTIONS, PAGE, VECTORS, section, vectors


def defined(header):
    """The values of a header's numbers and words, by name; products are worked out."""
    text = (PAGE.parent / header).read_text(encoding="utf-8")
    found = re.findall(r'^#define (\w+) +(?:"([^"]*)"|\(?([\d* ]+)\)?)', text, re.M)
    return {name: word or numbers_product(numbers) for name, word, numbers in found}


def numbers_product(text):
    product = 1
    for number in text.split("*"):
        product *= int(number)
    return product


def by_name(kind):
    found = vectors(kind)
    assert found
    return pytest.mark.parametrize("vector", found.values(), ids=found)


@by_name("vector")
def test_the_bytes_decode_to_the_documented_value(vector):
    assert msgpack.unpackb(vector.data) == vector.value


@by_name("vector")
def test_the_documented_value_encodes_to_the_bytes(vector):
    assert msgpack.packb(vector.value) == vector.data


@by_name("understood")
def test_the_foreign_form_decodes_to_its_documented_value(vector):
    assert msgpack.unpackb(vector.data) == vector.value


@by_name("understood")
def test_the_foreign_form_names_a_vector_of_the_same_side(vector):
    assert vectors("vector")[vector.more[0]].side == vector.side


@by_name("refused")
def test_a_refused_packet_has_an_error_of_the_table(vector):
    assert vector.code in CONNECTIONS


def test_no_two_blocks_have_the_same_name():
    assert len({vector.name for vector in VECTORS}) == len(VECTORS)


def test_each_reason_of_the_header_stands_in_the_page_and_no_other():
    codes = re.findall(r"`([a-z-]+)`", section("## Reasons"))
    assert sorted(codes) == sorted(defined("reason.h").values())


def test_the_limits_are_those_of_the_header():
    limits = defined("message.h")
    first = {"bytes": ("PROTOCOL_PACKET_MAX", "PROTOCOL_DETAILS_MAX"),
             "values, keys and containers counted": ("PROTOCOL_ITEMS_MAX",
                                                     "PROTOCOL_DETAILS_ITEMS_MAX"),
             "arrays and maps inside each other": ("PROTOCOL_DEPTH_MAX", "PROTOCOL_DEPTH_MAX"),
             "bytes of a string or bin": ("PROTOCOL_PACKET_MAX", "PROTOCOL_TAIL_MAX")}
    told = dict(re.findall(r"^\| ([a-z, ]+) \| ([\d,]+ \| [\d,]+(?: MiB)?) \|$",
                           section("## Form of a packet"), re.M))
    for what, names in first.items():
        cells = told[what].replace(",", "").replace(" MiB", "*1048576").split(" | ")
        assert [numbers_product(cell) for cell in cells] == [limits[name] for name in names], what
