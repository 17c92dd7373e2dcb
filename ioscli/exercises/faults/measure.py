"""Measuring a network: the values of probes, after they have had their time."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.exercises.checks.connect import Connect
from ioscli.exercises.checks.neighbors import neighbors
from ioscli.exercises.exercise import Difficulty, Exercise, Kind
from ioscli.exercises.faults.echoing import ping_all, ping_watched
from ioscli.exercises.faults.probes import (
    Adjacent,
    Line,
    Opened,
    Probe,
    Quiet,
    Reach,
    Route,
    Routed,
    Sealed,
    Secured,
    Values,
    connections,
    reaches,
)
from ioscli.exercises.trial import Trial
from ioscli.labs.explain.ends import owner_of
from ioscli.model.instant import MINUTE, SECOND, Duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.router.router import Router

SETTLE = Duration(90 * SECOND)
"""Time for adjacencies and sessions that the lab's warm-up does not wait for."""
_WATCHED = Duration(150 * SECOND)
"""Two rounds of a tunnel that routes itself away, and of EIGRP's retry limit."""
_CONNECT = Duration(20 * SECOND)
_TRANSFER = 20_000
"""Bytes: a dozen segments of the largest size."""
_MSS = (1260, 1300, 1360, 1398, 1420, 1436)
"""What `ip tcp adjust-mss` is usually given; without it hosts offer 1460."""
_SIZES = (1500, 1450, 1400, 1350, 1300, 1200, 1000, 750, 500)
PROTOCOLS = ("ospf", "eigrp", "bgp")
_DYNAMIC = ("O", "D", "B", "R", "S")
_COMES_AND_GOES = re.compile(
    r"%(OSPF-5-ADJCHG|DUAL-5-NBRCHANGE|BGP-5-ADJCHANGE|LINEPROTO-5-UPDOWN|TUN-5-RECURDOWN)"
)
_TIMESTAMP = re.compile(r"^\*?[^%]*(?=%)")


class Measured(NamedTuple):
    """What a network was found to do."""

    values: Values
    logs: tuple[tuple[str, str], ...]
    """Messages that came more than once while nobody touched anything: node, `%FAC-SEV-...`."""
    refused: tuple[str, ...]
    """Configuration lines that the routers did not take."""


def working(lab: "Lab", texts: "Mapping[str, str]", grammar: "Grammar") -> Measured:
    """Measure a network that works: its probes are found, and kept where their value lasts.

    Raises InputError where the lab is wrong, and Runaway.
    """
    trial = _boot(lab, texts, grammar, 0)
    small = reaches(trial.topology)
    found, sealed, readable = ping_watched(trial, small, opening=True)
    answered = [it for it in small if found[it]]
    large = _largest(trial, answered)
    values: dict[Probe, Hashable] = dict.fromkeys([*answered, *large], True)
    values |= dict.fromkeys(_opened(trial), True)
    values |= dict.fromkeys(sorted(sealed - readable, key=repr), True)
    values |= _state(trial.topology)
    values |= _watched(trial)[0]
    again = measure(lab, texts, grammar, tuple(values), seed=1)
    kept = {probe: value for probe, value in values.items() if again.values.get(probe) == value}
    return Measured(kept, (), again.refused)


def measure(
    lab: "Lab",
    texts: "Mapping[str, str]",
    grammar: "Grammar",
    probes: Iterable[Probe],
    seed: int = 0,
) -> Measured:
    """The values of probes in a network. Raises InputError where the lab is wrong, and Runaway."""
    probes = tuple(probes)
    trial = _boot(lab, texts, grammar, seed)
    small = [it for it in probes if isinstance(it, Reach) and not it.df]
    large = [it for it in probes if isinstance(it, Reach) and it.df]
    found, _, readable = ping_watched(trial, small, opening=False)
    values: dict[Probe, Hashable] = dict(found.items())
    values |= dict(ping_all(trial, large).items())
    for opened in (it for it in probes if isinstance(it, Opened)):
        asked = Reach(opened.node, opened.source, opened.to, at_host=True)
        # Where not even a ping is answered nobody waits for a connection.
        reached = values.get(asked, True)
        values[opened] = bool(reached) and connect_check(opened, _CONNECT).judge(trial).passed
    for probe in probes:
        if isinstance(probe, Sealed):
            values[probe] = probe not in readable if values.get(probe.reach) else None
    values |= _state(trial.topology)
    quiet, logs = _watched(trial)
    values |= quiet
    refused = tuple(f"{it.place}: {it.reason}" for it in trial.topology.left_out)
    return Measured({probe: values.get(probe) for probe in probes}, logs, refused)


def _boot(lab: "Lab", texts: "Mapping[str, str]", grammar: "Grammar", seed: int) -> Trial:
    bare = Exercise(
        lab=lab,
        kind=Kind.REPAIR,
        goal="",
        topics=(),
        difficulty=Difficulty.MEDIUM,
        time=Duration(30 * MINUTE),
        pass_mark=0,
        nodes=tuple(texts),
        story="",
        tasks=(),
        explanation="",
        settle=SETTLE,
    )
    return Trial(bare, Answer.of_texts(texts), grammar, seed)


def _largest(trial: Trial, answered: list[Reach]) -> list[Reach]:
    """The largest packets with DF set that pass, in steps, for each pair of addresses."""
    found: list[Reach] = []
    left = answered
    for size in _SIZES:
        asked = [it._replace(size=size, df=True) for it in left]
        passed = ping_all(trial, asked)
        found += [it for it in asked if passed[it]]
        left = [it for it, large in zip(left, asked, strict=True) if not passed[large]]
    return found


def _opened(trial: Trial) -> Iterator[Opened]:
    """Connections that carry a transfer, and the least MSS that their SYNs arrive with."""
    for it in connections(trial.topology):
        if connect_check(it, _CONNECT).judge(trial).passed:
            yield it
            offered = [it._replace(mss=mss) for mss in _MSS]
            yield from [x for x in offered if connect_check(x, _CONNECT).judge(trial).passed][:1]


def connect_check(probe: Opened, within: Duration) -> Connect:
    """That a connection opens: that a transfer over it ends, or that its MSS is small enough."""
    octets = _TRANSFER if probe.mss is None else 0
    return Connect(
        probe.node, probe.to, probe.port, "open", probe.mss, octets, within, at_host=True
    )


# -- state -----------------------------------------------------------------------------------------


def _state(topology: "Topology") -> dict[Probe, Hashable]:
    values: dict[Probe, Hashable] = {}
    for node, router in topology.routers.items():
        for interface in router.interfaces.values():
            if interface.config.address is not None:
                values[Line(node, interface.name)] = interface.protocol_up
        for route in router.route_views():
            if route.code[0] in _DYNAMIC:
                hops = frozenset(str(it.address or it.interface) for it in route.paths)
                values[Routed(node, route.prefix)] = Route(route.code, hops)
        values |= dict(_neighbors(topology, node, router))
        values |= dict(_secured(node, router))
    return values


def _neighbors(
    topology: "Topology", node: str, router: "Router"
) -> Iterator[tuple[Adjacent, Hashable]]:
    for protocol in PROTOCOLS:
        for known in neighbors(router, protocol):
            owner = owner_of(topology, known.address)
            peer = str(known.address) if owner is None else owner[0]
            yield (
                Adjacent(node, protocol, known.interface or "", peer, known.address),
                known.state,
            )


def _secured(node: str, router: "Router") -> Iterator[tuple[Secured, Hashable]]:
    for flow in router.ipsec_views():
        if flow.outbound and flow.inbound:
            proposal = flow.inbound[-1].proposal
            key = Secured(
                node, flow.peer, flow.local_selector.network, flow.remote_selector.network
            )
            yield key, (str(proposal.transform), proposal.mode, flow.pfs_group)


# -- what comes and goes ---------------------------------------------------------------------------


def _watched(trial: Trial) -> tuple[dict[Probe, Hashable], tuple[tuple[str, str], ...]]:
    """Let time go by: who is quiet meanwhile, and what is logged more than once."""
    heard: Counter[tuple[str, str]] = Counter()
    stops = [_listen(node, router, heard) for node, router in trial.topology.routers.items()]
    trial.wait(_WATCHED)
    for stop in stops:
        stop()
    restless = {node for node, line in heard if _COMES_AND_GOES.match(line)}
    quiet: dict[Probe, Hashable] = {
        Quiet(node): node not in restless for node in trial.topology.routers
    }
    logs = tuple(sorted(entry for entry, count in heard.items() if count > 1))
    return quiet, logs


def _listen(node: str, router: "Router", heard: Counter[tuple[str, str]]) -> Callable[[], None]:
    def note(line: str) -> None:
        heard[node, _TIMESTAMP.sub("", line)] += 1

    return router.console.subscribe(note)
