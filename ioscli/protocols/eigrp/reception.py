"""What comes in: checks, hellos, acknowledgments, routes (RFC 7868 sections 5.3, 5.4)."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.eigrp import tlv
from ioscli.codec.eigrp.numbers import CONDITIONAL_RECEIVE, END_OF_TABLE, INIT, RESTART, Opcode
from ioscli.codec.eigrp.packet import Packet, VersionError, authentic, parse_packet
from ioscli.codec.eigrp.route import ClassicRoute, Route
from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.model.eigrp import EigrpAuthentication
from ioscli.protocols.eigrp import filters, metric
from ioscli.protocols.eigrp.dual import Event
from ioscli.protocols.eigrp.interface import Interface
from ioscli.protocols.eigrp.logs import metric_text, packet_lines
from ioscli.protocols.eigrp.neighbor import Neighbor
from ioscli.protocols.eigrp.topology import Descriptor, Entry, network_of
from ioscli.protocols.eigrp.transport import packet_kind

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp

_EVENTS = {
    Opcode.UPDATE: Event.UPDATE,
    Opcode.QUERY: Event.QUERY,
    Opcode.REPLY: Event.REPLY,
    Opcode.SIAQUERY: Event.UPDATE,
    Opcode.SIAREPLY: Event.UPDATE,
}


def receive(eigrp: "Eigrp", interface: Interface, source: IPv4Address, data: bytes) -> None:
    """A packet came in by an interface on which EIGRP runs."""
    if source == interface.address:
        eigrp.counters.refuse("own address")
        return
    packet = _decode(eigrp, data)
    if packet is None:
        return
    if packet.autonomous_system != eigrp.autonomous_system:
        eigrp.counters.refuse("autonomous system")
        return
    if packet.virtual_router:
        eigrp.counters.refuse("virtual router")
        return
    neighbor = interface.neighbors.get(int(source))
    if not _authentic(eigrp, interface, source, packet, data):
        eigrp.counters.refuse("authentication")
        if neighbor is not None:
            eigrp.neighbor_down(neighbor, "Auth failure")
        return
    if interface.statics and int(source) not in interface.statics:
        eigrp.counters.refuse("not a configured neighbor")
        return
    kind = packet_kind(packet)
    received = eigrp.counters.received
    received[kind] = received.get(kind, 0) + 1
    if eigrp.debugging:
        for text in packet_lines(eigrp, "Received", packet, len(data), interface, neighbor):
            eigrp.debug(f"packets {kind}", text)
    if packet.opcode == Opcode.HELLO and not packet.is_acknowledgment:
        _hello(eigrp, interface, neighbor, source, packet)
        return
    if neighbor is None:
        eigrp.counters.refuse("unknown neighbor")
        return
    neighbor.heard()
    stood = neighbor.established
    if packet.acknowledgment:
        eigrp.transport.acknowledged(neighbor, packet.acknowledgment)
    if packet.sequence and packet.opcode in _EVENTS:
        _reliable(eigrp, neighbor, packet, stood)


def _decode(eigrp: "Eigrp", data: bytes) -> Packet | None:
    try:
        return parse_packet(data)
    except VersionError:
        eigrp.counters.refuse("version")
    except ChecksumError:
        eigrp.counters.refuse("checksum")
    except DecodeError:
        eigrp.counters.refuse("malformed")
    return None


def _authentic(
    eigrp: "Eigrp", interface: Interface, source: IPv4Address, packet: Packet, data: bytes
) -> bool:
    """Whether a packet is signed as the interface wants it."""
    shown = packet.authentication
    if interface.facts.settings.authentication is None:
        return True  # IOS takes signed packets where it asks for none
    keys = interface.accepted_keys()
    if any(authentic(data, packet, key, source) for key in keys):
        if "packets Hello" in eigrp.debugging or "packets Update" in eigrp.debugging:
            assert shown is not None
            mode = interface.facts.settings.authentication
            what = "MD5" if mode is EigrpAuthentication.MD5 else "HMAC-SHA-256"
            text = f"EIGRP: received packet with {what} authentication, key id = {shown.key_id}"
            eigrp.debug("packets Hello", text)
        return True
    missing = "(missing authentication)" if shown is None else "(invalid authentication)"
    if shown is not None:
        text = f"EIGRP: pkt key id = {shown.key_id}, authentication mismatch"
        eigrp.debug("packets Hello", text)
    eigrp.debug(
        "packets Hello",
        f"EIGRP: {interface.short}: ignored packet from {source},"
        f" opcode = {packet.opcode} {missing}",
    )
    return False


# -- hellos ----------------------------------------------------------------------------------------


def _hello(
    eigrp: "Eigrp",
    interface: Interface,
    neighbor: Neighbor | None,
    source: IPv4Address,
    packet: Packet,
) -> None:
    parameters: tlv.Parameters | None = None
    version: tlv.SoftwareVersion | None = None
    stub: int | None = None
    named: tlv.Sequence | None = None
    following = 0
    topologies: tuple[int, ...] = ()
    for one in packet.tlvs:
        match one:
            case tlv.Parameters():
                parameters = one
            case tlv.SoftwareVersion():
                version = one
            case tlv.Stub(flags):
                stub = flags
            case tlv.Sequence():
                named = one
            case tlv.NextMulticastSequence(sequence):
                following = sequence
            case tlv.TopologyIds(ids):
                topologies = ids
            case tlv.PeerTermination(addresses) if int(interface.address) in addresses:
                if neighbor is not None:
                    reason = "Interface PEER-TERMINATION received"
                    eigrp.neighbor_down(neighbor, reason, tell=False)
                return
    if parameters is None:
        eigrp.counters.refuse("hello without parameters")
        return
    if parameters.is_goodbye:
        if neighbor is not None:
            eigrp.neighbor_down(neighbor, "Interface Goodbye received", tell=False)
        return
    if not _on_common_subnet(interface, source):
        _warn(eigrp, interface, source)
        return
    if parameters.weights != eigrp.config.weights:
        eigrp.counters.refuse("K values")
        if neighbor is not None:
            eigrp.neighbor_down(neighbor, "K-value mismatch")
        else:
            eigrp.log_change(source, interface, "down", "K-value mismatch")
        return
    is_new = neighbor is None
    if neighbor is None:
        neighbor = eigrp.new_neighbor(interface, int(source))
    neighbor.hold_time = parameters.hold_time
    neighbor.version = version or neighbor.version
    neighbor.topologies = topologies or neighbor.topologies
    neighbor.heard()
    if named is not None:
        for_us = int(interface.address) not in named.addresses
        neighbor.conditional = following if for_us else 0
    elif stub != neighbor.stub:
        neighbor.stub = stub
    if is_new:
        eigrp.greet(neighbor)


def _on_common_subnet(interface: Interface, source: IPv4Address) -> bool:
    facts = interface.facts
    if facts.unnumbered:
        return True
    own = [*facts.secondaries] if facts.address is None else [facts.address, *facts.secondaries]
    return any(source in one.network for one in own)


def _warn(eigrp: "Eigrp", interface: Interface, source: IPv4Address) -> None:
    """Say that somebody is in the wrong network, not more often than configured."""
    eigrp.counters.refuse("not on common subnet")
    every = eigrp.config.log_neighbor_warnings
    if every is None:
        return
    last = interface.warned.get(int(source))
    if last is not None and eigrp.now - last < every * 1_000_000:
        return
    interface.warned[int(source)] = eigrp.now
    eigrp.log(
        6,
        "NBRINFO",
        f"{eigrp.label}: Neighbor {source} ({interface.label}) is blocked:"
        f" not on common subnet ({interface.facts.address})",
    )


# -- reliable packets ------------------------------------------------------------------------------


def _reliable(eigrp: "Eigrp", neighbor: Neighbor, packet: Packet, stood: bool) -> None:
    """Take a packet that is to be acknowledged; stood: the adjacency did, before it came."""
    if packet.flags & CONDITIONAL_RECEIVE:
        if neighbor.conditional != packet.sequence:
            return  # a copy comes by itself
        neighbor.conditional = 0
    if neighbor.init_received and packet.sequence == neighbor.last_sequence:
        neighbor.ack_due = packet.sequence
        return
    if packet.opcode == Opcode.UPDATE and packet.flags & INIT:
        if packet.flags & RESTART and neighbor.established:
            neighbor.last_sequence = neighbor.ack_due = packet.sequence
            eigrp.resend_table(neighbor)
            return
        # While our own INIT is still unanswered, another one is the answer and no new beginning,
        # that which acknowledges it included: two routers that each took the other for restarted
        # would go on restarting for ever.
        if stood:
            eigrp.neighbor_down(neighbor, "peer restarted", tell=False)
            address, hold_time = neighbor.address, neighbor.hold_time
            again = eigrp.new_neighbor(neighbor.interface, address)
            again.hold_time, again.version = hold_time, neighbor.version
            again.stub, again.topologies = neighbor.stub, neighbor.topologies
            again.heard()
            eigrp.greet(again)
            neighbor = again
        neighbor.init_received = True
        neighbor.last_sequence = neighbor.ack_due = packet.sequence
        eigrp.establish(neighbor)
    elif not neighbor.init_received:
        eigrp.counters.refuse("before INIT")
        return
    elif not neighbor.established:
        # Left unacknowledged, it comes again once our own INIT is acknowledged. Were a query
        # answered now, the answer would wait behind that INIT and be old when it goes out, and
        # nobody would tell the neighbor of what changed meanwhile.
        return
    elif 0 < (neighbor.last_sequence - packet.sequence) & 0xFFFFFFFF < 0x80000000:
        neighbor.interface.counters.out_of_sequence += 1
        neighbor.ack_due = packet.sequence
        return
    neighbor.last_sequence = neighbor.ack_due = packet.sequence
    if "route" in eigrp.debugging:
        eigrp.debug(
            "route", f"{eigrp.label}: Processing incoming {Opcode(packet.opcode).name} packet"
        )
    _routes(eigrp, neighbor, packet)
    if packet.flags & END_OF_TABLE:
        eigrp.end_of_table(neighbor)


def _routes(eigrp: "Eigrp", neighbor: Neighbor, packet: Packet) -> None:
    opcode = Opcode(packet.opcode)
    event = _EVENTS[opcode]
    for route in packet.routes:
        if neighbor.wide and isinstance(route, ClassicRoute):
            continue  # the same in wide metrics is beside it
        prefix = route.prefix, route.length
        if neighbor.stale is not None:
            neighbor.stale.discard(prefix)
        entry = _learn(eigrp, neighbor, route)
        if opcode is Opcode.SIAQUERY:
            eigrp.sia.answer(neighbor, prefix)
        elif opcode is Opcode.SIAREPLY and entry is not None:
            eigrp.sia.heard(neighbor, entry, route.flags)
        if entry is not None:
            eigrp.dual.handle(entry, event, neighbor)
        elif event is Event.QUERY:
            eigrp.reply(neighbor, prefix)


def _learn(eigrp: "Eigrp", neighbor: Neighbor, route: Route) -> Entry | None:
    """Keep what a neighbor tells of a destination; None: it is not known, nor is it now."""
    prefix = route.prefix, route.length
    entry = eigrp.topology.get(prefix)
    interface = neighbor.interface
    told = metric.received(route)
    if not told.unreachable and not _acceptable(eigrp, neighbor, route):
        told = metric.UNREACHABLE
    if told.unreachable:
        if entry is not None:
            entry.descriptors.pop(neighbor, None)
            _note(eigrp, route, metric.INFINITY, metric.INFINITY)
        return entry
    if entry is None:
        entry = eigrp.new_entry(prefix)
    vector = metric.through(told, interface.link)
    added = 0
    if eigrp.config.offset_lists:
        added = filters.offset(
            eigrp.policy,
            eigrp.config.offset_lists,
            network_of(prefix),
            interface.facts.name,
            outward=False,
        )
        vector = metric.offset_by(vector, added, wide=eigrp.config.named)
    descriptor = Descriptor(neighbor, interface, told, vector)
    descriptor.distance = eigrp.distance_of(vector)
    descriptor.reported = eigrp.distance_of(told)
    descriptor.external = route.external
    descriptor.next_hop = route.next_hop or neighbor.address
    if isinstance(route, ClassicRoute):
        descriptor.tag = route.tag
        descriptor.router = route.external.router if route.external else 0
    else:
        descriptor.router = route.router
    known = entry.descriptors.get(neighbor)
    if known is not None and known in entry.successors:
        # Keep the place of a successor: it is looked for by identity while active.
        entry.successors = tuple(descriptor if one is known else one for one in entry.successors)
    entry.descriptors[neighbor] = descriptor
    _note(eigrp, route, descriptor.distance, descriptor.reported)
    return entry


def _acceptable(eigrp: "Eigrp", neighbor: Neighbor, route: Route) -> bool:
    """Whether a destination that can be reached is taken."""
    config = eigrp.config
    if route.hops >= config.maximum_hops:
        return False
    external = route.external
    if external is not None and external.router == eigrp.router_id:
        eigrp.counters.refuse("own router ID")
        return False
    if external is None and not isinstance(route, ClassicRoute) and route.router == eigrp.router_id:
        return False
    if (route.prefix, route.length) == (0, 0) and not config.default_information_in:
        return False
    if not config.distribute_lists:
        return True
    tag = route.tag if isinstance(route, ClassicRoute) else 0
    if external is not None:
        tag = external.tag
    network = network_of((route.prefix, route.length))
    return filters.permits_in(eigrp, neighbor.interface, network, tag)


def _note(eigrp: "Eigrp", route: Route, distance: int, reported: int) -> None:
    """A route that came in, for `debug ip eigrp` and `debug eigrp fsm`."""
    if "route" in eigrp.debugging:
        kind = "Int" if route.external is None else "Ext"
        network = network_of((route.prefix, route.length))
        vector = metric.received(route)
        bandwidth, delay = metric.scaled_bandwidth(vector), metric.scaled_delay(vector)
        eigrp.debug(
            "route",
            f"{eigrp.label}: {kind} {network} M {metric_text(distance)} - {bandwidth} {delay}"
            f" SM {metric_text(reported)} - {bandwidth} {delay}",
        )
