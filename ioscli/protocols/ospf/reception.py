"""What is checked of a packet before a neighbor gets it (RFC 2328 8.2, 10.5)."""

from ipaddress import IPv4Address
from struct import Struct
from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.ospf import errors
from ioscli.codec.ospf.exchange import DatabaseDescription, parse_request
from ioscli.codec.ospf.hello import Hello
from ioscli.codec.ospf.numbers import (
    ALL_D_ROUTERS,
    HEADER_LENGTH,
    LSA_HEADER_LENGTH,
    OPTION_E,
    OPTION_L,
    OPTION_N,
    AuthType,
    PacketType,
    dotted,
)
from ioscli.codec.ospf.packet import Packet
from ioscli.codec.ospf.update import parse_update
from ioscli.model.ospf import BACKBONE
from ioscli.protocols.ospf.flooding import receive_update
from ioscli.protocols.ospf.logs import packet_text
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf

# For every packet: looking up a member of an enumeration takes longer than comparing with it.
_DOWN, _LOOPBACK = InterfaceState.DOWN, InterfaceState.LOOPBACK
_DR, _BACKUP = InterfaceState.DR, InterfaceState.BACKUP
_POINT_TO_POINT = NetworkType.POINT_TO_POINT
_EXCHANGE, _FULL = NeighborState.EXCHANGE, NeighborState.FULL
_UNSIGNED = AuthType.NULL
_INSTANCES = Struct("2x18s")
"""LSA headers one after another: what follows the ages."""
_HELLO, _LS_UPDATE, _LS_ACK = (
    int(PacketType.HELLO),
    int(PacketType.LS_UPDATE),
    int(PacketType.LS_ACK),
)


def receive(
    ospf: "Ospf",
    interface: "Interface",
    source: IPv4Address,
    destination: IPv4Address,
    payload: bytes,
) -> None:
    """Take a packet that came in by an interface."""
    state = interface.state
    if interface.passive or state is _DOWN or state is _LOOPBACK:
        return
    address = int(source)
    ospf.arriving = size = len(payload)
    if state is not _DR and state is not _BACKUP and destination == ALL_D_ROUTERS:
        return
    if address == interface.address and not interface.facts.unnumbered:
        ospf.refuse(interface, "Self Originated")
        return
    try:
        packet = Packet.parse(payload)
    except DecodeError as error:
        _refuse_header(ospf, interface, source, payload, error)
        return
    if "packet" in ospf.debugging:
        text = packet_text(" IN", source, destination, packet)
        ospf.debug("packet", None, f"{interface.short}: {text}")
    if packet.area != interface.area.id:
        found = _other_area(ospf, interface, source, packet)
        if found is None:
            return
        interface = found
    elif (
        interface.network_type is not _POINT_TO_POINT
        and (address ^ interface.address) & interface.mask
    ):
        if ospf.debugging:
            text = (
                f"Rcv pkt from {source}, area {dotted(packet.area)} : src not on the same network"
            )
            ospf.debug("adj", interface, text)
        ospf.refuse(interface, "Bad Source")
        return
    if packet.router == ospf.router_id:
        ospf.refuse(interface, "Duplicate ID")
        ospf.log(
            4,
            "DUP_RTRID_NBR",
            f"OSPF detected duplicate router-id {dotted(packet.router)} from {source}"
            f" on interface {interface.label}",
        )
        return
    key = packet.router if interface.single else address
    neighbor = interface.neighbors.get(key)
    if not _authentic(ospf, interface, source, packet, neighbor):
        return
    kind = packet.kind
    for counters in (interface.counters, ospf.counters):
        counters.received[kind] += 1
        counters.received_bytes[kind] += size
    try:
        if kind == _HELLO:
            _hello(ospf, interface, source, key, packet)
        elif neighbor is None or neighbor.id != packet.router:
            ospf.refuse(interface, "Unknown Neighbor")
        elif neighbor.ignored_until is not None:
            ospf.refuse(interface, "Nbr Ignored")
        else:
            _to_neighbor(ospf, neighbor, packet)
    except DecodeError:
        ospf.refuse(interface, "Length")
        ospf.log(
            4,
            "BADLENGTH",
            f"Invalid length {len(packet.data)} in OSPF packet type {packet.kind} from {source}"
            f" (ID {dotted(packet.router)}), {interface.label}",
        )


def _refuse_header(
    ospf: "Ospf", interface: "Interface", source: IPv4Address, payload: bytes, error: DecodeError
) -> None:
    reason = {
        errors.VersionError: ("Version", "Bad Version"),
        errors.ChecksumError: ("Checksum", "Bad Checksum"),
    }.get(type(error))
    if reason is not None:
        counter, text = reason
        ospf.refuse(interface, counter)
        ospf.log(4, "ERRRCV", f"Received invalid packet: {text} from {source}, {interface.label}")
        return
    ospf.refuse(interface, "Length")
    if len(payload) >= HEADER_LENGTH:
        router = dotted(int.from_bytes(payload[4:8], "big"))
        length = payload[2] << 8 | payload[3]
        ospf.log(
            4,
            "BADLENGTH",
            f"Invalid length {length} in OSPF packet type {payload[1]} from {source}"
            f" (ID {router}), {interface.label}",
        )


def _other_area(
    ospf: "Ospf", interface: "Interface", source: IPv4Address, packet: Packet
) -> "Interface | None":
    """A packet of another area than the interface's: of a virtual link, or misconfigured."""
    if packet.area == BACKBONE:
        link = ospf.virtual_link(interface.area.id, packet.router)
        if link is not None and link.is_up:
            return link
        ospf.refuse(interface, "No Virtual Link")
        ospf.log(
            4,
            "ERRRCV",
            "Received invalid packet: mismatched area ID, from backbone area must be virtual-link"
            f" but not found from {source}, {interface.label}",
        )
        return None
    ospf.refuse(interface, "Area Mismatch")
    if ospf.debugging:
        ospf.debug(
            "adj",
            interface,
            f"Rcv pkt from {source}, area {dotted(interface.area.id)},"
            f" mismatched area {dotted(packet.area)} in the header",
        )
    return None


def _authentic(
    ospf: "Ospf",
    interface: "Interface",
    source: IPv4Address,
    packet: Packet,
    neighbor: Neighbor | None,
) -> bool:
    """RFC 2328 D.5."""
    ours = interface.authentication.kind
    if packet.auth_type != ours:
        _not_authentic(
            ospf,
            interface,
            "Auth Type",
            f"Rcv pkt from {source} : Mismatched Authentication type."
            f" Input packet specified type {packet.auth_type}, we use type {ours.value}",
        )
        return False
    if ours is _UNSIGNED:
        return True
    if ours is AuthType.SIMPLE:
        if packet.password == interface.authentication.password:
            return True
        _not_authentic(
            ospf,
            interface,
            "Authentication",
            f"Rcv pkt from {source} : Mismatched Authentication Key - Clear Text",
        )
        return False
    key = next((key for key in interface.keys if key.id == packet.key_id), None)
    if key is None:
        _not_authentic(
            ospf,
            interface,
            "Authentication",
            f"Rcv pkt from {source} : Mismatched Authentication Key - No message digest key"
            f" {packet.key_id} on interface",
        )
        return False
    if not packet.digest_ok(key):
        _not_authentic(
            ospf,
            interface,
            "Authentication",
            f"Rcv pkt from {source} : Mismatched Authentication Key - Message Digest Key {key.id}",
        )
        return False
    if neighbor is not None:
        if packet.sequence < neighbor.crypto_sequence:
            _not_authentic(
                ospf,
                interface,
                "Authentication",
                f"Rcv pkt from {source} : Mismatched Authentication Key - Invalid sequence number",
            )
            return False
        neighbor.crypto_sequence = packet.sequence
        neighbor.key_id = packet.key_id
    return True


def _not_authentic(ospf: "Ospf", interface: "Interface", counter: str, text: str) -> None:
    ospf.refuse(interface, counter)
    ospf.debug("adj", interface, text)


def _hello(
    ospf: "Ospf", interface: "Interface", source: IPv4Address, key: int, packet: Packet
) -> None:
    """10.5."""
    hello = Hello.parse(packet.body)
    if ospf.debugging:
        area = ospf.area_text(interface.area.id)
        text = f"Rcv hello from {dotted(packet.router)} area {area} {source}"
        ospf.debug("hello", interface, text)
    if not _hello_fits(ospf, interface, source, hello):
        return
    link_local = None
    if hello.options & OPTION_L:
        try:
            link_local = packet.link_local()
        except DecodeError:
            ospf.refuse(interface, "LLS")
    neighbor = interface.neighbors.get(key)
    if neighbor is not None and neighbor.ignored_until is not None:
        ospf.refuse(interface, "Nbr Ignored")
        return
    neighbor = _identify(
        interface, neighbor, Neighbor(interface, packet.router, source, key), hello
    )
    neighbor.address = source
    neighbor.options = hello.options
    neighbor.link_local_options = link_local.extended_options if link_local else None
    if packet.auth_type == AuthType.CRYPTOGRAPHIC:
        neighbor.key_id, neighbor.crypto_sequence = packet.key_id, packet.sequence
    fresh = neighbor.state < NeighborState.INIT
    neighbor.hello_received()
    heard = ospf.router_id in hello.neighbors
    before = (
        neighbor.priority,
        neighbor.designated == neighbor.key,
        neighbor.backup == neighbor.key,
    )
    neighbor.designated, neighbor.backup = hello.designated, hello.backup
    priority, neighbor.priority = neighbor.priority, hello.priority
    if heard:
        neighbor.two_way()
    else:
        if ospf.debugging and not fresh:
            text = f"Cannot see ourself in hello from {dotted(packet.router)}, state INIT"
            ospf.debug("adj", interface, text)
        neighbor.one_way()
    if fresh:
        # IOS answers a new neighbor at once, so that it need not wait for the next hello.
        if ospf.debugging:
            text = f"Send immediate hello to nbr {dotted(packet.router)}, src address {source}"
            ospf.debug("hello", interface, text)
        interface.send_hello(interface.to_neighbor(neighbor))
    if interface.elects and neighbor.state >= NeighborState.INIT:
        _election_events(interface, neighbor, heard, (priority, *before[1:]))


def _identify(
    interface: "Interface", known: Neighbor | None, new: Neighbor, hello: Hello
) -> Neighbor:
    """Whose hello it is: the neighbor of its key, or a new one."""
    if interface.single:
        for other in list(interface.neighbors.values()):
            if other is not known:
                # One at most: IOS resets the adjacency with whom it had before.
                other.kill("Adjacency forced to reset")
    if known is None:
        interface.neighbors[new.key] = new
        new.priority = hello.priority
        new.designated, new.backup = hello.designated, hello.backup
        if not interface.single:
            new.take_statement(interface.statement_for(new.key))
        return new
    if known.id != new.id:
        # Another router has the address now, or the router another ID.
        if known.state > NeighborState.ATTEMPT:
            known.kill("Adjacency forced to reset")
            interface.neighbors.setdefault(known.key, known)
        known.id = new.id
    return known


def _election_events(
    interface: "Interface", neighbor: Neighbor, heard: bool, before: tuple[int, bool, bool]
) -> None:
    """BackupSeen and NeighborChange, as a hello gives cause for them (10.5, 9.2)."""
    says_dr = neighbor.designated == neighbor.key
    says_backup = neighbor.backup == neighbor.key
    if interface.state is InterfaceState.WAITING:
        if heard and (says_backup or (says_dr and not neighbor.backup)):
            interface.backup_seen()
    elif heard and before != (neighbor.priority, says_dr, says_backup):
        interface.neighbor_change()


def _hello_fits(ospf: "Ospf", interface: "Interface", source: IPv4Address, hello: Hello) -> bool:
    masks = interface.network_type not in (NetworkType.POINT_TO_POINT, NetworkType.VIRTUAL_LINK)
    minimal = bool(interface.facts.settings.hello_multiplier)
    if (
        (hello.hello_interval != interface.hello_interval and not minimal)
        or hello.dead_interval != interface.dead_interval
        or (masks and hello.mask != interface.mask)
    ):
        ospf.refuse(interface, "Hello")
        if ospf.debugging:
            ospf.debug("hello", interface, f"Mismatched hello parameters from {source}")
            text = (
                f"Dead R {hello.dead_interval} C {interface.dead_interval},"
                f" Hello R {hello.hello_interval} C {interface.hello_interval}"
            )
            if masks:
                text += f"  Mask R {dotted(hello.mask)} C {dotted(interface.mask)}"
            ospf.debug("hello", interface, text)
        return False
    for bit, name in ((OPTION_E, "Stub/Transit area"), (OPTION_N, "NSSA")):
        if (hello.options ^ interface.options) & bit:
            ospf.refuse(interface, "Hello")
            text = f"Hello from {source} with mismatched {name} option bit"
            ospf.debug("hello", interface, text)
            return False
    return True


def _to_neighbor(ospf: "Ospf", neighbor: Neighbor, packet: Packet) -> None:
    interface, kind = neighbor.interface, packet.kind
    if kind == _LS_UPDATE:
        _update(ospf, neighbor, packet)
    elif kind == _LS_ACK:
        _acknowledgment(ospf, neighbor, packet)
    elif kind == PacketType.DATABASE_DESCRIPTION:
        neighbor.exchange.received(DatabaseDescription.parse(packet.body))
    elif neighbor.state >= NeighborState.EXCHANGE:
        keys = parse_request(packet.body)
        if ospf.debugging:
            text = (
                f"Rcv LS REQ from {dotted(neighbor.id)} length {len(packet.data)}"
                f" LSA count {len(keys)}"
            )
            ospf.debug("adj", interface, text)
        lsas = []
        for key in keys:
            entry = interface.area.database(key[0]).get(key[0], key)
            if entry is None:
                neighbor.mismatch("BadLSReq")
                return
            lsas.append((entry.lsa, entry.birth))
        if lsas:
            for body in interface.updates(lsas):
                if ospf.debugging:
                    count = int.from_bytes(body[:4], "big")
                    text = (
                        f"Send LS UPD to {interface.to_neighbor(neighbor)} length"
                        f" {HEADER_LENGTH + len(body)} LSA count {count}"
                    )
                    ospf.debug("adj", interface, text)
                interface.send(PacketType.LS_UPDATE, body, interface.to_neighbor(neighbor))


def _update(ospf: "Ospf", neighbor: Neighbor, packet: Packet) -> None:
    if neighbor.state < _EXCHANGE:
        return
    interface = neighbor.interface
    update = parse_update(packet.body)
    if ospf.debugging and neighbor.state is not _FULL:
        text = (
            f"Rcv LS UPD from Nbr ID {dotted(neighbor.id)} length {len(packet.data)}"
            f" LSA count {len(update.lsas)}"
        )
        ospf.debug("adj", interface, text)
    for error in update.errors:
        ospf.refuse_lsa(interface, neighbor, error)
    receive_update(ospf, neighbor, update)


def _acknowledgment(ospf: "Ospf", neighbor: Neighbor, packet: Packet) -> None:
    """13.7."""
    data = packet.data
    if (len(data) - HEADER_LENGTH) % LSA_HEADER_LENGTH:
        raise errors.LengthError(f"acknowledgment of {len(data)} bytes")
    if neighbor.state < NeighborState.EXCHANGE:
        return
    unacknowledged = neighbor.unacknowledged
    if not unacknowledged:
        return
    for (instance,) in _INSTANCES.iter_unpack(packet.body):
        unacknowledged.pop(instance, None)
    if not unacknowledged:
        neighbor.all_acknowledged()
    ospf.check_dying()
