"""Why two routers are no OSPF neighbors: what RFC 2328 wants them to agree upon (10.5, 10.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.numbers import ALL_SPF_ROUTERS, AuthType, dotted
from ioscli.exercises.checks.causes.facing import Pair, Side, denied
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.states import NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.router.router import Router

_PROTOCOL = 89
_POINT_TO_POINT = (NetworkType.POINT_TO_POINT, NetworkType.VIRTUAL_LINK)
_AUTHENTICATION = {
    AuthType.NULL: "none",
    AuthType.SIMPLE: "a password in clear",
    AuthType.CRYPTOGRAPHIC: "message digests",
}


class _End(NamedTuple):
    """An interface that OSPF runs on."""

    side: Side
    ospf: Ospf
    interface: Interface

    def __str__(self) -> str:
        return str(self.side)

    @property
    def show(self) -> str:
        return f"{self.side.node}: show ip ospf interface {self.side.name}"

    @property
    def area(self) -> str:
        return self.ospf.area_text(self.interface.area.id)


def machines(router: Router) -> list[Ospf]:
    """The processes of a router."""
    from ioscli.router.ospf import OspfProcess

    found = router.routing.of_source(RouteSource.OSPF)
    return [process.machine for process in found if isinstance(process, OspfProcess)]


def ospf_causes(pair: Pair) -> Iterator[Finding]:
    """What keeps the two ends of a network from being neighbors, the first obstacle first."""
    ends = [_end(side) for side, _ in pair.both]
    for side, end in zip(pair, ends, strict=True):
        if end is None:
            yield from not_running(side)
        elif end.interface.passive:
            words = f"{side} is passive: no hello leaves it or is heard there"
            yield Finding(words, (f"{side.node}: show ip ospf interface {side.name}",), Rank.ENDS)
    yield from denied(pair, _PROTOCOL, ALL_SPF_ROUTERS)
    ours, theirs = ends
    if ours is not None and theirs is not None:
        yield from _compared(ours, theirs)


def _end(side: Side) -> _End | None:
    for ospf in machines(side.router):
        interface = ospf.interfaces.get(side.name)
        if interface is not None:
            return _End(side, ospf, interface)
    return None


def not_running(side: Side) -> Iterator[Finding]:
    """Why OSPF is not on an interface."""
    found = machines(side.router)
    show = (f"{side.node}: show ip ospf interface brief",)
    if not found:
        yield Finding(f"{side.node} runs no OSPF", (f"{side.node}: show ip protocols",), Rank.ENDS)
    elif not any(ospf.router_id for ospf in found):
        words = f"OSPF of {side.node} has no router ID, for want of an address on an interface"
        yield Finding(words, (f"{side.node}: show ip protocols",), Rank.ENDS)
    elif any(ospf.config.shutdown for ospf in found):
        yield Finding(f"OSPF of {side.node} is shut down", show, Rank.ENDS)
    elif side.interface is not None and side.interface.protocol_up:
        words = f"OSPF does not run on {side}: no network statement covers its address"
        yield Finding(words, show, Rank.ENDS)


def _compared(ours: _End, theirs: _End) -> Iterator[Finding]:
    shows = (ours.show, theirs.show)
    own, its = ours.interface, theirs.interface
    if own.area.id != its.area.id:
        words = f"{ours} is in area {ours.area}, {theirs} in area {theirs.area}"
        yield Finding(words, shows, Rank.ENDS)
    elif own.area.config.kind is not its.area.config.kind:
        words = (
            f"area {ours.area} is {own.area.config.kind.value} on {ours.side.node}, "
            f"{its.area.config.kind.value} on {theirs.side.node}"
        )
        yield Finding(words, _both(ours, theirs, "show ip ospf"), Rank.ENDS)
    if ours.ospf.router_id == theirs.ospf.router_id:
        words = (
            f"{ours.side.node} and {theirs.side.node} have the same router ID "
            f"{dotted(ours.ospf.router_id)}"
        )
        yield Finding(words, _both(ours, theirs, "show ip ospf"), Rank.ENDS)
    for what in ("hello_interval", "dead_interval"):
        mine, other = getattr(own, what), getattr(its, what)
        if mine != other:
            words = f"the {what.replace('_', ' ')} is {mine} s on {ours}, {other} s on {theirs}"
            yield Finding(words, shows, Rank.ENDS)
    yield from _of_types(ours, theirs)
    yield from _of_keys(ours, theirs)
    ignored = own.mtu_ignore or its.mtu_ignore
    if own.mtu != its.mtu and not ignored:
        words = f"the IP MTU is {own.mtu} on {ours}, {its.mtu} on {theirs}"
        yield Finding(words, _interfaces(ours, theirs), Rank.TRAFFIC)


def _of_types(ours: _End, theirs: _End) -> Iterator[Finding]:
    shows = (ours.show, theirs.show)
    own, its = ours.interface, theirs.interface
    if own.network_type is not its.network_type:
        words = (
            f"the network type is {own.network_type.value} on {ours}, "
            f"{its.network_type.value} on {theirs}"
        )
        yield Finding(words, shows, Rank.TRAFFIC)
    elif own.network_type not in _POINT_TO_POINT and own.mask != its.mask:
        words = f"the masks of {ours} and {theirs} differ"
        yield Finding(words, _interfaces(ours, theirs), Rank.ENDS)
    elif own.elects and not own.priority and not its.priority:
        words = f"{ours} and {theirs} have priority 0, so nobody is designated router"
        yield Finding(words, shows, Rank.TRAFFIC)
    if not own.multicast and not its.multicast:
        named = [
            end.interface.statement_for(other.interface.address) is not None
            for end, other in ((ours, theirs), (theirs, ours))
        ]
        if not any(named):
            words = (
                f"neither {ours.side.node} nor {theirs.side.node} has a neighbor statement for the "
                "other, and on this type of network hellos go to such neighbors only"
            )
            yield Finding(words, shows, Rank.ENDS)


def _of_keys(ours: _End, theirs: _End) -> Iterator[Finding]:
    """Keys are said to be equal or not, and never shown."""
    shows = (ours.show, theirs.show)
    mine, other = ours.interface.authentication, theirs.interface.authentication
    if mine.kind != other.kind:
        words = (
            f"OSPF authentication is {_AUTHENTICATION[mine.kind]} on {ours}, "
            f"{_AUTHENTICATION[other.kind]} on {theirs}"
        )
        yield Finding(words, shows, Rank.ENDS)
    elif mine.kind is AuthType.SIMPLE and mine.password != other.password:
        yield Finding(f"the OSPF passwords of {ours} and {theirs} differ", shows, Rank.ENDS)
    elif mine.kind is AuthType.CRYPTOGRAPHIC:
        for end, far in ((ours, theirs), (theirs, ours)):
            sent = end.interface.keys[-1:]
            known = {key.id: key for key in far.interface.keys}
            for key in sent:
                if key.id not in known:
                    words = f"{end} signs with key {key.id}, which {far} does not have"
                    yield Finding(words, shows, Rank.ENDS)
                elif known[key.id] != key:
                    words = f"key {key.id} is not the same on {ours} and {theirs}"
                    yield Finding(words, shows, Rank.ENDS)
                    return


def _both(ours: _End, theirs: _End, show: str) -> tuple[str, ...]:
    return (f"{ours.side.node}: {show}", f"{theirs.side.node}: {show}")


def _interfaces(ours: _End, theirs: _End) -> tuple[str, ...]:
    return tuple(f"{it.side.node}: show ip interface {it.side.name}" for it in (ours, theirs))
