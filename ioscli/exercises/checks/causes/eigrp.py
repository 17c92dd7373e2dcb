"""Why two routers are no EIGRP neighbors: what their hellos have to agree upon (RFC 7868, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.eigrp.numbers import IP_PROTOCOL, MULTICAST
from ioscli.exercises.checks.causes.facing import Pair, Side, denied
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.router.router import Router

_GROUP = IPv4Address(MULTICAST)


class _End(NamedTuple):
    """An interface that EIGRP runs on."""

    side: Side
    eigrp: Eigrp
    interface: Interface

    def __str__(self) -> str:
        return str(self.side)

    @property
    def show(self) -> str:
        return f"{self.side.node}: show ip eigrp interfaces detail {self.side.name}"


def machines(router: Router) -> list[Eigrp]:
    """The processes of a router."""
    from ioscli.router.eigrp import EigrpProcess

    found = router.routing.of_source(RouteSource.EIGRP)
    return [process.machine for process in found if isinstance(process, EigrpProcess)]


def eigrp_causes(pair: Pair) -> Iterator[Finding]:
    """What keeps the two ends of a network from being neighbors."""
    ends = [_ends(side) for side, _ in pair.both]
    for side, found in zip(pair, ends, strict=True):
        if not found:
            yield from not_running(side)
        for end in found:
            if end.interface.passive:
                words = f"{side} is passive: no hello leaves it or is heard there"
                yield Finding(words, (f"{side.node}: show ip protocols",), Rank.ENDS)
    yield from denied(pair, IP_PROTOCOL, _GROUP)
    ours, theirs = ends
    if not ours or not theirs:
        return
    common = [
        (own, its)
        for own in ours
        for its in theirs
        if own.eigrp.autonomous_system == its.eigrp.autonomous_system
    ]
    if not common:
        shows = tuple(f"{side.node}: show ip protocols" for side, _ in pair.both)
        words = (
            f"{pair.ours} runs EIGRP in AS {_systems(ours)}, {pair.theirs} in AS {_systems(theirs)}"
        )
        yield Finding(words, shows, Rank.ENDS)
    for own, its in common:
        yield from _compared(own, its)


def _ends(side: Side) -> list[_End]:
    return [
        _End(side, eigrp, eigrp.interfaces[side.name])
        for eigrp in machines(side.router)
        if side.name in eigrp.interfaces
    ]


def _systems(ends: list[_End]) -> str:
    return " and ".join(str(end.eigrp.autonomous_system) for end in ends)


def not_running(side: Side) -> Iterator[Finding]:
    """Why EIGRP is not on an interface."""
    found = machines(side.router)
    show = (f"{side.node}: show ip protocols",)
    if not found:
        yield Finding(f"{side.node} runs no EIGRP", show, Rank.ENDS)
    elif not any(eigrp.router_id for eigrp in found):
        words = f"EIGRP of {side.node} has no router ID, or is shut down"
        yield Finding(words, show, Rank.ENDS)
    elif side.interface is not None and side.interface.protocol_up:
        words = f"EIGRP does not run on {side}: no network statement covers its address"
        yield Finding(words, show, Rank.ENDS)


def _compared(ours: _End, theirs: _End) -> Iterator[Finding]:
    nodes = ours.side.node, theirs.side.node
    protocols = tuple(f"{node}: show ip protocols" for node in nodes)
    mine, other = ours.eigrp.config.weights, theirs.eigrp.config.weights
    if mine != other:
        words = (
            f"the K values differ: {_weights(mine)} on {nodes[0]}, {_weights(other)} on {nodes[1]}"
        )
        yield Finding(words, protocols, Rank.ENDS)
    for end, far in ((ours, theirs), (theirs, ours)):
        statics = end.interface.statics
        if statics and int(far.interface.address) not in statics:
            words = (
                f"{end} takes configured neighbors alone, and {far.interface.address} is not "
                "among them"
            )
            yield Finding(
                words, (f"{end.side.node}: show running-config | section router eigrp",), Rank.ENDS
            )
    if bool(ours.interface.statics) is not bool(theirs.interface.statics):
        static, far = (ours, theirs) if ours.interface.statics else (theirs, ours)
        words = f"{static} has a neighbor statement and sends no multicast, {far} has none"
        yield Finding(words, protocols, Rank.ENDS)
    yield from _of_keys(ours, theirs)


def _weights(values: tuple[int, ...]) -> str:
    return " ".join(f"K{number}={value}" for number, value in enumerate(values[:5], start=1))


def _of_keys(ours: _End, theirs: _End) -> Iterator[Finding]:
    """Keys are said to be equal or not, and never shown."""
    shows = (ours.show, theirs.show)
    for end, far in ((ours, theirs), (theirs, ours)):
        if end.interface.facts.settings.authentication is None:
            continue
        accepted, key = end.interface.accepted_keys(), far.interface.sending_key()
        if not accepted:
            words = f"{end} wants EIGRP authenticated and has no key that is valid now"
        elif key is None:
            words = f"{end} wants EIGRP authenticated, and {far} signs nothing"
        elif key in accepted:
            continue
        elif key.id in {it.id for it in accepted if it.kind == key.kind}:
            words = f"key {key.id} is not the same on {ours} and {theirs}"
        elif key.kind not in {it.kind for it in accepted}:
            words = f"{ours} and {theirs} authenticate EIGRP with different algorithms"
        else:
            words = f"{far} signs with key {key.id}, which {end} does not have"
        yield Finding(words, shows, Rank.ENDS)
