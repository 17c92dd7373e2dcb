"""The router's load: what its processes did, counted, and what that would have cost.

The counts are real: every invocation is a packet, a message or a timer that this router dealt with.
Time is not measured (the simulation takes none) but reckoned: each invocation is charged a fixed
number of microseconds, of the order that a small router needs. So the percentages tell how
busy the router was with what it really did, by that tariff, and are the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.instant import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ioscli.router.router import Router

#: Microseconds charged for one invocation of each process, in the order of their numbers.
COSTS = {
    "Load Meter": 20,
    "ARP Input": 30,
    "ARP Background": 20,
    "Logger": 100,
    "IP Input": 40,
    "Crypto IKMP": 2_000,
}
INTERRUPT_COST = 5
"""Microseconds charged for a packet that is forwarded without a process, by CEF."""

_SAMPLE = 5 * SECOND
_ARP_SWEEP = 60 * SECOND
_IKE_PORTS = (500, 4500)


class ProcessView(NamedTuple):
    """One line of `show processes cpu`; shares are percentages of the processor."""

    pid: int
    name: str
    invoked: int
    runtime: int
    """Microseconds in all, by the tariff."""
    five_seconds: float
    one_minute: float
    five_minutes: float


class CpuView(NamedTuple):
    """The head of `show processes cpu`: percentages, and the share of interrupts."""

    five_seconds: float
    interrupts: float
    one_minute: float
    five_minutes: float
    processes: tuple[ProcessView, ...]


class _Load:
    """Shares of one consumer: of the last five seconds, and two exponential averages."""

    __slots__ = ("five_minutes", "five_seconds", "one_minute", "seen")

    def __init__(self) -> None:
        self.seen = 0
        self.five_seconds = self.one_minute = self.five_minutes = 0.0

    def sample(self, total: int) -> None:
        share = 100 * (total - self.seen) / _SAMPLE
        self.seen = total
        self.five_seconds = min(share, 100.0)
        self.one_minute += (self.five_seconds - self.one_minute) * 5 / 60
        self.five_minutes += (self.five_seconds - self.five_minutes) * 5 / 300


class Processes:
    """Samples the load every five seconds, as IOS's Load Meter does."""

    __slots__ = ("_interrupts", "_loads", "_router")

    def __init__(self, router: Router) -> None:
        self._router = router
        self._loads = {name: _Load() for name in COSTS}
        self._interrupts = _Load()

    def sample(self) -> None:
        """Take one five-second sample."""
        for name, invoked in self._invocations().items():
            self._loads[name].sample(invoked * COSTS[name])
        self._interrupts.sample(self._router.forwarding.forwarded_packets * INTERRUPT_COST)

    def _invocations(self) -> dict[str, int]:
        router = self._router
        arp = router.forwarding.arp_counts
        return {
            "Load Meter": router.uptime // _SAMPLE,
            "ARP Input": arp.requests_in + arp.replies_in + arp.other_in,
            "ARP Background": router.uptime // _ARP_SWEEP,
            "Logger": router.console.messages,
            "IP Input": router.forwarding.delivered,
            "Crypto IKMP": sum(router.udp.datagrams.get(port, 0) for port in _IKE_PORTS),
        }

    def view(self) -> CpuView:
        """What `show processes cpu` prints."""
        invocations = self._invocations()
        views = tuple(
            ProcessView(
                pid,
                name,
                invocations[name],
                invocations[name] * cost,
                *_shares(self._loads[name]),
            )
            for pid, (name, cost) in enumerate(COSTS.items(), start=1)
        )
        loads = (*self._loads.values(), self._interrupts)
        return CpuView(
            _total(load.five_seconds for load in loads),
            self._interrupts.five_seconds,
            _total(load.one_minute for load in loads),
            _total(load.five_minutes for load in loads),
            views,
        )


def _shares(load: _Load) -> tuple[float, float, float]:
    return load.five_seconds, load.one_minute, load.five_minutes


def _total(shares: Iterable[float]) -> float:
    return min(sum(shares), 100.0)
