"""What the operator configured about RIP: `router rip`, its VRFs, and `ip rip` on interfaces."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource


class OffsetList(NamedTuple):
    """`offset-list LIST in|out OFFSET [INTERFACE]`."""

    name: str
    """Of the access list; `0`: every route."""
    inbound: bool
    offset: int
    """Hops that are added."""
    interface: InterfaceName | None = None


class DistributeList(NamedTuple):
    """`distribute-list ... in|out [INTERFACE | SOURCE]`."""

    name: str
    """Of an access list or prefix list; empty: by gateway alone."""
    inbound: bool
    prefix_list: bool = False
    gateway: str = ""
    """Prefix list that the sender of an update must pass."""
    interface: InterfaceName | None = None
    source: tuple[RouteSource, str] | None = None
    """Out: of routes of this origin alone."""


@dataclass(slots=True)
class RipConfig:
    """`router rip`, or one VRF's part of it. Times are in seconds."""

    version: int | None = None
    """None: version 1 is sent and both are received."""
    networks: list[IPv4Address] = field(default_factory=list)
    """Classful networks whose interfaces take part."""
    neighbors: list[IPv4Address] = field(default_factory=list)
    """Routers that updates are sent to on their own."""
    passive_default: bool = False
    passive: set[InterfaceName] = field(default_factory=set)
    """Interfaces that are not as `passive_default` says."""
    auto_summary: bool = True
    update: int = 30
    invalid: int = 180
    holddown: int = 180
    flush: int = 240
    distance: int = 120
    default_metric: int | None = None
    default_originate: bool = False
    default_route_map: str | None = None
    redistributions: list[Redistribution] = field(default_factory=list)
    offsets: list[OffsetList] = field(default_factory=list)
    filters: list[DistributeList] = field(default_factory=list)
    maximum_paths: int = 4
    validate_source: bool = True
    output_delay: int = 0
    """Milliseconds between packets of one update; shown."""

    def is_passive(self, name: InterfaceName) -> bool:
        """Whether nothing is sent to everybody on an interface."""
        return (name in self.passive) != self.passive_default


@dataclass(slots=True)
class RipInterfaceSettings:
    """The `ip rip` lines of an interface."""

    send: tuple[int, ...] = ()
    """Versions; none: as the process says."""
    receive: tuple[int, ...] = ()
    authentication: str = "text"
    """`text` or `md5`; it counts where there is a key chain."""
    key_chain: str | None = None
    split_horizon: bool | None = None
    """None: the default of the interface's kind, which is on."""
    summaries: list[IPv4Network] = field(default_factory=list)
    v2_broadcast: bool = False


def major_network(address: IPv4Address | int) -> IPv4Network:
    """The class A, B or C network of an address; of others, /32. 0.0.0.0 is the default route."""
    number = int(address)
    if number == 0:
        return IPv4Network((0, 0))
    first = number >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24 if first < 224 else 32
    return IPv4Network((number >> 32 - length << 32 - length, length))
