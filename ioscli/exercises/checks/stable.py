"""`stable`: whether anything comes and goes while nobody touches the network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.sent_on import tracked
from ioscli.exercises.checks.neighbors import neighbors
from ioscli.exercises.checks.ways import listed
from ioscli.exercises.verdict import Verdict
from ioscli.labs.labfile import NodeKind
from ioscli.model.instant import MINUTE, SECOND, Duration, Instant
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.explain.finding import Finding
    from ioscli.labs.labfile import Lab
    from ioscli.router.router import Router

_LOOK = Duration(SECOND // 2)
_SETTLING = MINUTE
"""Before the first look: a designated router is elected after 40 s (RFC 2328, 9.4)."""
_MOST_LOOKS = 2_000
"""Over a longer time the looks are further apart; what came and went between two is known by
when it came."""
_ENOUGH = 3
"""Changes of one thing that tell that it goes on and on."""
_MOST_TOLD = 3
_NOTHING = "none"
_PROTOCOLS = ("ospf", "eigrp", "bgp")
_MESSAGE = re.compile(
    r"%(?:TUN|OSPF|DUAL|BGP|LINEPROTO|LINK|CRYPTO|PIM|HSRP)-\d-"
    r"(?:RECURDOWN|ADJCHG|NBRCHANGE|ADJCHANGE|UPDOWN|SESSION_STATUS): .*"
)


class Thing(NamedTuple):
    """Something that may come and go."""

    node: str
    kind: str
    name: str

    def __str__(self) -> str:
        """`Tunnel0 of R1`."""
        return f"{self.name} of {self.node}"


class State(NamedTuple):
    """How it is with a thing."""

    words: str
    since: Instant = Instant(0)
    """0: that is not known."""


_SHOWS = {
    "tunnel": "show interfaces {} | include line protocol|linestate",
    "ospf": "show ip ospf neighbor",
    "eigrp": "show ip eigrp neighbors",
    "bgp": "show ip bgp summary",
    "sa": "show crypto session",
    "route": "show ip route {}",
}
"""By the kinds of things; a tunnel takes its neighbors along, and neighbors take routes along."""


class Stable(NamedTuple):
    """A time in which no neighbor, tunnel, SA or route of some routers changes."""

    span: Duration
    nodes: tuple[str, ...]

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{for: 5m, nodes: [R1, R2]}`; all routers by default. Raises InputError."""
        fields = item.fields("for", "nodes")
        span = values.duration(values.needed(item, fields, "for"), Duration(0))
        if not span:
            raise fields["for"].error("for: nothing happens in no time")
        nodes = [name for name, it in lab.nodes.items() if it.kind is NodeKind.ROUTER]
        if "nodes" in fields:
            nodes = [values.router(it, lab) for it in values.several(fields["nodes"])]
        return cls(span, tuple(nodes))

    @property
    def title(self) -> str:
        """What is wanted."""
        minutes, rest = divmod(self.span, MINUTE)
        span = f"{self.span / SECOND:g} s" if rest or minutes < _ENOUGH else f"{minutes} minutes"
        return f"For {span} no tunnel, neighbor, SA or route of {listed(self.nodes)} changes"

    @property
    def disturbs(self) -> bool:
        """Time goes by that other checks do not expect."""
        return True

    def judge(self, trial: Trial) -> Verdict:
        """Look every now and then, until something has changed often enough or time is up."""
        if trial.deadline is None:
            trial.wait(_SETTLING)
        routers = {node: trial.topology.routers[node] for node in self.nodes}
        logged: list[tuple[str, str]] = []
        stops = [_listen(node, router, logged) for node, router in routers.items()]
        history: dict[Thing, list[str]] = {}
        before, mark = dict(_things(routers)), _mark(routers)

        def shaken() -> bool:
            nonlocal before, mark
            new = _mark(routers)
            if new == mark:
                return False
            mark = new
            now = dict(_things(routers))
            for thing in (*before, *(it for it in now if it not in before)):
                was, found = before.get(thing, _GONE), now.get(thing, _GONE)
                if was != found:
                    same = " again" if was.words == found.words else ""
                    history.setdefault(thing, [was.words]).append(found.words + same)
            before = now
            return any(len(states) > _ENOUGH for states in history.values())

        every = Duration(max(_LOOK, self.span // _MOST_LOOKS))
        trial.wait_for(shaken, self.span, every)
        shaken()
        for stop in stops:
            stop()
        if not history:
            return Verdict(True, "nothing changed")
        return _told(history, logged, routers)


_GONE = State(_NOTHING)


def _told(
    history: Mapping[Thing, list[str]],
    logged: list[tuple[str, str]],
    routers: Mapping[str, Router],
) -> Verdict:
    """What changed, what may have caused other changes first."""
    kinds = list(_SHOWS)
    things = sorted(history, key=lambda thing: kinds.index(thing.kind))
    first = things[:_MOST_TOLD]
    words = "; ".join(f"{thing}: {', then '.join(history[thing])}" for thing in first)
    if len(things) > _MOST_TOLD:
        words += f"; and {len(things) - _MOST_TOLD} more"
    shown_by = [f"{it.node}: {_SHOWS[it.kind].format(it.name.split(' ')[0])}" for it in first]
    shown_by += [f"{node}: show logging" for node, _ in logged]
    logged = sorted(
        logged, key=lambda it: not it[1].startswith("%TUN")
    )  # what is a cause by itself
    said = dict.fromkeys(f"{node} logged {line.removesuffix('.')}" for node, line in logged)
    because = list(said)[:_MOST_TOLD]
    for cause in _tracked(first, routers):
        shown_by += cause.shown_by
        because.append(cause.words)
    return Verdict(False, words, tuple(dict.fromkeys(shown_by)), tuple(because))


def _tracked(things: list[Thing], routers: Mapping[str, Router]) -> Iterator[Finding]:
    """What static routes that came and went wait for."""
    for thing in things:
        prefix, _, table = thing.name.partition(" ")
        if thing.kind == "route" and not table:
            yield from tracked(thing.node, routers[thing.node], IPv4Network(prefix))


def _listen(node: str, router: Router, logged: list[tuple[str, str]]) -> Callable[[], object]:
    """Note what a router says of what comes and goes; call what is returned to stop."""

    def note(line: str) -> None:
        found = _MESSAGE.search(line)
        if found is not None:
            logged.append((node, found[0]))

    return router.console.subscribe(note)


def _mark(routers: Mapping[str, Router]) -> list[object]:
    """What is another one whenever any of `_things` is, and much quicker to tell."""
    mark: list[object] = []
    for router in routers.values():
        mark += [(id(it.rib), it.rib.version) for it in router.vrfs.values()]
        tunnels = [it for it in router.interfaces.values() if isinstance(it, TunnelInterface)]
        mark += [(it.name, it.protocol_up) for it in tunnels]
        mark += [known for protocol in _PROTOCOLS for known in neighbors(router, protocol)]
        engine = router.running_crypto
        flows = () if engine is None else engine.flows.values()
        mark += [flow for flow in flows if flow.flow.current is not None]
    return mark


def _things(routers: Mapping[str, Router]) -> Iterator[tuple[Thing, State]]:
    """All that may come and go, as it is now."""
    for node, router in routers.items():
        for interface in router.interfaces.values():
            if isinstance(interface, TunnelInterface):
                words = "up" if interface.protocol_up else "down"
                yield Thing(node, "tunnel", str(interface.name)), State(words)
        for protocol in _PROTOCOLS:
            for known in neighbors(router, protocol):
                where = "" if known.interface is None else f" on {known.interface}"
                name = f"{protocol.upper()} neighbor {known.address}{where}"
                yield Thing(node, protocol, name), State(known.state)
        for flow in router.ipsec_views():
            if flow.outbound_spi:
                name = f"SA with {flow.peer} on {flow.interface}"
                yield Thing(node, "sa", name), State("up")
        for table in router.vrfs:
            where = f" (VRF {table})" if table else ""
            for route in router.route_views(table):
                ways = [f"{it.address or ''} {it.interface or ''}".strip() for it in route.paths]
                words = f"{route.code} by {' and '.join(ways)}" if ways else route.code
                # RIP says again and again what it has said, and its routes are new each time.
                since = Instant(0) if route.code == "R" else route.installed
                yield Thing(node, "route", f"{route.prefix}{where}"), State(words, since)
