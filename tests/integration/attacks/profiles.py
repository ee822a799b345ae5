"""The configuration of the tests: the shipped profiles, with the tests' own hidden folder.

Scripts of the two profiles that have a user of their own run as nobody, whom every host has; limits
are low, so that little is enough to be over them.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

NOBODY = 65534

USERS = {"isolated": NOBODY, "notify": NOBODY}
CONFINED = ("isolated", "notify", "network", "tune", "vfio", "storage", "desktop")

# Those that promise to stop whatever is not granted by name; the others are near root.
STRICT = ("isolated", "network")

LIMITS = """
    memory = 512M
    processes = 400
    file_size = 128M
    open_files = 256
    tmp_size = 64M
"""

RULE = """
rule "{name}" {{
    object = '{name}.*'
    profile = {name}
}}
"""


def _profile(name, hidden):
    user = f"    user = \"{USERS[name]}\"\n" if name in USERS else ""
    return (f"profile \"{name}\" {{\n    inherits = {name}\n{user}"
            f"    hidden += {{ \"{hidden}\" }}{LIMITS}}}\n")


def configuration(hidden):
    """Objects are named PROFILE.WHATEVER; those of other names are unconfined."""
    return ("grace = 0.2\nper_guest_layout = yes\nrunning_max = 128\n"
            + "".join(_profile(name, hidden) for name in CONFINED)
            + "".join(RULE.format(name=name) for name in CONFINED))
