"""The RIP database: every route known, its timers, and what of it the routing table gets.

RFC 2453 section 3.8 has two timers for a route, timeout and garbage collection; IOS has three:
invalid (no update: the route is unreachable), holddown (nothing new about it is believed) and
flush (it is forgotten), which count from the last update. Metrics are kept as they were heard;
the hop is added when a route is told on (RFC 2453 section 3.9.2 adds it on receipt: what is sent is
the same).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.codec.rip import INFINITY
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.model.rib import RouteSource
from ioscli.model.rip import RipConfig

_NEVER = Instant(0)


class Origin(Enum):
    """How a route came into the database."""

    CONNECTED = "directly connected"
    REDISTRIBUTED = "redistributed"
    LEARNED = "learned"


class Gateway(NamedTuple):
    """Who told a route, and where."""

    source: IPv4Address
    interface: InterfaceName


@dataclass(slots=True)
class Heard:
    """One gateway's word for a route."""

    next_hop: IPv4Address
    at: Instant


@dataclass(slots=True)
class RipRoute:
    """A route of the database."""

    prefix: IPv4Network
    origin: Origin
    metric: int
    """As it was heard or configured; 16: unreachable."""
    tag: int = 0
    paths: dict[Gateway, Heard] = field(default_factory=dict)
    """Of learned routes."""
    interface: InterfaceName | None = None
    """Of connected ones."""
    next_hop: IPv4Address | None = None
    """Of redistributed ones."""
    source: tuple[RouteSource, str] | None = None
    """Whom a redistributed route comes from."""
    changed: bool = True
    """Not told to the neighbors yet (RFC 2453's route change flag)."""
    invalid_since: Instant | None = None
    """Since when it is unreachable; None: it is not."""
    believed: int = INFINITY
    """The metric it had before that."""
    gateways: frozenset[Gateway] = frozenset()
    """Who had told it then."""
    flush_at: Instant = _NEVER
    held: Gateway | None = None
    """Whom packets still go to, as the table keeps what timed out until it is flushed."""

    @property
    def is_up(self) -> bool:
        """Whether packets may take it."""
        return self.metric < INFINITY

    @property
    def cost(self) -> int:
        """The metric that neighbors are told: a hop more than what was heard."""
        if self.origin is Origin.REDISTRIBUTED:
            return self.metric
        return min(self.metric + 1, INFINITY)

    def invalidate(self, now: Instant, config: RipConfig) -> None:
        """It is unreachable from now on, until it is flushed."""
        if self.invalid_since is None:
            self.believed = self.metric
            self.invalid_since = now
            # IOS counts from the age at which an update would have been missed for too long.
            self.flush_at = Instant(now + max(0, config.flush - config.invalid) * SECOND)
        self.gateways = self.gateways | self.paths.keys()
        self.metric = INFINITY
        self.paths.clear()
        self.changed = True

    def holds_down(self, now: Instant, config: RipConfig) -> bool:
        """Whether news about it are not believed yet."""
        since = self.invalid_since
        return since is not None and now < since + config.holddown * SECOND

    def deadline(self, config: RipConfig) -> Instant | None:
        """When its timers are to be looked at."""
        if self.origin is not Origin.LEARNED and self.is_up:
            return None
        if self.invalid_since is not None:
            return self.flush_at
        oldest = min(heard.at for heard in self.paths.values())
        return Instant(oldest + config.invalid * SECOND)
