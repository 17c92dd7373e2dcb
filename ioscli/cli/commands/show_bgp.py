"""show ip bgp, show bgp, clear ip bgp: carries out grammar/show_bgp.lark."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import bgp as show
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.protocols.bgp.machine import Bgp
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.protocols.bgp.paths import BgpPath
    from ioscli.router.bgp import BgpProcess

_WELL_KNOWN = {
    "internet": 0,
    "local-AS": 0xFFFFFF03,
    "no-advertise": 0xFFFFFF02,
    "no-export": 0xFFFFFF01,
}


def _processes(session: Session) -> list[BgpProcess]:
    """Those of all tables, the global one first."""
    running = session.router.routing.of_source(RouteSource.BGP)
    if not running:
        return []
    from ioscli.router.bgp import BgpProcess

    return [process for process in running if isinstance(process, BgpProcess)]


def _process(session: Session, args: Args) -> BgpProcess | None:
    """The process of the VRF that is named, or the global one; None: there is none."""
    vrf = args.get("A_BGP_VRF", "")
    return next((it for it in _processes(session) if it.vrf.name == vrf), None)


def _machine(session: Session, args: Args) -> Bgp:
    process = _process(session, args)
    if process is None:
        vrf: str = args.get("A_BGP_VRF", "")
        raise Refusal(f"% VRF {vrf} does not have BGP" if vrf else "% BGP not active")
    return process.machine


def _vrf(session: Session, args: Args) -> show.Vrf | None:
    return _vrf_named(session, args.get("A_BGP_VRF", ""))


def _vrf_named(session: Session, name: str) -> show.Vrf | None:
    known = session.router.config.vrfs.get(name)
    distinguisher = "" if known is None else known.distinguisher
    return show.Vrf(name, distinguisher or "0:0") if name else None


def _new_format(session: Session) -> bool:
    return any(
        "new-format" in line
        for line in session.router.config.stored.get("bgp_community_format", ())
    )


@command("show_ip_bgp")
def show_ip_bgp(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp`, `show bgp ipv4 unicast`."""
    return show.show_table(_machine(session, args), vrf=_vrf(session, args))


@command("show_ip_bgp_all")
def show_ip_bgp_all(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp all [summary | neighbors]`: every address family with its heading."""
    processes = _processes(session)
    if not processes:
        raise Refusal("% BGP not active")
    said = ""
    for process in processes:
        family = "VPNv4 Unicast" if process.vrf.name else "IPv4 Unicast"
        if family != said:
            yield f"For address family: {family}"
            said = family
        if "summary" in args:
            yield from show.show_summary(process.machine, session.router.simulation.now)
        elif "neighbors" in args:
            yield from _all_of(session, process, list(process.machine.neighbors.values()))
        else:
            yield ""
            yield from show.show_table(process.machine, vrf=_vrf_named(session, process.vrf.name))
        yield ""


@command("show_ip_bgp_prefix")
def show_ip_bgp_prefix(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp A.B.C.D [MASK | /nn] [longer-prefixes] [bestpath]`."""
    bgp = _machine(session, args)
    address, length = _asked(args)
    if "longer-prefixes" in args:
        wide = IPv4Network((address, 32 if length is None else length), strict=False)
        return show.show_table(bgp, lambda prefix, _path: prefix.subnet_of(wide))
    prefix = show.longest(bgp, address, length)
    if prefix is None:
        return ("% Network not in table",)
    return show.show_prefix(
        bgp,
        prefix,
        session.router.simulation.now,
        _vrf(session, args),
        best_only="bestpath" in args,
        new_format=_new_format(session),
    )


def _asked(args: Args) -> tuple[IPv4Address, int | None]:
    written = args.get("A_BGP_PREFIX_LENGTH")
    if written is not None:
        return written.network.network_address, written.network.prefixlen
    mask: IPv4Address | None = args.get("A_BGP_MASK")
    if mask is None:
        return args["A_BGP_PREFIX"], None
    ones = f"{int(mask):032b}".rstrip("0")
    if "0" in ones:
        raise Refusal(argument="A_BGP_MASK")
    return args["A_BGP_PREFIX"], len(ones)


@command("show_ip_bgp_summary")
def show_ip_bgp_summary(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp summary`."""
    return show.show_summary(_machine(session, args), session.router.simulation.now)


@command("show_ip_bgp_neighbors")
def show_ip_bgp_neighbors(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp neighbors [A.B.C.D [advertised-routes | received-routes | routes]]`."""
    bgp = _machine(session, args)
    address: IPv4Address | None = args.get("A_BGP_NEIGHBOR")
    if address is None:
        return _neighbors(session, args, list(bgp.neighbors.values()))
    neighbor = bgp.neighbors.get(address)
    if neighbor is None:
        return ("% No such neighbor or address family",)
    if "advertised-routes" in args:
        return show.show_advertised(bgp, neighbor)
    if "received-routes" in args:
        if not neighbor.settings.soft_reconfiguration:
            return (f"% Inbound soft reconfiguration not enabled on {address}",)
        return show.show_received(bgp, neighbor)
    if "routes" in args:
        return show.show_learned(bgp, neighbor)
    return _neighbors(session, args, [neighbor])


def _neighbors(session: Session, args: Args, neighbors: list[Neighbor]) -> Iterable[str]:
    process = _process(session, args)
    assert process is not None
    return _all_of(session, process, neighbors)


def _all_of(session: Session, process: BgpProcess, neighbors: list[Neighbor]) -> Iterable[str]:
    from ioscli.cli.show.bgp_neighbors import show_neighbor

    for neighbor in neighbors:
        yield from show_neighbor(process, neighbor, session.router.simulation.now)


@command("show_ip_bgp_filter")
def show_ip_bgp_filter(session: Session, args: Args) -> Iterable[str]:
    """Paths that a regular expression, a list or a property chooses."""
    bgp = _machine(session, args)
    return show.show_table(bgp, _chosen(session, args, bgp))


def _chosen(session: Session, args: Args, bgp: Bgp) -> show.Wanted:
    policy = session.router.config.policy
    if "regexp" in args:
        return _regexp(args["A_BGP_REGEXP"])
    if "filter-list" in args:
        paths = policy.as_path_lists.get(args["A_BGP_PATH_LIST"])
        return lambda _prefix, path: (
            paths is not None and paths.permits(show.as_path(path.attributes))
        )
    if "prefix-list" in args:
        prefixes = policy.prefix_lists.get(args["A_BGP_LIST"])
        return lambda prefix, _path: prefixes is None or prefixes.permits(prefix)
    if "route-map" in args:
        return _route_map(session, args["A_BGP_LIST"])
    if "cidr-only" in args:
        return lambda prefix, _path: "/" in show.network_text(prefix)
    if "rib-failure" in args:
        return lambda prefix, _path: bgp.rib_failed(prefix)
    from ioscli.protocols.bgp.paths import origin_as

    def inconsistent(prefix: IPv4Network, _path: BgpPath) -> bool:
        return len({origin_as(it.attributes.as_path) for it in bgp.table[prefix].paths}) > 1

    return inconsistent


def _regexp(text: str) -> show.Wanted:
    from ioscli.model.pattern import Pattern, PatternError

    try:
        pattern = Pattern(text)
    except PatternError:
        raise Refusal("% Invalid regular expression") from None
    return lambda _prefix, path: pattern.found_in(show.as_path(path.attributes))


def _route_map(session: Session, name: str) -> show.Wanted:
    from ioscli.model.route_map import apply
    from ioscli.protocols.bgp.route_maps import facts

    def wanted(prefix: IPv4Network, path: BgpPath) -> bool:
        source = None if path.neighbor is None else path.neighbor.address
        seen = facts(prefix, path.attributes, source)
        return apply(session.router.config.policy, name, seen) is not None

    return wanted


@command("show_ip_bgp_community")
def show_ip_bgp_community(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp community [...]`, `show ip bgp community-list X`."""
    bgp = _machine(session, args)
    exact = "exact-match" in args
    if "community-list" in args:
        known = session.router.config.policy.community_lists.get(args["A_BGP_LIST"])
        return show.show_table(
            bgp,
            lambda _prefix, path: (
                known is not None and known.permits(path.attributes.communities, exact=exact)
            ),
        )
    asked = {value for word, value in _WELL_KNOWN.items() if word in args}
    asked.update(args.all("A_BGP_COMMUNITY_NUMBER"))
    for text in args.all("A_BGP_COMMUNITY"):
        high, _, low = str(text).partition(":")
        asked.add(int(high) << 16 | int(low))

    def wanted(_prefix: IPv4Network, path: BgpPath) -> bool:
        carried = set(path.attributes.communities)
        if not asked:
            return bool(carried)
        return carried == asked if exact else asked <= carried or 0 in asked

    return show.show_table(bgp, wanted)


@command("show_ip_bgp_paths")
def show_ip_bgp_paths(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp paths [REGEXP]`."""
    from ioscli.cli.show.bgp_dampening import show_paths

    bgp = _machine(session, args)
    if "A_BGP_REGEXP" not in args:
        return show_paths(bgp)
    fits = _regexp(args["A_BGP_REGEXP"])
    every = ((prefix, path) for prefix, entry in bgp.table.items() for path in entry.paths)
    return show_paths(
        bgp, frozenset(path.attributes for prefix, path in every if fits(prefix, path))
    )


@command("show_ip_bgp_dampening")
def show_ip_bgp_dampening(session: Session, args: Args) -> Iterable[str]:
    """`show ip bgp dampening dampened-paths | flap-statistics | parameters`."""
    from ioscli.cli.show.bgp_dampening import show_flaps, show_parameters

    bgp, now = _machine(session, args), session.router.simulation.now
    if "parameters" not in args:
        return show_flaps(bgp, now, dampened="dampened-paths" in args)
    rules = bgp.process.dampening
    return ("% dampening not enabled for base",) if rules is None else show_parameters(rules)


@command("show_ip_bgp_all_dampening")
def show_ip_bgp_all_dampening(session: Session, _args: Args) -> Iterable[str]:
    """`show ip bgp all dampening parameters`: of the global table, then of each VRF."""
    from ioscli.cli.show.bgp_dampening import show_parameters

    processes = _processes(session)
    if not processes:
        raise Refusal("% BGP not active")
    for process in processes:
        name = process.vrf.name
        yield f"For vrf: {name}" if name else "For address family: IPv4 Unicast"
        yield ""
        rules = process.machine.process.dampening
        if rules is None:
            where = f"vrf {name}" if name else "base"
            yield f"% dampening not enabled for {where}"
        else:
            yield from show_parameters(rules)
        yield from ("", "")


@command("clear_ip_bgp_dampening")
def clear_ip_bgp_dampening(session: Session, args: Args) -> Iterable[str]:
    """`clear ip bgp dampening`: penalties and history are forgotten."""
    process = _process(session, args)
    if process is None:
        return ("%BGP not running",)
    process.clear_dampening()
    return ()


@command("clear_ip_bgp")
def clear_ip_bgp(session: Session, args: Args) -> Iterable[str]:
    """`clear ip bgp * | A.B.C.D | AS | external | peer-group X [soft] [in | out]`."""
    process = _process(session, args)
    if process is None:
        return ("%BGP not running",)
    chosen = _cleared(process.machine, args)
    address = args.get("A_BGP_NEIGHBOR")
    if address is not None and not chosen:
        return (f"% Unknown neighbor {address}",)
    inbound, outbound = "in" in args, "out" in args
    if "soft" in args or inbound or outbound:
        both = not inbound and not outbound
        process.clear_soft(chosen, inbound=inbound or both, outbound=outbound or both)
    else:
        process.clear(chosen)
    return ()


def _cleared(bgp: Bgp, args: Args) -> list[IPv4Address]:
    neighbors: Iterable[Neighbor] = bgp.neighbors.values()
    address, number = args.get("A_BGP_NEIGHBOR"), args.get("A_BGP_AS")
    if address is not None:
        neighbors = [it for it in neighbors if it.address == address]
    elif number is not None:
        neighbors = [it for it in neighbors if it.settings.remote_as == number]
    elif "external" in args:
        neighbors = [it for it in neighbors if not it.internal]
    elif "peer-group" in args:
        neighbors = [it for it in neighbors if it.peer_group == args["A_BGP_LIST"]]
    return [it.address for it in neighbors]
