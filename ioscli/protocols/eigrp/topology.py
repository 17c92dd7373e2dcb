"""The topology table: destinations, and who tells of them at which distance (RFC 7868 4.1.2)."""

from enum import Enum, IntEnum
from functools import lru_cache
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.eigrp.route import External
from ioscli.model.instant import Instant
from ioscli.protocols.eigrp.metric import INFINITY, UNREACHABLE, Vector
from ioscli.protocols.timers import Timer

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.neighbor import Neighbor

Prefix = tuple[int, int]
"""Network and length."""
Rank = tuple[int, int]
"""Administrative distance and metric: the lower is the one that the routing table takes."""


def prefix_of(network: IPv4Network) -> Prefix:
    """The table's key of a network."""
    return int(network.network_address), network.prefixlen


@lru_cache(maxsize=65_536)
def network_of(prefix: Prefix) -> IPv4Network:
    """Mirror of prefix_of; one object for all routers that know the network."""
    return IPv4Network(prefix)


class State(IntEnum):
    """Of a destination; the value is the query origin flag (RFC 7868 section 3.5)."""

    ACTIVE_DISTANCE_ROSE = 0
    """We asked, and the successor's distance rose since."""
    ACTIVE = 1
    """We asked."""
    ACTIVE_BOTH = 2
    """The successor asked, and its distance rose, or we asked before."""
    ACTIVE_FOR_SUCCESSOR = 3
    """The successor asked."""
    PASSIVE = 4


class Local(Enum):
    """Where a descriptor comes from when no neighbor told it; the value is what shows print."""

    CONNECTED = "Connected"
    REDISTRIBUTED = "Redistributed"
    STATIC = "Rstatic"
    CONNECTED_REDISTRIBUTED = "Rconnected"
    SUMMARY = "Summary"


class Report(NamedTuple):
    """What neighbors are told of a destination."""

    vector: Vector
    external: External | None = None
    router: int = 0
    """ID of the router that has the destination."""
    tag: int = 0


NO_PATH = Report(UNREACHABLE)
MIXED = Report(UNREACHABLE, router=-1)
"""Stands for what was told where neighbors of one interface know different things."""
NOBODY: "frozenset[Neighbor]" = frozenset()
"""Held once: most destinations never ask anybody."""


class Descriptor:
    """A way to a destination: what one neighbor told, or what this router has itself."""

    __slots__ = (
        "distance",
        "external",
        "interface",
        "neighbor",
        "next_hop",
        "origin",
        "reported",
        "router",
        "tag",
        "told",
        "vector",
    )

    def __init__(
        self,
        neighbor: "Neighbor | None",
        interface: "Interface | None",
        told: Vector,
        vector: Vector,
        origin: Local | None = None,
    ) -> None:
        self.neighbor = neighbor
        self.interface = interface
        self.origin = origin
        self.told = told
        """As the neighbor has it."""
        self.vector = vector
        """With the link to the neighbor."""
        self.distance = INFINITY
        self.reported = 0
        """The neighbor's distance; 0: there is none before us."""
        self.external: External | None = None
        self.router = 0
        self.tag = 0
        self.next_hop = 0
        """0: attached or redistributed here."""

    @property
    def report(self) -> Report:
        """What neighbors are told when this is the way."""
        return Report(self.vector, self.external, self.router, self.tag)


class Entry:
    """A destination, and the state of DUAL for it."""

    __slots__ = (
        "active_since",
        "asked",
        "descriptors",
        "fd",
        "origin",
        "prefix",
        "replies",
        "report",
        "serno",
        "shown",
        "sia_queries",
        "sia_silent",
        "sia_timer",
        "state",
        "successors",
        "told",
    )

    def __init__(self, prefix: Prefix) -> None:
        self.prefix = prefix
        self.descriptors: dict[Neighbor | Local, Descriptor] = {}
        self.state = State.PASSIVE
        self.fd = INFINITY
        """The feasible distance: the least distance since the destination was last active."""
        self.report = NO_PATH
        self.successors: tuple[Descriptor, ...] = ()
        self.replies: frozenset[Neighbor] = NOBODY
        """Who has not replied yet."""
        self.asked: frozenset[Neighbor] = NOBODY
        """Who was asked in this round."""
        self.origin: Neighbor | None = None
        """The successor whose query is to be answered when the replies are in."""
        self.told: dict[Interface, Report] = {}
        """What the neighbors of an interface know."""
        self.serno = 0
        self.active_since: Instant | None = None
        self.sia_timer: Timer | None = None
        self.sia_queries = 0
        self.sia_silent: frozenset[Neighbor] = NOBODY
        """Who was asked whether it is still active, and did not say."""
        self.shown: tuple[Report, frozenset[Interface | None]] | None = None
        """Report and successors' interfaces when the neighbors were last thought of."""

    @property
    def network(self) -> IPv4Network:
        """The destination."""
        return network_of(self.prefix)

    @property
    def is_passive(self) -> bool:
        """Whether no computation is under way."""
        return self.state is State.PASSIVE

    @property
    def distance(self) -> int:
        """The least distance; INFINITY when there is no path."""
        return min((one.distance for one in self.descriptors.values()), default=INFINITY)
