"""Tests of what reads the audit log."""
# SPDX-License-Identifier: LGPL-2.1-or-later
