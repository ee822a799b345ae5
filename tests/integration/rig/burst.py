"""Makes many events at libvirt's test driver, as fast as it goes.

A process of its own, inside a cell. Each event has its number in it: guest burst-G gets metadata
of the names 0, 1, 2 … one after the other, which libvirt tells as a metadata-change of that name.

    burst.py URI GUESTS EVENTS_OF_EACH
"""
# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

import libvirt

GUEST = """<domain type='test'><name>burst-{}</name><memory>1024</memory>
  <os><type>hvm</type></os></domain>"""


def main():
    connection = libvirt.open(sys.argv[1])
    guests = [connection.createXML(GUEST.format(i)) for i in range(int(sys.argv[2]))]
    for number in range(int(sys.argv[3])):
        for guest in guests:
            guest.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, "<a/>", "n", str(number),
                              libvirt.VIR_DOMAIN_AFFECT_LIVE)


main()
