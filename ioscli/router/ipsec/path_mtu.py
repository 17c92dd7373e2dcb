"""What IPsec has learned of the paths to its peers: ICMP about ESP packets (RFC 4301, 8.2).

ESP in UDP counts as ESP. A message has to quote an SPI that this router sends with, so that not
everybody can lower an MTU.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.model.instant import SECOND
from ioscli.router.tunnel_path_mtu import path_mtu_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ioscli.engine.simulation import Simulation, Timer
    from ioscli.router.ipsec.flow import ProtectedFlow

SMALLEST = 256
"""Bytes: Cisco's IPsec takes nothing smaller from an ICMP message (PIX system message 602103)."""
_AGE = 600 * SECOND
"""How long what was learned holds (RFC 1191, 6.3)."""

Ends = tuple[IPv4Address, IPv4Address]


class PathMtus:
    """The learned MTUs of one router, by local and peer address."""

    def __init__(self, simulation: Simulation, changed: Callable[[Ends], None]) -> None:
        self._simulation = simulation
        self._changed = changed
        self._learned: dict[Ends, tuple[int, Timer]] = {}

    def bound(self, ends: Ends, mtu: int) -> int:
        """The MTU of a path whose first interface has one."""
        known = self._learned.get(ends)
        return mtu if known is None else min(mtu, known[0])

    def error(self, message: DestinationUnreachable, flows: Iterable[ProtectedFlow]) -> None:
        """ICMP about a packet of the router's own: ESP, or UDP of port 4500."""
        if message.code != UnreachableCode.FRAGMENTATION_NEEDED:
            return
        quoted = message.original
        ends = IPv4Address(quoted[12:16]), IPv4Address(quoted[16:20])
        payload = quoted[header_length(quoted) :]
        spi = int.from_bytes(payload[:4], "big") if quoted[9] == IpProtocol.ESP else None
        for flow in flows:
            pair = flow.flow.current
            if pair is None or (pair.child.policy.local, pair.child.policy.peer) != ends:
                continue
            # Eight bytes of a UDP packet show no SPI, but the ports that NAT traversal uses.
            if spi == pair.child.outbound_spi or (spi is None and pair.child.udp_encapsulated):
                self._learn(ends, max(SMALLEST, path_mtu_of(message.next_hop_mtu, quoted)))
                return

    def stop(self) -> None:
        """Let nothing expire any more."""
        for _, timer in self._learned.values():
            timer.cancel()
        self._learned.clear()

    def _learn(self, ends: Ends, mtu: int) -> None:
        known = self._learned.get(ends)
        if known is not None:
            if mtu > known[0]:
                return  # only time raises it again
            known[1].cancel()

        def forget() -> None:
            del self._learned[ends]
            self._changed(ends)

        self._learned[ends] = mtu, self._simulation.after(_AGE, forget)
        if known is None or known[0] != mtu:
            self._changed(ends)
