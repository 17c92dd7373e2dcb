"""Why something came through that should not have: the room, the routes and the lists it met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.exercises.checks.causes.lost import Why, as_why, source_of, why_lost
from ioscli.exercises.checks.causes.sent_on import routes_on, ways_out
from ioscli.exercises.checks.ways import listed, walk_of, ways_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.walk import Hop
from ioscli.model.ifname import InterfaceName
from ioscli.router.probes import EchoKind
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.exercises.checks.echoes import Asked
    from ioscli.exercises.trial import Trial
    from ioscli.labs.labfile import Endpoint
    from ioscli.labs.topology import Topology


def why_answered(trial: Trial, asked: Asked) -> Why:
    """Why a ping was answered: the way it goes by, and what let it pass there."""
    ways = ways_of(trial, asked)
    if not ways.there:
        return Why()
    topology, to, source = trial.topology, asked.echo.to, source_of(trial.topology, asked)
    findings = [Finding(f"they go by {listed(ways.there)}", ())]
    if asked.echo.df:
        findings += _room(topology, ways.there, to, asked.echo.size)
        if source is not None:
            findings += _room(topology, ways.back, source, asked.echo.size)
        return as_why(findings)
    findings += routes_on(topology, ways.there, to)
    heard = next((it for it in reversed(asked.last) if it.kind is EchoKind.REPLY), None)
    walk = None if heard is None else walk_of(trial, asked, heard)
    hops = [step for step in walk.steps if isinstance(step, Hop)] if walk is not None else []
    findings += let_in(trial, (hop.receiver for hop in hops))
    return as_why(findings)


def why_not_told(trial: Trial, asked: Asked) -> Why:
    """Why nobody said that a ping was too big that was lost all the same, elsewhere maybe."""
    why = why_lost(trial, asked)
    walk = next(filter(None, (walk_of(trial, asked, it) for it in asked.lost)), None)
    hops = [step for step in walk.steps if isinstance(step, Hop)] if walk is not None else []
    nodes = dict.fromkeys(hop.sender.node for hop in hops if hop.what == "request")
    room = as_why(list(_room(trial.topology, tuple(nodes), asked.echo.to, asked.echo.size)))
    return Why((*why.because, *room.because), (*why.shown_by, *room.shown_by))


# --- how large it may be -------------------------------------------------------------------------


def _room(
    topology: Topology, nodes: tuple[str, ...], to: IPv4Address, size: int
) -> Iterator[Finding]:
    """The IP MTU of what routers send packets out of; that of tunnels alone, if there are any."""
    ways = list(ways_out(topology, nodes, to))
    tunnels = [it for it in ways if isinstance(it[1], TunnelInterface)]
    for node, interface in tunnels or ways:
        words = f"the IP MTU of {interface.name} of {node} is {interface.ip_mtu}"
        words += f", enough for {size} bytes" if interface.ip_mtu >= size else f", not {size} bytes"
        show = f"{node}: show ip interface {interface.name}"
        yield Finding(words, (show,), Rank.PATH)


# --- past which lists ----------------------------------------------------------------------------


def let_in(trial: Trial, ends: Iterable[Endpoint]) -> Iterator[Finding]:
    """What the answer's routers do with packets that come in: whether an access list sees them."""
    for end in dict.fromkeys(ends):
        router = trial.topology.routers.get(end.node)
        if router is None or end.node not in trial.exercise.nodes:
            continue
        name = end.port if isinstance(end.port, InterfaceName) else None
        interface = None if name is None else router.interfaces.get(name)
        if interface is None:
            continue
        known, where = interface.config.access_group_in, f"{interface.name} of {end.node}"
        shows = [f"{end.node}: show ip interface {interface.name}"]
        if known is None:
            words = f"no access list looks at what comes in at {where}"
        elif known not in router.config.policy.access_lists:
            words = f"access list {known} at {where} does not exist, and so lets everything in"
        else:
            words = f"access list {known} at {where} lets it in"
            shows.append(f"{end.node}: show ip access-lists {known}")
        yield Finding(words, tuple(shows), Rank.PATH)
