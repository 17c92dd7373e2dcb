"""One Ethernet interface's ARP table (RFC 826): no I/O, effects out.

As on IOS, a packet whose next hop is unknown is not kept: it triggers a request and is lost,
which is why a first ping loses its first echo.
"""

from collections.abc import Callable, Collection
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.ethernet import BROADCAST
from ioscli.model.instant import SECOND, Instant

#: IOS does not repeat a request for the same address more often than this.
REQUEST_INTERVAL = SECOND


class Send(NamedTuple):
    """Put an ARP packet on the wire."""

    destination: bytes
    packet: ArpPacket


class Learned(NamedTuple):
    """The hardware address behind a protocol address became known, or changed."""

    address: IPv4Address
    mac: bytes


Effect = Send | Learned


class Entry:
    """One row of the table; `mac` is None while the request is unanswered."""

    __slots__ = ("mac", "requested", "updated")

    def __init__(self) -> None:
        self.mac: bytes | None = None
        self.updated = Instant(0)
        self.requested: Instant | None = None


class ArpTable:
    """The table of one interface: its own addresses are given with every call."""

    def __init__(self, mac: bytes, timeout: int) -> None:
        self.mac = mac
        self.timeout = timeout
        """Microseconds that an entry lives (`arp timeout`)."""
        self.entries: dict[IPv4Address, Entry] = {}

    def resolve(self, now: Instant, wanted: IPv4Address, own: IPv4Address) -> list[Effect]:
        """Ask for an address, unless a request for it went out just now."""
        entry = self.entries.setdefault(wanted, Entry())
        if entry.requested is not None and now - entry.requested < REQUEST_INTERVAL:
            return []
        entry.requested = now
        request = ArpPacket(ArpOperation.REQUEST, self.mac, own, bytes(6), wanted)
        return [Send(BROADCAST, request)]

    def announce(self, own: IPv4Address) -> list[Effect]:
        """Gratuitous ARP: say one's own address when the interface comes up (RFC 5227, 3)."""
        return [Send(BROADCAST, ArpPacket(ArpOperation.REPLY, self.mac, own, BROADCAST, own))]

    def receive(
        self,
        now: Instant,
        packet: ArpPacket,
        own: Collection[IPv4Address],
        answers_for: Callable[[IPv4Address], bool],
    ) -> list[Effect]:
        """Take an ARP packet in: update or add its sender, answer a request for us.

        own: the interface's addresses, primary and secondary.
        answers_for: whether this router answers for a foreign address (proxy ARP, RFC 1027).
        """
        if not own or packet.sender_ip in own or int(packet.sender_ip) == 0:
            return []
        effects: list[Effect] = []
        for_us = packet.target_ip in own
        known = self.entries.get(packet.sender_ip)
        if known is not None or for_us:
            entry = self.entries.setdefault(packet.sender_ip, Entry())
            entry.mac, entry.updated, entry.requested = packet.sender_mac, now, None
            effects.append(Learned(packet.sender_ip, packet.sender_mac))
        if packet.operation == ArpOperation.REQUEST and (for_us or answers_for(packet.target_ip)):
            reply = ArpPacket(
                ArpOperation.REPLY,
                self.mac,
                packet.target_ip,
                packet.sender_mac,
                packet.sender_ip,
            )
            effects.append(Send(packet.sender_mac, reply))
        return effects

    def expire(self, now: Instant) -> list[IPv4Address]:
        """Drop the entries that outlived the timeout; says which."""
        gone = [
            address
            for address, entry in self.entries.items()
            if entry.mac is not None and now - entry.updated >= self.timeout
        ]
        for address in gone:
            del self.entries[address]
        return gone
