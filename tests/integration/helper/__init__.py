"""Tests of the helper and the runner alone, by a client of the raw protocol."""
# SPDX-License-Identifier: LGPL-2.1-or-later
