"""show ip cef, show adjacency."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from ioscli.cli.commands.ip_address import prefix_length
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import ip_cef
from ioscli.router import fib
from ioscli.router.interfaces import Adjacency, LoopbackInterface, NullInterface
from ioscli.router.load_sharing import LoadSharing
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.interfaces import Interface
    from ioscli.router.vrf import Vrf


def _table(session: Session, args: Args) -> Vrf:
    name: str = args.get("A_CEF_VRF", "")
    tables = session.router.vrfs
    if name not in tables:
        raise Refusal(f"% VRF {name} does not exist")
    return tables[name]


def _number(session: Session, table: Vrf) -> int:
    return list(session.router.vrfs).index(table.name)


@command("show_ip_cef")
def show_ip_cef(session: Session, args: Args) -> Iterable[str]:
    """`show ip cef [vrf X] [detail]`."""
    table = _table(session, args)
    entries = fib.entries(table)
    if "detail" in args:
        return ip_cef.show_detail(entries, table.name, _number(session, table))
    return ip_cef.show_ip_cef(entries)


@command("show_ip_cef_prefix")
def show_ip_cef_prefix(session: Session, args: Args) -> Iterable[str]:
    """`show ip cef A.B.C.D [MASK] [detail]`: the longest match, or with a mask that very prefix."""
    table = _table(session, args)
    detail = "detail" in args
    wanted = _wanted(args)
    if not isinstance(wanted, IPv4Interface):
        yield from ip_cef.show_entry(fib.lookup(table, wanted), detail=detail)
        return
    found = [entry for entry in fib.entries(table) if entry.prefix == wanted.network]
    if not found:
        raise Refusal("%Prefix not found")
    yield from ip_cef.show_entry(found[0], detail=detail)


def _wanted(args: Args) -> IPv4Address | IPv4Interface:
    if "A_CEF_PREFIX" in args:
        prefix: IPv4Interface = args["A_CEF_PREFIX"]
        return prefix
    address: IPv4Address = args["A_CEF_ADDRESS"]
    if "A_CEF_MASK" not in args:
        return address
    length = prefix_length(args["A_CEF_MASK"])
    if length is None:
        raise Refusal(argument="A_CEF_MASK")
    return IPv4Interface((int(address), length))


@command("show_ip_cef_summary")
def show_ip_cef_summary(session: Session, args: Args) -> Iterable[str]:
    """`show ip cef [vrf X] summary`."""
    table = _table(session, args)
    return ip_cef.show_summary(fib.entries(table), table.name, _number(session, table))


@command("show_ip_cef_exact_route")
def show_ip_cef_exact_route(session: Session, args: Args) -> Iterable[str]:
    """`show ip cef exact-route SOURCE DESTINATION`: asks the choice that packets are put to."""
    source, destination = args.all("A_CEF_ADDRESS")
    target = _table(session, args).forwarding.find(destination.packed)
    if isinstance(target, LoadSharing):
        target = target.choose(source.packed + destination.packed)
    yield f"{source} -> {destination} =>{_told(target)}"


def _told(target: object) -> str:
    if not isinstance(target, Adjacency):
        return "no route"
    interface, hop = target.interface, IPv4Address(target.next_hop)
    kind = "midchain" if isinstance(interface, TunnelInterface) else "adj"
    if _is_line(interface):
        return f"IP {kind} out of {interface.name}"
    return f"IP {kind} out of {interface.name}, addr {hop}"


def _is_line(interface: Interface) -> bool:
    """Whether it has but one neighbour, without an address of its own to CEF."""
    return interface.name.kind in ("Serial", "Tunnel")


@command("show_adjacency")
def show_adjacency(session: Session, args: Args) -> Iterable[str]:
    """`show adjacency [INTERFACE] [detail | summary]`."""
    rows = []
    name = args.get("A_INTERFACE")
    ordered = sorted(session.router.interfaces.values(), key=lambda it: it.name.listing_order)
    for interface in ordered:
        if isinstance(interface, LoopbackInterface | NullInterface):
            continue
        if name is None or interface.name == name:
            table = session.router.vrfs[interface.vrf]
            rows += [_row(table, interface, it) for _, it in sorted(interface.adjacencies.items())]
    if "summary" in args:
        return ip_cef.show_adjacency_summary(rows)
    return ip_cef.show_adjacency(rows, detail="detail" in args)


def _row(table: Vrf, interface: Interface, adjacency: Adjacency) -> ip_cef.AdjacencyRow:
    hop = IPv4Address(adjacency.next_hop)
    paths = [path for route in table.rib.routes() for path in route.paths]
    if _is_line(interface):
        users = sum(path.interface == interface.name for path in paths)
        source = "Tun endpt" if isinstance(interface, TunnelInterface) else "P2P-ADJ"
        address = "point2point"
    else:
        users = sum(
            path.next_hop == hop and path.interface in (None, interface.name) for path in paths
        )
        source, address = "ARP", str(hop)
    return ip_cef.AdjacencyRow(str(interface.name), address, adjacency.rewrite, source, users + 1)
