"""show logging: captures of IOS 15.2 to 15.9.

Nothing here limits the rate of messages, drops them or sends them to servers: those counts are
nothing because nothing of the kind happens.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ioscli.model.logging import LoggingConfig, Severity
from ioscli.router.syslog import LoggingCounters, MessageCount


def show_logging(
    config: LoggingConfig,
    counters: LoggingCounters,
    buffer: Sequence[str],
    hosts: Iterable[str] = (),
) -> Iterator[str]:
    """Destinations with their counters, then what the buffer holds."""
    state = "enabled" if config.on else "disabled"
    yield (
        f"Syslog logging: {state} (0 messages dropped, 0 messages rate-limited, 0 flushes, "
        "0 overruns, xml disabled, filtering disabled)"
    )
    yield ""
    yield "No Active Message Discriminator."
    yield from ("", "", "")
    yield "No Inactive Message Discriminator."
    yield from ("", "")
    yield from _destination("Console logging:", config.console, counters.console)
    yield from _destination("Monitor logging:", config.monitor, counters.monitor)
    yield from _destination("Buffer logging: ", config.buffered, counters.buffer, " " * 20)
    yield f"    Exception Logging: size ({config.buffer_bytes} bytes)"
    yield f"    Count and timestamp logging messages: {'enabled' if config.count else 'disabled'}"
    yield "    Persistent logging: disabled"
    yield ""
    yield "No active filter modules."
    yield ""
    if config.trap is None:
        yield "    Trap logging: disabled"
    else:
        yield f"    Trap logging: level {config.trap.word}, {counters.trap} message lines logged"
        for host in hosts:
            yield from _host(host)
        yield "        Logging Source-Interface:       VRF Name:"
    if config.buffered is not None:
        yield ""
        yield f"Log Buffer ({config.buffer_bytes} bytes):"
        yield ""
        for message in buffer:
            yield from message.split("\n")


def _destination(
    name: str, level: Severity | None, count: int, margin: str = " " * 21
) -> Iterator[str]:
    if level is None:
        yield f"    {name.strip()} disabled"
        return
    yield f"    {name} level {level.word}, {count} messages logged, xml disabled,"
    yield f"{margin}filtering disabled"


def _host(address: str) -> Iterator[str]:
    """A configured server, to which nothing is sent."""
    yield f"        Logging to {address}  (udp port 514, audit disabled,"
    yield "              link down),"
    yield "              0 message lines logged, "
    yield "              0 message lines rate-limited, "
    yield "              0 message lines dropped-by-MD, "
    yield "              xml disabled, sequence number disabled"
    yield "              filtering disabled"


def show_logging_count(
    config: LoggingConfig, counts: Mapping[tuple[str, int, str], MessageCount]
) -> Iterator[str]:
    """How often each message came, facility by facility."""
    if not config.count:
        yield "Logging of message counts is not enabled"
        return
    yield "Facility       Message Name                     Sev Occur      Last Time"
    yield "=" * 82
    for facility in sorted({key[0] for key in counts}):
        total = 0
        for (owner, severity, mnemonic), count in sorted(counts.items()):
            if owner == facility:
                total += count.occurrences
                yield (
                    f"{facility:<15}{mnemonic:<33}{severity:>3} {count.occurrences:>4} {count.last}"
                )
        yield "-" * 13 + "  " + "-" * 31 + "  " + "-" * 34
        yield f"{facility + ' TOTAL':<51} {total:>4}"
        yield ""
