"""The table of attacks, and what each has to say of itself.

Read by the tests, and by the scripts when they run.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

from collections import namedtuple

# Where an attack has to succeed, so that its failure elsewhere means something.
UNCONFINED = "unconfined"  # a call of the helper under the profile of this name
ARENA = "arena"            # plainly, as a daemon would run it, with a victim beside it

# Exit statuses of an attack; any other is a mistake in the attack.
SUCCEEDED = 0
REFUSED = 3
CANNOT = 4

ATTACKS = {}


class Attack(namedtuple("Attack", "name family run baseline denied granted")):
    """
    run(target) returns what it got hold of, or raises OSError where it was refused. family is the
    module's name. denied: system calls one of which is told as denied, where the profile's filter
    is what stops it. granted: confined profiles that allow it, or do not promise to stop it.
    """

    @property
    def about(self):
        return self.run.__doc__ or self.name.replace("_", " ")


class Cannot(Exception):
    """This machine or its kernel cannot do the thing at all, confined or not."""


class Refused(Exception):
    """The attack failed, and no error number says so."""


def _add(run, name, baseline, denied, granted):
    family = run.__module__.rpartition(".")[2]
    assert name not in ATTACKS, name
    denied = (denied,) if isinstance(denied, str) else tuple(denied)
    ATTACKS[name] = Attack(name, family, run, baseline, denied, tuple(granted))


def attack(baseline=UNCONFINED, denied=(), granted=()):
    """Puts the function below into the table under its own name."""
    def put(run):
        _add(run, run.__name__, baseline, denied, granted)
        return run
    return put


def each(values, baseline=UNCONFINED, denied=(), granted=()):
    """The same for a function of target and one value: an attack for each, "name_value".

    values maps the end of the name to the value.
    """
    def put(run):
        for end, value in values.items():
            def run_one(target, value=value):
                return run(target, value)
            run_one.__module__ = run.__module__
            run_one.__doc__ = f"{run.__doc__ or run.__name__} ({end})"
            _add(run_one, f"{run.__name__}_{end}", baseline, denied, granted)
        return run
    return put
