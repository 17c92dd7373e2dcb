"""What `archive` keeps of a router's configuration beside the files: the log of configuration
commands, changes that come undone unless confirmed, and the timer of periodic archives.

All of it is lost in a reload; the archive files themselves, and their list, are in `Files`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.instant import MINUTE, Instant
from ioscli.model.sections import StoredLine, StoredSection

if TYPE_CHECKING:
    from ioscli.engine.simulation import Simulation, Timer
    from ioscli.model.config import RouterConfig

_DEFAULT_MAXIMUM = 10
_DEFAULT_LOG_SIZE = 100


class Settings(NamedTuple):
    """What `archive` in the configuration says, where it names a path."""

    path: str
    maximum: int
    write_memory: bool
    period: int | None
    """Minutes between two archives by themselves; None: there are none."""


class LogSettings(NamedTuple):
    """What `log config` says, where logging is enabled."""

    size: int
    hidekeys: bool
    notify: bool
    """Whether each command is a system message too."""


def _lines(entries: Iterable[object]) -> list[str]:
    return [entry.text for entry in entries if isinstance(entry, StoredLine)]


def _section(config: RouterConfig) -> StoredSection | None:
    for section in config.sections:
        if isinstance(section, StoredSection) and section.rule == "archive":
            return section
    return None


def settings_of(config: RouterConfig) -> Settings | None:
    """The archive's settings; None: no path, so there is no archive."""
    section = _section(config)
    if section is None:
        return None
    values = dict(line.partition(" ")[::2] for line in _lines(section.entries))
    if "path" not in values:
        return None
    period = values.get("time-period")
    return Settings(
        values["path"],
        int(values.get("maximum", _DEFAULT_MAXIMUM)),
        "write-memory" in values,
        None if period is None else int(period),
    )


def log_settings_of(config: RouterConfig) -> LogSettings | None:
    """The configuration log's settings; None: it is not enabled."""
    section = _section(config)
    for entry in () if section is None else section.entries:
        if isinstance(entry, StoredSection) and entry.rule == "archive_log":
            lines = _lines(entry.entries)
            if "logging enable" not in lines:
                return None
            sizes = [int(line.split()[2]) for line in lines if line.startswith("logging size ")]
            return LogSettings(
                sizes[0] if sizes else _DEFAULT_LOG_SIZE,
                "hidekeys" in lines,
                any(line.startswith("notify syslog") for line in lines),
            )
    return None


class LoggedCommand(NamedTuple):
    """One entry of the configuration log."""

    number: int
    session: int
    user: str
    line: str
    """`console`, `vty0`."""
    text: str


class Rollback(NamedTuple):
    """A configuration that comes back unless the changes since are confirmed."""

    url: str
    """The archive file that holds it."""
    minutes: int
    since: Instant
    user: str
    timers: tuple[Timer, ...]


class ConfigArchive:
    """The configuration log, the pending rollback and the periodic timer of one router."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.log: deque[LoggedCommand] = deque()
        self._logged = 0
        self._sessions = 0
        self.rollback: Rollback | None = None
        self._period: int | None = None
        self._periodic: Timer | None = None

    # -- the log -------------------------------------------------------------------------------

    def open_session(self) -> int:
        """The number of a configuration session that begins."""
        self._sessions += 1
        return self._sessions

    def record(self, session: int, user: str, line: str, text: str, size: int) -> None:
        """Log a command; the oldest beyond the size are forgotten."""
        self._logged += 1
        self.log.append(LoggedCommand(self._logged, session, user, line, text))
        while len(self.log) > size:
            self.log.popleft()

    # -- confirmed changes ---------------------------------------------------------------------

    def arm(
        self,
        url: str,
        minutes: int,
        user: str,
        warn: Callable[[], None],
        roll_back: Callable[[], None],
    ) -> None:
        """Have the configuration in a file come back; warn is called a minute before."""
        self.disarm()
        begin, span = self._simulation.after, minutes * MINUTE
        timers = (begin(span - MINUTE, warn), begin(span, roll_back))
        self.rollback = Rollback(url, minutes, self._simulation.now, user, timers)

    def disarm(self) -> Rollback | None:
        """Call the rollback off; what was pending."""
        pending, self.rollback = self.rollback, None
        if pending is not None:
            for timer in pending.timers:
                timer.cancel()
        return pending

    # -- periodic archives ---------------------------------------------------------------------

    def every(self, minutes: int | None, action: Callable[[], None]) -> None:
        """Act every so many minutes from now on, or no longer; what runs already goes on."""
        if minutes == self._period:
            return
        self._period = minutes
        if self._periodic is not None:
            self._periodic.cancel()
            self._periodic = None
        if minutes is None:
            return
        span = minutes * MINUTE

        def act() -> None:
            self._periodic = self._simulation.after(span, act)
            action()

        self._periodic = self._simulation.after(span, act)

    def stop(self) -> None:
        """The router goes down."""
        self.disarm()
        self.every(None, lambda: None)
