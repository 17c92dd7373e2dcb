"""Network address translation as it is configured (RFC 3022; Cisco, "NAT Configuration Guide").

Cisco's words: an *inside* host is on our side. Its *local* address is what the inside knows it by,
its *global* one what the outside does; an *outside* host has the two as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName


class NatSide(Enum):
    """`ip nat inside`, `ip nat outside` on an interface."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class NatPool(NamedTuple):
    """`ip nat pool NAME START END netmask M [type T]`."""

    name: str
    start: IPv4Address
    end: IPv4Address
    netmask: IPv4Address
    kind: str = "generic"
    """`generic`, `match-host` or `rotary`."""

    @property
    def size(self) -> int:
        """How many addresses it has."""
        return int(self.end) - int(self.start) + 1

    def addresses(self) -> Iterator[IPv4Address]:
        """From the first to the last."""
        for number in range(int(self.start), int(self.end) + 1):
            yield IPv4Address(number)

    def __contains__(self, address: object) -> bool:
        return isinstance(address, IPv4Address) and self.start <= address <= self.end

    def host_of(self, local: IPv4Address) -> IPv4Address | None:
        """The address with the host part of a local one (`match-host`), where the pool has it."""
        mask = int(self.netmask)
        found = IPv4Address(int(self.start) & mask | int(local) & ~mask & 0xFFFF_FFFF)
        return found if found in self else None


@dataclass(slots=True, eq=False)
class DynamicMapping:
    """`ip nat inside|outside source {list | route-map} X {pool P | interface I} [overload]`."""

    identifier: int
    """`[Id: 1]`: counted from 1 over the router's life."""
    side: NatSide
    access_list: str | None = None
    route_map: str | None = None
    pool: str | None = None
    interface: InterfaceName | None = None
    overload: bool = False
    vrf: str = ""
    references: int = 0
    """Translations that it made and that live. Nothing configured: what shows print."""

    @property
    def criterion(self) -> str:
        """What it is told apart by: the name of its list or route-map."""
        return self.access_list or self.route_map or ""


@dataclass(slots=True, eq=False)
class StaticMapping:
    """`ip nat inside source static LOCAL GLOBAL`, `ip nat outside source static GLOBAL LOCAL`."""

    identifier: int
    side: NatSide
    local: IPv4Address
    global_address: IPv4Address | None
    """None: that of `interface`."""
    interface: InterfaceName | None = None
    protocol: int | None = None
    """6, 17 or 50 where one protocol alone is translated."""
    local_port: int = 0
    global_port: int = 0
    prefix_length: int = 32
    """`static network`: how many bits of the addresses are those of the networks."""
    route_map: str | None = None
    extendable: bool = False
    alias: bool = True
    """False: `no-alias`, the router does not answer ARP for the global address."""
    add_route: bool = False
    vrf: str = ""
    children: int = 0
    """Translations of packets that were made out of it and live. Nothing configured."""


@dataclass(frozen=True, slots=True)
class NatTimeouts:
    """`ip nat translation ...timeout`, seconds; 0 is `never`. Cisco's defaults."""

    timeout: int = 86_400
    """Of translations without ports."""
    tcp: int = 86_400
    udp: int = 300
    icmp: int = 60
    dns: int = 60
    finrst: int = 60
    syn: int = 60


@dataclass(slots=True)
class NatConfig:
    """All `ip nat` lines that act, in the order of configuration."""

    pools: dict[str, NatPool] = field(default_factory=dict)
    dynamic: list[DynamicMapping] = field(default_factory=list)
    static: list[StaticMapping] = field(default_factory=list)
    timeouts: NatTimeouts = field(default_factory=NatTimeouts)
    max_entries: int | None = None
    """`ip nat translation max-entries`: of the whole table."""
    lines: dict[str, DynamicMapping | StaticMapping] = field(default_factory=dict)
    """Configuration line -> what it made: the same object as long as the line stands."""
    made: int = 0
    """Mappings so far: where identifiers come from."""

    @property
    def active(self) -> bool:
        """Whether there is anything to translate by."""
        return bool(self.dynamic or self.static)

    def users(self, pool: str) -> list[DynamicMapping]:
        """The mappings that take their addresses from a pool."""
        return [it for it in self.dynamic if it.pool == pool]
