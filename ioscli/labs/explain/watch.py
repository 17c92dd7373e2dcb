"""What the nodes of a lab put on their links and refuse while somebody watches.

Nothing is changed by it: taps see frames as they enter a link, refusals are noted and passed on to
the router's ICMP, and counters are read before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.icmp import EchoMessage, parse
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.engine.link import Link, Port, Tap
from ioscli.labs.labfile import Endpoint
from ioscli.labs.topology import Topology
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.router.forwarding import ErrorReporter, Forwarding
from ioscli.router.interfaces import Interface
from ioscli.router.router import Router

_FRAMES = 200_000
"""Frames that are kept: what a ping of some thousand packets makes in a lab of a dozen nodes."""


class Frame(NamedTuple):
    """A frame as it entered a link."""

    at: Instant
    sender: Endpoint
    receiver: Endpoint
    octets: bytes
    serial: bool


class Refused(NamedTuple):
    """A packet that a router would not carry on."""

    at: Instant
    node: str
    reason: str
    """The method of ErrorReporter: `too_big`, `no_route`, ..."""
    packet: bytes
    interface: InterfaceName | None
    """Where it came in."""
    mtu: int | None
    way: InterfaceName | None
    """Where it was to go out."""


class Moved(NamedTuple):
    """A counter that is not what it was."""

    node: str
    counter: str
    by: int
    shown_by: str
    """The command that shows it."""


class Watch:
    """Watches from when it is made to `stop`."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self.frames: list[Frame] = []
        self.refusals: list[Refused] = []
        self.requests: list[tuple[Instant, str, bytes]] = []
        """Echo requests that routers sent themselves: when, who, the packet."""
        self._undo: list[Callable[[], None]] = []
        for ends, link in topology.links.items():
            self._tap(link, ends)
        for name, router in topology.routers.items():
            for table in router.vrfs.values():
                self._stand_between(name, table.forwarding)
        self._before = dict(_counters(topology))

    def stop(self) -> None:
        """Leave everything as it was."""
        while self._undo:
            self._undo.pop()()

    def moved(self) -> list[Moved]:
        """Counters of loss that rose since the watch began."""
        found = []
        for key, value in _counters(self._topology):
            by = value - self._before.get(key, 0)
            if by > 0:
                node, counter, shown_by = key
                found.append(Moved(node, counter, by, shown_by))
        return found

    def _tap(self, link: Link, ends: tuple[Endpoint, Endpoint]) -> None:
        former: Tap | None = link.tap
        serial = self._topology.is_serial(link)

        def tap(at: int, port: Port, octets: bytes) -> None:
            first = port is link.ends[0]
            sender, receiver = ends if first else (ends[1], ends[0])
            if len(self.frames) < _FRAMES:
                self.frames.append(Frame(Instant(at), sender, receiver, octets, serial))
            if former is not None:
                former(at, port, octets)

        def undo() -> None:
            link.tap = former

        link.tap = tap
        self._undo.append(undo)

    def _stand_between(self, node: str, forwarding: Forwarding) -> None:
        errors, watcher = forwarding.errors, forwarding.watch_packet
        forwarding.errors = _Between(self, node, forwarding, errors)

        def sent(packet: bytes, way: InterfaceName | None, outgoing: bool) -> None:
            if outgoing and _is_request(packet):
                self.requests.append((self._topology.simulation.now, node, packet))
            if watcher is not None:
                watcher(packet, way, outgoing)

        def undo() -> None:
            forwarding.errors, forwarding.watch_packet = errors, watcher

        forwarding.watch_packet = sent
        self._undo.append(undo)

    def note(self, refused: Refused) -> None:
        """A router refused a packet."""
        self.refusals.append(refused)

    @property
    def now(self) -> Instant:
        """Simulated time."""
        return self._topology.simulation.now


class _Between:
    """Notes what a router's forwarding refuses, and lets its ICMP tell the sender."""

    def __init__(
        self, watch: Watch, node: str, forwarding: Forwarding, behind: ErrorReporter
    ) -> None:
        self._watch = watch
        self._node = node
        self._forwarding = forwarding
        self._behind = behind

    def _note(
        self, reason: str, packet: bytes, interface: Interface | None, mtu: int | None = None
    ) -> None:
        found = self._forwarding.way_out(int.from_bytes(packet[16:20], "big"))
        self._watch.note(
            Refused(
                self._watch.now,
                self._node,
                reason,
                packet,
                None if interface is None else interface.name,
                mtu,
                None if found is None else found[0].name,
            )
        )

    def time_exceeded(self, packet: bytes, interface: Interface) -> None:
        self._note("time_exceeded", packet, interface)
        self._behind.time_exceeded(packet, interface)

    def reassembly_time_exceeded(self, packet: bytes) -> None:
        self._note("reassembly_time_exceeded", packet, None)
        self._behind.reassembly_time_exceeded(packet)

    def no_route(self, packet: bytes, interface: Interface) -> None:
        self._note("no_route", packet, interface)
        self._behind.no_route(packet, interface)

    def too_big(self, packet: bytes, interface: Interface, mtu: int) -> None:
        self._note("too_big", packet, interface, mtu)
        self._behind.too_big(packet, interface, mtu)

    def prohibited(self, packet: bytes, interface: Interface) -> None:
        self._note("prohibited", packet, interface)
        self._behind.prohibited(packet, interface)

    def protocol_unreachable(self, packet: bytes, interface: Interface) -> None:
        self._note("protocol_unreachable", packet, interface)
        self._behind.protocol_unreachable(packet, interface)


def _is_request(packet: bytes) -> bool:
    if packet[9] != IpProtocol.ICMP:
        return False
    try:
        message = parse(packet[header_length(packet) :])
    except DecodeError:
        return False
    return isinstance(message, EchoMessage) and not message.reply


#: What a table counts of packets that went no further, in words.
_TABLE_COUNTERS = {
    "no_route_drops": "packets without a route",
    "too_big_drops": "packets too big, with DF set",
    "filtered": "packets that an access list denied",
    "hop_limit_drops": "packets whose TTL ran out",
    "unencapsulated": "packets whose next hop did not answer ARP",
    "reassembly_failures": "fragments that fit no packet",
}

_Key = tuple[str, str, str]


def _counters(topology: Topology) -> Iterator[tuple[_Key, int]]:
    """Every counter of loss: (node, words, the command that shows it) -> value."""
    for name, router in topology.routers.items():
        for table in router.vrfs.values():
            for attribute, words in _TABLE_COUNTERS.items():
                yield (name, words, "show ip traffic"), getattr(table.forwarding, attribute)
        for interface in router.interfaces.values():
            show = f"show interfaces {interface.name}"
            yield (name, f"{interface.name}: output drops", show), interface.output_drops
            yield (name, f"{interface.name}: input drops", show), interface.input_drops
        yield from _crypto_counters(name, router)


def _crypto_counters(name: str, router: Router) -> Iterator[tuple[_Key, int]]:
    for flow in router.ipsec_views():
        show = f"show crypto ipsec sa peer {flow.peer}"
        with_peer = f"IPsec with {flow.peer} on {flow.interface}"
        yield (name, f"{with_peer}: send errors", show), flow.send_errors
        yield (name, f"{with_peer}: receive errors", show), flow.recv_errors
