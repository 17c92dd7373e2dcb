"""What people say when a probe no longer is what it was, and the check that it is again.

What is said is what a user or somebody who watches the network can know: never a cause.
"""

from enum import IntEnum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks.adjacency import AdjacencyCheck
from ioscli.exercises.checks.echoes import Echo
from ioscli.exercises.checks.encrypted import Encrypted
from ioscli.exercises.checks.interface import InterfaceCheck
from ioscli.exercises.checks.interface import Wanted as WantedInterface
from ioscli.exercises.checks.parties import Party
from ioscli.exercises.checks.ping import Outcome, Ping
from ioscli.exercises.checks.route import RouteCheck, Wanted
from ioscli.exercises.checks.stable import Stable
from ioscli.exercises.faults.measure import connect_check
from ioscli.exercises.faults.probes import (
    SMALL,
    Adjacent,
    Line,
    Opened,
    Probe,
    Quiet,
    Reach,
    Route,
    Routed,
    Sealed,
)
from ioscli.exercises.faults.proof import Difference
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MINUTE, SECOND, Duration
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.exercises.verdict import Check

_WITHIN = Duration(60 * SECOND)
_STABLE = Duration(4 * MINUTE)
"""Longer than two rounds of a tunnel that routes itself away."""
_PINGS = 5
_SOURCES = {
    "O": RouteSource.OSPF,
    "D": RouteSource.EIGRP,
    "B": RouteSource.BGP,
    "R": RouteSource.RIP,
}
_USUAL = {"ospf": "FULL", "eigrp": "up", "bgp": "Established"}


class Rank(IntEnum):
    """Who notices, and how soon: users first."""

    REACH = 0
    LARGE = 1
    READABLE = 2
    COMES_AND_GOES = 3
    LINE = 4
    ADJACENT = 5
    ROUTE = 6


class Symptom(NamedTuple):
    """One thing that is noticed."""

    rank: Rank
    probe: Probe
    said: str
    """`PC1 no longer reaches 192.168.20.10.`"""
    task: str
    """`PC1 reaches 192.168.20.10 again`."""
    check: "Check"


def symptom(difference: Difference) -> Symptom | None:
    """What is said of a probe that differs; None for what nobody would say."""
    probe, was, now = difference
    match probe:
        case Reach():
            return _of_reach(probe)
        case Sealed() if now is False:
            return _of_sealed(probe)
        case Opened():
            return _of_connection(probe)
        case Line() if was is True:
            return _of_line(probe)
        case Adjacent() if was == _USUAL[probe.protocol]:
            return _of_neighbor(probe, now)
        case Routed():
            return _of_route(probe, was, now)
        case Quiet() if was is True:
            return _of_restlessness(probe)
        case _:
            return None


def ping_check(reach: Reach) -> Ping:
    """That a ping is answered."""
    return Ping(echo(reach), _PINGS, Outcome.REPLY, within=_WITHIN)


def encrypted_check(probe: Sealed) -> Encrypted:
    """That a ping is in ESP on a link."""
    return Encrypted(probe.link, echo(probe.reach), expected=True, nat_t=None, within=_WITHIN)


def echo(reach: Reach) -> Echo:
    """As checks ping."""
    return Echo(reach.node, reach.to, reach.source, reach.size, reach.df, reach.at_host)


def _of_reach(probe: Reach) -> Symptom:
    who = f"{probe.node} ({probe.source})"
    if probe.size == SMALL:
        return Symptom(
            Rank.REACH,
            probe,
            f"{who} no longer reaches {probe.to}.",
            f"{who} reaches {probe.to} again",
            ping_check(probe),
        )
    return Symptom(
        Rank.LARGE,
        probe,
        f"From {who} to {probe.to} small pings work, large transfers hang: {probe.size} bytes with"
        " DF used to get through.",
        f"{probe.size} bytes with DF get from {who} to {probe.to} again",
        ping_check(probe),
    )


def _of_connection(probe: Opened) -> Symptom:
    check = connect_check(probe, _WITHIN)
    whom = f"port {probe.port} of {probe.to}"
    if probe.mss is None:
        return Symptom(
            Rank.LARGE,
            probe,
            f"Transfers from {probe.node} to {whom} hang.",
            f"transfers from {probe.node} to {whom} end again",
            check,
        )
    return Symptom(
        Rank.LARGE,
        probe,
        f"Transfers from {probe.node} to {whom} are slow to begin; a capture there shows larger TCP"
        " segments being offered than used to be.",
        f"TCP from {probe.node} to {whom} offers segments of no more than {probe.mss} bytes again",
        check,
    )


def _of_sealed(probe: Sealed) -> Symptom:
    first, second = probe.link
    reach = probe.reach
    return Symptom(
        Rank.READABLE,
        probe,
        f"What {reach.node} sends to {reach.to} could be read between {first.node} and"
        f" {second.node}, says the security department.",
        f"nobody can read between {first.node} and {second.node} what {reach.node} sends to"
        f" {reach.to}",
        encrypted_check(probe),
    )


def _of_line(probe: Line) -> Symptom:
    return Symptom(
        Rank.LINE,
        probe,
        f"The monitoring shows {probe.interface} of {probe.node} as down.",
        f"{probe.interface} of {probe.node} is up again",
        InterfaceCheck(
            probe.node, probe.interface, WantedInterface("up", "up"), expected=True, within=_WITHIN
        ),
    )


def _of_neighbor(probe: Adjacent, now: object) -> Symptom:
    name = probe.protocol.upper()
    both = f"{probe.node} and {probe.peer}"
    state = "" if now in (None, "Idle", "Active") else f": {probe.node} stays in {now}"
    return Symptom(
        Rank.ADJACENT,
        probe,
        f"{both} no longer exchange routes by {name}{state}.",
        f"{both} exchange routes by {name} again",
        AdjacencyCheck(
            probe.node,
            probe.protocol,
            Party(address=probe.address),
            None if probe.protocol == "bgp" else _interface(probe.interface),
            _USUAL[probe.protocol].lower(),
            expected=True,
            within=_WITHIN,
        ),
    )


def _interface(label: str) -> InterfaceName | None:
    try:
        return InterfaceName.parse(label)
    except ValueError:
        return None  # a virtual link


def _of_route(probe: Routed, was: object, now: object) -> Symptom | None:
    if not isinstance(was, Route) or was.code[0] not in _SOURCES:
        return None
    source = _SOURCES[was.code[0]]
    if not isinstance(now, Route):
        said = f"{probe.node} no longer knows a way to {probe.prefix}."
        task = f"{probe.node} knows a way to {probe.prefix} again"
        return Symptom(Rank.ROUTE, probe, said, task, _route_check(probe, Wanted(source)))
    try:
        hops = tuple(Party(address=IPv4Address(it)) for it in sorted(was.next_hops))
    except ValueError:
        return None  # over a link without addresses
    if now.next_hops == was.next_hops:
        return None  # of another kind, which nobody notices by itself
    said = f"Traffic from {probe.node} to {probe.prefix} no longer takes its planned way."
    task = f"traffic from {probe.node} to {probe.prefix} takes its planned way again"
    check = _route_check(probe, Wanted(source, next_hops=hops))
    return Symptom(Rank.ROUTE, probe, said, task, check)


def _route_check(probe: Routed, wanted: Wanted) -> RouteCheck:
    return RouteCheck(probe.node, probe.prefix, wanted, vrf="", expected=True, within=_WITHIN)


def _of_restlessness(probe: Quiet) -> Symptom:
    return Symptom(
        Rank.COMES_AND_GOES,
        probe,
        f"At {probe.node} something comes and goes all the time.",
        f"nothing comes and goes at {probe.node} any more",
        Stable(_STABLE, (probe.node,)),
    )
