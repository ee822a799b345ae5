#!/usr/bin/python3 -IS
# Calls libvirt's own functions for hooks as a daemon does, in a process of its own. Reads calls
# from stdin as a JSON list, each [driver, object, operation, sub-operation, extra, input]; writes
# what came of each, as a list of [whether there is a hook, returned value, output, error].
# SPDX-License-Identifier: LGPL-2.1-or-later
import ctypes
import json
import sys

LIBVIRT = ctypes.CDLL("libvirt.so.0")
LIBVIRT.virGetLastErrorMessage.restype = ctypes.c_char_p


def encoded(text):
    return None if text is None else text.encode()


def decoded(text):
    return None if text is None else text.decode()


def call(driver, name, operation, sub_operation, extra, given):
    output = ctypes.c_char_p(b"not touched")
    LIBVIRT.virResetLastError()
    returned = LIBVIRT.virHookCall(driver, encoded(name), operation, sub_operation, encoded(extra),
                                   encoded(given), ctypes.byref(output))
    error = decoded(LIBVIRT.virGetLastErrorMessage()) if LIBVIRT.virGetLastErrorCode() else None
    return returned, decoded(output.value), error


LIBVIRT.virInitialize()
if "--no-daemon" not in sys.argv:
    LIBVIRT.virHookInitialize()
json.dump([[LIBVIRT.virHookPresent(each[0]), *call(*each)] for each in json.load(sys.stdin)],
          sys.stdout)
