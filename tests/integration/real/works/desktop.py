"""The desktop of who sits at the host."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from ..host import HOME_OF_ALICE, USERS
from .work import Work


class MutePlayer(Work):
    """A socket in the user's own part of /run, spoken to as that user."""

    def __init__(self):
        super().__init__("desktop/mute-player", told="runuser: ",
                         tried=("keyctl", "socket(AF_NETLINK)"))

    def arrange(self, host):
        host.make_for_alice(f"/run/user/{USERS['alice']}")
        host.serve("http", f"/run/user/{USERS['alice']}/player.sock", user="alice")

    def has_effect(self, host):
        asked = [request.split()[1] for request in host.served("http")]
        return bool(asked) and asked[-1] == "/pause"


class SwitchMonitors(Work):
    """A file in the user's home, written by the user."""

    def __init__(self):
        super().__init__("desktop/switch-monitors", told="")

    def arrange(self, host):
        folder = host.make_for_alice(f"{HOME_OF_ALICE}/.config")
        host.make_for_alice(HOME_OF_ALICE)
        for name in ("one", "two"):
            path = folder / f"monitors-{name}.xml"
            path.write_text(f"<monitors>{name}</monitors>\n", encoding="ascii")
            path.chmod(0o644)

    def has_effect(self, host):
        written = host.path(f"{HOME_OF_ALICE}/.config/monitors.xml")
        if not written.exists():
            return False
        assert written.stat().st_uid == USERS["alice"]
        return "one" in written.read_text(encoding="ascii")


WORKS = (MutePlayer, SwitchMonitors)
