"""`debug ip nat`: one line for every packet that is translated, and for what comes and goes.

Wording: captures of IOS 15 (`NAT: Entry assigned id 4`, `NAT*: ICMP id=5->1024`, `NAT*: s=...`,
`NAT: expiring ...`, `NAT: Freeing nat entry, id 2`, `NAT: failed to allocate address for ...`) and
Cisco's debug command reference. An asterisk stands for CEF: a packet in transit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from ioscli.codec.ipv4 import IpProtocol
from ioscli.model.access_list import AccessList
from ioscli.model.nat import DynamicMapping
from ioscli.router.nat.packet import Form, Seen, look
from ioscli.router.nat.table import Translation
from ioscli.router.nat.translate import Done
from ioscli.router.syslog import ConsoleLog

#: Protocols by the names that NAT has for them.
NAMES: dict[int, str] = {
    IpProtocol.ICMP: "icmp",
    IpProtocol.TCP: "tcp",
    IpProtocol.UDP: "udp",
    IpProtocol.GRE: "gre",
    IpProtocol.ESP: "esp",
}


def protocol_name(protocol: int) -> str:
    """`tcp`; the number where NAT has no name for it."""
    return NAMES.get(protocol, str(protocol))


class NatDebug:
    """The lines of one router, to its log."""

    def __init__(
        self,
        log: ConsoleLog,
        lists: Mapping[str, AccessList],
        *,
        access_list: int | None,
        detailed: bool,
    ) -> None:
        """access_list: packets between other addresses than it permits are passed over."""
        self._log = log
        self._lists = lists
        self.access_list = access_list
        self.detailed = detailed

    def translated(self, packet: bytes, done: Done, *, own: bool, outward: bool) -> None:
        """A packet was translated."""
        if not self._wanted(done.by):
            return
        star = "" if own else "*"
        if self.detailed:
            self._log.debug(
                f"NAT{star}: {'i' if outward else 'o'}: {_described(packet, done.seen)}"
            )
        for line in _port_lines(done.seen, look(done.packet)):
            self._log.debug(f"NAT{star}: {line}")
        for line in _address_lines(packet, done.packet):
            self._log.debug(f"NAT{star}: {line}")

    def assigned(self, made: Translation) -> None:
        """A translation was made."""
        if self._wanted(made):
            self._log.debug(f"NAT: Entry assigned id {made.identifier}")

    def expiring(self, it: Translation) -> None:
        """A translation has not been used for too long."""
        ends = it.inside or it.outside
        if ends is None or not self._wanted(it):
            return
        line = f"NAT: expiring {_text(ends.global_address)} ({_text(ends.local)})"
        if it.extended:
            line += f" {protocol_name(it.protocol)} {ends.global_port} ({ends.local_port})"
        self._log.debug(line)

    def freed(self, it: Translation) -> None:
        """A translation is gone."""
        if self._wanted(it):
            self._log.debug(f"NAT: Freeing nat entry, id {it.identifier}")

    def no_address(self, packet: bytes, mapping: DynamicMapping) -> None:
        """A mapping has no address left for a packet."""
        source = _text(packet[12:16])
        self._log.debug(
            f"NAT: failed to allocate address for {source}, list/map {mapping.criterion}"
        )
        self._log.debug("NAT*: Can't create new inside entry - forced_punt_flags: 0")

    def dropped(self, packet: bytes) -> None:
        """A packet cannot be translated for another reason."""
        ends = f"s={_text(packet[12:16])} d={_text(packet[16:20])}"
        self._log.debug(f"NAT: translation failed (L), dropping packet {ends}")

    def _wanted(self, it: Translation) -> bool:
        if self.access_list is None:
            return True
        known = self._lists.get(str(self.access_list))
        return known is not None and any(
            known.permits_address(IPv4Address(address)) for address in it.addresses()
        )


def _described(packet: bytes, seen: Seen) -> str:
    """`icmp (192.168.12.1, 2) -> (192.168.23.3, 2) [6]`."""
    source = f"({_text(seen.source)}, {seen.source_port})"
    destination = f"({_text(seen.destination)}, {seen.destination_port})"
    return f"{protocol_name(seen.protocol)} {source} -> {destination} [{_identification(packet)}]"


def _port_lines(before: Seen, after: Seen) -> Iterator[str]:
    if before.form is not Form.PORTS:
        return
    old_source, new_source = before.source_port, after.source_port
    old_destination, new_destination = before.destination_port, after.destination_port
    if before.protocol == IpProtocol.ICMP:
        if old_source != new_source:
            yield f"ICMP id={old_source}->{new_source}"
        return
    name = protocol_name(before.protocol).upper()
    if old_source != new_source:
        yield f"{name} s={old_source}->{new_source}, d={old_destination}"
    if old_destination != new_destination:
        yield f"{name} s={new_source}, d={old_destination}->{new_destination}"


def _address_lines(before: bytes, after: bytes) -> Iterator[str]:
    """A line for each address that changed: the first shows the other one as it was."""
    source, new_source = _text(before[12:16]), _text(after[12:16])
    destination, new_destination = _text(before[16:20]), _text(after[16:20])
    number = _identification(before)
    if source != new_source:
        yield f"s={source}->{new_source}, d={destination} [{number}]"
    if destination != new_destination:
        yield f"s={new_source}, d={destination}->{new_destination} [{number}]"


def _identification(packet: bytes) -> int:
    return packet[4] << 8 | packet[5]


def _text(address: bytes) -> str:
    return str(IPv4Address(address))
