"""Debugging of one router: which topics are on, and the lines that they write.

While a topic is off nothing looks at it: the packet path has a place for a watcher, which is empty.
The wording follows Cisco's debug command reference and, where there are any, captures; the ARP
error, time exceeded and `debug ip packet` lines are written without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    TimeExceeded,
    TimeExceededCode,
    UnreachableCode,
)
from ioscli.codec.ipv4 import IpProtocol
from ioscli.model.access_list import AccessList
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Rib, Route, RouteSource, Watcher
from ioscli.router.forwarding import Forwarding
from ioscli.router.icmp import Icmp, IcmpSeen
from ioscli.router.routing_protocols import Routing
from ioscli.router.syslog import ConsoleLog

if TYPE_CHECKING:
    from ioscli.router.nat.debug_lines import NatDebug


class Topic(Enum):
    """What can be debugged: the heading of `show debugging`, and the topic's name in it.

    Kinds of one protocol's packets have one name and a third word.
    """

    IP_ICMP = ("Generic IP", "ICMP packet")
    IP_PACKET = ("Generic IP", "IP packet")
    POLICY = ("Generic IP", "Policy routing")
    IP_NAT = ("Generic IP", "IP NAT")
    TUNNEL_KEEPALIVE = ("Tunnel", "Tunnel keepalive")
    CRYPTO_ISAKMP = ("Cryptographic Subsystem", "Crypto ISAKMP")
    CRYPTO_ISAKMP_ERROR = ("Cryptographic Subsystem", "Crypto ISAKMP Error")
    CRYPTO_ENGINE = ("Cryptographic Subsystem", "Crypto Engine")
    CRYPTO_IPSEC = ("Cryptographic Subsystem", "Crypto IPSEC")
    CRYPTO_IPSEC_ERROR = ("Cryptographic Subsystem", "Crypto IPSEC Error")
    ARP = ("ARP", "ARP packet")
    IP_ROUTING = ("IP routing", "IP routing")
    OSPF_ADJACENCY = ("IP routing", "OSPF adjacency")
    OSPF_EVENTS = ("IP routing", "OSPF events")
    OSPF_FLOODING = ("IP routing", "OSPF flooding")
    OSPF_HELLO = ("IP routing", "OSPF hello")
    OSPF_LSA_GENERATION = ("IP routing", "OSPF lsa-generation")
    OSPF_PACKET = ("IP routing", "OSPF packet")
    OSPF_SPF = ("IP routing", "OSPF spf")
    BGP = ("IP routing", "BGP")
    BGP_UPDATES = ("IP routing", "BGP updates")
    BGP_EVENTS = ("IP routing", "BGP events")
    BGP_KEEPALIVES = ("IP routing", "BGP keepalives")
    RIP = ("IP routing", "RIP protocol")
    RIP_EVENTS = ("IP routing", "RIP event")
    RIP_DATABASE = ("IP routing", "RIP database events")
    EIGRP_ROUTES = ("EIGRP", "EIGRP-IPv4 Route Event")
    EIGRP_FSM = ("EIGRP", "EIGRP FSM Events/Actions")
    EIGRP_HELLO = ("EIGRP", "EIGRP Packet", "Hello")
    EIGRP_UPDATE = ("EIGRP", "EIGRP Packet", "Update")
    EIGRP_QUERY = ("EIGRP", "EIGRP Packet", "Query")
    EIGRP_REPLY = ("EIGRP", "EIGRP Packet", "Reply")
    EIGRP_ACK = ("EIGRP", "EIGRP Packet", "Ack")
    EIGRP_SIA_QUERY = ("EIGRP", "EIGRP Packet", "SIA-Query")
    EIGRP_SIA_REPLY = ("EIGRP", "EIGRP Packet", "SIA-Reply")

    @property
    def heading(self) -> str:
        """Where `show debugging` lists it."""
        return str(self.value[0])

    @property
    def announcement(self) -> str:
        """`ARP packet debugging is `, before on or off."""
        return f"{self.value[1]} debugging is "


#: Topics of a routing protocol: whose, and what its machine calls the topic.
_OF_PROTOCOLS = {
    Topic.OSPF_ADJACENCY: (RouteSource.OSPF, "adj"),
    Topic.OSPF_EVENTS: (RouteSource.OSPF, "events"),
    Topic.OSPF_FLOODING: (RouteSource.OSPF, "flood"),
    Topic.OSPF_HELLO: (RouteSource.OSPF, "hello"),
    Topic.OSPF_LSA_GENERATION: (RouteSource.OSPF, "lsa-generation"),
    Topic.OSPF_PACKET: (RouteSource.OSPF, "packet"),
    Topic.OSPF_SPF: (RouteSource.OSPF, "spf"),
    Topic.BGP: (RouteSource.BGP, "sessions"),
    Topic.BGP_UPDATES: (RouteSource.BGP, "updates"),
    Topic.BGP_EVENTS: (RouteSource.BGP, "events"),
    Topic.BGP_KEEPALIVES: (RouteSource.BGP, "keepalives"),
    Topic.RIP: (RouteSource.RIP, "rip"),
    Topic.RIP_EVENTS: (RouteSource.RIP, "rip events"),
    Topic.RIP_DATABASE: (RouteSource.RIP, "rip database"),
    Topic.EIGRP_ROUTES: (RouteSource.EIGRP, "route"),
    Topic.EIGRP_FSM: (RouteSource.EIGRP, "fsm"),
    Topic.EIGRP_HELLO: (RouteSource.EIGRP, "packets Hello"),
    Topic.EIGRP_UPDATE: (RouteSource.EIGRP, "packets Update"),
    Topic.EIGRP_QUERY: (RouteSource.EIGRP, "packets Query"),
    Topic.EIGRP_REPLY: (RouteSource.EIGRP, "packets Reply"),
    Topic.EIGRP_ACK: (RouteSource.EIGRP, "packets Ack"),
    Topic.EIGRP_SIA_QUERY: (RouteSource.EIGRP, "packets SIA-Query"),
    Topic.EIGRP_SIA_REPLY: (RouteSource.EIGRP, "packets SIA-Reply"),
}

#: What IKE calls its topics.
_OF_CRYPTO = {
    Topic.CRYPTO_ISAKMP: "isakmp",
    Topic.CRYPTO_ISAKMP_ERROR: "isakmp error",
    Topic.CRYPTO_ENGINE: "engine",
    Topic.CRYPTO_IPSEC: "ipsec",
    Topic.CRYPTO_IPSEC_ERROR: "ipsec error",
}

_UNREACHABLE: dict[int, str] = {
    UnreachableCode.NET: "net",
    UnreachableCode.HOST: "host",
    UnreachableCode.PROTOCOL: "protocol",
    UnreachableCode.PORT: "port",
    UnreachableCode.FRAGMENTATION_NEEDED: "frag. needed and DF set",
    UnreachableCode.SOURCE_ROUTE_FAILED: "source route failed",
    UnreachableCode.COMMUNICATION_PROHIBITED: "administratively prohibited",
}


class Debugging:
    """Turns topics on and off, and writes what they see to the log."""

    __slots__ = (
        "_crypto",
        "_forwarding",
        "_icmp",
        "_keepalives",
        "_lists",
        "_log",
        "_nat",
        "_policy",
        "_route_watchers",
        "_routing",
        "nat_detailed",
        "nat_list",
        "on",
        "packet_detail",
        "packet_list",
    )

    def __init__(
        self,
        log: ConsoleLog,
        forwarding: Forwarding,
        icmp: Icmp,
        routing: Routing,
        lists: Mapping[str, AccessList],
        policy: Callable[[bool], None],
        nat: Callable[[NatDebug | None], None],
        keepalives: Callable[[Callable[[str], None] | None], None],
        crypto: Callable[[], set[str]],
    ) -> None:
        """lists: the access lists by name; policy: switches the lines of policy routing; nat:
        takes what writes those of NAT; keepalives: takes who is given those of tunnels; crypto: the
        topics that IKE looks at."""
        self._log = log
        self._forwarding = forwarding
        self._icmp = icmp
        self._routing = routing
        self._route_watchers: list[tuple[Rib, Watcher]] = []
        self._lists = lists
        self._policy = policy
        self._nat = nat
        self._keepalives = keepalives
        self._crypto = crypto
        self.on: set[Topic] = set()
        self.packet_list: int | None = None
        """`debug ip packet N`: packets that the access list permits alone."""
        self.packet_detail = False
        self.nat_list: int | None = None
        """`debug ip nat N`."""
        self.nat_detailed = False

    def switch(self, topic: Topic, on: bool) -> None:
        """Turn one topic on or off."""
        if on:
            self.on.add(topic)
        else:
            self.on.discard(topic)
        match topic:
            case Topic.ARP:
                self._forwarding.watch_arp = self._arp if on else None
            case Topic.IP_ICMP:
                self._icmp.watch = self._icmp_message if on else None
            case Topic.IP_ROUTING:
                self._watch_routes(on)
            case Topic.IP_PACKET:
                self._forwarding.watch_packet = self._packet if on else None
            case Topic.POLICY:
                self._policy(on)
            case Topic.IP_NAT:
                self._nat(self._nat_lines() if on else None)
            case Topic.TUNNEL_KEEPALIVE:
                self._keepalives(self._log.debug if on else None)
            case _ if topic in _OF_CRYPTO:
                _switch(self._crypto(), _OF_CRYPTO[topic], on)
            case _:
                source, name = _OF_PROTOCOLS[topic]
                _switch(self._routing.debugged(source), name, on)

    def _nat_lines(self) -> NatDebug:
        from ioscli.router.nat.debug_lines import NatDebug

        return NatDebug(
            self._log, self._lists, access_list=self.nat_list, detailed=self.nat_detailed
        )

    def all_off(self) -> None:
        """`undebug all`."""
        for topic in tuple(self.on):
            self.switch(topic, on=False)

    def _watch_routes(self, on: bool) -> None:
        """Watch the tables that there are now, or none any more."""
        for rib, watcher in self._route_watchers:
            rib.watchers.remove(watcher)
        self._route_watchers = []
        if on:
            for table in self._routing.tables():
                watcher = partial(self._route_changed, table.name)
                table.rib.watchers.append(watcher)
                self._route_watchers.append((table.rib, watcher))

    def _route_changed(self, table: str, before: Route | None, after: Route | None) -> None:
        from ioscli.router.debug_routes import change_lines

        for line in change_lines(before, after, table):
            self._log.debug(line)

    def _arp(self, packet: ArpPacket, interface: InterfaceName, sent: bool) -> None:
        self._log.debug(arp_line(packet, interface, sent))

    def _icmp_message(self, seen: IcmpSeen) -> None:
        line = icmp_line(seen)
        if line is not None:
            self._log.debug(line)

    def _packet(self, packet: bytes, interface: InterfaceName | None, sent: bool) -> None:
        if self.packet_list is not None:
            known = self._lists.get(str(self.packet_list))
            if known is not None and not known.permits(packet):
                return
        line = packet_line(packet, interface, sent)
        if self.packet_detail:
            line += packet_detail(packet)
        self._log.debug(line)

    def announcement(self, topic: Topic, *, on: bool) -> str:
        """`IP packet debugging is on (detailed) for access list 101`."""
        said = f"{topic.announcement}{'on' if on else 'off'}"
        if topic is Topic.IP_PACKET and on:
            said += " (detailed)" if self.packet_detail else ""
            said += f" for access list {self.packet_list}" if self.packet_list else ""
        if topic is Topic.IP_NAT and on:
            said = "IP NAT detailed debugging is on" if self.nat_detailed else said
            said += f" for access list {self.nat_list}" if self.nat_list else ""
        return said


def _switch(watched: set[str], name: str, on: bool) -> None:
    if on:
        watched.add(name)
    else:
        watched.discard(name)


def arp_line(packet: ArpPacket, interface: InterfaceName, sent: bool) -> str:
    """One ARP packet; IOS breaks the line of a sent one."""
    kind = "req" if packet.operation == ArpOperation.REQUEST else "rep"
    source = f"src {packet.sender_ip} {_mac(packet.sender_mac)}"
    if sent:
        target = f"dst {packet.target_ip} {_mac(packet.target_mac)} {interface}"
        return f"IP ARP: sent {kind} {source},\n{'':17}{target}"
    return f"IP ARP: rcvd {kind} {source}, dst {packet.target_ip} {interface}"


def icmp_line(seen: IcmpSeen) -> str | None:
    """One ICMP message; None for echo requests and others that IOS does not report."""
    verb = "sent" if seen.sent else "rcvd"
    match seen.message:
        case EchoMessage(is_reply) if is_reply:
            return (
                f"ICMP: echo reply {verb}, src {seen.source}, dst {seen.destination}, "
                f"topology BASE, dscp {seen.tos >> 2} topoid 0"
            )
        case DestinationUnreachable() as message:
            return _unreachable_line(seen, message)
        case TimeExceeded() as message:
            if not seen.sent:
                return f"ICMP: time exceeded rcvd from {seen.source}"
            what = "time to live" if message.code == TimeExceededCode.TTL else "reassembly"
            return (
                f"ICMP: time exceeded ({what}) sent to {seen.destination} "
                f"(dest was {_quoted_destination(message.original)})"
            )
    return None


def _unreachable_line(seen: IcmpSeen, message: DestinationUnreachable) -> str:
    kind = _UNREACHABLE.get(message.code, "host")
    if seen.sent:
        destination = _quoted_destination(message.original)
        return f"ICMP: dst ({destination}) {kind} unreachable sent to {seen.destination}"
    line = f"ICMP: dst ({seen.destination}) {kind} unreachable rcv from {seen.source}"
    if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
        line += f" mtu:{message.next_hop_mtu}"
    return line


def _quoted_destination(original: bytes) -> IPv4Address:
    """Where the datagram that an error quotes was going."""
    return IPv4Address(original[16:20])


def packet_line(packet: bytes, interface: InterfaceName | None, sent: bool) -> str:
    """A packet that the router itself sent or took in."""
    source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
    length = len(packet)
    if sent:
        return f"IP: s={source} (local), d={destination} ({interface}), len {length}, sending"
    return f"IP: s={source} ({interface}), d={destination}, len {length}, rcvd 3"


_FLAGS = (("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32))


def packet_detail(packet: bytes) -> str:
    """What `debug ip packet detail` adds: the transport's header, on a line of its own."""
    payload = packet[(packet[0] & 0xF) * 4 :]
    protocol = packet[9]
    later = (packet[6] & 0x1F) << 8 | packet[7]
    if later or len(payload) < 8:
        return f"\n    proto={protocol}"
    first, second = payload[0] << 8 | payload[1], payload[2] << 8 | payload[3]
    if protocol == IpProtocol.ICMP:
        return f"\n    ICMP type={payload[0]}, code={payload[1]}"
    if protocol == IpProtocol.UDP:
        return f"\n    UDP src={first}, dst={second}"
    if protocol == IpProtocol.TCP and len(payload) >= 16:
        sequence, acknowledged = (int.from_bytes(payload[at : at + 4], "big") for at in (4, 8))
        window = payload[14] << 8 | payload[15]
        flags = " ".join(name for name, bit in _FLAGS if payload[13] & bit)
        return (
            f"\n    TCP src={first}, dst={second}, seq={sequence}, ack={acknowledged}, "
            f"win={window} {flags}"
        )
    return f"\n    proto={protocol}"


def _mac(address: bytes) -> str:
    digits = address.hex()
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"
