"""PROTOCOL.md's vectors say the same to a msgpack that we have not written or linked."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import msgpack
import pytest

from .page import CONNECTIONS, VECTORS, vectors


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
