"""Firewall, bridge and traffic, in the cell's own network."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

from .work import Work

NETLINK = ("socket(AF_NETLINK)",)


def add_bridge(host):
    """With one port, as a guest has it."""
    host.run("ip", "link", "add", "br-guests", "type", "bridge")
    host.run("ip", "link", "add", "vnet-web", "type", "veth", "peer", "name", "peer")
    for name in ("br-guests", "vnet-web"):
        host.run("ip", "link", "set", name, "up")
    host.run("ip", "link", "set", "vnet-web", "master", "br-guests")


class ForwardPorts(Work):
    """iptables, in the way of libvirt's own wiki."""

    def __init__(self):
        super().__init__("network/forward-ports", does=(("start", "begin"),),
                         undoes=(("stopped", "end"),), refused=NETLINK)

    def arrange(self, host):
        host.setting("forwards.conf", "# ours\nweb 10.77.0.2 8080 80\nother 10.77.0.3 81 80\n")

    def has_effect(self, host):
        nat = host.run("iptables", "-t", "nat", "-S", "PREROUTING")
        forward = host.run("iptables", "-S", "FORWARD")
        return ("--dport 8080 -j DNAT --to-destination 10.77.0.2:80" in nat
                and "-d 10.77.0.2/32 -p tcp -m tcp --dport 80 -m comment --comment web -j ACCEPT"
                in forward)


class VlanOfGuest(Work):
    """A bridge that filters VLANs."""

    def __init__(self):
        super().__init__("network/vlan-of-guest", does=(("started", "begin"),), undoes=(),
                         told="vlan_filtering: Read-only file system")

    def lacks(self, host):
        said = host.tell("ip", "link", "add", "br-try", "type", "bridge", "vlan_filtering", "1")
        if said:
            return f"this kernel's bridges filter no VLANs: {said.strip()}"
        host.run("ip", "link", "del", "br-try")
        return None

    def arrange(self, host):
        add_bridge(host)

    def has_effect(self, host):
        ports = json.loads(host.run("bridge", "-json", "vlan", "show", "dev", "vnet-web"))
        return [entry for port in ports for entry in port["vlans"]] == [
            {"vlan": 42, "flags": ["PVID", "Egress Untagged"]}]


class AdmitAddress(Work):
    """nftables by JSON, as Python likes it."""

    def __init__(self):
        super().__init__("network/admit-address", does=(("started", "begin"),),
                         undoes=(("stopped", "end"),), refused=NETLINK)

    def arrange(self, host):
        host.setting("addresses.json", '{"web": "10.77.0.2"}\n')
        host.run("nft", "add table inet guests; "
                        "add set inet guests admitted { type ipv4_addr; }")

    def has_effect(self, host):
        return "10.77.0.2" in host.run("nft", "list", "set", "inet", "guests", "admitted")


class LimitRate(Work):
    """/proc/sys/net, /sys/class/net, a queueing discipline, a route, and a log of libvirt's."""

    def __init__(self):
        super().__init__("network/limit-rate", does=(("started", "begin"),),
                         undoes=(("stopped", "end"),),
                         told="/proc/sys/net/ipv4/ip_forward: ")

    def arrange(self, host):
        add_bridge(host)

    def has_effect(self, host):
        rate = "rate 8Mbit" in host.run("tc", "qdisc", "show", "dev", "vnet-web")
        route = "10.77.0.0/24" in host.run("ip", "route")
        assert rate == route
        if rate:
            assert host.run("cat", "/sys/class/net/vnet-web/brport/hairpin_mode") == "1\n"
            assert host.run("cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"
            assert "web has a rate" in host.lines("/var/log/libvirt/limit-rate.log")[-1]
        return rate


class AddTap(Work):
    """A device of /dev/net/tun, and a sysctl of its own."""

    def __init__(self):
        super().__init__("network/add-tap", refused=NETLINK)

    def arrange(self, host):
        add_bridge(host)

    def has_effect(self, host):
        if "tap-web" not in host.run("ip", "link"):
            return False
        assert host.run("cat", "/proc/sys/net/ipv6/conf/tap-web/disable_ipv6") == "1\n"
        return "master br-guests" in host.run("ip", "link", "show", "tap-web")


WORKS = (AddTap, ForwardPorts, VlanOfGuest, AdmitAddress, LimitRate)
