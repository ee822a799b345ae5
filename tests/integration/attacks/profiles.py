"""The configuration of the tests: the shipped profiles, with the tests' own hidden folder.

Scripts of the profiles that have a user of their own run as nobody, whom every host has; limits
are low, so that little is enough to be over them.
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

NOBODY = 65534

USERS = {"isolated": NOBODY, "notify": NOBODY, "query": NOBODY}
CONFINED = ("isolated", "notify", "network", "tune", "vfio", "storage", "desktop",
            "query", "callback")

# Where one profile of each kind is enough: a user of its own, and root with few capabilities.
TYPICAL = ("isolated", "network")

LIMIT_OF_PROCESSES = 200

LIMITS = f"""
    memory = 512M
    processes = {LIMIT_OF_PROCESSES}
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


def _profile(name, ground, users=USERS):
    user = f"    user = \"{users[name]}\"\n" if name in users else ""
    return (f"profile \"{name}\" {{\n    inherits = {name}\n{user}"
            f"    writable += {{ \"{ground.shared}\", \"-{ground.shared}/leads/nested\""
            f"{', ' + repr(str(ground.closed)) if name not in USERS else ''} }}\n"
            f"    hidden += {{ \"{ground.hidden}\" }}\n"
            f"    sockets += {{ \"{ground.log_socket}\" }}{LIMITS}}}\n")


def _led(ground):
    """What it grants lies behind folders that scripts of others may write to, and behind a link."""
    return (f"profile \"led\" {{\n    inherits = isolated\n    user = \"{NOBODY}\"\n"
            f"    writable = {{ \"-{ground.shared}/leads/nested\" }}\n"
            f"    hidden += {{ \"{ground.hidden}\", \"{ground.open_socket}\" }}\n"
            f"    sockets += {{ \"-{ground.shared}/leads/secret\", \"{ground.log_link}\" }}\n}}\n")


# A user that nothing else runs as, and that each Debian has.
WATCHER = "games"

# Its scripts see the host's processes, and so the numbers of all that they might attack.
WATCHING = f"""
profile "watching" {{
    inherits = isolated
    user = "{WATCHER}"
    pids = host
{LIMITS}}}
"""


def configuration(ground):
    """Objects are named PROFILE.WHATEVER; those of other names are unconfined."""
    return ("grace = 0.2\nper_guest_layout = yes\nrunning_max = 128\n"
            "default_profile = unconfined\n"
            + "".join(_profile(name, ground) for name in CONFINED) + _led(ground) + WATCHING
            + "".join(RULE.format(name=name) for name in (*CONFINED, "led", "watching")))


# Under these alone a helper need not be root.
UNPRIVILEGED = ("isolated", "notify")
HELPER_S_USER, SCRIPT_S_USER = "virthook", "virthook-run"


def unprivileged_configuration(ground):
    """No script is unconfined: those of other names are isolated."""
    users = dict.fromkeys(UNPRIVILEGED, SCRIPT_S_USER)
    return ("grace = 0.2\nper_guest_layout = yes\nrunning_max = 128\n"
            "default_profile = isolated\n"
            + "".join(_profile(name, ground, users) for name in UNPRIVILEGED)
            + "".join(RULE.format(name=name) for name in UNPRIVILEGED))
