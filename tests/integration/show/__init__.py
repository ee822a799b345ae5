"""Tests of `virt-hook show`."""
# SPDX-License-Identifier: LGPL-2.1-or-later
