"""What no profile but the one without limits can give."""
# SPDX-License-Identifier: LGPL-2.1-or-later

from rig import xml

from ..host import LIBVIRT
from .work import Work


class ShareFolder(Work):
    """A mount that is seen by all of the host."""

    def __init__(self):
        super().__init__("unconfined/share-folder", told="/srv")

    def has_effect(self, host):
        return "shared-web" in host.run("cat", "/proc/self/mounts")


class StartCompanion(Work):
    """A call back into libvirt, which is another guest's, and so comes to an end."""

    NAME = "companion-of-web"

    def __init__(self):
        super().__init__("unconfined/start-companion", undoes=(), refused=(LIBVIRT,))

    def arrange(self, host):
        host.start_libvirtd()
        host.cell.write("/tmp/guest.xml", xml.guest(self.NAME))
        host.run("virsh", "define", "/tmp/guest.xml")

    def has_effect(self, host):
        return host.run("virsh", "domstate", self.NAME).strip() == "running"


WORKS = (ShareFolder, StartCompanion)
