"""Which way the packets of a ping went: read from the frames on the links."""

from __future__ import annotations

from copy import copy
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.labs.explain.walk import Hop, Walk, follow
from ioscli.model.instant import Instant
from ioscli.router.probes import EchoKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ioscli.exercises.checks.echoes import Asked, Heard
    from ioscli.exercises.trial import Trial


class Ways(NamedTuple):
    """The nodes that carried a packet, in order: the sender first, then whoever sent it on.

    Both are empty where nothing was seen.
    """

    there: tuple[str, ...]
    """From the pinging node to the one that answers."""
    back: tuple[str, ...]
    """From that one to the pinging node."""
    carriers: frozenset[str] = frozenset()
    """Those that only saw the outside of a tunnel, and decided nothing about what is in it."""

    def __str__(self) -> str:
        return f"it went by {listed(self.there)}, and the answer by {listed(self.back)}"


def listed(nodes: Sequence[str]) -> str:
    """`R1, R2 and R3`."""
    return ", ".join(nodes[:-1]) + f" and {nodes[-1]}" if len(nodes) > 1 else "".join(nodes)


def ways_of(trial: Trial, asked: Asked) -> Ways:
    """The ways of the last request that was answered, and of its reply."""
    heard = next((it for it in reversed(asked.last) if it.kind is EchoKind.REPLY), None)
    walk = None if heard is None else walk_of(trial, asked, heard)
    if walk is None:
        return Ways((), ())
    hops = [step for step in walk.steps if isinstance(step, Hop)]
    back = tuple(_senders(trial, hops, "reply"))
    there = tuple(_senders(trial, hops, "request"))
    node = asked.echo.node
    return Ways(
        tuple(dict.fromkeys((*there, *back[:1]))),
        tuple(dict.fromkeys((*back, node))) if back else (),
        frozenset(hop.receiver.node for hop in hops if _is_carried(trial, hop)),
    )


def _is_carried(trial: Trial, hop: Hop) -> bool:
    """Whether it came to a router inside of a packet that was not for this router."""
    router = trial.topology.routers.get(hop.receiver.node)
    outer = [layer.detail.split()[2] for layer in hop.layers if layer.name == "IPv4"]
    if router is None or len(outer) < 2:
        return False
    to = IPv4Address(outer[0]).packed
    return all(to not in table.forwarding.own_addresses for table in router.vrfs.values())


def _senders(trial: Trial, hops: list[Hop], what: str) -> Iterator[str]:
    """Who put it on a link: those that only overheard it (switches flood) are not on the way."""
    for hop in hops:
        if hop.what == what and hop.sender.node not in trial.topology.switches:
            yield hop.sender.node


def walk_of(trial: Trial, asked: Asked, heard: Heard) -> Walk | None:
    """What became of one of the requests; None where it is on no link and in no router's queue."""
    later = [it.sent for it in asked.heard if it.sent > heard.sent]
    begin, end = heard.sent, min(later, default=Instant(asked.ended + 1))
    # What the rest of the ping and everybody else did in the meantime does not count.
    watch = copy(asked.watch)
    watch.frames = [it for it in watch.frames if begin <= it.at < end]
    own = asked.identifier.to_bytes(2, "big")
    watch.requests = [
        it
        for it in watch.requests
        if begin <= it[0] < end and it[1] == asked.echo.node and _identifier(it[2]) == own
    ]
    return follow(trial.topology, watch, asked.echo.node, asked.echo.typed(), "")


def _identifier(packet: bytes) -> bytes:
    header = (packet[0] & 0xF) * 4
    return packet[header + 4 : header + 6]
