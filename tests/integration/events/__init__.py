"""Calls of class event, at the helper alone: what virteventd asks for, without libvirt."""
# SPDX-License-Identifier: LGPL-2.1-or-later
