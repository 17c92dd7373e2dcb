"""Routing tables against an independent answer, on random topologies, before and after failures."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.model.ifname import InterfaceName
from ioscli.model.ospf import OspfInterfaceSettings, OspfNetworkType
from tests.protocols.ospf.wire import Network, Router, Wire

POINT_TO_POINT = OspfNetworkType.POINT_TO_POINT
MAXIMUM_PATHS = 4
FAR = 10**9


@dataclass
class Segment:
    """A link of two routers or a LAN: members by router, with cost, address and interface."""

    prefix: IPv4Network
    members: dict[str, tuple[int, IPv4Address, InterfaceName]]
    wire: Wire


@dataclass
class Plan:
    """A topology: how many routers, and between which of them there is what."""

    routers: int
    segments: list[tuple[list[int], list[int], bool]]
    """Members, the cost of each, and whether it is a LAN."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(2, 6))
    cost = st.integers(1, 5)
    numbers = list(range(1, count + 1))
    segments: list[tuple[list[int], list[int], bool]] = []
    for first, second in pairwise(numbers):
        # A chain at least, so that there is something to find; where it runs is drawn.
        other = draw(st.integers(1, first))
        segments.append(([other, second], [draw(cost), draw(cost)], draw(st.booleans())))
    for _ in range(draw(st.integers(0, 4))):
        members = draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=4, unique=True))
        lan = len(members) > 2 or draw(st.booleans())
        segments.append((members, [draw(cost) for _ in members], lan))
    return Plan(count, segments)


def build(plan: Plan) -> tuple[Network, list[Segment]]:
    """The plan as machines on wires."""
    network = Network()
    for number in range(1, plan.routers + 1):
        router = network.router(f"R{number}")
        network.interface(router, "Loopback", 0, f"192.168.255.{number}/32")
    segments = []
    for index, (members, costs, lan) in enumerate(plan.segments):
        prefix = IPv4Network((0x0A000000 + (index << 8), 24))
        wire = Wire()
        segment = Segment(prefix, {}, wire)
        for member, cost in zip(members, costs, strict=True):
            router = network.routers[f"R{member}"]
            address = prefix[member]
            chosen = OspfInterfaceSettings(cost=cost, network_type=None if lan else POINT_TO_POINT)
            name = network.interface(
                router, "GigabitEthernet", index, f"{address}/24", wire, chosen
            )
            segment.members[router.name] = cost, address, name
        segments.append(segment)
    return network, segments


def expected(
    routers: list[str], segments: list[Segment], source: str
) -> dict[IPv4Network, tuple[int, set[tuple[IPv4Address, InterfaceName]]]]:
    """Metric and next hops of every prefix, unless the source's own way to it is the shortest."""
    steps: dict[tuple[str, str], int] = {}
    for segment in segments:
        for one, (cost, _, _) in segment.members.items():
            for other in segment.members:
                if other != one:
                    steps[one, other] = min(cost, steps.get((one, other), FAR))
    distance = {(a, b): 0 if a == b else steps.get((a, b), FAR) for a in routers for b in routers}
    for middle in routers:
        for a in routers:
            for b in routers:
                through = distance[a, middle] + distance[middle, b]
                distance[a, b] = min(distance[a, b], through)
    owners: dict[IPv4Network, dict[str, int]] = {}
    for router in routers:
        owners[IPv4Network(f"192.168.255.{router[1:]}/32")] = {router: 1}
    for segment in segments:
        owners[segment.prefix] = {name: cost for name, (cost, _, _) in segment.members.items()}

    def to(prefix: IPv4Network, start: str) -> int:
        return min((distance[start, name] + cost for name, cost in owners[prefix].items()))

    found = {}
    for prefix, having in owners.items():
        total = to(prefix, source) if having else FAR
        if total >= FAR or having.get(source, FAR) == total:
            continue
        hops = set()
        for segment in segments:
            if source not in segment.members:
                continue
            cost, _, name = segment.members[source]
            for neighbor, (_, address, _) in segment.members.items():
                if neighbor != source and cost + to(prefix, neighbor) == total:
                    hops.add((address, name))
        found[prefix] = total, hops
    return found


def hold(network: Network, segments: list[Segment]) -> None:
    """Every router's table is the expected one."""
    names = list(network.routers)
    for name, router in network.routers.items():
        wanted = expected(names, segments, name)
        assert set(router.routes) == set(wanted), (name, set(router.routes) ^ set(wanted))
        for prefix, (metric, hops) in wanted.items():
            route = router.routes[prefix]
            ways = {(path.next_hop, path.interface) for path in route.paths}
            assert route.metric == metric, (name, prefix)
            assert len(ways) == len(route.paths) == min(MAXIMUM_PATHS, len(hops)), (name, prefix)
            assert ways <= hops, (name, prefix)


@settings(max_examples=25, deadline=None)
@given(plans(), st.data())
def test_every_table_is_dijkstras_answer(plan: Plan, data: st.DataObject) -> None:
    network, segments = build(plan)
    network.configure()
    network.run(100)
    hold(network, segments)
    ends = [
        (segment, name)
        for segment in segments
        for name in segment.members
    ]  # fmt: skip
    failing = data.draw(st.lists(st.sampled_from(ends), min_size=1, max_size=3, unique_by=id))
    for segment, name in failing:
        if name in segment.members:
            _, _, interface = segment.members.pop(name)
            network.set_up(network.routers[name], interface, False)
    network.run(100)
    hold(network, [segment for segment in segments if segment.members])
    for segment, name in failing:
        _restore(network, plan, segments, segment, name)
    network.run(140)
    hold(network, segments)


def _restore(
    network: Network, plan: Plan, segments: list[Segment], segment: Segment, name: str
) -> None:
    index = segments.index(segment)
    members, costs, _ = plan.segments[index]
    router: Router = network.routers[name]
    interface = InterfaceName("GigabitEthernet", (0, index))
    cost = costs[members.index(int(name[1:]))]
    segment.members[name] = cost, segment.prefix[int(name[1:])], interface
    network.set_up(router, interface, True)
