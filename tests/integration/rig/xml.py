"""Domains and networks as small as they come, with UUIDs and MACs made of their names."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import hashlib
import uuid


def uuid_of(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.virthook.test"))


def mac_of(name):
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"52:54:00:{digest[0:2]}:{digest[2:4]}:{digest[4:6]}"


def guest(name, network=None):
    """A QEMU guest by emulation: 16 MiB, no disk; with a NIC where a network is named."""
    nic = f"""<interface type='network'><mac address='{mac_of(name)}'/>
              <source network='{network}'/></interface>""" if network else ""
    return f"""<domain type='qemu'><name>{name}</name><uuid>{uuid_of(name)}</uuid>
      <memory unit='MiB'>16</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
      <devices><controller type='usb' model='none'/><memballoon model='none'/>{nic}</devices>
    </domain>"""


def guest_with_devices(name, disk):
    """A guest that has events to tell: a disk of this path, an empty CD drive, USB, and VNC."""
    return f"""<domain type='qemu'><name>{name}</name><uuid>{uuid_of(name)}</uuid>
      <memory unit='MiB'>16</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
      <on_crash>preserve</on_crash>
      <devices><controller type='usb' model='nec-xhci'/><memballoon model='none'/>
      <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/>
      <target dev='vda' bus='virtio'/></disk>
      <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>
      <graphics type='vnc' port='5900' listen='127.0.0.1'/></devices>
    </domain>"""


def usb_disk(path):
    """A device that can be taken out again without the guest's help."""
    return f"""<disk type='file' device='disk'><driver name='qemu' type='raw'/>
      <source file='{path}'/><target dev='sda' bus='usb'/></disk>"""


def pool(name, folder):
    """A folder as a storage pool."""
    return f"""<pool type='dir'><name>{name}</name><uuid>{uuid_of(name)}</uuid>
      <target><path>{folder}</path></target></pool>"""


def container(name):
    """An LXC guest on the cell's own files that sleeps."""
    return f"""<domain type='lxc'><name>{name}</name><uuid>{uuid_of(name)}</uuid>
      <memory unit='MiB'>64</memory><vcpu>1</vcpu>
      <os><type>exe</type><init>/bin/sleep</init><initarg>1000</initarg></os>
      <devices><filesystem type='mount'><source dir='/'/><target dir='/'/></filesystem>
      <console type='pty'/></devices>
    </domain>"""


def network(name):
    """An isolated network with DHCP (its bridge lives in the cell's network namespace)."""
    return f"""<network><name>{name}</name><uuid>{uuid_of(name)}</uuid>
      <bridge name='{name}' stp='off' delay='0'/><mac address='{mac_of(name)}'/>
      <ip address='192.168.99.1' netmask='255.255.255.0'>
      <dhcp><range start='192.168.99.10' end='192.168.99.99'/></dhcp></ip>
    </network>"""


def dhcp_host(name, address):
    """For virsh net-update: a fixed address for a guest."""
    return f"<host mac='{mac_of(name)}' name='{name}' ip='{address}'/>"
