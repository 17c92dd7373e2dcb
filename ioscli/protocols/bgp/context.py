"""What all parts of one BGP machine work with: configuration, timers, effects under way."""

from __future__ import annotations

import random as chance
from enum import Enum
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.bgp import BgpProcess
from ioscli.model.effects import Debug, Log, RoutingEffect
from ioscli.model.instant import SECOND, Instant
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Rib
from ioscli.protocols.timers import KeyedTimers


class Timer(Enum):
    """What can become due: the RFC's timers of a neighbor or connection, and IOS's own."""

    CONNECT_RETRY = "ConnectRetryTimer"
    HOLD = "HoldTimer"
    KEEPALIVE = "KeepaliveTimer"
    ADVERTISEMENT = "MinRouteAdvertisementIntervalTimer"
    NEXT_HOPS = "next-hop tracking"
    RESTART = "restart after maximum-prefix"
    POLICY = "outbound policy changed"
    DAMPENING = "penalties of flapping routes"


class TimerKey(NamedTuple):
    """A timer of a neighbor, of a connection, or of the process."""

    timer: Timer
    neighbor: IPv4Address | None = None
    connection: int = 0


class BgpCounters:
    """Since the process began, for `BGP activity`."""

    __slots__ = ("malformed", "paths_added", "paths_gone", "prefixes_added", "prefixes_gone")

    def __init__(self) -> None:
        self.prefixes_added = self.prefixes_gone = self.paths_added = self.paths_gone = 0
        self.malformed = 0
        """Messages that were answered with a NOTIFICATION."""


class Context:
    """Shared by the parts of a machine."""

    def __init__(self, number: int, rib: Rib, random: chance.Random, vrf: str) -> None:
        self.process = BgpProcess(number)
        self.policy = PolicyConfig()
        self.vrf = vrf
        """The name of the VRF whose table it runs over; empty: the global one."""
        self.rib = rib
        """Read only: next hops and `network` lines are looked up in it."""
        self.random = random
        self.router_id = IPv4Address(0)
        self.timers: KeyedTimers[TimerKey] = KeyedTimers()
        self.counters = BgpCounters()
        self.debugging: set[str] = set()
        self.now = Instant(0)
        self._effects: list[RoutingEffect] = []

    def emit(self, effect: RoutingEffect) -> None:
        """Ask something of the router."""
        self._effects.append(effect)

    def take(self) -> list[RoutingEffect]:
        """What was asked since the last time."""
        effects, self._effects = self._effects, []
        return effects

    def log(self, mnemonic: str, severity: int, text: str, facility: str = "BGP") -> None:
        """A system message."""
        self.emit(Log(facility, severity, mnemonic, text))

    def debug(self, topic: str, text: str) -> None:
        """A line of debugging, while its topic is on."""
        if topic in self.debugging:
            self.emit(Debug(topic, text))

    def debug_session(self, text: str) -> None:
        """A step of a session: `debug ip bgp` and `debug ip bgp events` both show it."""
        if "sessions" in self.debugging or "events" in self.debugging:
            self.emit(Debug("sessions", f"BGP: {text}"))

    def jittered(self, seconds: float, least: float = 0.75) -> int:
        """A duration (microseconds) shortened by chance, as RFC 4271 section 10 asks."""
        return round(seconds * SECOND * self.random.uniform(least, 1.0))

    @property
    def outer_as(self) -> int:
        """The AS that neighbors outside know this router by: the confederation's, if any."""
        return self.process.confederation or self.process.number
