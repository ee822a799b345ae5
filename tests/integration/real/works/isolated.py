"""What a script can do without any grant."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import xml.etree.ElementTree as ElementTree

from .work import Work


class LogLifetime(Work):
    """Its state is only in the guest's own /tmp; its log and the system's are outside."""

    def __init__(self):
        super().__init__("isolated/log-lifetime", guest="web.1")

    def arrange(self, host):
        host.listen_for_syslog()

    def has_effect(self, host):
        """One line more about the beginning than about the end, in both logs."""
        lines = host.lines("/var/log/virthook-run/web.log")
        begun = sum("web.1: was asked for" in line for line in lines)
        ended = sum("web.1: was there for" in line for line in lines)
        assert len(host.syslog(begun + ended)) == begun + ended
        return begun > ended


class AddWatchdog(Work):
    """It makes new XML, which is the answer itself."""

    def __init__(self):
        super().__init__("isolated/add-watchdog", does=(("restore", "begin"),), undoes=())

    def has_effect(self, host):
        if not host.answers:
            return False
        output = host.answers[-1].output
        return ElementTree.fromstring(output).find("devices/watchdog") is not None


WORKS = (LogLifetime, AddWatchdog)
