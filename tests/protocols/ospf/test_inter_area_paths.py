"""Metrics across areas against an independent answer: random areas on a random backbone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.model.ospf import OspfInterfaceSettings, OspfNetworkType
from tests.protocols.ospf.wire import Network, chosen_for

POINT_TO_POINT = OspfNetworkType.POINT_TO_POINT
FAR = 10**9


@dataclass
class Domain:
    """Links by area: two routers and the cost of each side; loopbacks by router: their area."""

    links: dict[int, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    homes: dict[int, int] = field(default_factory=dict)

    def members(self, area: int) -> set[int]:
        return {end for one, other, _, _ in self.links[area] for end in (one, other)}


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    cost = st.integers(1, 9)
    domain = Domain()
    count = draw(st.integers(2, 4))
    backbone = list(range(1, count + 1))
    domain.links[0] = [(*pair, draw(cost), draw(cost)) for pair in pairwise(backbone)]
    if draw(st.booleans()):
        domain.links[0].append((backbone[0], backbone[-1], draw(cost), draw(cost)))
    domain.homes = dict.fromkeys(backbone, 0)
    number = count
    for area in range(1, draw(st.integers(1, 3)) + 1):
        borders = draw(st.lists(st.sampled_from(backbone), min_size=1, max_size=2, unique=True))
        inside = list(range(number + 1, number + 1 + draw(st.integers(1, 2))))
        number += len(inside)
        # A chain through the area, from one border router to the other, if there are two.
        chain = [borders[0], *inside, *borders[1:]]
        domain.links[area] = [(*pair, draw(cost), draw(cost)) for pair in pairwise(chain)]
        domain.homes.update(dict.fromkeys(inside, area))
    return domain


def distances(domain: Domain, area: int) -> dict[tuple[int, int], int]:
    """Within an area, between all its routers."""
    members = domain.members(area)
    found = {(a, b): 0 if a == b else FAR for a in members for b in members}
    for one, other, there, back in domain.links[area]:
        found[one, other] = min(found[one, other], there)
        found[other, one] = min(found[other, one], back)
    for middle in members:
        for a in members:
            for b in members:
                found[a, b] = min(found[a, b], found[a, middle] + found[middle, b])
    return found


def expected(domain: Domain) -> dict[tuple[int, int], tuple[str, int]]:
    """Kind and metric of each router's route to each other router's loopback."""
    inside = {area: distances(domain, area) for area in domain.links}
    areas = {
        router: [area for area in domain.links if router in domain.members(area)]
        for router in domain.homes
    }
    found: dict[tuple[int, int], tuple[str, int]] = {}

    def across(router: int, target: int) -> int:
        """What a border router (or backbone router) pays for what is in another area."""
        home = domain.homes[target]
        ways = [
            inside[0][router, border] + inside[home][border, target]
            for border in domain.members(0) & domain.members(home)
        ]
        return min(ways, default=FAR)

    for router, where in areas.items():
        for target, home in domain.homes.items():
            if target == router:
                continue
            if home in where:
                found[router, target] = "", inside[home][router, target] + 1
            elif 0 in where:
                found[router, target] = "IA", across(router, target) + 1
            else:
                (area,) = where
                ways = []
                for border in domain.members(area) & domain.members(0):
                    own = domain.homes[target] in areas[border]
                    beyond = inside[home][border, target] if own else across(border, target)
                    ways.append(inside[area][router, border] + beyond)
                found[router, target] = "IA", min(ways) + 1
    return found


def _side(area: int, costs: Iterator[int]) -> OspfInterfaceSettings:
    """One end of a link; the other one's settings come next."""
    return chosen_for(area, cost=next(costs), network_type=POINT_TO_POINT)


@settings(max_examples=25, deadline=None)
@given(domains())
def test_every_metric_across_areas_is_the_sum_of_shortest_paths(domain: Domain) -> None:
    network = Network()
    for number in domain.homes:
        router = network.router(f"R{number}", area0=False)
        home = domain.homes[number]
        address = f"192.168.0.{number}/32"
        network.interface(router, "Loopback", 0, address, settings=chosen_for(home))
    index = 0
    for area, links in domain.links.items():
        for one, other, there, back in links:
            network.link(
                network.routers[f"R{one}"],
                network.routers[f"R{other}"],
                f"10.0.{index}.0/30",
                settings=partial(_side, area, iter((there, back))),
            )
            index += 1
    network.configure()
    network.run(60)
    for (number, target), (kind, metric) in expected(domain).items():
        line = network.routers[f"R{number}"].route(f"192.168.0.{target}/32")
        shown = f"O {kind} [110/{metric}] ".replace("  ", " ")
        assert line.startswith(shown), (number, target, line, shown)
