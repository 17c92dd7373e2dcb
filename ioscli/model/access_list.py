"""Access lists: what `access-list` and `ip access-list` configure, asked about packets and routes.

An entry matches or it does not; the first that does decides, and a list ends in a deny that is
not written. How IOS reads ports of fragments: an entry with ports matches first fragments alone,
but for a permit, whose addresses let the later fragments through (Cisco, "Access Control Lists
and IP Fragments").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

ANY = 0xFFFF_FFFF
_FIRST_SEQUENCE = 10
_SEQUENCE_STEP = 10
_AT_END = 0
"""Remarks behind the last entry."""

_ICMP, _TCP, _UDP, _SCTP = 1, 6, 17, 132
_WITH_PORTS = frozenset({_TCP, _UDP, _SCTP})


class AccessListKind(Enum):
    """`ip access-list standard|extended`; the value is the word."""

    STANDARD = "standard"
    EXTENDED = "extended"

    @classmethod
    def of_number(cls, number: int) -> AccessListKind:
        """What a numbered list is: 1-99 and 1300-1999 are standard lists."""
        return cls.STANDARD if number < 100 or 1300 <= number < 2000 else cls.EXTENDED


class AddressMatch(NamedTuple):
    """An address and its wildcard bits, both as integers; a set bit does not matter."""

    address: int
    wildcard: int

    def covers(self, address: int) -> bool:
        """Whether an address is meant."""
        return not (address ^ self.address) & ~self.wildcard & ANY

    @property
    def is_host(self) -> bool:
        """One address alone."""
        return self.wildcard == 0


EVERYTHING = AddressMatch(0, ANY)


class PortOperator(Enum):
    """How ports are compared; the value is the word."""

    EQUAL = "eq"
    NOT_EQUAL = "neq"
    LESS = "lt"
    GREATER = "gt"
    RANGE = "range"


class PortMatch(NamedTuple):
    """`eq 80 443`, `range 1 1023`."""

    operator: PortOperator
    ports: tuple[int, ...]

    def covers(self, port: int) -> bool:
        """Whether a port is meant."""
        match self.operator:
            case PortOperator.EQUAL:
                return port in self.ports
            case PortOperator.NOT_EQUAL:
                return port not in self.ports
            case PortOperator.LESS:
                return port < self.ports[0]
            case PortOperator.GREATER:
                return port > self.ports[0]
            case PortOperator.RANGE:
                return self.ports[0] <= port <= self.ports[1]


class FlagMatch(NamedTuple):
    """TCP flags as a mask of RFC 793's bits: any of them set, or all as said."""

    must_be_set: int
    must_be_clear: int = 0
    any_of: bool = False
    """One of the conditions is enough: `match-any`, `established`, several plain flags."""
    signed: bool = False
    """Written with signs: `match-all +ack -fin` rather than `ack` or `established`."""

    def covers(self, flags: int) -> bool:
        """Whether a segment's flags are meant."""
        if self.any_of:
            return bool(flags & self.must_be_set or ~flags & self.must_be_clear)
        return flags & self.must_be_set == self.must_be_set and not flags & self.must_be_clear


class Kept(NamedTuple):
    """Words of a line that are kept without being understood; the line is never met."""

    dynamic: str = ""
    """`dynamic NAME timeout 5`, before permit or deny."""
    service: str = ""
    """`object-group NAME` in the place of a protocol."""
    source: str = ""
    """`object-group NAME`, or `host` and the name of one."""
    destination: str = ""
    source_ports: str = ""
    """`portgroup NAME`."""
    destination_ports: str = ""
    options: str = ""
    """`option any-options`, before `log`."""
    after: str = ""
    """`time-range NAME`, `reflect NAME`, behind `log`."""
    whole: str = ""
    """`evaluate NAME`: the line itself."""


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One permit or deny. None: whatever the packet has there."""

    permit: bool
    source: AddressMatch = EVERYTHING
    destination: AddressMatch = EVERYTHING
    protocol: int | None = None
    """IP protocol number; None: `ip`."""
    source_ports: PortMatch | None = None
    destination_ports: PortMatch | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    igmp_type: int | None = None
    flags: FlagMatch | None = None
    precedence: int | None = None
    tos: int | None = None
    dscp: int | None = None
    ttl: PortMatch | None = None
    """Compared like ports."""
    fragments: bool = False
    """Later fragments alone."""
    log: bool = False
    log_input: bool = False
    """`log-input`: messages also name the interface and the sender's hardware address."""
    cookie: str = ""
    """The operator's own word behind `log`."""
    kept: Kept | None = None
    """Conditions that are never met."""

    def matches(self, packet: bytes) -> bool:
        """Whether an IPv4 packet (header checked before) meets every condition."""
        if self.kept is not None:
            return False
        if self.protocol is not None and packet[9] != self.protocol:
            return False
        if not self.source.covers(int.from_bytes(packet[12:16], "big")):
            return False
        if not self.destination.covers(int.from_bytes(packet[16:20], "big")):
            return False
        return self._matches_header(packet) and self._matches_transport(packet)

    def _matches_header(self, packet: bytes) -> bool:
        service = packet[1]
        if self.precedence is not None and service >> 5 != self.precedence:
            return False
        if self.tos is not None and service >> 1 & 0xF != self.tos:
            return False
        if self.dscp is not None and service >> 2 != self.dscp:
            return False
        return self.ttl is None or self.ttl.covers(packet[8])

    def _matches_transport(self, packet: bytes) -> bool:
        offset = (packet[6] & 0x1F) << 8 | packet[7]
        if self.fragments:
            return offset > 0
        if not self._looks_deeper:
            return True
        if offset:
            return self.permit  # nothing to look at: see the module's head
        payload = packet[(packet[0] & 0xF) * 4 :]
        if packet[9] == _ICMP:
            return self._matches_icmp(payload)
        if self.igmp_type is not None:
            return payload[:1] == bytes((self.igmp_type,))
        if len(payload) < 4:
            return False
        if self.source_ports and not self.source_ports.covers(payload[0] << 8 | payload[1]):
            return False
        if self.destination_ports and not self.destination_ports.covers(
            payload[2] << 8 | payload[3]
        ):
            return False
        return self.flags is None or (len(payload) > 13 and self.flags.covers(payload[13]))

    @property
    def _looks_deeper(self) -> bool:
        return (
            self.source_ports is not None
            or self.destination_ports is not None
            or self.icmp_type is not None
            or self.igmp_type is not None
            or self.flags is not None
        )

    def _matches_icmp(self, payload: bytes) -> bool:
        if len(payload) < 2 or payload[0] != self.icmp_type:
            return self.icmp_type is None
        return self.icmp_code is None or payload[1] == self.icmp_code


@dataclass(slots=True)
class AccessList:
    """One list, by sequence number. Numbered lists are named by their number."""

    name: str
    kind: AccessListKind
    _lines: dict[int, AccessEntry] = field(default_factory=dict, init=False)
    """In order, unless `_unsorted`."""
    remarks: dict[int, list[str]] = field(default_factory=dict)
    """`remark TEXT`, by the entry that they stand before; 0: behind the last."""
    written: bool = False
    """Whether the configuration shows sequence numbers, as IOS-XE's does; IOS 15 hides them."""
    hits: dict[int, int] = field(default_factory=dict, compare=False)
    """Sequence number -> packets it decided about. Nothing configured: what shows print."""
    # Lists of many thousand lines are loaded: no line may cost a walk through those before it.
    _sequences: dict[AccessEntry, int] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """Where each entry stands."""
    last: int = field(default=0, init=False, compare=False, repr=False)
    """The highest sequence number; 0: the list is empty."""
    _unsorted: bool = field(default=False, init=False, compare=False, repr=False)

    @property
    def lines(self) -> Mapping[int, AccessEntry]:
        """Sequence number -> permit or deny, in order; `put` and `remove` change it."""
        if self._unsorted:
            self._lines = dict(sorted(self._lines.items()))
            self._unsorted = False
        return self._lines

    def append(self, line: AccessEntry) -> int:
        """Add a line at the end, and give its sequence number."""
        sequence = (self.last or _FIRST_SEQUENCE - _SEQUENCE_STEP) + _SEQUENCE_STEP
        self.put(sequence, line)
        return sequence

    def put(self, sequence: int, line: AccessEntry) -> None:
        """Set the line of a sequence number; at the end it takes the remarks that wait there."""
        before = self._lines.get(sequence)
        if before is not None:
            self._forget(sequence, before)
        elif sequence < self.last:
            self._unsorted = True
        self._lines[sequence] = line
        self._sequences.setdefault(line, sequence)
        self.hits.pop(sequence, None)
        if sequence >= self.last:
            self.last = sequence
            if self.remarks.get(_AT_END):
                self.remarks[sequence] = self.remarks.pop(_AT_END)

    def _forget(self, sequence: int, line: AccessEntry) -> None:
        if self._sequences.get(line) == sequence:
            del self._sequences[line]

    def remark(self, text: str) -> None:
        """Add a remark at the end, once."""
        if text not in self.remarks.get(_AT_END, ()):
            self.remarks.setdefault(_AT_END, []).append(text)

    def remove(self, sequence: int) -> bool:
        """Take a line away; its remarks go over to the next one. False: there is no such line."""
        line = self._lines.pop(sequence, None)
        if line is None:
            return False
        self._forget(sequence, line)
        if sequence == self.last:
            self.last = max(self._lines, default=0)
        self.hits.pop(sequence, None)
        orphans = self.remarks.pop(sequence, [])
        if orphans:
            following = next((at for at in self.lines if at > sequence), _AT_END)
            self.remarks[following] = orphans + self.remarks.get(following, [])
        return True

    def remove_remark(self, text: str) -> bool:
        """Take a remark away, the first of its text. False: there is none."""
        for at in (*self.lines, _AT_END):
            texts = self.remarks.get(at, [])
            if text in texts:
                texts.remove(text)
                return True
        return False

    def find(self, line: AccessEntry) -> int | None:
        """The sequence number of an equal line; IOS takes no entry twice, nor shall a caller."""
        return self._sequences.get(line)

    def resequence(self, start: int, step: int) -> None:
        """`ip access-list resequence`."""
        numbers = {old: start + step * at for at, old in enumerate(self.lines)}
        self._lines = {numbers[old]: line for old, line in self.lines.items()}
        self._sequences = {line: numbers[old] for line, old in self._sequences.items()}
        self.last = numbers.get(self.last, 0)
        self.hits = {numbers[old]: count for old, count in self.hits.items()}
        self.remarks = {numbers.get(old, _AT_END): texts for old, texts in self.remarks.items()}

    def hit(self, sequence: int) -> None:
        """Count a packet, or a route, that a line decided about."""
        self.hits[sequence] = self.hits.get(sequence, 0) + 1

    def entries(self) -> Iterator[tuple[int, AccessEntry]]:
        """The permits and denies, in order."""
        yield from self.lines.items()

    def decide(self, packet: bytes, hit: Callable[[int], None] | None = None) -> AccessEntry | None:
        """The entry that decides about a packet; None: the deny at the end.

        hit: told the sequence number of the entry, for the counters.
        """
        for sequence, entry in self.lines.items():
            if entry.matches(packet):
                if hit is not None:
                    hit(sequence)
                return entry
        return None

    def permits(self, packet: bytes) -> bool:
        """Whether a packet passes. A list without entries lets everything through, as on IOS."""
        entry = self.decide(packet)
        return not self.lines if entry is None else entry.permit

    def permits_address(self, address: IPv4Address) -> bool:
        """Whether an address passes the source conditions: next hops, neighbors, vty clients."""
        number = int(address)
        for entry in self.lines.values():
            if entry.kept is None and entry.source.covers(number):
                return entry.permit
        return not self.lines

    def permits_route(self, prefix: IPv4Network) -> bool:
        """Whether a route passes, in distribute-lists and route-maps.

        A standard list looks at the network alone; in an extended one the source is the network
        and the destination is its mask. The entry that decides counts a match, as for packets.
        """
        network, mask = int(prefix.network_address), int(prefix.netmask)
        for sequence, entry in self.lines.items():
            if (
                entry.kept is None
                and entry.source.covers(network)
                and (self.kind is AccessListKind.STANDARD or entry.destination.covers(mask))
            ):
                self.hit(sequence)
                return entry.permit
        return not self.lines
