"""Stored sections that single lines stand among in the running-config: `ip sla`, `crypto map`."""

from collections.abc import Iterable, Iterator

from ioscli.cli.running_config import writes
from ioscli.cli.stored_sections import section_lines
from ioscli.model.config import RouterConfig
from ioscli.model.sections import StoredSection

#: Which words of `ip sla schedule NUMBER` and `crypto map NAME SEQUENCE` tell what it is about.
_SLA_NUMBER = 3
_MAP_NAME, _MAP_SEQUENCE = 2, 3


def _of_rule(config: RouterConfig, rule: str) -> list[StoredSection]:
    return [section for section in config.sections if section.rule == rule]


def _word(line: str, place: int) -> str:
    words = line.removeprefix("no ").split(" ")
    return words[place] if place < len(words) else ""


# --- ip sla --------------------------------------------------------------------------------------


@writes("config", "ip_sla")
def ip_sla(config: RouterConfig) -> Iterator[str]:
    """Operations, and behind each its schedule.

    How known: running-configs of IOS-XE 17.3.
    """
    for operation in _of_rule(config, "ip_sla"):
        yield from section_lines(operation)
        for line in _about_sla(config):
            if _sla_number(line) == _number(operation):
                yield line


@writes("config", "ip_sla_schedule")
def ip_sla_schedules(config: RouterConfig) -> Iterator[str]:
    """Those of no operation that there is; the others stand behind their operations."""
    numbers = {_number(operation) for operation in _of_rule(config, "ip_sla")}
    yield from (line for line in _about_sla(config) if _sla_number(line) not in numbers)


@writes("config", "ip_sla_monitor_schedule")
def ip_sla_monitor_schedules(_config: RouterConfig) -> Iterator[str]:
    """Among the others."""
    yield from ()


def _about_sla(config: RouterConfig) -> Iterator[str]:
    for rule in ("ip_sla_schedule", "ip_sla_monitor_schedule", "ip_sla_global"):
        yield from config.stored.get(rule, ())


@writes("config", "ip_sla_global")
def ip_sla_global(_config: RouterConfig) -> Iterator[str]:
    """Printed above: `ip sla responder` is about no operation."""
    yield from ()


def _sla_number(line: str) -> str:
    """Of `ip sla schedule 1 ...`, `ip sla monitor schedule 1 ...`."""
    return _word(line, _SLA_NUMBER + (_word(line, 2) == "monitor"))


def _number(operation: StoredSection) -> str:
    return operation.header.split(" ")[-1]


# --- crypto map ----------------------------------------------------------------------------------


@writes("config", "crypto_map")
def crypto_map(config: RouterConfig) -> Iterator[str]:
    """The entries of each map in the order of their sequence numbers, dynamic ones among them."""
    entries = [
        (section.header, tuple(section_lines(section)))
        for section in _of_rule(config, "crypto_map")
    ]
    entries += [(line, (line,)) for line in config.stored.get("crypto_map_dynamic", ())]
    names = list(dict.fromkeys(_word(header, _MAP_NAME) for header, _ in entries))
    for name in names:
        yield from _lines_of_map([one for one in entries if _word(one[0], _MAP_NAME) == name])


def _lines_of_map(entries: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for _, lines in sorted(entries, key=lambda entry: int(_word(entry[0], _MAP_SEQUENCE))):
        yield from lines
    yield "!"
