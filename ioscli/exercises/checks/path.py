"""`path`: which nodes a ping and its answers go by, judged by the frames on the links."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.chosen import COSTS, PROTOCOLS, how_it_came
from ioscli.exercises.checks.causes.lost import source_of, why_lost
from ioscli.exercises.checks.causes.sent_on import routes_on
from ioscli.exercises.checks.echoes import (
    DEFAULT_COUNT,
    DEFAULT_WITHIN,
    Asked,
    Echo,
    read_echo,
    until_answered,
)
from ioscli.exercises.checks.ways import Ways, listed, ways_of
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding
from ioscli.model.instant import SECOND, Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab

_PACE = 2 * SECOND
"""Between two pings, as long as it is another way."""


class Path(NamedTuple):
    """The way of a ping that is answered."""

    echo: Echo
    via: tuple[str, ...]
    """Nodes in the order in which they carry it; others may stand between them."""
    avoid: tuple[str, ...]
    """Nodes that carry neither the ping nor its answers."""
    back: tuple[str, ...]
    """Nodes of the answers' way, as `via`."""
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{from: PC1, to: 192.0.2.1, via: [R1, R3], avoid: [R2]}`. Raises InputError."""
        fields = item.fields("from", "to", "source", "via", "avoid", "back", "within")

        def nodes(key: str) -> tuple[str, ...]:
            found = values.several(fields[key]) if key in fields else []
            return tuple(values.node(it, lab) for it in found)

        check = cls(
            read_echo(item, fields, lab),
            nodes("via"),
            nodes("avoid"),
            nodes("back"),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )
        if not (check.via or check.avoid or check.back):
            raise item.error(f"{item.what} says nothing of the way: via, avoid or back")
        return check

    @property
    def title(self) -> str:
        """What is wanted."""
        words = self.echo.wanted()
        if self.via:
            words += f" by {listed(self.via)}"
        if self.avoid:
            words += f", keeping away from {listed(self.avoid)}"
        if self.back:
            words += f", and is answered by way of {listed(self.back)}"
        return words

    @property
    def disturbs(self) -> bool:
        """Pings leave the network as it is."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Ping, and see who sends the packets on; again as long as it is another way."""
        end = trial.until(self.within)
        while True:
            left = Duration(max(0, end - trial.now))
            asked = until_answered(trial, self.echo, DEFAULT_COUNT, left)
            ways = ways_of(trial, asked)
            if (asked.wholly and self._is_right(ways)) or trial.now >= end:
                break
            trial.wait(Duration(min(_PACE, end - trial.now)))
        if not asked.wholly:
            why = why_lost(trial, asked)
            shown_by = (self.echo.typed(), *why.shown_by)
            return Verdict(False, str(asked), shown_by, why.because)
        if self._is_right(ways):
            return Verdict(True, str(ways), (self._traceroute(),))
        findings = list(self._wrong(trial, asked, ways))
        shown_by = (self._traceroute(), *(shown for it in findings for shown in it.shown_by))
        return Verdict(False, str(ways), shown_by, tuple(it.words for it in findings))

    def _is_right(self, ways: Ways) -> bool:
        return (
            _stand_in(self.via, ways.there)
            and _stand_in(self.back, ways.back)
            and not set(self.avoid) & {*ways.there, *ways.back}
        )

    def _wrong(self, trial: Trial, asked: Asked, ways: Ways) -> Iterator[Finding]:
        """The routes that lead another way."""
        avoided = set(self.avoid)
        there = not _stand_in(self.via, ways.there) or bool(avoided & {*ways.there})
        back = not _stand_in(self.back, ways.back) or bool(avoided & {*ways.back})
        if there:
            nodes = self._deciding(ways.there, self.via, ways.carriers)
            yield from _routes(trial, nodes, "it", self.echo.to)
            yield from _others(trial, self.via, ways.there, self.echo.to)
        source = source_of(trial.topology, asked) if back else None
        if source is not None:
            nodes = self._deciding(ways.back, self.back, ways.carriers)
            yield from _routes(trial, nodes, "the answer", source)
            yield from _others(trial, self.back, ways.back, source)

    def _deciding(
        self, nodes: tuple[str, ...], wanted: tuple[str, ...], carriers: frozenset[str]
    ) -> list[str]:
        """Those that may have sent it astray: after what is right, and before what is wrong."""
        right = -1
        for node in wanted:
            if node not in nodes[right + 1 :]:
                break
            right = nodes.index(node, right + 1)
        last = next((at for at, node in enumerate(nodes) if node in self.avoid), len(nodes) - 1)
        first = max(right, 0) if right < last else 0
        return [node for node in nodes[first:last] if node not in carriers]

    def _traceroute(self) -> str:
        echo = self.echo
        if echo.at_host:
            return f"{echo.node}: traceroute -n {echo.to}"
        source = "" if echo.source is None else f" source {echo.source}"
        return f"{echo.node}: traceroute {echo.to} numeric{source}"


def _stand_in(wanted: tuple[str, ...], nodes: tuple[str, ...]) -> bool:
    """Whether nodes stand among others in their order."""
    others = iter(nodes)
    return all(node in others for node in wanted)


def _routes(trial: Trial, nodes: list[str], what: str, to: IPv4Address) -> Iterator[Finding]:
    """By which route each router of a way sends on what is for an address, and whence it is."""
    yield from routes_on(trial.topology, nodes, to, what)
    for node in nodes:
        router = trial.topology.routers.get(node)
        route = None if router is None else router.rib.lookup(int(to))
        if route is not None and (node in trial.exercise.nodes or route.source in PROTOCOLS):
            yield from how_it_came(trial, node, route)


def _others(
    trial: Trial, wanted: tuple[str, ...], nodes: tuple[str, ...], to: IPv4Address
) -> Iterator[Finding]:
    """What the routers would do with it that it should come by, and does not."""
    for node in wanted:
        router = trial.topology.routers.get(node)
        route = None if router is None else router.rib.lookup(int(to))
        if node in nodes or router is None:
            continue
        show = f"{node}: show ip route {to}"
        if route is None:
            yield Finding(f"{node} has no route to {to}", (show,))
            continue
        name, costs = COSTS.get(route.source, ("", ""))
        words = f"{node} has the way {route.prefix} [{route.distance}/{route.metric}], and nobody "
        words += f"asks it, by its {name} costs or those towards it" if name else "asks it"
        yield Finding(words, (show, f"{node}: {costs}") if costs else (show,))
