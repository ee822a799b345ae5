"""Tests of `virt-hook stats`."""
# SPDX-License-Identifier: LGPL-2.1-or-later
