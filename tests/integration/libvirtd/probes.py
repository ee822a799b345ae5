"""Questions put to a daemon while a hook holds one of its guests.

The guest with the hook is "victim"; "bystander" runs beside it and has no part in it. The calls
that need the victim's lock wait for its hook, in libvirt's nature; the others need not.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import time

from rig.libvirtd import Libvirtd

NEED_THE_LOCK = {
    "list": ["list", "--all"],
    "dominfo of the guest": ["dominfo", "victim"],
    "domstats": ["domstats"],
}
NEED_NO_LOCK = {
    "uri": ["uri"],
    "version": ["version"],
    "net-list": ["net-list", "--all"],
    "dominfo of another guest": ["dominfo", "bystander"],
}


def daemon_with_guests(arrangement, allow, cache, **how):
    """A Libvirtd with a running bystander and a victim that is defined only."""
    daemon = Libvirtd(arrangement, hooks={"qemu": allow}, cache=cache, **how)
    try:
        for guest in ("victim", "bystander"):
            daemon.define_guest(guest)
        daemon.virsh("start", "bystander").checked()
        for question in NEED_NO_LOCK.values():  # libvirt's first look at QEMU takes it a second
            daemon.virsh(*question).checked()
    except BaseException:
        daemon.close()
        raise
    return daemon


def script_runs(daemon, operation):
    """The process of the victim's script for an operation, once it is there."""
    return daemon.cell.wait_for_process(f"{daemon.hook_path('qemu')} victim {operation} ", 10)


def start_victim(daemon):
    """Begin to start the victim; returns virsh when the hook's script runs."""
    starting = daemon.spawn_virsh("start", "victim")
    script_runs(daemon, "prepare")
    return starting


def ask(daemon, questions, timeout):
    """Put all questions at once: {name: Result}."""
    end = time.monotonic() + timeout
    asked = {name: daemon.spawn_virsh(*words) for name, words in questions.items()}
    return {name: command.finish(max(0, end - time.monotonic())) for name, command in asked.items()}


def hung(answers):
    return {name for name, answer in answers.items() if answer.hung}


def late(answers, seconds):
    """Those that took longer or never came, with how long: {} is well."""
    return {name: answer.seconds for name, answer in answers.items()
            if answer.hung or answer.seconds > seconds}
