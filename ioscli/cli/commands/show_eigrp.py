"""show ip eigrp, show eigrp address-family, clear and debug of EIGRP: grammar/show_eigrp.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.eigrp import classful
from ioscli.model.rib import RouteSource
from ioscli.router.debug import Topic

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.router.eigrp import EigrpProcess


def _processes(session: Session, args: Args) -> list[EigrpProcess]:
    """Those of the global table, or of the VRF that is named, in one AS or in all."""
    if not session.router.config.eigrp:
        return []
    from ioscli.router.eigrp import EigrpProcess

    vrf = args.get("A_ROUTE_VRF", "")
    if vrf and vrf not in session.router.vrfs:
        raise Refusal(f"%VRF {vrf} does not exist.")
    found = []
    for process in session.router.routing.of_source(RouteSource.EIGRP):
        assert isinstance(process, EigrpProcess)
        number = args.get("A_EIGRP_AS")
        if process.vrf.name == vrf and number in (None, process.autonomous_system):
            found.append(process)
    return found


def _machines(session: Session, args: Args) -> Iterator[Eigrp]:
    for process in _processes(session, args):
        process.machine.now = session.router.simulation.now
        yield process.machine


@command("show_eigrp_neighbors")
def show_eigrp_neighbors(session: Session, args: Args) -> Iterable[str]:
    """`show ip eigrp neighbors [detail] [INTERFACE | A.B.C.D]`."""
    from ioscli.cli.show import eigrp as shows

    address: IPv4Address | None = args.get("A_NEIGHBOR")
    for eigrp in _machines(session, args):
        interfaces = shows.named_interface(eigrp, args.get("A_INTERFACE"))
        found = [
            neighbor
            for interface in interfaces
            for neighbor in interface.neighbors.values()
            if address in (None, neighbor.ip)
        ]
        yield from shows.show_neighbors(eigrp, found, detail="detail" in args)


@command("show_eigrp_interfaces")
def show_eigrp_interfaces(session: Session, args: Args) -> Iterable[str]:
    """`show ip eigrp interfaces [detail] [INTERFACE]`."""
    from ioscli.cli.show import eigrp as shows

    for eigrp in _machines(session, args):
        found = shows.named_interface(eigrp, args.get("A_INTERFACE"))
        yield from shows.show_interfaces(eigrp, found, detail="detail" in args)


@command("show_eigrp_topology")
def show_eigrp_topology(session: Session, args: Args) -> Iterable[str]:
    """`show ip eigrp topology [all-links | active | ...]`."""
    from ioscli.cli.show import eigrp_topology as shows

    for eigrp in _machines(session, args):
        if "summary" in args:
            yield from shows.show_summary(eigrp)
            continue
        entries = shows.selected(eigrp, args.words)
        yield from shows.show_topology(eigrp, entries, all_links="all-links" in args)


@command("show_eigrp_topology_entry")
def show_eigrp_topology_entry(session: Session, args: Args) -> Iterable[str]:
    """`show ip eigrp topology A.B.C.D/nn`; without mask the classful network, as IOS has it."""
    from ioscli.cli.show import eigrp_topology as shows
    from ioscli.protocols.eigrp.topology import prefix_of

    network: IPv4Network
    if "A_NET_PREFIX" in args:
        network = IPv4Network(str(args["A_NET_PREFIX"]), strict=False)
    elif "A_NETMASK" in args:
        network = IPv4Network((str(args["A_NETWORK"]), str(args["A_NETMASK"])), strict=False)
    else:
        network = classful(args["A_NETWORK"])
    for eigrp in _machines(session, args):
        entry = eigrp.topology.get(prefix_of(network))
        yield from shows.show_entry(eigrp, entry, network)


@command("show_eigrp_traffic")
def show_eigrp_traffic(session: Session, args: Args) -> Iterable[str]:
    """`show ip eigrp traffic`."""
    from ioscli.cli.show import eigrp as shows

    for eigrp in _machines(session, args):
        yield from shows.show_traffic(eigrp)


@command("clear_eigrp_neighbors")
def clear_eigrp_neighbors(session: Session, args: Args) -> None:
    """`clear ip eigrp neighbors [INTERFACE | A.B.C.D]`: adjacencies begin anew."""
    for process in _processes(session, args):
        process.clear(args.get("A_NEIGHBOR"), args.get("A_INTERFACE"))


# -- debugging -------------------------------------------------------------------------------------

_PACKETS = {
    "update": Topic.EIGRP_UPDATE,
    "query": Topic.EIGRP_QUERY,
    "reply": Topic.EIGRP_REPLY,
    "hello": Topic.EIGRP_HELLO,
    "ack": Topic.EIGRP_ACK,
    "siaquery": Topic.EIGRP_SIA_QUERY,
    "siareply": Topic.EIGRP_SIA_REPLY,
}
_ALL = "UPDATE, REQUEST, QUERY, REPLY, HELLO, UNKNOWN, PROBE, ACK, STUB, SIAQUERY, SIAREPLY"
_ALL_BUT_HELLOS = _ALL.replace("HELLO, ", "")


def _debugged(args: Args) -> tuple[list[Topic], str]:
    """The topics, and what is said of the kinds of packets."""
    if "fsm" in args:
        return [Topic.EIGRP_FSM], ""
    if "packets" not in args:
        return [Topic.EIGRP_ROUTES], ""
    if "terse" in args:
        return [one for word, one in _PACKETS.items() if word != "hello"], _ALL_BUT_HELLOS
    named = [word for word in _PACKETS if word in args]
    if not named:
        return list(_PACKETS.values()), _ALL
    return [_PACKETS[word] for word in named], ", ".join(word.upper() for word in named)


@command("debug_eigrp")
def debug_eigrp(session: Session, args: Args) -> Iterable[str]:
    """`debug eigrp fsm | packets [KIND...]`, `debug ip eigrp`."""
    topics, kinds = _debugged(args)
    for topic in topics:
        session.router.debugging.switch(topic, on=True)
    if kinds:
        yield f"    ({kinds})"
    yield topics[0].announcement + "on"


@command("debug_eigrp_off")
def debug_eigrp_off(session: Session, args: Args) -> Iterable[str]:
    """`undebug eigrp ...`."""
    topics, _ = _debugged(args)
    for topic in topics:
        session.router.debugging.switch(topic, on=False)
    yield topics[0].announcement + "off"
