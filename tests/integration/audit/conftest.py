"""What the tests of the audit log share: the helper's binary, place and start, as its own tests do."""
# SPDX-License-Identifier: LGPL-2.1-or-later

# pylint: disable=unused-import
from helper.conftest import binary, place, pytest_configure, sanitized, start
