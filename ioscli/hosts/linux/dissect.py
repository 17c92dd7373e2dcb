"""A frame as tcpdump prints it in one line."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.codec import icmp
from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import BROADCAST, EthernetHeader, EtherType
from ioscli.codec.icmp import DestinationUnreachable, EchoMessage, TimeExceeded, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.codec.tcp import Flag, Option, TcpHeader
from ioscli.codec.udp import UdpHeader
from ioscli.hosts.linux.connecting import SERVICES

_ETHERNET_HEADER = 14
_TYPES = {EtherType.IPV4: "IPv4", EtherType.ARP: "ARP"}
_FLAGS = (
    (Flag.SYN, "S"),
    (Flag.FIN, "F"),
    (Flag.RST, "R"),
    (Flag.PSH, "P"),
)
_PROTOCOLS = {
    IpProtocol.IGMP: "igmp",
    IpProtocol.EIGRP: "EIGRP",
    IpProtocol.OSPF: "OSPFv2",
    IpProtocol.PIM: "PIMv2",
}
_OSPF_TYPES = {1: "Hello", 2: "Database Description", 3: "LS-Request", 4: "LS-Update", 5: "LS-Ack"}
_EIGRP_TYPES = {1: "Update", 3: "Query", 4: "Reply", 5: "Hello"}
_UNREACHABLES = {
    UnreachableCode.NET: "net {0} unreachable",
    UnreachableCode.HOST: "host {0} unreachable",
    UnreachableCode.NET_UNKNOWN: "net {0} unreachable - unknown",
    UnreachableCode.HOST_UNKNOWN: "host {0} unreachable - unknown",
    UnreachableCode.NET_PROHIBITED: "net {0} unreachable - admin prohibited",
    UnreachableCode.HOST_PROHIBITED: "host {0} unreachable - admin prohibited",
    UnreachableCode.COMMUNICATION_PROHIBITED: "host {0} unreachable - admin prohibited filter",
}


class Sequences:
    """The first sequence numbers of each conversation: later ones are printed relative to them."""

    def __init__(self) -> None:
        self._first: dict[tuple[bytes, int, bytes, int], int] = {}

    def relative(self, header: IPv4Header, segment: TcpHeader) -> tuple[int, int]:
        """Sequence and acknowledgment number as tcpdump prints them."""
        ends = (
            header.source.packed,
            segment.source_port,
            header.destination.packed,
            segment.destination_port,
        )
        back = (*ends[2:], *ends[:2])
        if segment.flags & Flag.SYN or ends not in self._first:
            self._first[ends] = segment.sequence
            if segment.flags & Flag.ACK and back not in self._first:
                self._first[back] = segment.acknowledgment - 1 & 0xFFFFFFFF
            return segment.sequence, self._ack(segment, back)
        return segment.sequence - self._first[ends] & 0xFFFFFFFF, self._ack(segment, back)

    def _ack(self, segment: TcpHeader, back: tuple[bytes, int, bytes, int]) -> int:
        first = self._first.get(back)
        if first is None or segment.flags & Flag.SYN:
            return segment.acknowledgment
        return segment.acknowledgment - first & 0xFFFFFFFF


class Dissector:
    """Turns frames into lines.

    numeric: ports as numbers (`-n`). link: with the Ethernet header (`-e`). verbose: with the
    IPv4 header's fields (`-v`).
    """

    def __init__(self, *, numeric: bool, link: bool, verbose: bool) -> None:
        self._numeric = numeric
        self._link = link
        self._verbose = verbose
        self._sequences = Sequences()

    def line(self, frame: bytes) -> str:
        """One frame, without its time."""
        try:
            header, payload = EthernetHeader.parse(frame)
        except DecodeError:
            return f"[|ether] length {len(frame)}"
        text = ""
        if self._link:
            kind = next((name for it, name in _TYPES.items() if it == header.ethertype), "Unknown")
            everybody = header.destination == BROADCAST
            target = "Broadcast" if everybody else header.destination.hex(":")
            text = (
                f"{header.source.hex(':')} > {target}, ethertype {kind} "
                f"(0x{header.ethertype:04x}), length {len(frame)}: "
            )
        if header.ethertype == EtherType.ARP:
            return text + ("" if self._link else "ARP, ") + _arp(payload)
        if header.ethertype == EtherType.IPV4:
            return text + ("" if self._link else "IP ") + self.packet(payload)
        return text + f"unknown ethertype 0x{header.ethertype:04x}, length {len(frame)}"

    def packet(self, packet: bytes) -> str:
        """One IPv4 packet."""
        try:
            header, payload = IPv4Header.parse(packet)
        except DecodeError as error:
            return f"IP bad packet ({error})"
        head = self._header(header, len(payload)) if self._verbose else ""
        ends = f"{header.source} > {header.destination}"
        if header.fragment_offset:
            return f"{head}{ends}: {_protocol(header.protocol)}"
        try:
            match header.protocol:
                case IpProtocol.ICMP:
                    body = f"{ends}: ICMP {_icmp(payload, whole=not header.more_fragments)}"
                case IpProtocol.UDP:
                    body = self._udp(header, payload)
                case IpProtocol.TCP:
                    body = self._tcp(header, payload)
                case _:
                    body = f"{ends}: {_other(header.protocol, payload)}"
        except DecodeError as error:
            body = f"{ends}: [malformed: {error}]"
        return head + body

    def _header(self, header: IPv4Header, payload: int) -> str:
        flags = [
            name
            for name, there in (("DF", header.dont_fragment), ("+", header.more_fragments))
            if there
        ]
        name = _protocol(header.protocol).upper()
        return (
            f"(tos 0x{header.tos:x}, ttl {header.ttl}, id {header.identification}, "
            f"offset {header.fragment_offset}, flags [{', '.join(flags) or 'none'}], "
            f"proto {name} ({header.protocol}), length {payload + 20 + len(header.options)})\n    "
        )

    def _port(self, port: int) -> str:
        return str(port) if self._numeric else SERVICES.get(port, str(port))

    def _ends(self, header: IPv4Header, source: int, destination: int) -> str:
        return (
            f"{header.source}.{self._port(source)} > {header.destination}.{self._port(destination)}"
        )

    def _udp(self, header: IPv4Header, payload: bytes) -> str:
        if header.more_fragments and len(payload) >= 8:
            source, destination = payload[0] << 8 | payload[1], payload[2] << 8 | payload[3]
            length = (payload[4] << 8 | payload[5]) - 8
            return f"{self._ends(header, source, destination)}: UDP, length {length}"
        ports, data = UdpHeader.parse(payload, header.source, header.destination)
        ends = self._ends(header, ports.source_port, ports.destination_port)
        return f"{ends}: UDP, length {len(data)}"

    def _tcp(self, header: IPv4Header, payload: bytes) -> str:
        segment, data = TcpHeader.parse(payload, header.source, header.destination)
        flags = "".join(name for flag, name in _FLAGS if segment.flags & flag)
        if segment.flags & Flag.ACK:
            flags += "."
        first, acknowledged = self._sequences.relative(header, segment)
        parts = [f"Flags [{flags or 'none'}]"]
        if data:
            parts.append(f"seq {first}:{first + len(data)}")
        elif segment.flags & (Flag.SYN | Flag.FIN | Flag.RST):
            parts.append(f"seq {first}")
        if segment.flags & Flag.ACK:
            parts.append(f"ack {acknowledged}")
        parts.append(f"win {segment.window}")
        options = _options(payload[20 : (payload[12] >> 4) * 4])
        if options:
            parts.append(f"options [{options}]")
        parts.append(f"length {len(data)}")
        ends = self._ends(header, segment.source_port, segment.destination_port)
        return f"{ends}: {', '.join(parts)}"


def _arp(payload: bytes) -> str:
    try:
        packet = ArpPacket.parse(payload)
    except DecodeError as error:
        return f"[malformed: {error}]"
    if packet.operation == ArpOperation.REQUEST:
        text = f"Request who-has {packet.target_ip} tell {packet.sender_ip}"
        if packet.target_ip == packet.sender_ip:
            text = f"Request who-has {packet.target_ip} tell {packet.sender_ip}"
        elif any(packet.target_mac):
            text = (
                f"Request who-has {packet.target_ip} ({packet.target_mac.hex(':')}) "
                f"tell {packet.sender_ip}"
            )
    else:
        text = f"Reply {packet.sender_ip} is-at {packet.sender_mac.hex(':')}"
    return f"{text}, length {len(payload)}"


def _protocol(number: int) -> str:
    try:
        return IpProtocol(number).name.lower()
    except ValueError:
        return f"ip-proto-{number}"


def _other(protocol: int, payload: bytes) -> str:
    length = len(payload)
    if protocol == IpProtocol.OSPF and length > 1:
        return f"OSPFv2, {_OSPF_TYPES.get(payload[1], 'unknown packet type')}, length {length}"
    if protocol == IpProtocol.EIGRP and length > 1:
        return f"EIGRP, {_EIGRP_TYPES.get(payload[1], 'unknown opcode')}, length: {length}"
    if protocol == IpProtocol.ESP and length >= 8:
        spi, sequence = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:8], "big")
        return f"ESP(spi=0x{spi:08x},seq=0x{sequence:x}), length {length}"
    if protocol == IpProtocol.GRE and length >= 4:
        return f"GREv0, length {length}: gre-proto-0x{payload[2] << 8 | payload[3]:x}"
    known = {it.value: name for it, name in _PROTOCOLS.items()}
    return f"{known.get(protocol, _protocol(protocol))}, length {length}"


def _icmp(payload: bytes, *, whole: bool) -> str:
    if not whole and len(payload) >= 8:
        kind = "request" if payload[0] == icmp.IcmpType.ECHO_REQUEST else "reply"
        identifier, sequence = payload[4] << 8 | payload[5], payload[6] << 8 | payload[7]
        return f"echo {kind}, id {identifier}, seq {sequence}, length {len(payload)}"
    message = icmp.parse(payload)
    length = len(payload)
    if isinstance(message, EchoMessage):
        kind = "reply" if message.reply else "request"
        return f"echo {kind}, id {message.identifier}, seq {message.sequence}, length {length}"
    if isinstance(message, TimeExceeded):
        what = "ip reassembly time exceeded" if message.code else "time exceeded in-transit"
        return f"{what}, length {length}"
    if isinstance(message, DestinationUnreachable):
        return f"{_unreachable(message)}, length {length}"
    return f"type-#{message.type}, length {length}"


def _unreachable(message: DestinationUnreachable) -> str:
    quoted = message.original
    if len(quoted) < 24:
        return "unreachable"
    target = IPv4Address(quoted[16:20])
    start = (quoted[0] & 15) << 2
    if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
        return f"{target} unreachable - need to frag (mtu {message.next_hop_mtu})"
    if message.code == UnreachableCode.PORT:
        port = int.from_bytes(quoted[start + 2 : start + 4], "big")
        name = _protocol(quoted[9])
        return f"{target} {name} port {SERVICES.get(port, port)} unreachable"
    if message.code == UnreachableCode.PROTOCOL:
        return f"{target} protocol {quoted[9]} unreachable"
    for code, text in _UNREACHABLES.items():
        if code == message.code:
            return text.format(target)
    return f"{target} unreachable - #{message.code}"


def _options(data: bytes) -> str:
    parts = []
    at = 0
    while at < len(data):
        kind = data[at]
        if kind == Option.END:
            parts.append("eol")
            break
        if kind == Option.NO_OPERATION:
            parts.append("nop")
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2:
            break
        value = data[at + 2 : at + length]
        match kind:
            case Option.MSS:
                parts.append(f"mss {int.from_bytes(value, 'big')}")
            case Option.WINDOW_SCALE:
                parts.append(f"wscale {int.from_bytes(value, 'big')}")
            case Option.SACK_PERMITTED:
                parts.append("sackOK")
            case Option.TIMESTAMPS:
                first, second = int.from_bytes(value[:4], "big"), int.from_bytes(value[4:], "big")
                parts.append(f"TS val {first} ecr {second}")
            case Option.MD5_SIGNATURE:
                parts.append("md5 shared secret not supplied with -M, can't check - " + value.hex())
            case _:
                parts.append(f"unknown-{kind} 0x{value.hex()}")
        at += length
    return ",".join(parts)
