"""What the tests of profiles share: the helper, its place and start."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
from helper.conftest import binary, place, pytest_configure, sanitized, start
