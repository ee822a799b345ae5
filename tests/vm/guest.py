"""In the guest: which tests run there.

Runs as root, on the old kernel, started by init.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import pytest

# The helper's suites that say what a script finds and what holds it, and those of this folder.
SUITES = [
    "vm/test_old_kernel.py",
    "integration/helper/test_profiles_configured.py",
    "integration/profiles/test_denied.py",
]

sys.exit(pytest.main([
    "-p", "no:cacheprovider", "-q", "--color=no", "--tb=short", "--rootdir=/tests", "-o",
    "junit_logging=out-err", "--junitxml=/tmp/report.xml", "--durations=8", *SUITES]))
