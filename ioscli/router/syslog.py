"""The logging process: system messages to the console, to monitors and into the buffer.

A message is `%FACILITY-SEVERITY-MNEMONIC: text`; a line of debugging is text alone, at severity
7. Each destination takes what its configured level lets through, and counts what it took.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ioscli.engine.simulation import Simulation
from ioscli.model.clock import ClockConfig
from ioscli.model.instant import SECOND, Duration
from ioscli.model.logging import LoggingConfig, Severity, Timestamps
from ioscli.router.clock import Clock

Subscriber = Callable[[str], None]


class MessageCount(NamedTuple):
    """How often one message came (`logging count`), and when it came last."""

    occurrences: int
    last: str
    """The time as it is stamped on messages."""


class LoggingCounters:
    """How many messages each destination took since boot; see `show logging`."""

    __slots__ = ("buffer", "console", "monitor", "trap")

    def __init__(self) -> None:
        self.console = self.monitor = self.buffer = self.trap = 0


class ConsoleLog:
    """The logging process of one router.

    Callbacks receive one message at a time, without a line end at its end; a message of several
    lines (`%SYS-5-RESTART`) has line ends within.
    """

    __slots__ = (
        "_booted",
        "_buffer",
        "_buffered_bytes",
        "_consoles",
        "_monitors",
        "_sequence",
        "_simulation",
        "clock",
        "config",
        "counters",
        "counts",
    )

    def __init__(
        self,
        simulation: Simulation,
        config: LoggingConfig | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._simulation = simulation
        self.config = config or LoggingConfig()
        self.clock = clock or Clock(simulation, ClockConfig())
        self.counters = LoggingCounters()
        self.counts: dict[tuple[str, int, str], MessageCount] = {}
        """(facility, severity, mnemonic) -> how often, while `logging count` is on."""
        self._consoles: list[Subscriber] = []
        self._monitors: list[Subscriber] = []
        self._buffer: deque[str] = deque()
        self._buffered_bytes = 0
        self._sequence = 0
        self._booted = simulation.now

    # -- destinations --------------------------------------------------------------------------

    def subscribe(self, callback: Subscriber, *, monitor: bool = False) -> Callable[[], None]:
        """Have every further message handed to a callback; call what is returned to stop that.

        monitor: the callback is a vty's with `terminal monitor`, not the console's.
        """
        subscribers = self._monitors if monitor else self._consoles
        subscribers.append(callback)
        return lambda: subscribers.remove(callback)

    @property
    def buffer(self) -> tuple[str, ...]:
        """The messages that the buffer holds, oldest first."""
        self._trim()
        return tuple(self._buffer)

    def clear(self) -> None:
        """`clear logging`: empty the buffer."""
        self._buffer.clear()
        self._buffered_bytes = 0

    # -- messages ------------------------------------------------------------------------------

    @property
    def messages(self) -> int:
        """How many messages there were since boot, of debugging too."""
        return self._sequence

    def restarted(self) -> None:
        """The router boots now: counters, numbers and `uptime` stamps begin anew."""
        self._booted = self._simulation.now
        self._sequence = 0
        self.counters = LoggingCounters()
        self.counts.clear()
        self.clear()

    def log(
        self, facility: str, severity: int, mnemonic: str, text: str, *, booting: bool = False
    ) -> None:
        """Emit `%FACILITY-SEVERITY-MNEMONIC: text`.

        booting: the message came before anybody could look at the console; it is counted and
        buffered, and not shown.
        """
        stamps = self.config.log_stamps
        if self.config.count:
            self._count(facility, severity, mnemonic, stamps)
        body = f"%{facility}-{severity}-{mnemonic}: {text}"
        self._deliver(severity, self._stamp(stamps) + body, booting)

    def debug(self, text: str) -> None:
        """Emit one line of debugging output."""
        self._deliver(
            Severity.DEBUGGING, self._stamp(self.config.debug_stamps) + text, booting=False
        )

    def _count(
        self, facility: str, severity: int, mnemonic: str, stamps: Timestamps | None
    ) -> None:
        key = (facility, severity, mnemonic)
        known = self.counts.get(key)
        time = "" if stamps is None else self._time(stamps)
        self.counts[key] = MessageCount(1 if known is None else known.occurrences + 1, time)

    def _deliver(self, severity: int, line: str, booting: bool) -> None:
        config, counters = self.config, self.counters
        if config.console is not None and severity <= config.console:
            counters.console += 1
            if not booting:
                for callback in tuple(self._consoles):
                    callback(line)
        if not config.on:
            return
        if config.monitor is not None and severity <= config.monitor and self._monitors:
            for callback in tuple(self._monitors):
                counters.monitor += 1
                callback(line)
        if config.buffered is not None and severity <= config.buffered:
            counters.buffer += 1
            self._keep(line)
        if config.trap is not None and severity <= config.trap:
            counters.trap += 1

    def _keep(self, line: str) -> None:
        """Into the buffer, whose oldest messages go when it is full."""
        self._buffer.append(line)
        self._buffered_bytes += _size(line)
        self._trim()

    def _trim(self) -> None:
        while self._buffered_bytes > self.config.buffer_bytes:
            self._buffered_bytes -= _size(self._buffer.popleft())

    # -- stamps --------------------------------------------------------------------------------

    def _stamp(self, stamps: Timestamps | None) -> str:
        """What stands before a message: sequence number and time."""
        self._sequence += 1
        number = f"{self._sequence:06}: " if self.config.sequence_numbers else ""
        return number if stamps is None else f"{number}{self._time(stamps)}: "

    def _time(self, stamps: Timestamps) -> str:
        if stamps.uptime:
            return _since_boot(Duration(self._simulation.now - self._booted))
        if stamps.localtime:
            time, zone = self.clock.local()
        else:
            time, zone = self.clock.utc(), "UTC"
        return self.clock.mark + _stamped(stamps, time, zone)


def _size(line: str) -> int:
    return len(line.encode()) + 1


def _stamped(stamps: Timestamps, time: datetime, zone: str) -> str:
    """`Mar  1 00:00:12.345`, with year and zone where they are wanted."""
    year = f"{time.year} " if stamps.year else ""
    msec = f".{time.microsecond // 1000:03}" if stamps.msec else ""
    tail = f" {zone}" if stamps.show_timezone else ""
    return f"{time:%b} {time.day:2} {year}{time:%H:%M:%S}{msec}{tail}"


def _since_boot(up: Duration) -> str:
    """`00:00:46`, after a day `1d02h`, after a week `2w3d`: as IOS stamps uptime."""
    total = up // SECOND
    hours, days = total // 3600, total // 86_400
    if days < 1:
        return f"{hours:02}:{total // 60 % 60:02}:{total % 60:02}"
    if days < 7:
        return f"{days}d{hours % 24:02}h"
    return f"{days // 7}w{days % 7}d"
