"""The list of exceptions names tests that are there, and can be met."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import re

import pytest

from .conditions import FEATURES, HERE, PROFILES
from .exceptions import EXCEPTIONS

BY_NAME = pytest.mark.parametrize("exception", EXCEPTIONS,
                                  ids=lambda one: f"{one.file}:{one.tests}")


@BY_NAME
def test_each_exception_names_a_test_that_is_there(exception):
    text = (HERE.parent / exception.file).read_text(encoding="utf-8")
    name = re.match(r"\w*", exception.tests).group()
    assert re.search(rf"^def {name}", text, re.MULTILINE)


@BY_NAME
def test_each_exception_is_of_conditions_that_there_are(exception):
    assert exception.reason
    assert exception.profiles or exception.features
    assert set(exception.profiles) <= set(PROFILES)
    assert set(exception.features) <= set(FEATURES)
