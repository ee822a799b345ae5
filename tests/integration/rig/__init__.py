"""The rig: a real libvirtd in a corner of the machine, with or without virthook in its way.

Start reading at libvirtd.py; arrangement.py says who runs the hooks.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later
