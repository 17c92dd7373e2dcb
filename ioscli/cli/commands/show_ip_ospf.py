"""show ip ospf, clear ip ospf: carries out grammar/show_ip_ospf.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Ask, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.cli.show.ospf_database import Chosen
    from ioscli.model.instant import Duration, Instant
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.lsdb import Entry
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.router.ospf import OspfProcess


def _processes(session: Session, args: Args) -> list[OspfProcess]:
    """Those that run, or the one that was named."""
    from ioscli.router.ospf import OspfProcess

    named = args.get("A_OSPF_PROCESS")
    found = []
    for process in session.router.routing.of_source(RouteSource.OSPF):
        assert isinstance(process, OspfProcess)
        if named is None or process.name == str(named):
            found.append(process)
    if named is not None and not found:
        raise Refusal(f"%OSPF: Router process {named} is not running")
    return found


def _machines(session: Session, args: Args) -> list[Ospf]:
    """The machines of processes that have a router ID."""
    if not session.router.config.ospf:
        if "A_OSPF_PROCESS" in args:
            raise Refusal(f"%OSPF: Router process {args['A_OSPF_PROCESS']} is not running")
        return []
    return [one.machine for one in _processes(session, args) if one.machine.router_id]


def _now(session: Session) -> Instant:
    return session.router.simulation.now


def _booted(session: Session) -> Instant:
    from ioscli.model.instant import Instant

    return Instant(session.router.simulation.now - session.router.uptime)


@command("show_ip_ospf")
def show_ip_ospf(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N]`."""
    from ioscli.cli.show import ospf_process

    for ospf in _machines(session, args):
        yield from ospf_process.show_ip_ospf(ospf, _now(session), _booted(session))


@command("show_ip_ospf_max_metric")
def show_ip_ospf_max_metric(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] max-metric`."""
    from ioscli.cli.show import ospf_process

    for ospf in _machines(session, args):
        yield from ospf_process.show_max_metric(ospf, _now(session), _booted(session))


# --- interfaces and neighbors --------------------------------------------------------------------


def _interfaces(session: Session, args: Args) -> list[Interface]:
    """Every interface, or the one that was named; raises Refusal where OSPF is not on it."""
    from ioscli.cli.show.ospf_interface import listed

    found = [one for ospf in _machines(session, args) for one in listed(ospf)]
    name: InterfaceName | None = args.get("A_INTERFACE")
    if name is None:
        return found
    if name not in session.router.interfaces:
        raise Refusal(argument="A_INTERFACE")
    return [one for one in found if one.facts.name == name]


@command("show_ip_ospf_interface")
def show_ip_ospf_interface(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] interface [X] [brief]`."""
    from ioscli.cli.show import ospf_interface

    found = _interfaces(session, args)
    name = args.get("A_INTERFACE")
    if name is not None and not found:
        return [f"%OSPF: OSPF not enabled on {name}"]
    if "brief" in args:
        return ospf_interface.show_ip_ospf_interface_brief(found) if found else []
    states = {
        view.name: (
            "administratively down" if view.shutdown else "up" if view.up else "down",
            "up" if view.protocol_up else "down",
        )
        for view in session.router.interface_views()
    }
    return ospf_interface.show_ip_ospf_interface(found, states, _now(session))


@command("show_ip_ospf_neighbor")
def show_ip_ospf_neighbor(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] neighbor [X] [ID] [detail]`, `... summary`."""
    from ioscli.cli.show import ospf_neighbor

    found = list(ospf_neighbor.neighbors_of(_interfaces(session, args)))
    wanted: IPv4Address | None = args.get("A_OSPF_NEIGHBOR")
    if wanted is not None:
        found = [one for one in found if one.id == int(wanted)]
    if "summary" in args:
        return ospf_neighbor.show_ip_ospf_neighbor_summary(found)
    if "detail" in args or wanted is not None:
        return ospf_neighbor.show_ip_ospf_neighbor_detail(found, _now(session))
    return ospf_neighbor.show_ip_ospf_neighbor(found, _now(session))


@command("show_ip_ospf_virtual_links")
def show_ip_ospf_virtual_links(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] virtual-links`."""
    from ioscli.cli.show import ospf_interface

    for ospf in _machines(session, args):
        links = ospf.virtual_links.values()
        yield from ospf_interface.show_virtual_links(links, _now(session))


# --- databases -----------------------------------------------------------------------------------


def _chosen(ospf: Ospf, args: Args) -> Chosen:
    """What the line asks for: an LSA's ID, its router."""
    identifier: IPv4Address | None = args.get("A_LINK_STATE_ID")
    router: IPv4Address | None = args.get("A_ADV_ROUTER")
    own = "self-originate" in args or ("adv-router" in args and router is None)

    def wanted(entry: Entry) -> bool:
        lsa = entry.lsa
        return (
            (identifier is None or lsa.id == int(identifier))
            and (router is None or lsa.router == int(router))
            and (not own or lsa.router == ospf.router_id)
        )

    return wanted


def _area(args: Args) -> int | None:
    if "A_AREA_ADDRESS" in args:
        return int(args["A_AREA_ADDRESS"])
    found: int | None = args.get("A_AREA")
    return found


@command("show_ip_ospf_database")
def show_ip_ospf_database(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N [AREA]] database [self-originate | adv-router [ID]]`."""
    from ioscli.cli.show import ospf_database

    for ospf in _machines(session, args):
        chosen = _chosen(ospf, args)
        yield from ospf_database.show_ip_ospf_database(ospf, chosen, _now(session), _area(args))


@command("show_ip_ospf_database_summary")
def show_ip_ospf_database_summary(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] database database-summary`."""
    from ioscli.cli.show import ospf_database

    for ospf in _machines(session, args):
        yield from ospf_database.show_database_summary(ospf)


@command("show_ip_ospf_lsa")
def show_ip_ospf_lsa(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N [AREA]] database router` and its like."""
    from ioscli.cli.show import ospf_lsa
    from ioscli.codec.ospf.numbers import LsType

    kinds = {
        "router": LsType.ROUTER,
        "network": LsType.NETWORK,
        "summary": LsType.SUMMARY_NETWORK,
        "asbr-summary": LsType.SUMMARY_ASBR,
        "external": LsType.AS_EXTERNAL,
        "nssa-external": LsType.NSSA_EXTERNAL,
        "opaque-link": LsType.OPAQUE_LINK,
        "opaque-area": LsType.OPAQUE_AREA,
        "opaque-as": LsType.OPAQUE_AS,
    }
    kind = next(kinds[word] for word in kinds if word in args)
    for ospf in _machines(session, args):
        chosen = _chosen(ospf, args)
        yield from ospf_lsa.show_lsas(ospf, kind, chosen, _now(session), _area(args))


# --- the rest ------------------------------------------------------------------------------------


@command("show_ip_ospf_border_routers")
def show_ip_ospf_border_routers(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] border-routers`."""
    from ioscli.cli.show import ospf_paths

    for ospf in _machines(session, args):
        yield from ospf_paths.show_border_routers(ospf)


@command("show_ip_ospf_statistics")
def show_ip_ospf_statistics(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] statistics`."""
    from ioscli.cli.show import ospf_paths

    for ospf in _machines(session, args):
        yield from ospf_paths.show_statistics(ospf, _now(session))


@command("show_ip_ospf_rib")
def show_ip_ospf_rib(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] rib`."""
    from ioscli.cli.show import ospf_paths

    for ospf in _machines(session, args):
        yield from ospf_paths.show_rib(ospf)


@command("show_ip_ospf_request_list")
def show_ip_ospf_request_list(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] request-list [X]`."""
    from ioscli.cli.show import ospf_lists

    interfaces = _interfaces(session, args)
    for ospf in _machines(session, args):
        own = [one for one in interfaces if one.ospf is ospf]
        yield from ospf_lists.show_request_list(ospf, own)


@command("show_ip_ospf_retransmission_list")
def show_ip_ospf_retransmission_list(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] retransmission-list [X]`."""
    from ioscli.cli.show import ospf_lists

    interfaces = _interfaces(session, args)
    for ospf in _machines(session, args):
        own = [one for one in interfaces if one.ospf is ospf]
        yield from ospf_lists.show_retransmission_list(ospf, own, _now(session))


@command("show_ip_ospf_summary_address")
def show_ip_ospf_summary_address(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] summary-address`."""
    from ioscli.cli.show import ospf_lists

    for ospf in _machines(session, args):
        yield from ospf_lists.show_summary_addresses(ospf)


@command("show_ip_ospf_traffic")
def show_ip_ospf_traffic(session: Session, args: Args) -> Iterable[str]:
    """`show ip ospf [N] traffic`."""
    from ioscli.cli.show import ospf_traffic

    processes = _processes(session, args) if session.router.config.ospf else []
    running = [one for one in processes if one.machine.router_id]
    if running:
        yield from ospf_traffic.show_all_traffic(
            [one.machine for one in running], _cleared(session, running[0])
        )
    for process in running:
        yield from ospf_traffic.show_traffic(process.machine, _cleared(session, process))


def _cleared(session: Session, process: OspfProcess) -> Duration | None:
    from ioscli.model.instant import Duration

    cleared = process.counters_cleared
    return None if cleared is None else Duration(_now(session) - cleared)


@command("clear_ip_ospf_process")
def clear_ip_ospf_process(session: Session, args: Args) -> Steps:
    """`clear ip ospf [N] process`."""
    processes = _processes(session, args) if session.router.config.ospf else []
    which = f"OSPF process {args['A_OSPF_PROCESS']}" if "A_OSPF_PROCESS" in args else None
    answer = yield Ask(f"Reset {which or 'ALL OSPF processes'}? [no]: ")
    if answer.strip() and "yes".startswith(answer.strip().lower()):
        for process in processes:
            process.restart()


@command("clear_ip_ospf_counters")
def clear_ip_ospf_counters(session: Session, args: Args) -> Iterable[str]:
    """`clear ip ospf [N] counters`: state changes of neighbors; `traffic`: packets."""
    for process in _each(session, args):
        if "traffic" in args:
            process.clear_traffic()
        else:
            process.clear_counters(args.get("A_INTERFACE"), args.get("A_OSPF_NEIGHBOR"))
    return ()


@command("clear_ip_ospf_redistribution")
def clear_ip_ospf_redistribution(session: Session, args: Args) -> Iterable[str]:
    """`clear ip ospf [N] redistribution`: take the routes over anew."""
    for process in _each(session, args):
        process.routes_changed()
    return ()


@command("clear_ip_ospf_force_spf")
def clear_ip_ospf_force_spf(session: Session, args: Args) -> Iterable[str]:
    """`clear ip ospf [N] force-spf`: compute everything at once."""
    for process in _each(session, args):
        process.force_spf()
    return ()


def _each(session: Session, args: Args) -> Iterator[OspfProcess]:
    return iter(_processes(session, args) if session.router.config.ospf else [])
