"""Profiles: what scripts may do under them, and what is told of it."""
# SPDX-License-Identifier: LGPL-2.1-or-later
