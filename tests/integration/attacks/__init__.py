"""Hostile scripts, each shown to succeed unconfined and to fail under the profiles that bar it."""
# SPDX-License-Identifier: LGPL-2.1-or-later
