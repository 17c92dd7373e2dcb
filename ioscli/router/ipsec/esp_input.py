"""ESP and AH that come in, by themselves or in UDP: which SA opens them, and who takes the rest."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.esp import NAT_KEEPALIVE
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.crypto import Mode
from ioscli.protocols.ipsec.sa import EspError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ioscli.engine.simulation import Simulation
    from ioscli.protocols.ipsec.sadb import SaDatabase, SaPair
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.flow import ProtectedFlow
    from ioscli.router.ipsec.logs import CryptoLogs
    from ioscli.router.udp import Datagram

_NO_NEXT_HEADER = 59
_SHORTEST = 8
"""SPI and sequence number."""


class EspInput:
    """Takes ESP and AH packets for one router."""

    def __init__(
        self,
        simulation: Simulation,
        sadb: SaDatabase,
        flows: Mapping[str, ProtectedFlow],
        logs: CryptoLogs,
        work: list[int],
    ) -> None:
        self._simulation = simulation
        self._sadb = sadb
        self._flows = flows
        self._logs = logs
        self._work = work
        self.invalid_spi = 0
        self.policy_drops = 0
        """Packets that their SA may not carry."""
        self.malformed = 0
        self.keepalives = 0
        """NAT keepalives of peers (RFC 3948, 2.3)."""
        self.spi_unknown: Callable[[IPv4Address, IPv4Address, int], None] = lambda *_: None
        """Told local address, peer and SPI of packets for SAs that are not there."""

    def receive(self, packet: bytes, interface: Interface) -> None:
        """An IPv4 packet with ESP for this router."""
        self._take(packet, packet[header_length(packet) :], interface)

    def receive_encapsulated(self, datagram: Datagram, interface: Interface) -> None:
        """What came to UDP port 4500 and is no IKE message (RFC 3948, 2)."""
        if datagram.payload == NAT_KEEPALIVE:
            self.keepalives += 1
            return
        outer = Ipv4Template(
            datagram.source.packed, datagram.destination.packed, IpProtocol.ESP
        ).build(len(datagram.payload), 0)
        self._take(outer, datagram.payload, interface)

    def receive_ah(self, packet: bytes, interface: Interface) -> None:
        """An IPv4 packet with AH for this router, with ESP in it or without."""
        payload = packet[header_length(packet) :]
        spi = int.from_bytes(payload[4:8], "big")
        pair = self._sadb.by_ah_spi.get(spi)
        if pair is None:
            self._unknown(packet, payload, spi, interface)
            return
        try:
            next_header, inner = pair.unwrap(packet)
        except EspError as error:
            self._logs.refused(pair, error.failure, payload[8:12])
            return  # counted by the SA
        self._opened(pair, packet, len(payload), next_header, inner, interface)

    def _take(self, outer: bytes, payload: bytes, interface: Interface) -> None:
        spi = int.from_bytes(payload[:4], "big")
        pair = self._sadb.by_spi.get(spi)
        if pair is None:
            self._unknown(outer, payload, spi, interface)
            return
        if pair.inbound_ah is not None:
            self.policy_drops += 1  # its ESP has to come inside AH
            return
        try:
            next_header, inner = pair.inbound.open(payload)
        except EspError as error:
            self._logs.refused(pair, error.failure, payload[4:8])
            return  # counted by the SA
        self._opened(pair, outer, len(payload), next_header, inner, interface)

    def _opened(
        self,
        pair: SaPair,
        outer: bytes,
        size: int,
        next_header: int,
        inner: bytes,
        interface: Interface,
    ) -> None:
        work = self._work
        work[0] += 1
        work[1] += size
        flow = self._flows.get(pair.child.policy.owner)
        if flow is None:
            self.policy_drops += 1
            return
        flow.last_in = self._simulation.now
        if next_header == _NO_NEXT_HEADER:
            return  # a dummy packet (RFC 4303, 2.6)
        if pair.child.proposal.mode is Mode.TRANSPORT:
            inner = _restore_header(outer, next_header, inner)
        elif next_header != IpProtocol.IPV4:
            self.policy_drops += 1
            return
        if not flow.opened(inner, interface):
            self.policy_drops += 1
            flow.flow.wrong_identity += 1
            if len(inner) >= 20:
                self._logs.wrong_identity(inner, flow.policy)

    def _unknown(self, outer: bytes, payload: bytes, spi: int, interface: Interface) -> None:
        if len(payload) < _SHORTEST:
            self.malformed += 1
            return
        self.invalid_spi += 1
        self._logs.unknown_spi(outer, spi, interface.name)
        self.spi_unknown(IPv4Address(outer[16:20]), IPv4Address(outer[12:16]), spi)


def _restore_header(packet: bytes, protocol: int, payload: bytes) -> bytes:
    """The original packet of transport mode: the outer header with the inner protocol."""
    header = Ipv4Template(packet[12:16], packet[16:20], protocol, packet[8])
    identification = int.from_bytes(packet[4:6], "big")
    flags = int.from_bytes(packet[6:8], "big")
    return header.build(len(payload), identification, packet[1], flags) + payload
