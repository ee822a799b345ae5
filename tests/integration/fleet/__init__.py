"""Tests of the examples for fleets, a package so that its names are its own."""
# SPDX-License-Identifier: LGPL-2.1-or-later
