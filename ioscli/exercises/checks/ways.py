"""Which way the packets of a ping went: read from the frames on the links."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from ioscli.labs.explain.walk import Hop, Walk, follow
from ioscli.model.instant import Instant
from ioscli.router.probes import EchoKind

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    )


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
