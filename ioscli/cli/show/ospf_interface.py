"""show ip ospf interface, show ip ospf interface brief, show ip ospf virtual-links.

Layout: the first lines of an interface as IOSv 15 prints them (`Internet Address ..., Area 0,
Attached via ...` on one line), the rest as in the captures of IOS-XE 16, but for what this router
does not have: resynchronisation out of band, helping neighbors to restart (NSF), loop-free
alternates. Scans take no time, for computing takes no simulated time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.codec.ospf.numbers import AuthType, dotted
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.protocols.ospf.neighbor import Neighbor
    from ioscli.protocols.ospf.virtual import VirtualInterface

_BRIEF_STATES = {
    InterfaceState.DOWN: "DOWN",
    InterfaceState.LOOPBACK: "LOOP",
    InterfaceState.WAITING: "WAIT",
    InterfaceState.POINT_TO_POINT: "P2P",
    InterfaceState.POINT_TO_MULTIPOINT: "P2MP",
    InterfaceState.DR_OTHER: "DROTH",
    InterfaceState.BACKUP: "BDR",
    InterfaceState.DR: "DR",
}
_NAMES = {NetworkType.POINT_TO_MULTIPOINT: "POINT_TO_MULTIPOINT"}


def listed(ospf: Ospf) -> list[Interface]:
    """Every interface, by area; within one IOS lists the youngest first, virtual links before."""
    found: list[Interface] = []
    for area in ospf.areas.values():
        virtual = [one for one in area.interfaces if is_virtual(one)]
        real = [one for one in area.interfaces if not is_virtual(one)]
        real.sort(key=lambda one: one.facts.name.listing_order, reverse=True)
        found += [*reversed(virtual), *real]
    return found


def is_virtual(interface: Interface) -> bool:
    """Whether an interface is a virtual link."""
    return interface.network_type is NetworkType.VIRTUAL_LINK


def show_ip_ospf_interface(
    interfaces: Iterable[Interface], states: Mapping[InterfaceName, tuple[str, str]], now: Instant
) -> Iterator[str]:
    """`show ip ospf interface`; states: hardware and line protocol of each as `is ...` says."""
    for interface in interfaces:
        yield from _interface(interface, states.get(interface.facts.name, ("up", "up")), now)


def _interface(interface: Interface, states: tuple[str, str], now: Instant) -> Iterator[str]:
    ospf = interface.ospf
    up = "up" if interface.is_up else "down"
    hardware, protocol = (up, up) if is_virtual(interface) else states
    yield f"{interface.label} is {hardware}, line protocol is {protocol} "
    area = ospf.area_text(interface.area.id)
    address = _address(interface)
    yield f"  Internet Address {address}, Area {area}, Attached via {_attached(interface)}"
    kind = interface.network_type.value
    yield (
        f"  Process ID {ospf.process}, Router ID {dotted(ospf.router_id)},"
        f" Network Type {kind}, Cost: {interface.cost}"
    )
    yield "  Topology-MTID    Cost    Disabled    Shutdown      Topology Name"
    yield f"        0           {interface.cost:<8}  no          no            Base"
    if not interface.statement and not is_virtual(interface):
        tail = "in" if interface.facts.settings.secondaries else "ex"
        yield f"  Enabled by interface config, {tail}cluding secondary ip addresses"
    if interface.state is InterfaceState.LOOPBACK:
        yield "  Loopback interface is treated as a stub Host"
        return
    yield from _state(interface)
    yield from _timers(interface, now)
    if not interface.is_up:
        return
    yield from _abilities(interface)
    yield from _flooding(interface)
    yield from _authentication(interface)
    yield from _neighbors(interface)


def _address(interface: Interface) -> str:
    """Of a virtual link: that of the interface which it leaves by."""
    transit = getattr(interface, "transit_interface", None)
    by = interface if transit is None else interface.ospf.interfaces.get(transit)
    return f"{interface.source}/{0 if by is None else by.prefix_length}"


def _attached(interface: Interface) -> str:
    if is_virtual(interface):
        return "Not Attached"
    return "Network Statement" if interface.statement else "Interface Enable"


def _state(interface: Interface) -> Iterator[str]:
    text = f"  Transmit Delay is {interface.transmit_delay} sec, State {interface.state.value}"
    yield text + (f", Priority {interface.priority}" if interface.elects else "")
    if not interface.elects or not interface.is_up:
        return
    if interface.designated:
        yield (
            f"  Designated Router (ID) {dotted(interface.designated_router)},"
            f" Interface address {dotted(interface.designated)}"
        )
    else:
        yield "  No designated router on this network"
    if interface.backup:
        yield (
            f"  Backup Designated router (ID) {dotted(interface.backup_router)},"
            f" Interface address {dotted(interface.backup)}"
        )
    else:
        yield "  No backup designated router on this network"


def _timers(interface: Interface, now: Instant) -> Iterator[str]:
    dead, again = interface.dead_interval, interface.retransmit // 1_000_000
    multiplier = interface.facts.settings.hello_multiplier
    hello = f"{1000 // multiplier} msec" if multiplier else str(interface.hello_interval)
    yield (
        f"  Timer intervals configured, Hello {hello}, Dead {dead}, Wait {dead}, Retransmit {again}"
    )
    if interface.passive:
        yield "    No Hellos (Passive interface) "
    elif interface.hello_due is not None:
        yield f"    Hello due in {_left(interface.hello_due, now)}"
    if interface.wait_until is not None:
        wait = _left(interface.wait_until, now)
        yield f"    Wait time before Designated router selection {wait}"


def _left(until: Instant, now: Instant) -> str:
    return route_age(Duration(max(0, until - now)))


def _abilities(interface: Interface) -> Iterator[str]:
    if interface.ospf.config.link_local_signalling:
        yield "  Supports Link-local Signaling (LLS)"
    if interface.suppresses_prefix():
        yield "  Prefix-suppression is enabled"
    if interface.database_filter:
        yield "  Database-filter all out"


def place(interface: Interface) -> str:
    """`1/2/3`: the base topology, which interface of its area, and which of the process."""
    running = [one for one in interface.area.interfaces if one.is_up]
    everywhere = [
        one for area in interface.ospf.areas.values() for one in area.interfaces if one.is_up
    ]
    inside = 1 + running.index(interface) if interface in running else 0
    whole = 1 + everywhere.index(interface) if interface in everywhere else 0
    return f"1/{inside}/{whole}"


def _flooding(interface: Interface) -> Iterator[str]:
    yield f"  Index {place(interface)}, flood queue length {interface.queue_length}"
    if not interface.queue_length:  # else there stand addresses in a real router's memory
        yield "  Next 0x0(0)/0x0(0)/0x0(0)"
    last, most = interface.flood_last, interface.flood_maximum
    yield f"  Last flood scan length is {last}, maximum is {most}"
    yield "  Last flood scan time is 0 msec, maximum is 0 msec"


def _authentication(interface: Interface) -> Iterator[str]:
    kind = interface.authentication.kind
    if kind is AuthType.SIMPLE:
        yield "  Simple password authentication enabled"
    elif kind is AuthType.CRYPTOGRAPHIC:
        yield "  Cryptographic authentication enabled"
        configured = interface.facts.settings.authentication.digest_keys
        if not interface.keys or (not configured and interface.keys[-1].id == 0):
            yield "      No key configured, using default key id 0"
            return
        yield f"    Youngest key id is {interface.keys[-1].id}"
        old = interface.old_key_neighbors()
        if old and len(interface.keys) > 1:
            yield f"    Rollover in progress, {old} neighbor(s) using the old key(s):"
            for key in interface.keys[:-1]:
                yield f"      key id {key.id} algorithm MD5"


def _neighbors(interface: Interface) -> Iterator[str]:
    known = [one for one in interface.neighbors.values() if one.state > NeighborState.ATTEMPT]
    full = interface.full_neighbors()
    yield f"  Neighbor Count is {len(known)}, Adjacent neighbor count is {len(full)} "
    for neighbor in sorted(full, key=lambda one: one.id):
        yield f"    Adjacent with neighbor {dotted(neighbor.id)}{_title(interface, neighbor)}"
    # Nobody is spared hellos here: there are no demand circuits.
    yield "  Suppress hello for 0 neighbor(s)"


def _title(interface: Interface, neighbor: Neighbor) -> str:
    if not interface.elects:
        return ""
    if neighbor.key == interface.designated:
        return "  (Designated Router)"
    return "  (Backup Designated Router)" if neighbor.key == interface.backup else ""


def show_ip_ospf_interface_brief(interfaces: Iterable[Interface]) -> Iterator[str]:
    """`show ip ospf interface brief`, the rows of every process under one heading."""
    yield "Interface    PID   Area            IP Address/Mask    Cost  State Nbrs F/C"
    for interface in interfaces:
        ospf = interface.ospf
        known = [one for one in interface.neighbors.values() if one.state > NeighborState.ATTEMPT]
        name = f"VL{interface.label[7:]}" if is_virtual(interface) else interface.short
        address = _address(interface)
        yield (
            f"{name:<13}{ospf.process:<6}{ospf.area_text(interface.area.id):<16}{address:<19}"
            f"{interface.cost:<6}{_BRIEF_STATES[interface.state]:<6}"
            f"{len(interface.full_neighbors())}/{len(known)}"
        )


def show_virtual_links(links: Iterable[VirtualInterface], now: Instant) -> Iterator[str]:
    """`show ip ospf virtual-links`."""
    for link in links:
        ospf = link.ospf
        state = "up" if link.is_up else "down"
        yield f"Virtual Link {link.label} to router {link.link.neighbor} is {state}"
        transit = ospf.area_text(link.transit)
        via = f", via interface {link.transit_interface}" if link.is_up else ""
        yield f"  Transit area {transit}{via}"
        yield " Topology-MTID    Cost    Disabled     Shutdown      Topology Name"
        yield f"        0           {link.cost:<8}  no          no            Base"
        yield f"  Transmit Delay is {link.transmit_delay} sec, State {link.state.value},"
        yield from (line for line in _timers(link, now) if link.is_up or "due" not in line)
        for neighbor in link.neighbors.values():
            yield f"    Adjacency State {neighbor.state}"
            yield from retransmission_lines(neighbor)


def retransmission_lines(neighbor: Neighbor) -> Iterator[str]:
    """How many LSAs a neighbor still owes an acknowledgment for."""
    waiting = len(neighbor.unacknowledged)
    yield (
        f"    Index {place(neighbor.interface)}, retransmission queue length {waiting},"
        f" number of retransmission {neighbor.retransmissions}"
    )
    if not waiting:
        yield "    First 0x0(0)/0x0(0)/0x0(0) Next 0x0(0)/0x0(0)/0x0(0)"
    last, most = neighbor.retransmission_last, neighbor.retransmission_maximum
    yield f"    Last retransmission scan length is {last}, maximum is {most}"
    yield "    Last retransmission scan time is 0 msec, maximum is 0 msec"
