"""Which `ip nat` mapping a packet falls under, and the address that it gets by it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.model.nat import DynamicMapping, NatPool, NatSide, StaticMapping
from ioscli.model.route_map import (
    KEPT_MATCHES,
    Match,
    MatchAddress,
    MatchInterface,
    MatchLength,
    MatchNextHop,
)
from ioscli.router.nat.table import Ends, NatTable, Translation

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.nat.packet import Seen
    from ioscli.router.router import Router


class NoAddressError(Exception):
    """A mapping applies and has nothing left to translate to."""

    def __init__(self, mapping: DynamicMapping) -> None:
        super().__init__(mapping.criterion)
        self.mapping = mapping


class _Lease:
    """A pool's address in the hands of one host, by a route-map: no simple translation says so."""

    __slots__ = ("address", "flows")

    def __init__(self, address: bytes) -> None:
        self.address = address
        self.flows = 0


class Mappings:
    """The configured mappings of one router, as packets meet them."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._policy = router.config.policy
        self.misses: dict[str, int] = {}
        """Pool -> packets that found it empty."""
        self._leases: dict[tuple[int, bytes], _Lease] = {}
        self._leased: set[bytes] = set()
        self._counting = True
        """Whether access lists count the packets that they decide about."""

    # -- matching ----------------------------------------------------------------------------------

    def applies(self, mapping: StaticMapping, packet: bytes, outgoing: Interface | None) -> bool:
        """Whether a static mapping is about a packet that goes out."""
        return mapping.route_map is None or self._by_route_map(mapping.route_map, packet, outgoing)

    def dynamic(
        self, side: NatSide, vrf: str, packet: bytes, outgoing: Interface | None
    ) -> DynamicMapping | None:
        """The first dynamic mapping that a packet's source falls under.

        A source that is the very address of the mapping's interface stays as it is: what the
        router itself says from there needs no other port.
        """
        config = self._router.config.nat
        if config is None:
            return None
        for mapping in config.dynamic:
            if mapping.side is not side or mapping.vrf != vrf:
                continue
            if self._matches(mapping, packet, outgoing):
                address = self.address_of(mapping)
                same = address is not None and address.packed == packet[12:16]
                return None if same else mapping
        return None

    def peek(self, vrf: str, packet: bytes, outgoing: Interface) -> DynamicMapping | None:
        """The dynamic mapping of an inside packet that nobody sent: nothing is counted."""
        self._counting = False
        try:
            return self.dynamic(NatSide.INSIDE, vrf, packet, outgoing)
        finally:
            self._counting = True

    def _matches(self, mapping: DynamicMapping, packet: bytes, outgoing: Interface | None) -> bool:
        if mapping.route_map is not None:
            return self._by_route_map(mapping.route_map, packet, outgoing)
        return mapping.access_list is not None and self._permits(mapping.access_list, packet)

    def _permits(self, name: str, packet: bytes) -> bool:
        """By an access list: one that nobody made translates nothing, unlike at an interface."""
        known = self._policy.access_lists.get(name)
        if known is None or not known.lines:
            return False
        entry = known.decide(packet, known.hit if self._counting else None)
        return entry is not None and entry.permit

    def _by_route_map(self, name: str, packet: bytes, outgoing: Interface | None) -> bool:
        known = self._policy.route_maps.get(name)
        if known is None:
            return False
        for entry in known.entries.values():
            if not entry.stored.get(KEPT_MATCHES) and all(
                self._holds(match, packet, outgoing) for match in entry.matches
            ):
                return entry.permit
        return False

    def _holds(self, match: Match, packet: bytes, outgoing: Interface | None) -> bool:
        match match:
            case MatchAddress(names, prefix_lists):
                return not prefix_lists and any(self._permits(name, packet) for name in names)
            case MatchLength(shortest, longest):
                return shortest <= len(packet) <= longest
            case MatchInterface(interfaces):
                return outgoing is not None and outgoing.name in interfaces
            case MatchNextHop(names, prefix_lists):
                return not prefix_lists and self._leads_by(names, packet, outgoing)
        return False

    def _leads_by(self, names: tuple[str, ...], packet: bytes, outgoing: Interface | None) -> bool:
        """Whether the next hop towards a packet's destination is one that lists permit."""
        if outgoing is None:
            return False
        found = outgoing.forwarding.way_out(int.from_bytes(packet[16:20], "big"))
        if found is None:
            return False
        lists = self._policy.access_lists
        hop = IPv4Address(found[1])
        return any(name in lists and lists[name].permits_address(hop) for name in names)

    # -- addresses ---------------------------------------------------------------------------------

    def pool(self, mapping: DynamicMapping) -> NatPool | None:
        """The pool of a mapping, where it has one that exists."""
        config = self._router.config.nat
        if config is None or mapping.pool is None:
            return None
        return config.pools.get(mapping.pool)

    def address_of(self, mapping: DynamicMapping | StaticMapping) -> IPv4Address | None:
        """The address of the interface that a mapping translates to."""
        if mapping.interface is None:
            return None
        interface = self._router.interfaces.get(mapping.interface)
        return None if interface is None else interface.address

    def overloaded(self, mapping: DynamicMapping, seen: Seen, table: NatTable) -> Ends:
        """A shared address and a port of it for a flow. Raises NoAddressError."""
        host = seen.source
        for address in self._candidates(mapping):
            packed = address.packed
            if mapping.interface is None and (0, packed, 0) in table.inside_global:
                continue  # a static mapping's, whole
            port = table.ports.take(seen.protocol, packed, host, seen.source_port)
            if port is not None:
                return Ends(host, packed, seen.source_port, port)
        raise self._exhausted(mapping)

    def plain(self, mapping: DynamicMapping, seen: Seen, table: NatTable) -> Ends:
        """A shared address for a flow without ports: one at a time to each far end.

        Raises NoAddressError.
        """
        whole = table.inside_global
        for address in self._candidates(mapping):
            taken = (seen.protocol, address.packed, 0, seen.destination, 0) in table.flows_in
            if not taken and (mapping.interface or (0, address.packed, 0) not in whole):
                return Ends(seen.source, address.packed)
        raise self._exhausted(mapping)

    def whole(self, mapping: DynamicMapping, local: bytes, table: NatTable) -> bytes:
        """An address that nobody else has. Raises NoAddressError."""
        taken = table.inside_global if mapping.side is NatSide.INSIDE else table.outside_local
        pool = self.pool(mapping)
        if pool is not None and pool.kind == "match-host":
            found = pool.host_of(IPv4Address(local))
            if found is not None and (0, found.packed, 0) not in taken:
                return found.packed
            raise self._exhausted(mapping)
        for address in self._candidates(mapping):
            packed = address.packed
            if (0, packed, 0) not in taken and packed not in self._leased:
                return packed
        raise self._exhausted(mapping)

    def leased(self, mapping: DynamicMapping, local: bytes, table: NatTable) -> bytes:
        """The address of a host by a route-map, which holds it while a flow of its lives.

        Raises NoAddressError.
        """
        known = self._leases.get((mapping.identifier, local))
        if known is None:
            known = _Lease(self.whole(mapping, local, table))
            self._leases[mapping.identifier, local] = known
            self._leased.add(known.address)
        known.flows += 1
        return known.address

    def ended(self, gone: Translation) -> None:
        """A translation is gone: an address that it held by a route-map may be free."""
        mapping, inside = gone.mapping, gone.inside
        if inside is None or not isinstance(mapping, DynamicMapping):
            return
        known = self._leases.get((mapping.identifier, inside.local))
        if known is None:
            return
        known.flows -= 1
        if known.flows == 0:
            del self._leases[mapping.identifier, inside.local]
            self._leased.discard(known.address)

    def _candidates(self, mapping: DynamicMapping) -> Iterable[IPv4Address]:
        pool = self.pool(mapping)
        if pool is not None:
            return pool.addresses()
        address = self.address_of(mapping)
        return [] if address is None else [address]

    def _exhausted(self, mapping: DynamicMapping) -> NoAddressError:
        if mapping.pool is not None:
            self.misses[mapping.pool] = self.misses.get(mapping.pool, 0) + 1
        return NoAddressError(mapping)
