"""router ospf: carries out grammar/router_ospf.lark.

The `area` lines are in ospf_area, what the running-config prints in ospf_lines.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, NamedTuple

from ioscli.cli.commands import ospf_area, ospf_lines
from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.commands.ip_address import prefix_length
from ioscli.cli.configuration import ConfigContext, StepsOf
from ioscli.cli.dialogue import Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.changes import RoutingChanged
from ioscli.model.ospf import (
    DEFAULT_DISTANCE,
    DEFAULT_LSA_ARRIVAL,
    DEFAULT_LSA_THROTTLE,
    DEFAULT_MAXIMUM_PATHS,
    DEFAULT_REFERENCE_BANDWIDTH,
    DEFAULT_SPF_THROTTLE,
    DISCARD_DISTANCE_EXTERNAL,
    MAX_METRIC_SUMMARY,
    OspfDefaultInformation,
    OspfDistributeList,
    OspfMaxMetric,
    OspfNeighborStatement,
    OspfNetwork,
    OspfProcess,
    OspfRange,
    OspfThrottle,
)
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

__all__ = ["ospf_area", "ospf_lines"]

CHANGED = (RoutingChanged(),)
_ALLOWED_PACING = {"flood": 33, "retransmission": 66, "lsa-group": 240}
_SOURCES = {
    "connected": RouteSource.CONNECTED,
    "static": RouteSource.STATIC,
    "rip": RouteSource.RIP,
    "ospf": RouteSource.OSPF,
    "eigrp": RouteSource.EIGRP,
    "bgp": RouteSource.BGP,
}


@command("router_ospf")
def router_ospf(context: ConfigContext, args: Args) -> Changes:
    """Begin or go to a process; its VRF cannot change."""
    name, vrf = str(args["A_OSPF_PROCESS"]), args.get("A_VRF_NAME", "")
    processes = context.config.ospf
    if resets(args):
        processes.pop(name, None)
        for interface in context.config.interfaces.values():
            # The lines of interfaces that name the process go with it.
            if interface.ospf is not None and interface.ospf.process == name:
                interface.ospf.process = None
        return CHANGED
    process = processes.get(name)
    if process is None:
        process = processes[name] = OspfProcess(name, vrf)
    elif vrf and process.vrf != vrf:
        raise Refusal("%VRF specified does not match existing router")
    context.enter("ospf", process)
    return CHANGED


@command("ospf_router_id")
def ospf_router_id(context: ConfigContext, args: Args) -> Changes:
    """Taken at once while there are no neighbors, else when the process begins anew."""
    process: OspfProcess = context.target
    wanted: IPv4Address | None = None if resets(args) else args["A_ROUTER_ID"]
    if wanted is not None and not int(wanted):
        raise Refusal(argument="A_ROUTER_ID")
    process.router_id = wanted
    if not context.startup:
        context.steps = _after_router_id(process.process)
    return CHANGED


def _after_router_id(name: str) -> StepsOf:
    """What is said of a new ID that is not in use yet: known only to the running process."""

    def steps(session: Session) -> Steps:
        running = session.router.routing.processes.get((RouteSource.OSPF, name))
        if running is not None and getattr(running, "waits_for_router_id", False):
            yield '% OSPF: Reload or use "clear ip ospf process" command, for this to take effect'

    return steps


@command("ospf_log_adjacency_changes")
def ospf_log_adjacency_changes(context: ConfigContext, args: Args) -> Changes:
    """On by default; `detail` reports every state."""
    process: OspfProcess = context.target
    process.log_adjacency_changes = not args.negated
    process.log_adjacency_detail = "detail" in args and not resets(args)
    return CHANGED


@command("ospf_reference_bandwidth")
def ospf_reference_bandwidth(context: ConfigContext, args: Args) -> Changes:
    """Megabits a second that cost 1."""
    process: OspfProcess = context.target
    wanted = DEFAULT_REFERENCE_BANDWIDTH if resets(args) else args["A_REFERENCE_BANDWIDTH"]
    if wanted != process.reference_bandwidth:
        process.reference_bandwidth = wanted
        context.say("% OSPF: Reference bandwidth is changed. ")
        context.say("        Please ensure reference bandwidth is consistent across all routers.")
    return CHANGED


@command("ospf_max_metric")
def ospf_max_metric(context: ConfigContext, args: Args) -> Changes:
    """Have other routers go around this one (RFC 6987)."""
    process: OspfProcess = context.target
    if resets(args):
        process.max_metric = None
        return CHANGED
    process.max_metric = OspfMaxMetric(
        args.get("A_STARTUP"),
        "wait-for-bgp" in args,
        "include-stub" in args,
        _worst(args, "summary-lsa"),
        _worst(args, "external-lsa"),
    )
    return CHANGED


def _worst(args: Args, word: str) -> int | None:
    """The number behind a word, or what the word alone means."""
    if word not in args:
        return None
    words = args.words
    behind = words[words.index(word) + 1 : words.index(word) + 2]
    return int(behind[0]) if behind and behind[0].isdigit() else MAX_METRIC_SUMMARY


@command("ospf_prefix_suppression")
def ospf_prefix_suppression(context: ConfigContext, args: Args) -> Changes:
    """Keep the prefixes of links between routers to oneself (RFC 6860)."""
    context.target.prefix_suppression = not resets(args)
    return CHANGED


@command("ospf_compatible")
def ospf_compatible(context: ConfigContext, args: Args) -> Changes:
    """Which way to an AS boundary router is preferred; on by default."""
    context.target.compatible_rfc1583 = not args.negated
    return CHANGED


@command("ospf_shutdown")
def ospf_shutdown(context: ConfigContext, args: Args) -> Changes:
    """Leave all neighbors, keep the configuration."""
    context.target.shutdown = not resets(args)
    return CHANGED


@command("ospf_throttle")
def ospf_throttle(context: ConfigContext, args: Args) -> Changes:
    """When shortest paths are computed and own LSAs are made anew."""
    process: OspfProcess = context.target
    spf = "spf" in args
    wanted = DEFAULT_SPF_THROTTLE if spf else DEFAULT_LSA_THROTTLE
    if not resets(args):
        wanted = OspfThrottle(*args.all("A_OSPF_DELAY"))
    if spf:
        process.spf_throttle = wanted
    else:
        process.lsa_throttle = wanted
    return CHANGED


class _Number(NamedTuple):
    """A setting of one number."""

    field: str
    """Of OspfProcess."""
    usual: int | None
    """What `no` and `default` go back to."""
    argument: str


#: How far apart instances of one LSA must come in; the metric of redistributed routes whose line
#: says none; how many equal-cost paths go into the table; the distance of all its routes.
_NUMBERS = {
    "ospf_lsa_arrival": _Number("lsa_arrival", DEFAULT_LSA_ARRIVAL, "A_OSPF_DELAY"),
    "ospf_default_metric": _Number("default_metric", None, "A_DEFAULT_METRIC"),
    "ospf_maximum_paths": _Number("maximum_paths", DEFAULT_MAXIMUM_PATHS, "A_PATHS"),
    "ospf_administrative_distance": _Number("distance", DEFAULT_DISTANCE, "A_DISTANCE"),
}


def _set_number(setting: _Number, context: ConfigContext, args: Args) -> Changes:
    wanted = setting.usual if resets(args) else args[setting.argument]
    setattr(context.target, setting.field, wanted)
    return CHANGED


for _rule, _setting in _NUMBERS.items():
    command(_rule)(partial(_set_number, _setting))


@command("ospf_pacing")
def ospf_pacing(context: ConfigContext, args: Args) -> Changes:
    """How LSAs are bundled."""
    process: OspfProcess = context.target
    what = next(word for word in _ALLOWED_PACING if word in args)
    wanted = _ALLOWED_PACING[what] if resets(args) else int(args.words[-1])
    if what == "flood":
        process.flood_pacing = wanted
    elif what == "retransmission":
        process.retransmission_pacing = wanted
    else:
        process.lsa_group_pacing = wanted
    return CHANGED


@command("ospf_able")
def ospf_able(context: ConfigContext, args: Args) -> Changes:
    """What it can do: link-local signalling, opaque LSAs, transit areas; all on by default."""
    process: OspfProcess = context.target
    able = not args.negated
    if "lls" in args:
        process.link_local_signalling = able
    elif "opaque" in args:
        process.opaque = able
    else:
        process.transit = able
    return CHANGED


@command("ospf_discard_route")
def ospf_discard_route(context: ConfigContext, args: Args) -> Changes:
    """The routes to Null0 that guard summaries, and their distances."""
    process: OspfProcess = context.target
    if "external" not in args:
        process.discard_internal = _discard(args, DEFAULT_DISTANCE)
    if "internal" not in args:
        process.discard_external = _discard(args, DISCARD_DISTANCE_EXTERNAL)
    return CHANGED


def _discard(args: Args, usual: int) -> int | None:
    if args.negated:
        return None
    distance: int = usual if args.defaulted else args.get("A_DISTANCE", usual)
    return distance


@command("ospf_summary_address")
def ospf_summary_address(context: ConfigContext, args: Args) -> Changes:
    """Externals under one prefix."""
    process: OspfProcess = context.target
    prefix = ospf_area.prefix_of(args)
    summaries = process.summary_addresses
    kept = [one for one in summaries if one.prefix != prefix]
    if not resets(args):
        kept.append(OspfRange(prefix, "not-advertise" not in args, tag=args.get("A_TAG", 0)))
    summaries[:] = kept
    return CHANGED


@command("ospf_passive_interface")
def ospf_passive_interface(context: ConfigContext, args: Args) -> Changes:
    """Where no neighbors are wanted."""
    process: OspfProcess = context.target
    on = not resets(args)
    if "A_INTERFACE" not in args:
        process.passive_default = on
        process.passive.clear()
        process.not_passive.clear()
        return CHANGED
    name = args["A_INTERFACE"]
    if not context.knows(name):
        raise Refusal(argument="A_INTERFACE")
    named = process.not_passive if process.passive_default else process.passive
    if on is process.passive_default:
        named.discard(name)
    else:
        named.add(name)
    return CHANGED


@command("ospf_network")
def ospf_network(context: ConfigContext, args: Args) -> Changes:
    """Which interface addresses belong to which area; the first narrowest statement counts."""
    process: OspfProcess = context.target
    wildcard = int(args["A_WILDCARD"])
    if prefix_length(args["A_WILDCARD"]) not in (None, 0, 32):
        wildcard ^= 0xFFFFFFFF  # IOS takes a netmask, too
    address = IPv4Address(int(args["A_NETWORK"]) & ~wildcard & 0xFFFFFFFF)
    number = ospf_area.number(process, args)
    statement = OspfNetwork(address, IPv4Address(wildcard), number)
    same = [one for one in process.networks if one[:2] == statement[:2]]
    if resets(args):
        process.networks[:] = [one for one in process.networks if one != statement]
        return CHANGED
    if same and same[0].area != number:
        before = ospf_lines.area_text(process, same[0].area)
        context.say(
            f'% OSPF: "network {address} {statement.wildcard} area {before}"'
            " is ignored. It is replaced by the new statement"
        )
    process.networks[:] = [one for one in process.networks if one not in same]
    process.networks.append(statement)
    return CHANGED


@command("ospf_neighbor")
def ospf_neighbor(context: ConfigContext, args: Args) -> Changes:
    """A neighbor on a network without broadcast."""
    process: OspfProcess = context.target
    address: IPv4Address = args["A_NEIGHBOR"]
    kept = [one for one in process.neighbors if one.address != address]
    if not resets(args):
        made = OspfNeighborStatement(
            address,
            args.get("A_OSPF_PRIORITY", 0),
            args.get("A_SECONDS_LONG", 120),
            args.get("A_OSPF_COST"),
            "database-filter" in args,
        )
        kept.append(made)
    process.neighbors[:] = kept
    return CHANGED


@command("ospf_default_information")
def ospf_default_information(context: ConfigContext, args: Args) -> Changes:
    """The default route as an external one; `no` with words takes these back only."""
    process: OspfProcess = context.target
    known = process.default_information
    if resets(args):
        if known is not None and args.words[3:]:
            process.default_information = _without(known, args)
        else:
            process.default_information = None
        return CHANGED
    process.default_information = OspfDefaultInformation(
        "always" in args,
        args.get("A_OSPF_METRIC"),
        args.get("A_METRIC_TYPE", 2),
        args.get("A_ROUTE_MAP"),
    )
    return CHANGED


def _without(known: OspfDefaultInformation, args: Args) -> OspfDefaultInformation:
    if "always" in args:
        known = known._replace(always=False)
    if "metric" in args:
        known = known._replace(metric=None)
    if "metric-type" in args:
        known = known._replace(metric_type=2)
    if "route-map" in args:
        known = known._replace(route_map=None)
    return known


@command("ospf_distances")
def ospf_distances(context: ConfigContext, args: Args) -> Changes:
    """By kind of route; `no` takes back those that it names, or all."""
    process: OspfProcess = context.target
    words = args.words[1:] if resets(args) else args.words
    kinds = [word for word in words[2:] if not word.isdigit()]
    values = iter(args.all("A_DISTANCE"))
    for kind in kinds or ("external", "inter-area", "intra-area"):
        value = None if resets(args) else next(values)
        if kind == "external":
            process.distance_external = value
        elif kind == "inter-area":
            process.distance_inter = value
        else:
            process.distance_intra = value
    return CHANGED


@command("ospf_distribute_list")
def ospf_distribute_list(context: ConfigContext, args: Args) -> Changes:
    """Which routes go into the table, or are redistributed; one list for each way."""
    process: OspfProcess = context.target
    words = args.words[2:] if resets(args) else args.words[1:]
    kind = words[0] if words[0] in ("prefix", "route-map") else ""
    name, way, *tail = words[1:] if kind else words
    made = OspfDistributeList(kind, name, way == "in")
    if made.incoming:
        made = made._replace(interface=args.get("A_INTERFACE"))
    elif tail:
        made = made._replace(source=_SOURCES[tail[0]], process="".join(tail[1:]))
    same = made[2:]
    kept = [one for one in process.distribute_lists if one[2:] != same]
    process.distribute_lists[:] = kept if resets(args) else [*kept, made]
    return CHANGED


@command("ospf_redistribute")
def ospf_redistribute(context: ConfigContext, args: Args) -> Changes:
    """Routes of another source; lines about one add up, `no` with options takes these back."""
    process: OspfProcess = context.target
    words = args.words[2:] if resets(args) else args.words[1:]
    source = _SOURCES[words[0]]
    name = words[1] if source in (RouteSource.OSPF, RouteSource.EIGRP, RouteSource.BGP) else ""
    lines = process.redistributions
    known = next((one for one in lines if (one.source, one.process) == (source, name)), None)
    options = _options(args)
    if resets(args):
        if known is not None:
            at = lines.index(known)
            left = [_taken_back(known, options)] if options else []
            lines[at : at + 1] = left
        return CHANGED
    if source is RouteSource.OSPF and name == process.process:
        raise Refusal('% OSPF: "redistribute ospf" of the process itself is not allowed')
    made = (known or Redistribution(source, name))._replace(**options)
    if known is None:
        lines.append(made)
    else:
        lines[lines.index(known)] = made
    if not made.subnets:
        context.say("% Only classful networks will be redistributed")
    return CHANGED


def _options(args: Args) -> dict[str, Any]:
    """What the line says: field -> value."""
    said: dict[str, Any] = {}
    if "A_OSPF_METRIC" in args:
        said["metric"] = args["A_OSPF_METRIC"]
    if "metric-type" in args:
        words = args.words
        said["metric_type"] = int(words[words.index("metric-type") + 1])
    if "A_TAG" in args:
        said["tag"] = args["A_TAG"]
    if "A_ROUTE_MAP" in args:
        said["route_map"] = args["A_ROUTE_MAP"]
    if "subnets" in args:
        said["subnets"] = True
    if "match" in args:
        said["match"] = _match(args.words)
    return said


def _match(words: tuple[str, ...]) -> tuple[str, ...]:
    """`match` and its words, a word without a number meaning both."""
    found: list[str] = []
    at = words.index("match") + 1
    while at < len(words) and words[at] in ("internal", "external", "nssa-external"):
        word, number = words[at], words[at + 1] if at + 1 < len(words) else ""
        at += 1
        if word == "internal":
            found.append(word)
        elif number in ("1", "2"):
            found.append(f"{word} {number}")
            at += 1
        else:
            found += (f"{word} 1", f"{word} 2")
    return tuple(one for one in _MATCHES if one in found)


_MATCHES = ("internal", "external 1", "external 2", "nssa-external 1", "nssa-external 2")


def _taken_back(line: Redistribution, options: dict[str, Any]) -> Redistribution:
    usual = Redistribution(line.source)
    return line._replace(**{field: getattr(usual, field) for field in options})
