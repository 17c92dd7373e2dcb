"""NAT in the way of packets: `ip nat inside`, `ip nat outside` (RFC 3022).

- packet: packets taken apart and changed
- table, ports: the translations and the ports that they share
- mappings: which configured mapping applies, and the addresses that it has
- translate: one packet through all of it
- debug_lines: what debugging says

Order of operation (Cisco, document 6209): to the outside a packet is routed first, then
translated, then encrypted; from the outside it is decrypted, filtered, translated, then routed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.ipv4 import IpProtocol, header_ok
from ioscli.model.config import StaticRoute
from ioscli.model.instant import SECOND, Instant
from ioscli.model.nat import DynamicMapping, NatConfig, NatSide, NatTimeouts, StaticMapping
from ioscli.model.platform import PROCESSOR_MEMORY
from ioscli.router.nat.mappings import Mappings, NoAddressError
from ioscli.router.nat.packet import Form, Seen
from ioscli.router.nat.table import Ends, NatTable, Translation
from ioscli.router.nat.translate import Done, Translator, Untranslatable

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.nat.debug_lines import NatDebug
    from ioscli.router.router import Router

_FIRST_GROUP = 224
_ENTRY = 312
"""Bytes of a translation (Cisco, "Frequently Asked Questions on NAT")."""
_LIMIT = PROCESSOR_MEMORY * 1_024 // 10 // _ENTRY
"""Translations at most: what a tenth of the router's memory holds."""
_DNS = 53
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_FINAL = _FIN | _RST


class NatCounts:
    """`show ip nat statistics`."""

    __slots__ = ("dropped", "expired", "fast", "hits", "misses", "punted")

    def __init__(self) -> None:
        self.hits = 0
        """Packets that were translated."""
        self.misses = 0
        """Packets for which there was no translation and none could be made."""
        self.fast = 0
        """Packets in transit that were translated."""
        self.punted = 0
        """Packets of the router's own that were translated."""
        self.expired = 0
        self.dropped = 0
        """Packets that could not be translated and must not pass as they were."""


class Nat:
    """NAT of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._simulation = router.simulation
        self._translators: dict[str, Translator] = {}
        self._installed: dict[StaticMapping, Translation] = {}
        self.mappings = Mappings(router)
        self.counts = NatCounts()
        self.made = 0
        """Translations so far: where their identifiers come from."""
        self.debug: NatDebug | None = None
        """`debug ip nat`; None while it is off."""

    @property
    def config(self) -> NatConfig:
        """The `ip nat` lines."""
        config = self._router.config.nat
        if config is None:
            config = self._router.config.nat = NatConfig()
        return config

    @property
    def limit(self) -> int:
        """Translations at most."""
        return self.config.max_entries or _LIMIT

    def tables(self) -> Iterator[tuple[str, NatTable]]:
        """The tables with the names of their VRFs; "": the global one."""
        for vrf, translator in self._translators.items():
            yield vrf, translator.table

    def table(self, vrf: str = "") -> NatTable:
        """The translations of one routing table."""
        return self._translator(vrf).table

    def __len__(self) -> int:
        return sum(len(it.table) for it in self._translators.values())

    # -- in the way of packets ---------------------------------------------------------------------

    def follow(self, interface: Interface) -> None:
        """Stand in the way of an outside interface's packets."""
        if interface.config.nat_side is NatSide.OUTSIDE:
            interface.translate = partial(self.outbound, interface)
            interface.translate_in = self.inbound
            interface.receive_decrypted = self.receive
            if interface.receive_packet == interface.forwarding.receive:
                interface.receive_packet = self.receive  # else a list or route-map stands there

    def receive(self, packet: bytes, interface: Interface) -> None:
        """A packet came in by an outside interface at which nothing else stands."""
        left = self.inbound(packet, interface)
        if left is not None:
            interface.forwarding.receive(left, interface)

    def outbound(
        self, outgoing: Interface, packet: bytes, incoming: Interface | None
    ) -> bytes | None:
        """A packet leaves by an outside interface; None: it does not."""
        own = incoming is None
        if packet[16] >= _FIRST_GROUP:
            return packet
        if incoming is not None and (
            incoming.config.nat_side is not NatSide.INSIDE
            or incoming.forwarding is not outgoing.forwarding
        ):
            return packet
        translator = self._translators.get(outgoing.vrf)
        if translator is None:
            return packet
        try:
            done = translator.outward(packet, outgoing, own=own)
        except (NoAddressError, Untranslatable) as reason:
            self._refuse(packet, incoming, reason)
            return None
        return packet if done is None else self._translated(packet, done, own=own, outward=True)

    def inbound(self, packet: bytes, incoming: Interface) -> bytes | None:
        """A packet came in by an outside interface, its list passed; None: it goes no further."""
        if not header_ok(packet) or packet[16] >= _FIRST_GROUP:
            return packet
        translator = self._translators.get(incoming.vrf)
        if translator is None:
            return packet
        try:
            done = translator.inward(packet)
        except (NoAddressError, Untranslatable) as reason:
            self._refuse(packet, incoming, reason)
            return None
        return packet if done is None else self._translated(packet, done, own=False, outward=False)

    def mapping_of(
        self, packet: bytes, outgoing: Interface
    ) -> DynamicMapping | StaticMapping | None:
        """What would translate the source of an inside packet that leaves by an interface.

        For explanations: nothing is made or counted. None: it would pass as it is.
        """
        if outgoing.config.nat_side is not NatSide.OUTSIDE:
            return None
        for static in self.config.static:
            same_vrf = static.side is NatSide.INSIDE and static.vrf == outgoing.vrf
            covered = IPv4Address(packet[12:16]) in _network(static)
            if same_vrf and covered and static.protocol is None and static.route_map is None:
                return static
        return self.mappings.peek(outgoing.vrf, packet, outgoing)

    def answers(self, wanted: IPv4Address, asked: Interface) -> bool:
        """Whether the router answers ARP for an address of its mappings: an alias, to IOS."""
        config = self._router.config.nat
        if config is None:
            return False
        addresses = asked.config.address, *asked.config.secondary_addresses
        if not any(it is not None and wanted in it.network for it in addresses):
            return False
        for static in config.static:
            if static.alias and static.prefix_length == 32 and static.vrf == asked.vrf:
                outside = static.side is NatSide.OUTSIDE
                if wanted == (static.local if outside else static.global_address):
                    return True
        return any(
            wanted in config.pools[it.pool]
            for it in config.dynamic
            if it.pool in config.pools and it.vrf == asked.vrf
        )

    def _translated(self, packet: bytes, done: Done, *, own: bool, outward: bool) -> bytes:
        counts = self.counts
        counts.hits += 1
        if own:
            counts.punted += 1
        else:
            counts.fast += 1
        if done.seen.form in (Form.PORTS, Form.PLAIN, Form.LATER):
            self._used(done.by, done.seen)
        if self.debug is not None:
            self.debug.translated(packet, done, own=own, outward=outward)
        return done.packet

    def _refuse(self, packet: bytes, incoming: Interface | None, reason: Exception) -> None:
        """A packet cannot be translated: where addresses have run out, its sender is told."""
        self.counts.misses += 1
        self.counts.dropped += 1
        if not isinstance(reason, NoAddressError):
            if self.debug is not None:
                self.debug.dropped(packet)
            return
        mapping, source = reason.mapping, IPv4Address(packet[12:16])
        if self.debug is not None:
            self.debug.no_address(packet, mapping)
        if mapping.pool is not None:
            text = f"Address allocation failed for {source}, pool {mapping.pool} might be exhausted"
            self._router.log("IPNAT", 4, "ADDR_ALLOC_FAILURE", text)
        if incoming is not None:
            incoming.forwarding.errors.no_route(packet, incoming)

    # -- lives -------------------------------------------------------------------------------------

    def _translator(self, vrf: str) -> Translator:
        known = self._translators.get(vrf)
        if known is None:
            known = Translator(vrf, self.mappings, self._admit, lambda: self._simulation.now)
            self._translators[vrf] = known
        return known

    def _admit(self, table: NatTable, made: Translation) -> None:
        """Put a translation into the table.

        Raises Untranslatable where the table is full or the flow's place is taken.
        """
        if not made.static and (len(self) >= self.limit or table.collides(made)):
            raise Untranslatable
        self.made += 1
        now = self._simulation.now
        made.identifier = self.made
        made.created = made.used = now
        if self.debug is not None and not made.static:
            self.debug.assigned(made)
        table.add(made)
        if len(table) > table.peak:
            table.peak, table.peak_at = len(table), now
        if not made.static:
            made.timeout = self._timeout(made)
            if made.timeout:
                made.deadline = Instant(now + made.timeout * SECOND)
                self._watch(table, made)

    def _timeout(self, made: Translation) -> int:
        times = self.config.timeouts
        match made.protocol:
            case IpProtocol.TCP:
                return times.tcp
            case IpProtocol.ICMP:
                return times.icmp
            case IpProtocol.UDP:
                far = made.outside
                return times.dns if far is not None and far.local_port == _DNS else times.udp
        return times.timeout

    def _used(self, it: Translation, seen: Seen) -> None:
        """A packet went by a translation: its time begins anew, as does that of its parent."""
        now = self._simulation.now
        it.used = now
        limit = it.timeout
        if it.protocol == IpProtocol.TCP and seen.form is Form.PORTS:
            limit = self._of_connection(it, seen.flags, self.config.timeouts)
        if limit and not it.static:
            it.deadline = Instant(now + limit * SECOND)
            if it.watched is None or it.deadline < it.watched:
                self._watch(self._table_of(it), it)
        parent = it.parent
        if parent is not None:
            parent.used = now
            if parent.timeout:
                parent.deadline = Instant(now + parent.timeout * SECOND)

    @staticmethod
    def _of_connection(it: Translation, flags: int, times: NatTimeouts) -> int:
        """Seconds that a TCP flow may rest after a segment."""
        if flags & _FINAL:
            it.finished, it.opening = True, False
        elif flags & _SYN:
            it.finished = False
            it.opening = it.opening or not flags & _ACK
        else:
            it.opening = False
        if it.finished:
            return times.finrst
        return times.syn if it.opening else it.timeout

    def _table_of(self, it: Translation) -> NatTable:
        for translator in self._translators.values():
            if translator.table.lines.get(it.identifier) is it:
                return translator.table
        raise AssertionError("a translation in use is in a table")

    def _watch(self, table: NatTable, it: Translation) -> None:
        """See to it that somebody looks when a translation's time is over."""
        assert it.deadline is not None
        it.watched = it.deadline
        self._simulation.post(it.deadline - self._simulation.now, self._look, (table, it))

    def _look(self, watched: tuple[NatTable, Translation]) -> None:
        table, it = watched
        now = self._simulation.now
        if not it.live or it.watched != now:
            return
        if it.children:
            it.deadline = Instant(now + it.timeout * SECOND)
        if it.deadline is None or it.deadline > now:
            it.watched = None
            if it.deadline is not None:
                self._watch(table, it)
            return
        self.counts.expired += 1
        if self.debug is not None:
            self.debug.expiring(it)
        self._remove(table, it)

    def _remove(self, table: NatTable, it: Translation) -> None:
        for child in table.children(it):
            self._remove(table, child)
        table.remove(it)
        self.mappings.ended(it)
        if self.debug is not None and not it.static:
            self.debug.freed(it)

    # -- what the operator asks for ----------------------------------------------------------------

    def clear(self) -> None:
        """`clear ip nat translation *`: all that is not configured."""
        for _, table in self.tables():
            for it in list(table.lines.values()):
                if it.live and not it.static:
                    self._remove(table, it)

    def clear_one(
        self, side: NatSide, first: IPv4Address, second: IPv4Address, vrf: str = ""
    ) -> bool:
        """`clear ip nat translation inside GLOBAL LOCAL`, `... outside LOCAL GLOBAL`.

        False: there is no such translation.
        """
        table = self.table(vrf)
        inside = side is NatSide.INSIDE
        index = table.inside_global if inside else table.outside_local
        found = index.get((0, first.packed, 0))
        ends = None if found is None else found.inside if inside else found.outside
        if found is None or ends is None:
            return False
        if (ends.local if inside else ends.global_address) != second.packed:
            return False
        if found.static:
            for child in table.children(found):
                self._remove(table, child)
        else:
            self._remove(table, found)
        return True

    def clear_flows(
        self,
        protocol: int | None,
        inside_global: tuple[IPv4Address, int],
        inside_local: tuple[IPv4Address, int],
        outside: tuple[tuple[IPv4Address, int], tuple[IPv4Address, int]] | None = None,
        vrf: str = "",
    ) -> bool:
        """`clear ip nat translation tcp inside GLOBAL PORT LOCAL PORT [outside ...]`.

        outside: local and global address with their ports. protocol None: of any protocol, and
        ports do not matter. False: there is no such flow.
        """
        table = self.table(vrf)
        found = [
            it
            for it in table.lines.values()
            if it.is_flow
            and protocol in (None, it.protocol)
            and _is(it.inside, inside_local, inside_global, by_port=protocol is not None)
            and (outside is None or _is(it.outside, *outside, by_port=protocol is not None))
        ]
        for it in found:
            self._remove(table, it)
        return bool(found)

    def clear_mapping(self, mapping: DynamicMapping | StaticMapping) -> None:
        """Remove whatever was made by a mapping."""
        for _, table in self.tables():
            for it in list(table.lines.values()):
                made_by = it.mapping is mapping or (
                    it.parent is not None and it.parent.mapping is mapping
                )
                if it.live and made_by and not it.static:
                    self._remove(table, it)

    def clear_counts(self) -> None:
        """`clear ip nat statistics`."""
        self.counts = NatCounts()
        self.mappings.misses.clear()
        for _, table in self.tables():
            table.peak, table.peak_at = len(table), self._simulation.now

    # -- configuration -----------------------------------------------------------------------------

    def stop(self) -> None:
        """The router goes off: translations are forgotten, and nobody is told."""
        self.debug = None
        self.clear()

    def reconfigure(self) -> bool:
        """Follow the mappings: static ones are in the table as long as they are configured.

        Whether routes to outside local addresses (`add-route`) came or went.
        """
        config = self.config
        for mapping in [it for it in self._installed if it not in config.static]:
            self._uninstall(mapping)
        for mapping in config.static:
            self._install(mapping)
        for vrf in {it.vrf for it in config.dynamic}:
            self._translator(vrf)
        for _, table in self.tables():
            for it in list(table.lines.values()):
                if it.live and self._orphan(it, config):
                    self._remove(table, it)
        return self._add_routes(config)

    def _add_routes(self, config: NatConfig) -> bool:
        changed = False
        for name, vrf in self._router.vrfs.items():
            wanted = tuple(
                StaticRoute(
                    _network(it),
                    it.global_address,
                    None,
                    vrf=name,
                )
                for it in config.static
                if it.add_route and it.side is NatSide.OUTSIDE and it.vrf == name
            )
            changed = changed or wanted != vrf.routes.translated
            vrf.routes.translated = wanted
        return changed

    def _orphan(self, it: Translation, config: NatConfig) -> bool:
        """Whether what made a translation is gone, or its interface has another address."""
        mapping = it.mapping
        if not isinstance(mapping, DynamicMapping):
            return False
        if mapping not in config.dynamic:
            return True
        if mapping.interface is None or it.inside is None:
            return False
        address = self.mappings.address_of(mapping)
        return address is None or address.packed != it.inside.global_address

    def _install(self, mapping: StaticMapping) -> None:
        address = mapping.global_address or self.mappings.address_of(mapping)
        known = self._installed.get(mapping)
        if known is not None:
            ends = known.inside if mapping.side is NatSide.INSIDE else known.outside
            if ends is not None and address is not None and ends.global_address == address.packed:
                return
            self._uninstall(mapping)
        if address is None:
            return  # an interface without an address
        ends = Ends(mapping.local.packed, address.packed, mapping.local_port, mapping.global_port)
        inside = mapping.side is NatSide.INSIDE
        made = Translation(
            mapping.protocol or 0, ends if inside else None, None if inside else ends, mapping
        )
        table = self.table(mapping.vrf)
        self._make_room(table, made)
        self._installed[mapping] = made
        self._admit(table, made)
        if inside and made.extended:
            table.ports.reserve(made.protocol, ends.global_address, ends.global_port)

    def _make_room(self, table: NatTable, made: Translation) -> None:
        """End what hosts have had by dynamic mappings and is a static one's from now on."""
        for it in list(table.lines.values()):
            if not it.live or it.static or it.extended:
                continue
            for mine, other in ((made.inside, it.inside), (made.outside, it.outside)):
                if (
                    mine is not None
                    and other is not None
                    and (mine.local == other.local or mine.global_address == other.global_address)
                ):
                    self._remove(table, it)
                    break

    def _uninstall(self, mapping: StaticMapping) -> None:
        made = self._installed.pop(mapping)
        table = self.table(mapping.vrf)
        self._remove(table, made)
        if made.extended and made.inside is not None:
            ends = made.inside
            table.ports.unreserve(made.protocol, ends.global_address, ends.global_port)


def _network(mapping: StaticMapping) -> IPv4Network:
    """The local addresses that a static mapping is about."""
    return IPv4Network((mapping.local, mapping.prefix_length), strict=False)


def _is(
    ends: Ends | None,
    local: tuple[IPv4Address, int],
    outer: tuple[IPv4Address, int],
    *,
    by_port: bool,
) -> bool:
    """Whether a host is the one that some addresses, and ports, are of."""
    if ends is None or (ends.local, ends.global_address) != (local[0].packed, outer[0].packed):
        return False
    return not by_port or (ends.local_port, ends.global_port) == (local[1], outer[1])
