"""System messages: where they go, how they are stamped: carries out grammar/logging.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.registry import command
from ioscli.cli.running_config import writes
from ioscli.cli.show import logging as show
from ioscli.model.changes import SystemChanged
from ioscli.model.logging import DATETIME_MSEC, Severity, Timestamps

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig

_CHANGED: Changes = (SystemChanged(),)


def _level(args: Args) -> Severity:
    """The severity typed, by number or name; `debugging` where none was, and for `default`."""
    if args.defaulted:
        return Severity.DEBUGGING
    number: int | None = args.get("A_SEVERITY")
    if number is not None:
        return Severity(number)
    return next((level for level in Severity if level.word in args), Severity.DEBUGGING)


@command("logging_on")
def logging_on(context: ConfigContext, args: Args) -> Changes:
    """Off, only the console gets messages."""
    context.config.logging.on = not args.negated
    return _CHANGED


@command("logging_buffered")
def logging_buffered(context: ConfigContext, args: Args) -> Changes:
    """Size and level of the message buffer."""
    logging = context.config.logging
    if resets(args):
        logging.buffered = None if args.negated else Severity.DEBUGGING
        logging.buffer_size = None
        return _CHANGED
    logging.buffered = _level(args)
    logging.buffer_size = args.get("A_BUFFER", logging.buffer_size)
    return _CHANGED


@command("logging_console")
def logging_console(context: ConfigContext, args: Args) -> Changes:
    """Level of the console."""
    context.config.logging.console = None if args.negated else _level(args)
    return _CHANGED


@command("logging_monitor")
def logging_monitor(context: ConfigContext, args: Args) -> Changes:
    """Level of vtys with `terminal monitor`."""
    context.config.logging.monitor = None if args.negated else _level(args)
    return _CHANGED


@command("logging_trap")
def logging_trap(context: ConfigContext, args: Args) -> Changes:
    """Level for syslog servers; alone it means informational again."""
    logging = context.config.logging
    bare = len(args.words) - resets(args) == 2
    if args.negated:
        logging.trap = None
    else:
        logging.trap = Severity.INFORMATIONAL if bare or args.defaulted else _level(args)
    return _CHANGED


@command("logging_count")
def logging_count(context: ConfigContext, args: Args) -> Changes:
    """Whether every kind of message is counted."""
    context.config.logging.count = not resets(args)
    return _CHANGED


@command("service_timestamps", "service_timestamps_debug", "service_timestamps_log")
def service_timestamps(context: ConfigContext, args: Args) -> Changes:
    """Stamps of messages and debugging; without further words both get uptime, as on IOS."""
    logging = context.config.logging
    stamps = _stamps(args)
    if "log" in args or "debug" not in args:
        logging.log_stamps = stamps
    if "debug" in args or "log" not in args:
        logging.debug_stamps = stamps
    return _CHANGED


def _stamps(args: Args) -> Timestamps | None:
    if args.negated:
        return None
    if args.defaulted:
        return DATETIME_MSEC
    if "datetime" not in args:
        return Timestamps(uptime=True)
    return Timestamps(
        msec="msec" in args,
        localtime="localtime" in args,
        show_timezone="show-timezone" in args,
        year="year" in args,
    )


@command("service_sequence_numbers")
def service_sequence_numbers(context: ConfigContext, args: Args) -> Changes:
    """Whether messages begin with their number."""
    context.config.logging.sequence_numbers = not resets(args)
    return _CHANGED


# --- running-config ------------------------------------------------------------------------------


@writes("config", "service_timestamps_debug")
def debug_stamps_line(config: RouterConfig) -> Iterator[str]:
    """Always printed."""
    yield _stamps_line("debug", config.logging.debug_stamps)


@writes("config", "service_timestamps_log")
def log_stamps_line(config: RouterConfig) -> Iterator[str]:
    """Always printed."""
    yield _stamps_line("log", config.logging.log_stamps)


def _stamps_line(what: str, stamps: Timestamps | None) -> str:
    if stamps is None:
        return f"no service timestamps {what}"
    return f"service timestamps {what} {stamps.words}"


@writes("config", "service_sequence_numbers")
def sequence_numbers_line(config: RouterConfig) -> Iterator[str]:
    """Hidden while off."""
    if config.logging.sequence_numbers:
        yield "service sequence-numbers"


@writes("config", "logging_on")
def logging_on_line(config: RouterConfig) -> Iterator[str]:
    """Hidden while on."""
    if not config.logging.on:
        yield "no logging on"


@writes("config", "logging_count")
def logging_count_line(config: RouterConfig) -> Iterator[str]:
    """Hidden while off."""
    if config.logging.count:
        yield "logging count"


@writes("config", "logging_buffered")
def logging_buffered_line(config: RouterConfig) -> Iterator[str]:
    """Hidden while nothing was configured."""
    logging = config.logging
    if logging.buffered is None:
        yield "no logging buffered"
        return
    words = [] if logging.buffer_size is None else [str(logging.buffer_size)]
    words += _unless(logging.buffered, Severity.DEBUGGING)
    if words:
        yield " ".join(["logging buffered", *words])


def _unless(level: Severity, hidden: Severity) -> list[str]:
    return [] if level is hidden else [level.word]


def _level_line(what: str, level: Severity | None, hidden: Severity) -> Iterator[str]:
    if level is None:
        yield f"no logging {what}"
    elif level is not hidden:
        yield f"logging {what} {level.word}"


@writes("config", "logging_console")
def logging_console_line(config: RouterConfig) -> Iterator[str]:
    """Hidden at debugging."""
    return _level_line("console", config.logging.console, Severity.DEBUGGING)


@writes("config", "logging_monitor")
def logging_monitor_line(config: RouterConfig) -> Iterator[str]:
    """Hidden at debugging."""
    return _level_line("monitor", config.logging.monitor, Severity.DEBUGGING)


@writes("config", "logging_trap")
def logging_trap_line(config: RouterConfig) -> Iterator[str]:
    """Hidden at informational."""
    return _level_line("trap", config.logging.trap, Severity.INFORMATIONAL)


# --- exec ----------------------------------------------------------------------------------------


@command("clear_logging")
def clear_logging(session: Session, _args: Args) -> Steps:
    """`clear logging`."""
    if (yield Confirm("Clear logging buffer [confirm]")):
        session.router.console.clear()


@command("show_logging")
def show_logging(session: Session, args: Args) -> Iterable[str]:
    """`show logging [count]`."""
    process = session.router.console
    if "count" in args:
        return show.show_logging_count(process.config, process.counts)
    return show.show_logging(
        process.config, process.counters, process.buffer, _hosts(session.router.config)
    )


def _hosts(config: RouterConfig) -> list[str]:
    """The addresses of the syslog servers, from the stored lines."""
    return [line.split()[2] for line in config.stored.get("logging_host", ())]
