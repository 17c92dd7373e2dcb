"""What kept `redistribute ...` lines of RIP, EIGRP and BGP mean; OSPF's act through the grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource

PLAIN = {
    "connected": RouteSource.CONNECTED,
    "static": RouteSource.STATIC,
    "rip": RouteSource.RIP,
}
"""Sources by name."""
NUMBERED = {"ospf": RouteSource.OSPF, "eigrp": RouteSource.EIGRP, "bgp": RouteSource.BGP}
"""Those whose process or AS number follows."""

Metric = Callable[[Redistribution, Iterator[str]], Redistribution]
"""Reads what follows `metric`, which is each protocol's own."""


class UnreadError(ValueError):
    """A line that is kept and does not act."""


def plain_metric(line: Redistribution, rest: Iterator[str]) -> Redistribution:
    """A single number."""
    return line._replace(metric=int(next(rest)))


def read_redistribution(words: Sequence[str], metric: Metric, filler: str) -> Redistribution:
    """The words after `redistribute`; filler: a word that changes nothing there."""
    source = PLAIN.get(words[0]) or NUMBERED.get(words[0])
    if source is None:
        raise UnreadError
    numbered = words[0] in NUMBERED
    line = Redistribution(source, words[1] if numbered else "")
    options = iter(words[2:] if numbered else words[1:])
    matched: list[str] = []
    for word in options:
        match word:
            case "metric":
                line = metric(line, options)
            case "tag":
                line = line._replace(tag=int(next(options)))
            case "route-map":
                line = line._replace(route_map=next(options))
            case "internal" | "external" | "nssa-external":
                matched.append(word)
            case "1" | "2" if matched:
                matched.append(f"{matched.pop().partition(' ')[0]} {word}")
            case "vrf":
                next(options)
            case _ if word not in ("match", filler):
                raise UnreadError
    return line._replace(match=tuple(matched))
