"""Tests of PROTOCOL.md, and of what a helper does with every way to break it."""
# SPDX-License-Identifier: LGPL-2.1-or-later
