"""The router's load: what its processes did, counted, and what that would have cost.

The counts are real: every invocation is a packet, a message, a command or a timer that this router
dealt with, every octet was encrypted, negotiated or printed. Time is not measured (the simulation
takes none) but reckoned by a tariff: so many microseconds for an invocation and for an octet, of
the order that a small router needs. So the percentages tell how busy the router was with what it
really did, and are the same on every machine. Memory is reckoned likewise: ioscli.router.memory.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.instant import SECOND
from ioscli.router.exec_lines import VTY_OFFSET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ioscli.router.router import Router


class Job(NamedTuple):
    """A process and its tariff."""

    name: str
    """As `show processes` of IOSv names it."""
    stack: int
    """Bytes, as `show processes memory` of IOSv tells them."""
    invocation: int
    """Microseconds charged for one invocation."""
    octets: int = 0
    """Microseconds charged for a thousand octets that it worked on."""


#: In the order of their numbers.
JOBS = (
    Job("Load Meter", 6_000, 20),
    Job("Exec", 12_000, 400, 2_000),  # a command; a character printed
    Job("ARP Input", 12_000, 30),
    Job("ARP Background", 12_000, 20),
    Job("Net Background", 12_000, 25),  # a keepalive sent or received
    Job("Logger", 24_000, 100),
    Job("IP Input", 12_000, 40),
    Job("IP RIB Update", 16_000, 60),  # a change of a best route
    Job("encrypt proc", 24_000, 8, 20),  # an ESP packet sealed or opened
    Job("Crypto IKMP", 24_000, 300, 4_000),  # an IKE message; the large ones carry key exchanges
    Job("IPSEC key engine", 24_000, 500),  # a pair of SAs installed
)
VIRTUAL_EXEC = Job("Virtual Exec", 12_000, 400, 2_000)
"""The Exec of a vty, a process for each one that was used."""

INTERRUPT_COST = 5
"""Microseconds charged for a packet that is forwarded without a process, by CEF."""

_SAMPLE = 5 * SECOND
_ARP_SWEEP = 60 * SECOND
_SAMPLES_A_MINUTE = 12
_MINUTES_AN_HOUR = 60
_HOURS = 72


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
    tty: int
    stack: int
    """Bytes."""


class CpuView(NamedTuple):
    """The head of `show processes cpu`: percentages, and the share of interrupts."""

    five_seconds: float
    interrupts: float
    one_minute: float
    five_minutes: float
    processes: tuple[ProcessView, ...]


class Span(NamedTuple):
    """The load during a minute or an hour, in percent."""

    most: int
    average: int


class CpuHistory(NamedTuple):
    """What `show processes cpu history` draws, newest first."""

    samples: tuple[int, ...]
    """Percent, of five seconds each, a minute in all."""
    minutes: tuple[Span, ...]
    hours: tuple[Span, ...]


class Work(NamedTuple):
    """What a process did so far."""

    invoked: int
    octets: int = 0


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


class _Gathering:
    """Readings that together make one column of a graph."""

    __slots__ = ("columns", "count", "most", "size", "total")

    def __init__(self, size: int, columns: int) -> None:
        self.size = size
        self.columns: deque[Span] = deque(maxlen=columns)
        self.count = self.most = self.total = 0

    def add(self, most: int, average: int) -> Span | None:
        """Take a reading; the column, once its readings are complete."""
        self.count += 1
        self.most = max(self.most, most)
        self.total += average
        if self.count < self.size:
            return None
        span = Span(self.most, round(self.total / self.count))
        self.columns.appendleft(span)
        self.count = self.most = self.total = 0
        return span


class Processes:
    """Samples the load every five seconds, as IOS's Load Meter does."""

    __slots__ = ("_hours", "_interrupts", "_loads", "_minutes", "_router", "_samples")

    def __init__(self, router: Router) -> None:
        self._router = router
        self._loads: dict[tuple[str, int], _Load] = {}
        self._interrupts = _Load()
        self._samples: deque[int] = deque(maxlen=_SAMPLES_A_MINUTE)
        self._minutes = _Gathering(_SAMPLES_A_MINUTE, _MINUTES_AN_HOUR)
        self._hours = _Gathering(_MINUTES_AN_HOUR, _HOURS)

    def sample(self) -> None:
        """Take one five-second sample."""
        for job, tty, work in self._works():
            self._load(job, tty).sample(_cost(job, work))
        self._interrupts.sample(self._router.forwarding.forwarded_packets * INTERRUPT_COST)
        busy = round(_total(it.five_seconds for it in (*self._loads.values(), self._interrupts)))
        self._samples.appendleft(busy)
        minute = self._minutes.add(busy, busy)
        if minute is not None:
            self._hours.add(*minute)

    def _load(self, job: Job, tty: int) -> _Load:
        return self._loads.setdefault((job.name, tty), _Load())

    def _works(self) -> list[tuple[Job, int, Work]]:
        """Every process, the number of its terminal, and what it did."""
        done = self._done()
        works = [(job, 0, done[job.name]) for job in JOBS]
        for line, use in sorted(self._router.exec_lines.used()):
            if line:
                work = Work(use.commands, use.characters)
                works.append((VIRTUAL_EXEC, line + VTY_OFFSET, work))
        return works

    def _done(self) -> dict[str, Work]:
        router = self._router
        arp = router.forwarding.arp_counts
        console = router.exec_lines.of(0)
        crypto = router.running_crypto
        return {
            "Load Meter": Work(router.uptime // _SAMPLE),
            "Exec": Work(console.commands, console.characters),
            "ARP Input": Work(arp.requests_in + arp.replies_in + arp.other_in),
            "ARP Background": Work(router.uptime // _ARP_SWEEP),
            "Net Background": Work(router.lines.keepalives),
            "Logger": Work(router.console.messages),
            "IP Input": Work(router.forwarding.delivered),
            "IP RIB Update": Work(router.rib.version),
            "encrypt proc": Work(0) if crypto is None else Work(*crypto.esp_work),
            "Crypto IKMP": Work(0) if crypto is None else Work(*crypto.ike_work),
            "IPSEC key engine": Work(0 if crypto is None else crypto.pairs_installed),
        }

    def view(self) -> CpuView:
        """What `show processes cpu` prints."""
        views = tuple(
            ProcessView(
                pid,
                job.name,
                work.invoked,
                _cost(job, work),
                *_shares(self._load(job, tty)),
                tty,
                job.stack,
            )
            for pid, (job, tty, work) in enumerate(self._works(), start=1)
        )
        loads = (*self._loads.values(), self._interrupts)
        return CpuView(
            _total(load.five_seconds for load in loads),
            self._interrupts.five_seconds,
            _total(load.one_minute for load in loads),
            _total(load.five_minutes for load in loads),
            views,
        )

    def history(self) -> CpuHistory:
        """What `show processes cpu history` draws."""
        return CpuHistory(
            tuple(self._samples), tuple(self._minutes.columns), tuple(self._hours.columns)
        )


def _cost(job: Job, work: Work) -> int:
    """Microseconds, by the tariff."""
    return work.invoked * job.invocation + work.octets * job.octets // 1_000


def _shares(load: _Load) -> tuple[float, float, float]:
    return load.five_seconds, load.one_minute, load.five_minutes


def _total(shares: Iterable[float]) -> float:
    return min(sum(shares), 100.0)
