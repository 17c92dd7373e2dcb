"""`show track` and `show track brief`.

Layout: captures of IOS-XE (interfaces, routes) and Cisco's command reference (operations, lists);
the columns of the brief form are those of 15.2 and later, known from Cisco's documents only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.model.rib import RouteSource
from ioscli.model.track import TrackedObject, TrackKind

if TYPE_CHECKING:
    from ioscli.router.router import Router
    from ioscli.router.tracking import TrackState

_STATES = {
    TrackKind.LINE_PROTOCOL: "Line protocol",
    TrackKind.IP_ROUTING: "IP routing",
    TrackKind.ROUTE: "Reachability",
    TrackKind.SLA_REACHABILITY: "Reachability",
    TrackKind.SLA_STATE: "State",
    TrackKind.LIST_AND: "Boolean AND",
    TrackKind.LIST_OR: "Boolean OR",
    TrackKind.STUB: "State",
}
_BRIEF = {
    TrackKind.LINE_PROTOCOL: ("interface", "line-protocol"),
    TrackKind.IP_ROUTING: ("interface", "ip routing"),
    TrackKind.ROUTE: ("ip route", "reachability"),
    TrackKind.SLA_REACHABILITY: ("ip sla", "reachability"),
    TrackKind.SLA_STATE: ("ip sla", "state"),
    TrackKind.LIST_AND: ("list", "boolean"),
    TrackKind.LIST_OR: ("list", "boolean"),
    TrackKind.STUB: ("stub-object", ""),
}


def show_track(router: Router, objects: Iterable[TrackState]) -> Iterator[str]:
    """Each object with its state, what it looks at, and who follows it."""
    now = router.simulation.now
    for state in objects:
        config = state.config
        yield f"Track {config.number}"
        yield f"  {_subject(config)}"
        waits = _delayed(state, now)
        yield f"  {_STATES[config.kind]} is {_word(state.up)}{_why(router, state)}{waits}"
        changes = f"{state.changes} change{'' if state.changes == 1 else 's'}"
        yield f"    {changes}, last change {route_age(Duration(now - state.changed))}"
        if config.kind in (TrackKind.LIST_AND, TrackKind.LIST_OR):
            yield from _members(router, config)
        if config.delay_up or config.delay_down:
            yield f"  Delay {_delays(config)}"
        yield from _measured(router, config)
        followers = list(_followers(router, config))
        if followers:
            yield "  Tracked by:"
            yield from (f"    {it}" for it in followers)


def _subject(config: TrackedObject) -> str:
    match config.kind:
        case TrackKind.LINE_PROTOCOL | TrackKind.IP_ROUTING:
            return f"Interface {config.interface} {config.kind.value}"
        case TrackKind.ROUTE:
            assert config.prefix is not None
            return f"IP route {config.prefix.with_netmask.replace('/', ' ')} reachability"
        case TrackKind.SLA_REACHABILITY:
            return f"IP SLA {config.operation} reachability"
        case TrackKind.SLA_STATE:
            return f"IP SLA {config.operation} state"
        case TrackKind.LIST_AND | TrackKind.LIST_OR:
            return f"List {config.kind.value}"
        case TrackKind.STUB:
            return "Stub-object"


def _why(router: Router, state: TrackState) -> str:
    config = state.config
    if config.kind is TrackKind.ROUTE:
        if not state.up:
            return " (no ip route)"
        table = router.vrfs.get(config.vrf)
        entry = None if table is None or config.prefix is None else table.rib.entry(config.prefix)
        return "" if entry is None else f" ({_source(entry.route.source)})"
    if config.kind in (TrackKind.LINE_PROTOCOL, TrackKind.IP_ROUTING) and not state.up:
        interface = None
        if config.interface is not None:
            interface = router.interfaces.get(config.interface)
        if interface is None:
            return " (no interface)"
        if interface.config.shutdown:
            return " (hw admin-down)"
        if not interface.up:
            return " (hw down)"
        if interface.protocol_up and interface.config.address is None:
            return " (no IP addr)"
    return ""


def _source(source: RouteSource) -> str:
    """`connected`, `static`, `OSPF`."""
    if source in (RouteSource.CONNECTED, RouteSource.STATIC, RouteSource.LOCAL):
        return source.name.lower()
    return source.name


def _delayed(state: TrackState, now: Instant) -> str:
    """`, delayed Up (1 sec remaining)`."""
    if state.pending is None or state.timer is None:
        return ""
    left = -(-(state.timer.due - now) // SECOND)
    return f", delayed {_word(state.pending)} ({left} sec{'' if left == 1 else 's'} remaining)"


def _delays(config: TrackedObject) -> str:
    parts = []
    for word, value in (("up", config.delay_up), ("down", config.delay_down)):
        if value:
            parts.append(f"{word} {value} sec{'' if value == 1 else 's'}")
    return ", ".join(parts)


def _members(router: Router, config: TrackedObject) -> Iterator[str]:
    for number, negated in config.members:
        member = router.tracking.objects.get(number)
        word = "Undefined" if member is None else _word(member.up)
        yield f"    object {number} {'not ' if negated else ''}{word}"


def _measured(router: Router, config: TrackedObject) -> Iterator[str]:
    if config.kind is TrackKind.ROUTE:
        first = None
        if config.prefix is not None and config.vrf in router.vrfs:
            address = int(config.prefix.network_address)
            if router.tracking.is_up(config.number):
                first = router.vrfs[config.vrf].forwarding.way_out(address)
        yield f"  First-hop interface is {'unknown' if first is None else first[0].name}"
        return
    run = None if config.operation is None else router.tracking.sla.runs.get(config.operation)
    if config.operation is not None:
        last = None if run is None else run.last
        yield f"  Latest operation return code: {'Unknown' if last is None else last.code}"
        if last is not None and last.round_trip is not None:
            yield f"  Latest RTT (millisecs) {last.round_trip}"


def _followers(router: Router, config: TrackedObject) -> Iterator[str]:
    for other in router.config.tracked.values():
        if any(number == config.number for number, _ in other.members):
            yield f"Track List {other.number}"
    if any(route.track == config.number for route in router.config.static_routes):
        yield "Static IP Routing 0"


def show_brief(objects: Iterable[TrackState], now: Instant) -> Iterator[str]:
    """One line an object."""
    yield "Track Type        Instance                   Parameter        State Last Change"
    for state in objects:
        config = state.config
        kind, parameter = _BRIEF[config.kind]
        age = route_age(Duration(now - state.changed))
        yield (
            f"{config.number:<6}{kind:<12}{_instance(config):<27}{parameter:<17}"
            f"{_word(state.up):<6}{age}"
        )


def _instance(config: TrackedObject) -> str:
    for value in (config.interface, config.prefix, config.operation):
        if value is not None:
            return str(value)
    return ""


def _word(up: bool) -> str:
    return "Up" if up else "Down"
