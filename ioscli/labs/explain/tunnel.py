"""Why a tunnel is down: `ioscli explain LAB NODE INTERFACE`.

Both ends are compared from what they are configured with and from what happens while traffic asks
for the tunnel: messages on the wire, refusals on their way, states, counters, logs. What is
nearest to the cause comes first. Keys are said to be equal or not, and never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ioscli.labs.explain import messages, path, phases, transport
from ioscli.labs.explain.ends import End, Peer, far_end, find_peer
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.interface import of_interface
from ioscli.labs.explain.provoke import Provoked, provoke
from ioscli.labs.explain.watch import Moved, Watch
from ioscli.labs.topology import Topology
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.router.interfaces import Interface
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface

_WATCHED = 25 * SECOND
"""Time for a negotiation, and for the ones before it to be given up: IKE repeats after 10 s."""


class FlowDiagnosis(NamedTuple):
    """One protected flow of the interface."""

    traffic: str
    """`10.1.0.0/24 -> 10.2.0.0/24 with 192.0.2.2`."""
    peer: str | None
    """The node that has the peer's address."""
    up: bool
    provoked: str
    """The ping that asked for it; empty where none could be made up."""
    answered: bool
    """Whether that ping came back."""
    agree: tuple[str, ...]
    """What was compared and is in order."""
    messages: tuple[str, ...]
    """How far the exchanges of IKE came that began meanwhile."""


class Diagnosis(NamedTuple):
    """What is known of an interface's protection."""

    node: str
    interface: InterfaceName
    state: str
    """`up/down`, with the reason where the router gives one."""
    findings: tuple[Finding, ...]
    """What is wrong, the cause first."""
    flows: tuple[FlowDiagnosis, ...]
    logs: tuple[tuple[str, str], ...]
    """%CRYPTO and related messages meanwhile: node, message."""
    moved: tuple[Moved, ...]


def diagnose(topology: Topology, node: str, name: InterfaceName) -> Diagnosis:
    """Have traffic ask for what an interface protects, and compare both ends."""
    router = topology.routers[node]
    interface = router.interfaces[name]
    logs: list[tuple[str, str]] = []
    deaf = _listen(topology, logs)
    watch = Watch(topology)
    until = Instant(topology.simulation.now + _WATCHED)
    provoked = provoke(topology, node, interface)
    topology.simulation.run_until(max(until, topology.simulation.now))
    watch.stop()
    for stop in deaf:
        stop()
    findings = list(of_interface(topology, node, interface, protected=bool(provoked.owns)))
    findings += _of_traffic(topology, watch, node, interface, provoked)
    found = tuple(_flow(topology, watch, own, provoked, findings) for own in provoked.owns)
    findings.sort(key=lambda finding: finding.rank)
    return Diagnosis(
        node,
        name,
        _state(interface),
        tuple(_once(findings)),
        found,
        tuple(entry for entry in logs if "%CRYPTO" in entry[1] or "%TUN" in entry[1]),
        tuple(watch.moved()),
    )


def _state(interface: Interface) -> str:
    state = f"{'up' if interface.up else 'down'}/{'up' if interface.protocol_up else 'down'}"
    if isinstance(interface, TunnelInterface) and not interface.protocol_up:
        state += f" ({interface.linestate})"
    return state


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Each but once: several flows of one peer have much in common."""
    told = set()
    for finding in findings:
        if finding.words not in told:
            told.add(finding.words)
            yield finding


def _listen(topology: Topology, logs: list[tuple[str, str]]) -> list[Callable[[], None]]:
    """Note what the routers log; call what is returned to stop that."""

    def subscribed(name: str, router: Router) -> Callable[[], None]:
        return router.console.subscribe(lambda line: logs.append((name, line)))

    return [subscribed(name, router) for name, router in topology.routers.items()]


def _of_traffic(
    topology: Topology, watch: Watch, node: str, interface: Interface, provoked: Provoked
) -> Iterator[Finding]:
    """What became of a tunnel's packets, protected or not."""
    for far, asked in provoked.behind:
        if not asked.answered:
            yield from transport.routes_back(far, asked)
    if not isinstance(interface, TunnelInterface):
        return
    source, destination = interface.source, interface.settings.destination
    if source is None or destination is None:
        return
    peer = find_peer(topology, destination)
    own = node, topology.routers[node], source
    yield from transport.routes_between(own, peer, destination)
    ends = frozenset({source, destination})
    yield from path.refused_messages(topology, watch, ends)
    yield from path.black_holes(topology, watch, ends)


def _flow(
    topology: Topology, watch: Watch, own: End, provoked: Provoked, findings: list[Finding]
) -> FlowDiagnosis:
    """Look at one flow; what is wrong is added to the findings."""
    policy = own.policy
    agree: list[str] = []
    peer = find_peer(topology, policy.peer)
    seen = policy.local if peer is None else transport.seen_from(watch, own, peer.node)
    far = far_end(topology, own, seen)
    asked = provoked.small[own.flow]
    findings += _way(topology, watch, own, peer, agree)
    if far is not None:
        findings += phases.phase_one(own, far.node, far.router, seen, agree)
        findings += phases.phase_two(own, far.node, far.policy, agree)
    elif peer is not None and not own.up:
        findings += phases.nobody_faces(topology, own, peer)
        findings += phases.phase_one(own, peer.node, peer.router, seen, agree)
        accepted = phases.would_accept(own, peer.router, seen)
        if accepted is not None:
            findings += phases.phase_two(own, peer.node, accepted, agree)
    findings += transport.translated_on_the_way(own, seen, agree)
    findings += _through(own, far, answered=bool(asked) and all(it.answered for it in asked))
    ours = [it for it in asked if it.node == own.node]
    other = far.node if far is not None else None if peer is None else peer.node
    return FlowDiagnosis(
        f"{policy.local_selector.network} -> {policy.remote_selector.network} with {policy.peer}",
        other,
        own.up,
        str(ours[0]) if ours else "",
        any(it.answered for it in ours),
        tuple(agree),
        () if other is None else messages.exchanges(watch, own, other, seen),
    )


def _way(
    topology: Topology, watch: Watch, own: End, peer: Peer | None, agree: list[str]
) -> Iterator[Finding]:
    """Whether the peer is there, and what is lost between the two."""
    local, remote = own.policy.local, own.policy.peer
    if peer is None:
        words = f"no router of this lab has the peer's address {remote}"
        yield Finding(words, (f"{own.node}: show crypto session",), Rank.ENDS)
    elif peer.translator is not None:
        agree.append(f"{peer.translator} translates {remote} to {peer.address}")
    yield from transport.routes_between((own.node, own.router, local), peer, remote)
    ends = frozenset({local, remote})
    yield from path.refused_messages(topology, watch, ends)
    yield from path.black_holes(topology, watch, ends)
    if peer is not None and not own.up:
        yield from transport.unheard(watch, own, peer.node)


def _through(own: End, far: End | None, *, answered: bool) -> Iterator[Finding]:
    """What keeps traffic out of a flow, or its answers."""
    for end in (own, far):
        if end is not None:
            yield from transport.translated_before(end)
            if not answered:
                yield from transport.routes_to_map(end)
    if far is not None and not answered:
        yield from transport.one_way(own, far)
