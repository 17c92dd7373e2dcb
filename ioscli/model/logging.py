"""What the operator configured about system messages: where they go and how they are stamped."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """A message's severity (RFC 5424, 6.2.1), by the names that IOS's commands use."""

    EMERGENCIES = 0
    ALERTS = 1
    CRITICAL = 2
    ERRORS = 3
    WARNINGS = 4
    NOTIFICATIONS = 5
    INFORMATIONAL = 6
    DEBUGGING = 7

    @property
    def word(self) -> str:
        """As configuration lines and `show logging` write it."""
        return self.name.lower()


#: Bytes of the message buffer of a router that configures none, as IOSv has it.
DEFAULT_BUFFER = 8192


class Timestamps(NamedTuple):
    """`service timestamps log|debug ...`: what stands before a message."""

    uptime: bool = False
    """Since boot, instead of date and time."""
    msec: bool = False
    localtime: bool = False
    """In the configured time zone instead of UTC."""
    show_timezone: bool = False
    year: bool = False

    @property
    def words(self) -> str:
        """What follows `service timestamps log`, in IOS's order of options."""
        if self.uptime:
            return "uptime"
        options = (
            ("msec", self.msec),
            ("localtime", self.localtime),
            ("show-timezone", self.show_timezone),
            ("year", self.year),
        )
        return " ".join(["datetime", *(word for word, given in options if given)])


#: What IOSv begins with.
DATETIME_MSEC = Timestamps(msec=True)


@dataclass(slots=True)
class LoggingConfig:
    """The `logging ...` and `service timestamps ...` lines that act.

    A destination's level is the highest severity number that it still takes; None: it is off.
    """

    on: bool = True
    """`logging on`: off, messages reach the console alone."""
    console: Severity | None = Severity.DEBUGGING
    monitor: Severity | None = Severity.DEBUGGING
    buffered: Severity | None = Severity.DEBUGGING
    buffer_size: int | None = None
    """Bytes; None: the platform's."""
    trap: Severity | None = Severity.INFORMATIONAL
    """For syslog servers; there is no syslog client, so this only counts."""
    count: bool = False
    """`logging count`: keep how often each message came."""
    log_stamps: Timestamps | None = DATETIME_MSEC
    debug_stamps: Timestamps | None = DATETIME_MSEC
    sequence_numbers: bool = False

    @property
    def buffer_bytes(self) -> int:
        """The size of the message buffer."""
        return DEFAULT_BUFFER if self.buffer_size is None else self.buffer_size
