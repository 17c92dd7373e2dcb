"""One packet through NAT: which translation it has or gets, and what it looks like then.

Outward is from the inside to the outside: the packet has been routed, its source is an inside
local address, its destination an outside local one. Inward is the other way, before routing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ipv4 import IpProtocol
from ioscli.model.instant import SECOND, Instant
from ioscli.model.nat import NatSide, StaticMapping
from ioscli.router.nat.packet import Form, Seen, look, quoted, rewritten, rewritten_error
from ioscli.router.nat.table import Ends, NatTable, Translation

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.nat.mappings import Mappings

_MORE_FRAGMENTS = 0x20
_FRAGMENTS = 256
"""Datagrams whose fragments are known at a time."""
_FRAGMENT_LIFE = 3 * SECOND
"""`ip virtual-reassembly`: how long fragments of one datagram are waited for."""


class Done(NamedTuple):
    """A packet that was translated."""

    packet: bytes
    by: Translation
    seen: Seen
    """The packet as it was; of a later fragment and of an error without the ports."""


class Untranslatable(Exception):  # noqa: N818 - what a packet is, not what went wrong here
    """A packet that must not pass as it is: cut short, or of a flow that is not known."""


class Translator:
    """The translations of one routing table at work."""

    __slots__ = ("_admit", "_fragments", "_mappings", "_now", "table", "vrf")

    def __init__(
        self,
        vrf: str,
        mappings: Mappings,
        admit: Callable[[NatTable, Translation], None],
        now: Callable[[], Instant],
    ) -> None:
        """admit: gives a new translation its identifier and puts it into the table."""
        self.vrf = vrf
        self.table = NatTable()
        self._mappings = mappings
        self._admit = admit
        self._now = now
        self._fragments: dict[bytes, tuple[Instant, bytes, Translation]] = {}
        """Addresses, protocol and identification of fragments -> until when they are expected,
        their new addresses, and by which translation."""

    # -- outward -----------------------------------------------------------------------------------

    def outward(self, packet: bytes, outgoing: Interface, *, own: bool = False) -> Done | None:
        """A packet that goes out; None: nothing applies, it stays as it is.

        own: whether it is the router's. Raises NoAddressError, Untranslatable.
        """
        seen = look(packet)
        match seen.form:
            case Form.PORTS:
                return self._flow_out(packet, seen, outgoing)
            case Form.PLAIN:
                return self._plain_out(packet, seen, outgoing)
            case Form.ERROR:
                return self._error_out(packet, seen, outgoing, own)
            case Form.LATER:
                return self._later(packet, seen) or self._whole_out(packet, seen, outgoing)
        near = self._known(self.table.inside_local, 0, seen.source, 0)
        if near or self._mappings.dynamic(NatSide.INSIDE, self.vrf, packet, outgoing):
            raise Untranslatable
        return None

    def _flow_out(self, packet: bytes, seen: Seen, outgoing: Interface) -> Done | None:
        protocol, source, destination, port, far_port = seen[1:6]
        found = self.table.flows_out.get((protocol, source, port, destination, far_port))
        if found is None:
            found = self._new_flow_out(packet, seen, outgoing)
            if found is None:
                return None
        inside, outside = found.inside, found.outside
        assert inside is not None
        assert outside is not None
        changed = rewritten(
            packet,
            inside.global_address,
            outside.global_address,
            (inside.global_port, outside.global_port),
        )
        self._expect_fragments(packet, changed, found)
        return Done(changed, found, seen)

    def _new_flow_out(self, packet: bytes, seen: Seen, outgoing: Interface) -> Translation | None:
        protocol, source, destination, port, far_port = seen[1:6]
        table = self.table
        far = self._known(table.outside_local, protocol, destination, far_port)
        near = self._known_out(packet, seen, outgoing)
        inside, mapping, shared = Ends(source, source, port, port), None, False
        if near is not None and near.inside is not None:
            new_port = near.inside.global_port if near.extended else port
            inside = Ends(source, near.inside.global_address, port, new_port)
            mapping = None if near.static else near.mapping
        else:
            chosen = self._mappings.dynamic(NatSide.INSIDE, self.vrf, packet, outgoing)
            if chosen is None and far is None:
                return None
            if chosen is not None:
                mapping = chosen
                if chosen.overload:
                    inside, shared = self._mappings.overloaded(chosen, seen, table), True
                elif chosen.route_map is not None:
                    address = self._mappings.leased(chosen, source, table)
                    inside = Ends(source, address, port, port)
                else:
                    address = self._mappings.whole(chosen, source, table)
                    near = Translation(0, Ends(source, address), None, chosen)
                    self._admit(table, near)
                    inside = Ends(source, address, port, port)
        outside = self._outside_ends(seen, far, inside)
        made = Translation(
            protocol, inside, outside, mapping, near if near is not None else far, shared=shared
        )
        try:
            self._admit(table, made)
        except Untranslatable:
            if shared:
                table.ports.give_back(protocol, inside.global_address, source, port)
            self._mappings.ended(made)
            raise
        return made

    @staticmethod
    def _outside_ends(seen: Seen, far: Translation | None, inside: Ends) -> Ends:
        """The far end of a flow that goes out; an ICMP query has one identifier at both ends."""
        address, far_port = seen.destination, seen.destination_port
        global_address, global_port = address, far_port
        if far is not None and far.outside is not None:
            global_address = far.outside.global_address
            if far.extended:
                global_port = far.outside.global_port
        if seen.protocol == IpProtocol.ICMP:
            global_port = inside.global_port
        return Ends(address, global_address, far_port, global_port)

    def _plain_out(self, packet: bytes, seen: Seen, outgoing: Interface) -> Done | None:
        """A protocol without ports: flows of its own only where an address is shared."""
        known = self.table.flows_out.get((seen.protocol, seen.source, 0, seen.destination, 0))
        if known is None:
            done = self._whole_out(packet, seen, outgoing, sharing=True)
            if done is not None:
                return done
            known = self._new_plain(packet, seen, outgoing)
            if known is None:
                return None
        assert known.inside is not None
        assert known.outside is not None
        changed = rewritten(packet, known.inside.global_address, known.outside.global_address)
        self._expect_fragments(packet, changed, known)
        return Done(changed, known, seen)

    def _new_plain(self, packet: bytes, seen: Seen, outgoing: Interface) -> Translation | None:
        chosen = self._mappings.dynamic(NatSide.INSIDE, self.vrf, packet, outgoing)
        if chosen is None:
            return None
        inside = self._mappings.plain(chosen, seen, self.table)
        outside = Ends(seen.destination, seen.destination)
        made = Translation(seen.protocol, inside, outside, chosen)
        self._admit(self.table, made)
        return made

    def _whole_out(
        self, packet: bytes, seen: Seen, outgoing: Interface, *, sharing: bool = False
    ) -> Done | None:
        """By addresses alone: translations of whole addresses, and of one such protocol.

        sharing: whether a mapping that shares addresses may have its turn after this one.
        """
        table = self.table
        near = self._known_out(packet, seen, outgoing)
        far = self._known(table.outside_local, seen.protocol, seen.destination, 0)
        if near is None:
            chosen = self._mappings.dynamic(NatSide.INSIDE, self.vrf, packet, outgoing)
            if chosen is not None and (chosen.overload or chosen.route_map is not None):
                if sharing:
                    return None
                raise Untranslatable
            if chosen is not None:
                address = self._mappings.whole(chosen, seen.source, table)
                near = Translation(0, Ends(seen.source, address), None, chosen)
                self._admit(table, near)
        return self._by_ends(packet, seen, near, far, outward=True)

    def _by_ends(
        self,
        packet: bytes,
        seen: Seen,
        near: Translation | None,
        far: Translation | None,
        *,
        outward: bool,
    ) -> Done | None:
        by = near or far
        if by is None:
            return None
        source, destination = seen.source, seen.destination
        inside = None if near is None else near.inside
        outside = None if far is None else far.outside
        if outward:
            source = source if inside is None else inside.global_address
            destination = destination if outside is None else outside.global_address
        else:
            source = source if outside is None else outside.local
            destination = destination if inside is None else inside.local
        changed = rewritten(packet, source, destination)
        self._expect_fragments(packet, changed, by)
        return Done(changed, by, seen)

    def _known_out(self, packet: bytes, seen: Seen, outgoing: Interface) -> Translation | None:
        """What stands in the table for an inside host, in advance of any flow."""
        table = self.table
        found = self._known(table.inside_local, seen.protocol, seen.source, seen.source_port)
        if found is None:
            return self._of_network(packet, outgoing, seen.source, local=True)
        mapping = found.mapping
        if not isinstance(mapping, StaticMapping) or mapping.route_map is None:
            return found
        # Several mappings of one address tell by their route-maps which is meant.
        for other in table.lines.values():
            if (
                other.inside is not None
                and other.static
                and other.inside.local == seen.source
                and isinstance(other.mapping, StaticMapping)
                and other.protocol in (0, seen.protocol)
                and (not other.extended or other.inside.local_port == seen.source_port)
                and self._mappings.applies(other.mapping, packet, outgoing)
            ):
                return other
        return None

    @staticmethod
    def _known(
        index: dict[tuple[int, bytes, int], Translation], protocol: int, address: bytes, port: int
    ) -> Translation | None:
        if not index:
            return None
        return index.get((protocol, address, port)) or index.get((0, address, 0))

    def _of_network(
        self, packet: bytes, outgoing: Interface | None, address: bytes, *, local: bool
    ) -> Translation | None:
        """One host of a `static network`, which gets a line of its own."""
        number = int.from_bytes(address, "big")
        for known in self.table.networks:
            mapping = known.mapping
            assert isinstance(mapping, StaticMapping)
            assert known.inside is not None
            ends = known.inside
            base, other = (ends.local, ends.global_address)[:: 1 if local else -1]
            hosts = (1 << 32 - mapping.prefix_length) - 1
            if (number ^ int.from_bytes(base, "big")) & ~hosts:
                continue
            if local and not self._mappings.applies(mapping, packet, outgoing):
                continue
            translated = (int.from_bytes(other, "big") & ~hosts | number & hosts).to_bytes(4, "big")
            pair = Ends(address, translated) if local else Ends(translated, address)
            made = Translation(0, pair, None, None, known)
            self._admit(self.table, made)
            return made
        return None

    # -- inward ------------------------------------------------------------------------------------

    def inward(self, packet: bytes) -> Done | None:
        """A packet that came in from the outside; None: nothing applies, it stays as it is.

        Raises NoAddressError, Untranslatable.
        """
        seen = look(packet)
        match seen.form:
            case Form.PORTS:
                return self._flow_in(packet, seen)
            case Form.PLAIN:
                return self._plain_in(packet, seen)
            case Form.ERROR:
                return self._error_in(packet, seen)
            case Form.LATER:
                return self._later(packet, seen) or self._whole_in(packet, seen)
        if self._known(self.table.inside_global, 0, seen.destination, 0):
            raise Untranslatable
        return None

    def _flow_in(self, packet: bytes, seen: Seen) -> Done | None:
        protocol, source, destination, far_port, port = seen[1:6]
        found = self.table.flows_in.get((protocol, destination, port, source, far_port))
        if found is None:
            found = self._new_flow_in(packet, seen)
            if found is None:
                return None
        inside, outside = found.inside, found.outside
        assert inside is not None
        assert outside is not None
        changed = rewritten(
            packet, outside.local, inside.local, (outside.local_port, inside.local_port)
        )
        self._expect_fragments(packet, changed, found)
        return Done(changed, found, seen)

    def _new_flow_in(self, packet: bytes, seen: Seen) -> Translation | None:
        protocol, source, destination, far_port, port = seen[1:6]
        table = self.table
        near = self._known(table.inside_global, protocol, destination, port)
        if near is None:
            near = self._of_network(packet, None, destination, local=False)
        far = self._far_end(packet, seen)
        if near is None and far is None:
            return None
        inside = Ends(destination, destination, port, port)
        if near is not None and near.inside is not None:
            local_port = near.inside.local_port if near.extended else port
            inside = Ends(near.inside.local, destination, local_port, port)
        outside = Ends(source, source, far_port, far_port)
        if far is not None and far.outside is not None:
            local_port = far.outside.local_port if far.extended else far_port
            outside = Ends(far.outside.local, source, local_port, far_port)
        if protocol == IpProtocol.ICMP:
            outside = outside._replace(local_port=inside.local_port)
        mapping = None if near is None or near.static else near.mapping
        made = Translation(protocol, inside, outside, mapping, near if near is not None else far)
        self._admit(table, made)
        return made

    def _far_end(self, packet: bytes, seen: Seen) -> Translation | None:
        """What stands for an outside host: `ip nat outside source`."""
        table = self.table
        far = self._known(table.outside_global, seen.protocol, seen.source, seen.source_port)
        if far is not None:
            return far
        chosen = self._mappings.dynamic(NatSide.OUTSIDE, self.vrf, packet, None)
        if chosen is None:
            return None
        address = self._mappings.whole(chosen, seen.source, table)
        far = Translation(0, None, Ends(address, seen.source), chosen)
        self._admit(table, far)
        return far

    def _plain_in(self, packet: bytes, seen: Seen) -> Done | None:
        known = self.table.flows_in.get((seen.protocol, seen.destination, 0, seen.source, 0))
        if known is None:
            return self._whole_in(packet, seen)
        assert known.inside is not None
        assert known.outside is not None
        changed = rewritten(packet, known.outside.local, known.inside.local)
        self._expect_fragments(packet, changed, known)
        return Done(changed, known, seen)

    def _whole_in(self, packet: bytes, seen: Seen) -> Done | None:
        near = self._known(self.table.inside_global, seen.protocol, seen.destination, 0)
        if near is None:
            near = self._of_network(packet, None, seen.destination, local=False)
        far = self._far_end(packet, seen)
        return self._by_ends(packet, seen, near, far, outward=False)

    # -- ICMP errors -------------------------------------------------------------------------------

    def _error_out(self, packet: bytes, seen: Seen, outgoing: Interface, own: bool) -> Done | None:
        """An error about a packet that had come in, from its receiver or a router before it."""
        about = quoted(packet)
        found = None
        if about is not None:
            key = about.destination, about.destination_port, about.source, about.source_port
            found = self.table.flows_out.get((about.protocol, *key))
        if found is None or found.inside is None or found.outside is None:
            return self._whole_error_out(packet, seen, outgoing, about)
        inside, outside = found.inside, found.outside
        source = inside.global_address
        if own:
            source = seen.source
        elif seen.source != inside.local:
            # A router on the way; one without a translation of its own lends the host's address.
            near = self._known(self.table.inside_local, 0, seen.source, 0)
            if near is not None and near.inside is not None:
                source = near.inside.global_address
        changed = rewritten_error(
            packet,
            source,
            outside.global_address,
            outside.global_address,
            inside.global_address,
            (outside.global_port, inside.global_port),
        )
        return Done(changed, found, seen)

    def _whole_error_out(
        self, packet: bytes, seen: Seen, outgoing: Interface, about: Seen | None
    ) -> Done | None:
        """An error of no flow: what addresses have translations of their own get them."""
        known = self.table.inside_local
        near = self._known(known, 0, seen.source, 0)
        far = self._known(self.table.outside_local, 0, seen.destination, 0)
        quoted_near = None if about is None else self._known(known, 0, about.destination, 0)
        by = near or far or quoted_near
        if by is None:
            if self._mappings.dynamic(NatSide.INSIDE, self.vrf, packet, outgoing) is not None:
                raise Untranslatable
            return None
        destination = seen.destination
        if far is not None and far.outside is not None:
            destination = far.outside.global_address
        source = seen.source
        if near is not None and near.inside is not None:
            source = near.inside.global_address
        if about is None:
            return Done(rewritten(packet, source, destination), by, seen)
        host = about.destination
        if quoted_near is not None and quoted_near.inside is not None:
            host = quoted_near.inside.global_address
        sender = destination if about.source == seen.destination else about.source
        return Done(rewritten_error(packet, source, destination, sender, host, None), by, seen)

    def _error_in(self, packet: bytes, seen: Seen) -> Done | None:
        """An error about a packet that had gone out."""
        about = quoted(packet)
        found = None
        if about is not None:
            key = about.source, about.source_port, about.destination, about.destination_port
            found = self.table.flows_in.get((about.protocol, *key))
        if found is None or found.inside is None or found.outside is None:
            return self._whole_error_in(packet, seen, about)
        inside, outside = found.inside, found.outside
        source = seen.source
        if source == outside.global_address:
            source = outside.local
        changed = rewritten_error(
            packet,
            source,
            inside.local,
            inside.local,
            outside.local,
            (inside.local_port, outside.local_port),
        )
        return Done(changed, found, seen)

    def _whole_error_in(self, packet: bytes, seen: Seen, about: Seen | None) -> Done | None:
        near = self._known(self.table.inside_global, 0, seen.destination, 0)
        if near is None or near.inside is None:
            return None  # for the router itself, or nobody's
        if about is None or about.source != seen.destination:
            return Done(rewritten(packet, seen.source, near.inside.local), near, seen)
        changed = rewritten_error(
            packet,
            seen.source,
            near.inside.local,
            near.inside.local,
            about.destination,
            None,
        )
        return Done(changed, near, seen)

    # -- fragments ---------------------------------------------------------------------------------

    def _expect_fragments(self, packet: bytes, changed: bytes, by: Translation) -> None:
        """Remember the first fragment of a datagram for those behind it."""
        if not packet[6] & _MORE_FRAGMENTS:
            return
        fragments = self._fragments
        if len(fragments) >= _FRAGMENTS:
            del fragments[next(iter(fragments))]
        until = Instant(self._now() + _FRAGMENT_LIFE)
        fragments[_datagram(packet)] = until, changed[12:20], by

    def _later(self, packet: bytes, seen: Seen) -> Done | None:
        known = self._fragments.get(_datagram(packet))
        if known is None:
            return None
        until, addresses, by = known
        if until < self._now() or not by.live:
            del self._fragments[_datagram(packet)]
            return None
        return Done(rewritten(packet, addresses[:4], addresses[4:]), by, seen)


def _datagram(packet: bytes) -> bytes:
    return packet[12:20] + packet[9:10] + packet[4:6]
