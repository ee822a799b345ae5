"""The attacks themselves. This package is copied below a test's hooks directory and runs there, as
the script of a call; it imports nothing from outside of itself and of Python.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

from . import (capabilities, devices, exhaust, kernel, namespaces, processes, read, sockets,
               survive, terminal, thirty_two, write)
from .table import ATTACKS

__all__ = ["ATTACKS", "capabilities", "devices", "exhaust", "kernel", "namespaces", "processes",
           "read", "sockets", "survive", "terminal", "thirty_two", "write"]
