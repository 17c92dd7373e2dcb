"""Answers that make no sense, for tests of what nothing may upset."""

from random import Random

_ADDRESSES = (
    *("0.0.0.0", "10.0.0.1", "10.255.1.1", "192.168.10.1", "192.168.20.1", "203.0.113.1"),
    *("198.51.100.2", "203.0.113.254", "192.168.20.10", "1.1.1.1", "224.0.0.5", "255.255.255.255"),
)
_MASKS = ("255.255.255.0", "255.255.255.255", "0.0.0.0", "255.255.255.252", "255.0.0.255")
_PORTS = ("GigabitEthernet0/0", "GigabitEthernet0/1", "Tunnel0", "Tunnel1", "Loopback0")
_ON_A_PORT = (
    *("shutdown", "no shutdown", "ip mtu 68", "ip mtu 1400", "mtu 64", "no ip address", "no ip"),
    *("ip nat inside", "ip nat outside", "ip access-group 101 in", "ip access-group 101 out"),
    *("ip policy route-map LOOP", "no ip unreachables", "ip tcp adjust-mss 500", "crypto map VPN"),
    *("vrf forwarding RED", "ip ospf 1 area 0", "ip ospf hello-interval 1", "no ip proxy-arp"),
    *("tunnel source {port}", "tunnel source {address}", "tunnel destination {address}"),
    *("tunnel protection ipsec profile PROF", "tunnel mode ipsec ipv4", "tunnel mode ipip"),
    *("tunnel key 7", "keepalive 1 1", "ip address {address} {mask}", "ip ospf network broadcast"),
    *("ip address {address} {mask} secondary", "tunnel path-mtu-discovery", "bandwidth 1"),
)
_GLOBAL = (
    *("no ip routing", "hostname NOBODY", "ip route 0.0.0.0 0.0.0.0 Null0", "vrf definition RED"),
    *("ip route {address} {mask} {address}", "ip route {address} {mask} {port}", "no ip cef"),
    *("access-list 101 deny ip any any", "access-list 101 permit icmp any any", "no crypto isakmp"),
    *("router ospf 1\n network 0.0.0.0 255.255.255.255 area 0\n redistribute static subnets",),
    *("router eigrp 1\n network 0.0.0.0\n redistribute connected", "no router ospf 1"),
    *("router bgp 65000\n neighbor {address} remote-as 65000\n neighbor {address} shutdown",),
    *("router rip\n network 10.0.0.0\n version 2", "ip local policy route-map LOOP"),
    *(
        "route-map LOOP permit 10\n set ip next-hop {address}",
        "crypto isakmp key X address 0.0.0.0",
    ),
    *("ip nat inside source list 101 interface {port} overload", "no crypto ipsec profile PROF"),
    *("ip nat inside source static {address} {address}", "crypto isakmp policy 1\n group 1"),
    *("crypto map VPN 10 ipsec-isakmp\n set peer {address}\n match address 101", "banner motd X"),
)


def nonsense(config: str, random: Random, amount: int = 12) -> str:
    """A configuration with many things done to it that nobody would do."""
    lines = [line for line in config.splitlines() if line != "end"]
    for _ in range(random.randrange(amount)):
        if lines and random.random() < 0.3:
            del lines[random.randrange(len(lines))]
        elif random.random() < 0.6:
            lines += [f"interface {_filled('{port}', random)}"]
            lines += [" " + _filled(random.choice(_ON_A_PORT), random)]
        else:
            lines += _filled(random.choice(_GLOBAL), random).splitlines()
    return "\n".join(lines) + "\n"


def _filled(text: str, random: Random) -> str:
    for word, known in (("{address}", _ADDRESSES), ("{mask}", _MASKS), ("{port}", _PORTS)):
        while word in text:
            text = text.replace(word, random.choice(known), 1)
    return text
