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
from ioscli.router.exec_lines import number_of

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


Work = tuple[int, int]
"""What a process did so far: how often it was invoked, and octets that it worked on."""
_NOTHING = (0, 0)


class _Load:
    """Shares of one consumer: of the last five seconds, and two exponential averages."""

    __slots__ = ("five_minutes", "five_seconds", "one_minute", "seen")

    def __init__(self) -> None:
        self.seen = 0
        self.five_seconds = self.one_minute = self.five_minutes = 0.0

    def sample(self, total: int) -> None:
        if total == self.seen and not self.five_minutes:
            return  # it never did anything that would have to fade
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

    __slots__ = ("_hours", "_interrupts", "_loads", "_minutes", "_router", "_samples", "_virtual")

    def __init__(self, router: Router) -> None:
        self._router = router
        self._loads = [_Load() for _ in JOBS]
        self._virtual: dict[int, _Load] = {}
        """Of the Exec of vtys, by line."""
        self._interrupts = _Load()
        self._samples: deque[int] = deque(maxlen=_SAMPLES_A_MINUTE)
        self._minutes = _Gathering(_SAMPLES_A_MINUTE, _MINUTES_AN_HOUR)
        self._hours = _Gathering(_MINUTES_AN_HOUR, _HOURS)

    def sample(self) -> None:
        """Take one five-second sample."""
        forwarded = sum(it.forwarding.forwarded_packets for it in self._router.vrfs.values())
        self._interrupts.sample(forwarded * INTERRUPT_COST)
        share = self._interrupts.five_seconds
        for job, load, work in zip(JOBS, self._loads, self._done(), strict=True):
            load.sample(_cost(job, work))
            share += load.five_seconds
        for line, work in self._virtual_work():
            load = self._load(line)
            load.sample(_cost(VIRTUAL_EXEC, work))
            share += load.five_seconds
        busy = round(min(share, 100.0))
        self._samples.appendleft(busy)
        minute = self._minutes.add(busy, busy)
        if minute is not None:
            self._hours.add(*minute)

    def _load(self, line: int) -> _Load:
        known = self._virtual.get(line)
        if known is None:
            known = self._virtual[line] = _Load()
        return known

    def _virtual_work(self) -> list[tuple[int, Work]]:
        return [
            (line, (use.commands, use.characters))
            for line, use in sorted(self._router.exec_lines.used())
            if line
        ]

    def _done(self) -> tuple[Work, ...]:
        """What each of JOBS did."""
        router = self._router
        arp = delivered = routes = 0
        for table in router.vrfs.values():
            counts = table.forwarding.arp_counts
            arp += counts.requests_in + counts.replies_in + counts.other_in
            delivered += table.forwarding.delivered
            routes += table.rib.version
        console = router.exec_lines.of(0)
        crypto = router.running_crypto
        return (
            (router.uptime // _SAMPLE, 0),
            (console.commands, console.characters),
            (arp, 0),
            (router.uptime // _ARP_SWEEP, 0),
            (router.lines.keepalives, 0),
            (router.console.messages, 0),
            (delivered, 0),
            (routes, 0),
            _NOTHING if crypto is None else (crypto.esp_work[0], crypto.esp_work[1]),
            _NOTHING if crypto is None else (crypto.ike_work[0], crypto.ike_work[1]),
            (0 if crypto is None else crypto.pairs_installed, 0),
        )

    def _rows(self) -> list[tuple[Job, int, Work, _Load]]:
        """Every process, the number of its terminal, what it did and its load."""
        rows = [
            (job, 0, work, load)
            for job, work, load in zip(JOBS, self._done(), self._loads, strict=True)
        ]
        for line, work in self._virtual_work():
            rows.append((VIRTUAL_EXEC, number_of(line), work, self._load(line)))
        return rows

    def view(self) -> CpuView:
        """What `show processes cpu` prints."""
        views = tuple(
            ProcessView(
                pid,
                job.name,
                work[0],
                _cost(job, work),
                *_shares(load),
                tty,
                job.stack,
            )
            for pid, (job, tty, work, load) in enumerate(self._rows(), start=1)
        )
        loads = (*self._loads, *self._virtual.values(), self._interrupts)
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
    return work[0] * job.invocation + work[1] * job.octets // 1_000


def _shares(load: _Load) -> tuple[float, float, float]:
    return load.five_seconds, load.one_minute, load.five_minutes


def _total(shares: Iterable[float]) -> float:
    return min(sum(shares), 100.0)
