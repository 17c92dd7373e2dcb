"""Filter expressions of tcpdump (pcap-filter(7)): the primitives that labs need."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from ioscli.codec.arp import ArpPacket
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.hosts.linux.connecting import port_of

_PROTOCOLS = {
    "icmp": IpProtocol.ICMP,
    "tcp": IpProtocol.TCP,
    "udp": IpProtocol.UDP,
    "igmp": IpProtocol.IGMP,
    "esp": IpProtocol.ESP,
    "ah": IpProtocol.AH,
    "pim": IpProtocol.PIM,
}
_End = TypeVar("_End")
_DIRECTIONS = ("src", "dst")


class FilterError(ValueError):
    """An expression that cannot be read: what tcpdump says."""

    def __init__(self) -> None:
        super().__init__("can't parse filter expression: syntax error")


class Frame:
    """What an expression asks of a frame."""

    def __init__(self, data: bytes) -> None:
        self.length = len(data)
        self.ethertype = 0
        self.protocol = -1
        self.source: IPv4Address | None = None
        self.destination: IPv4Address | None = None
        self.ports: tuple[int, int] | None = None
        self.group = bool(data[:1] and data[0] & 1)
        self.broadcast = data[:6] == b"\xff" * 6
        try:
            header, payload = EthernetHeader.parse(data)
            self.ethertype = header.ethertype
            if header.ethertype == EtherType.ARP:
                packet = ArpPacket.parse(payload)
                self.source, self.destination = packet.sender_ip, packet.target_ip
            elif header.ethertype == EtherType.IPV4:
                self._read_packet(payload)
        except DecodeError:
            pass

    def _read_packet(self, payload: bytes) -> None:
        head, body = IPv4Header.parse(payload)
        self.protocol = head.protocol
        self.source, self.destination = head.source, head.destination
        has_ports = head.protocol in (IpProtocol.TCP, IpProtocol.UDP)
        if has_ports and not head.fragment_offset and len(body) >= 4:
            self.ports = body[0] << 8 | body[1], body[2] << 8 | body[3]


Test = Callable[[Frame], bool]


def read_filter(words: list[str]) -> Test:
    """The test that an expression means. Raises FilterError."""
    text = " ".join(words)
    for mark in ("(", ")", "!"):
        text = text.replace(mark, f" {mark} ")
    tokens = [{"&&": "and", "||": "or", "!": "not"}.get(word, word) for word in text.split()]
    if not tokens:
        return lambda _frame: True
    reader = _Reader(tokens)
    test = reader.any_of()
    if reader.left:
        raise FilterError
    return test


class _Reader:
    """Recursive descent: or, and, not, parentheses, primitives."""

    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def _take(self) -> str:
        if not self.left:
            raise FilterError
        return self.left.pop(0)

    def any_of(self) -> Test:
        """Alternatives."""
        tests = [self._all_of()]
        while self.left[:1] == ["or"]:
            self._take()
            tests.append(self._all_of())
        return lambda frame: any(test(frame) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self.left and self.left[0] not in ("or", ")"):
            if self.left[0] == "and":
                self._take()
            tests.append(self._one())
        return lambda frame: all(test(frame) for test in tests)

    def _one(self) -> Test:
        word = self._take()
        if word == "not":
            test = self._one()
            return lambda frame: not test(frame)
        if word == "(":
            test = self.any_of()
            if self._take() != ")":
                raise FilterError
            return test
        return self._primitive(word)

    def _primitive(self, word: str) -> Test:
        if word in _PROTOCOLS:
            protocol = _PROTOCOLS[word]
            if self.left[:1] in (["port"], ["src"], ["dst"]):
                rest = self._primitive(self._take())
                return lambda frame: frame.protocol == protocol and rest(frame)
            return lambda frame: frame.protocol == protocol
        match word:
            case "ip":
                if self.left[:1] == ["proto"]:
                    self._take()
                    return self._number_of_protocol()
                return lambda frame: frame.ethertype == EtherType.IPV4
            case "arp":
                return lambda frame: frame.ethertype == EtherType.ARP
            case "proto":
                return self._number_of_protocol()
            case "broadcast":
                return lambda frame: frame.broadcast
            case "multicast":
                return lambda frame: frame.group
            case "less" | "greater":
                return self._length(word)
            case "ether" if self.left[:1] in (["broadcast"], ["multicast"]):
                return self._primitive(self._take())
        direction = ""
        if word in _DIRECTIONS:
            direction, word = word, self._take()
        if word not in ("host", "net", "port"):
            self.left.insert(0, word)
            word = "host"
        return self._ends(word, direction)

    def _number_of_protocol(self) -> Test:
        word = self._take()
        if word in _PROTOCOLS:
            number = int(_PROTOCOLS[word])
        elif word.isdecimal():
            number = int(word)
        elif word == "ospf":
            number = IpProtocol.OSPF
        else:
            raise FilterError
        return lambda frame: frame.protocol == number

    def _length(self, word: str) -> Test:
        text = self._take()
        if not text.isdecimal():
            raise FilterError
        limit = int(text)
        if word == "less":
            return lambda frame: frame.length <= limit
        return lambda frame: frame.length >= limit

    def _ends(self, kind: str, direction: str) -> Test:
        """`src|dst host|net|port VALUE`."""
        text = self._take()
        if kind == "port":
            port = port_of(text)
            if port is None:
                raise FilterError

            def on_port(frame: Frame) -> bool:
                ends = frame.ports
                return ends is not None and any(it == port for it in _chosen(ends, direction))

            return on_port
        try:
            network = IPv4Network(text if kind == "net" else f"{IPv4Address(text)}/32")
        except ValueError:
            raise FilterError from None

        def within(frame: Frame) -> bool:
            ends = (frame.source, frame.destination)
            return any(it is not None and it in network for it in _chosen(ends, direction))

        return within


def _chosen(ends: tuple[_End, _End], direction: str) -> tuple[_End, ...]:
    return ends if not direction else (ends[_DIRECTIONS.index(direction)],)
