"""Tests of `virt-hook log --verify` and `--head`."""
# SPDX-License-Identifier: LGPL-2.1-or-later
