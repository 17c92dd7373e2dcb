"""`show ip sla statistics | configuration | summary`.

Layout: captures of IOS-XE (statistics, summary); the configuration is that of IOS 15.x as Cisco's
IP SLAs configuration guide prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ioscli.cli.show.clock import clock_time
from ioscli.model.instant import SECOND, Instant

if TYPE_CHECKING:
    from ioscli.model.ip_sla import SlaOperation
    from ioscli.router.clock import Clock
    from ioscli.router.sla import SlaRun


def show_statistics(runs: Iterable[SlaRun], clock: Clock, now: Instant) -> Iterator[str]:
    """What the last run of each operation came to."""
    yield "IPSLAs Latest Operation Statistics"
    yield ""
    for run in runs:
        yield f"IPSLA operation id: {run.config.number}"
        last = run.last
        if last is None:
            yield "Number of successes: Unknown"
            yield "Number of failures: Unknown"
        else:
            if last.round_trip is None:
                yield "        Latest RTT: NoConnection/Busy/Timeout"
            else:
                plural = "" if last.round_trip == 1 else "s"
                yield f"        Latest RTT: {last.round_trip} millisecond{plural}"
            yield f"Latest operation start time: {clock_time(clock.local(last.started))}"
            yield f"Latest operation return code: {last.code}"
            yield f"Number of successes: {run.successes}"
            yield f"Number of failures: {run.failures}"
        yield f"Operation time to live: {_time_to_live(run, now)}"
        yield ""
        yield ""
        yield ""


def _time_to_live(run: SlaRun, now: Instant) -> str:
    if run.next_due is None:
        return "0"
    if run.config.life is None:
        return "Forever"
    begun = run.next_due if run.started is None else run.started
    return f"{max(0, run.config.life - (now - begun) // SECOND)} sec"


def show_configuration(
    runs: Iterable[SlaRun], histories: Mapping[int, Mapping[str, str]]
) -> Iterator[str]:
    """The settings of each operation; histories: their `history` settings, by number."""
    yield "IP SLAs Infrastructure Engine-III"
    for run in runs:
        yield from _configuration(run, run.config)
        yield from _history(histories.get(run.config.number, {}))
        yield ""


def _configuration(run: SlaRun, config: SlaOperation) -> Iterator[str]:
    yield f"Entry number: {config.number}"
    yield f"Owner: {config.owner}"
    yield f"Tag: {config.tag}"
    yield f"Operation timeout (milliseconds): {config.timeout}"
    if config.target is not None:
        yield "Type of operation to perform: icmp-echo"
        if config.source_interface is None:
            source = "0.0.0.0" if config.source is None else str(config.source)
            yield f"Target address/Source address: {config.target}/{source}"
        else:
            yield f"Target address/Source interface: {config.target}/{config.source_interface}"
        yield f"Type Of Service parameter: 0x{config.tos:X}"
        yield f"Request size (ARR data portion): {config.request_size}"
        yield "Data pattern: 0xABCDABCD"
        yield f"Verify data: {'Yes' if config.verify_data else 'No'}"
        yield f"Vrf Name: {config.vrf}"
    yield "Schedule:"
    frequency = f"{config.frequency}  (not considered if randomly scheduled)"
    yield f"   Operation frequency (seconds): {frequency}"
    start = "Start Time already passed" if config.started else "Pending trigger"
    yield f"   Next Scheduled Start Time: {start}"
    yield "   Group Scheduled : FALSE"
    yield "   Randomly Scheduled : FALSE"
    yield f"   Life (seconds): {'Forever' if config.life is None else config.life}"
    yield "   Entry Ageout (seconds): never"
    yield "   Recurring (Starting Everyday): FALSE"
    active = "Active" if run.next_due is not None else "notInService"
    yield f"   Status of entry (SNMP RowStatus): {active}"
    yield f"Threshold (milliseconds): {config.threshold}"


#: What stands between `history` settings, their names, and IOS's defaults.
_HISTORY = (
    ("Distribution Statistics:", "", ""),
    ("   Number of statistic hours kept", "hours-of-statistics-kept", "2"),
    ("   Number of statistic distribution buckets kept", "distributions-of-statistics-kept", "1"),
    ("   Statistic distribution interval (milliseconds)", "statistics-distribution-interval", "20"),
    ("Enhanced History:", "", ""),
    ("History Statistics:", "", ""),
    ("   Number of history Lives kept", "lives-kept", "0"),
    ("   Number of history Buckets kept", "buckets-kept", "15"),
    ("   History Filter Type", "filter", "none"),
)


def _history(settings: Mapping[str, str]) -> Iterator[str]:
    for title, name, usual in _HISTORY:
        value = settings.get(name, usual)
        if name == "filter":
            value = value[0].upper() + value[1:]
        yield f"{title}: {value}" if name else title


def show_summary(runs: Iterable[SlaRun], now: Instant) -> Iterator[str]:
    """One line an operation."""
    yield "IPSLAs Latest Operation Summary"
    yield "Codes: * active, ^ inactive, ~ pending"
    yield "All Stats are in milliseconds. Stats with u are in microseconds"
    yield ""
    yield _row("ID", "Type", "Destination", "Stats", "ReturnCode", "LastRun")
    yield "-" * 71
    for run in runs:
        config, last = run.config, run.last
        if config.target is None:
            continue
        mark = "*" if run.next_due is not None else "^" if config.started else "~"
        stats = "-" if last is None or last.round_trip is None else f"RTT={last.round_trip}"
        code = "Unknown" if last is None else last.code
        when = "-" if last is None else _ago((now - last.started) // SECOND)
        yield _row(f"{mark}{config.number}", "icmp-echo", str(config.target), stats, code, when)


def _row(*cells: str) -> str:
    widths = (13, 12, 18, 12, 12)
    text = "".join(f"{it:<{width}}" for it, width in zip(cells, widths, strict=False))
    return text + cells[-1]


def _ago(seconds: int) -> str:
    """`21 seconds ago`, `2 minutes, 5 seconds ago`."""
    minutes, rest = divmod(seconds, 60)
    parts = []
    if minutes:
        parts.append(f"{minutes} minute{'' if minutes == 1 else 's'}")
    parts.append(f"{rest} second{'' if rest == 1 else 's'}")
    return f"{', '.join(parts)} ago"
