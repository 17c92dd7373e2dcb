"""Policy routing: packets that a route-map sends another way than the table would.

Cisco, "Policy-Based Routing": of an entry that permits and whose matches hold, the first of
`set ip next-hop`, `set interface`, `set ip default next-hop` and `set default interface` that
leads anywhere decides; where none does, and where no entry matches or one denies, the table does.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.checksum import adjust
from ioscli.model.rib import RouteSource
from ioscli.model.route_map import (
    KEPT_MATCHES,
    Match,
    MatchAddress,
    MatchLength,
    RouteMapEntry,
    SetDf,
    SetInterface,
    SetNextHop,
    SetPrecedence,
    SetTos,
    SetTrackedNextHop,
)
from ioscli.router.forwarding import NO_ROUTE

if TYPE_CHECKING:
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.forwarding import Forwarding, Target
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router

_DONT_FRAGMENT = 0x40


class PolicyRouting:
    """Policy routing of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._policy = router.config.policy
        self.debugging = False
        """`debug ip policy`."""

    def route(self, name: str, packet: bytes, interface: Interface | None) -> bytes | None:
        """Send a packet by a route-map; or give it back, changed or not, for the table.

        interface: where it came in; None: it is the router's own.
        """
        entry = self._entry(name, packet)
        if entry is None or not entry.permit:
            self._say(packet, interface, _rejected(interface, matched=entry is not None))
            return packet
        entry.packets += 1
        entry.bytes += len(packet)
        self._say(packet, interface, "policy match" if interface is None else "FIB policy match")
        packet = _rewritten(entry, packet)
        forwarding = self._router.forwarding if interface is None else interface.forwarding
        found = self._target(entry, packet, forwarding)
        if interface is None:
            if self.debugging:
                action = f"IP: route map {name}, item {entry.sequence}, permit"
                self._router.console.debug(action)
            if found is None:
                self._say(packet, None, "policy rejected -- normal forwarding")
                return packet
            self._say(packet, None, "policy routed", found[1])
            self._send_own(packet, found[0], forwarding)
            return None
        self._say(packet, interface, "PBR Counted")
        if found is None:
            self._say(packet, interface, "FIB policy rejected - normal forwarding")
            return packet
        self._say(packet, interface, "FIB policy routed", found[1])
        forwarding.pass_on(packet, interface, found[0])
        return None

    @staticmethod
    def _send_own(packet: bytes, target: Target, forwarding: Forwarding) -> None:
        if target is NO_ROUTE:  # Null0
            forwarding.no_route_drops += 1
        elif len(packet) <= target.mtu:
            target.send(packet)
        else:
            forwarding.send_large(packet, target)

    # -- matching ----------------------------------------------------------------------------------

    def _entry(self, name: str, packet: bytes) -> RouteMapEntry | None:
        known = self._policy.route_maps.get(name)
        if known is None:
            return None
        for entry in known.entries.values():
            if not entry.stored.get(KEPT_MATCHES) and all(
                self._holds(match, packet) for match in entry.matches
            ):
                return entry
        return None

    def _holds(self, match: Match, packet: bytes) -> bool:
        """Whether a packet meets a condition: those that are about routes it does not."""
        match match:
            case MatchAddress(names, prefix_lists):
                return not prefix_lists and any(self._permits(name, packet) for name in names)
            case MatchLength(shortest, longest):
                return shortest <= len(packet) <= longest
        return False

    def _permits(self, name: str, packet: bytes) -> bool:
        known = self._policy.access_lists.get(name)
        if known is None or not known.lines:
            return True
        entry = known.decide(packet, known.hit)
        return entry is not None and entry.permit

    # -- the way -----------------------------------------------------------------------------------

    def _target(
        self, entry: RouteMapEntry, packet: bytes, forwarding: Forwarding
    ) -> tuple[Target, str] | None:
        """Where an entry sends a packet, and how debugging writes that; None: nowhere."""
        found = self._tracked(entry, forwarding)
        if found is not None:
            return found
        routed = _is_routed(packet, forwarding)
        for default in (False, True):
            if default and routed:
                continue
            for line in entry.sets:
                if isinstance(line, SetNextHop) and line.default is default:
                    for address in line.addresses:
                        hop = _connected(address, forwarding)
                        if hop is not None:
                            return forwarding.target(hop, address.packed), f", g={address}"
            for line in entry.sets:
                if isinstance(line, SetInterface) and line.default is default:
                    found = self._out_of(line.interfaces, packet, forwarding)
                    if found is not None:
                        return found
        return None

    def _tracked(self, entry: RouteMapEntry, forwarding: Forwarding) -> tuple[Target, str] | None:
        """The first next hop, by number, whose tracked object is up."""
        lines = [line for line in entry.sets if isinstance(line, SetTrackedNextHop)]
        for line in sorted(lines, key=lambda it: it.sequence):
            hop = _connected(line.address, forwarding)
            if hop is not None and self._router.tracked_up(line.track):
                return forwarding.target(hop, line.address.packed), f", g={line.address}"
        return None

    @staticmethod
    def _out_of(
        names: tuple[InterfaceName, ...], packet: bytes, forwarding: Forwarding
    ) -> tuple[Target, str] | None:
        for name in names:
            interface = forwarding.interfaces.get(name)
            if interface is not None and interface.protocol_up:
                return forwarding.target(interface, packet[16:20]), ""
        return None

    # -- debugging ---------------------------------------------------------------------------------

    def _say(self, packet: bytes, interface: Interface | None, what: str, hop: str = "") -> None:
        """`debug ip policy`, in the words of IOS 15's CEF."""
        if not self.debugging:
            return
        source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
        where = "local" if interface is None else interface.name
        self._router.console.debug(
            f"IP: s={source} ({where}), d={destination}{hop}, len {len(packet)}, {what}"
        )


def _rejected(interface: Interface | None, *, matched: bool) -> str:
    if interface is None:
        return "policy rejected -- normal forwarding"
    reason = "explicit deny" if matched else "no match"
    return f"FIB policy rejected({reason}) - normal forwarding"


def _is_routed(packet: bytes, forwarding: Forwarding) -> bool:
    """Whether the table has a way of its own, the default route aside."""
    route = forwarding.rib.lookup(int.from_bytes(packet[16:20], "big"))
    return route is not None and route.prefix.prefixlen > 0


def _connected(address: IPv4Address, forwarding: Forwarding) -> Interface | None:
    """The interface on whose network a next hop is; policy routing takes no other next hops."""
    route = forwarding.rib.lookup(int(address))
    if route is None or route.source is not RouteSource.CONNECTED:
        return None
    name = route.paths[0].interface
    interface = None if name is None else forwarding.interfaces.get(name)
    return interface if interface is not None and interface.protocol_up else None


def _rewritten(entry: RouteMapEntry, packet: bytes) -> bytes:
    """A packet with the precedence, type of service and DF bit that an entry sets."""
    service, flags = packet[1], packet[6]
    for line in entry.sets:
        match line:
            case SetPrecedence(value):
                service = service & 0x1F | value << 5
            case SetTos(value):
                service = service & 0xE1 | value << 1
            case SetDf(value):
                flags = flags & ~_DONT_FRAGMENT | value * _DONT_FRAGMENT
    if service == packet[1] and flags == packet[6]:
        return packet
    checksum = int.from_bytes(packet[10:12], "big")
    checksum = adjust(checksum, packet[0] << 8 | packet[1], packet[0] << 8 | service)
    checksum = adjust(checksum, packet[6] << 8 | packet[7], flags << 8 | packet[7])
    changed = bytearray(packet)
    changed[1], changed[6] = service, flags
    changed[10:12] = checksum.to_bytes(2, "big")
    return bytes(changed)
