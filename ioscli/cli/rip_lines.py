"""What the kept lines of `router rip` and of interfaces mean to RIP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.redistribution_lines import (
    NUMBERED,
    PLAIN,
    UnreadError,
    read_redistribution,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rip import (
    DistributeList,
    OffsetList,
    RipConfig,
    RipInterfaceSettings,
    major_network,
)
from ioscli.model.sections import StoredLine, StoredSection


def read_process(section: StoredSection) -> tuple[dict[str, RipConfig], set[str]]:
    """The configuration of each table, and the lines that do not act."""
    tables = {"": RipConfig()}
    unread = set(_read_all(tables[""], section.entries))
    for entry in section.entries:
        if isinstance(entry, StoredSection):
            words = entry.header.split(" ")
            if words[:3] == ["address-family", "ipv4", "vrf"]:
                # What is said of the version holds for all tables.
                made = tables[words[3]] = RipConfig(version=tables[""].version)
                unread |= set(_read_all(made, entry.entries))
    return tables, unread


def _read_all(config: RipConfig, entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, StoredLine):
            try:
                _read(config, entry.text.split(" "))
            except ValueError:  # such as a source of routes that we have not
                yield entry.text


def _read(config: RipConfig, words: Sequence[str]) -> None:  # one arm for each kind of line
    match words:
        case ["version", number]:
            config.version = int(number)
        case ["network", address]:
            config.networks.append(IPv4Address(address))
        case ["neighbor", address]:
            config.neighbors.append(IPv4Address(address))
        case ["timers", "basic", update, invalid, holddown, flush, *_]:
            config.update, config.invalid = int(update), int(invalid)
            config.holddown, config.flush = int(holddown), int(flush)
        case ["output-delay", delay]:
            config.output_delay = int(delay)
        case ["no", "validate-update-source"]:
            config.validate_source = False
        case ["passive-interface", "default"]:
            config.passive_default = True
        case [*no, "passive-interface", name] if no in ([], ["no"]):
            config.passive.add(InterfaceName.parse(name))
        case ["no", "auto-summary"]:
            config.auto_summary = False
        case ["default-metric", metric]:
            config.default_metric = int(metric)
        case ["default-information", "originate", *rest]:
            config.default_originate = True
            config.default_route_map = rest[1] if rest[:1] == ["route-map"] else None
        case ["maximum-paths", number]:
            config.maximum_paths = int(number)
        case ["distance", number]:
            config.distance = int(number)
        case ["offset-list", name, way, offset, *where]:
            interface = InterfaceName.parse(where[0]) if where else None
            config.offsets.append(OffsetList(name, way == "in", int(offset), interface))
        case ["distribute-list", *rest]:
            config.filters.append(_distribute_list(rest))
        case ["redistribute", *rest]:
            config.redistributions.append(read_redistribution(rest, _metric, "ip"))
        case ["auto-summary"] | ["validate-update-source"]:
            pass  # as without the line
        case _:
            raise UnreadError


def _distribute_list(rest: Sequence[str]) -> DistributeList:
    way = next(at for at, word in enumerate(rest) if word in ("in", "out"))
    names, where = list(rest[:way]), rest[way + 1 :]
    line = DistributeList("", rest[way] == "in")
    match names:
        case ["prefix" | "prefix-list", name, "gateway", gateway]:
            line = line._replace(name=name, prefix_list=True, gateway=gateway)
        case ["prefix" | "prefix-list", name]:
            line = line._replace(name=name, prefix_list=True)
        case ["gateway", gateway]:
            line = line._replace(gateway=gateway)
        case ["route-map", _]:
            raise UnreadError
        case [name]:
            line = line._replace(name=name)
    if not where:
        return line
    if where[0] in PLAIN:
        return line._replace(source=(PLAIN[where[0]], ""))
    if where[0] in NUMBERED:
        return line._replace(source=(NUMBERED[where[0]], where[1]))
    return line._replace(interface=InterfaceName.parse(where[0]))


def _metric(line: Redistribution, rest: Iterator[str]) -> Redistribution:
    value = next(rest)
    # `transparent`: the metric of the origin, which is a RIP metric only by chance.
    if not value.isdigit():
        raise UnreadError
    return line._replace(metric=int(value))


def classful(address: str) -> str:
    """What IOS keeps of `network ADDRESS`."""
    return str(major_network(IPv4Address(address)).network_address)


def read_interface(lines: Iterable[str]) -> RipInterfaceSettings | None:
    """The `ip rip` lines of an interface; None: nothing that acts."""
    settings = RipInterfaceSettings()
    for line in lines:
        match line.split(" "):
            case ["ip", "rip", "send", "version", *numbers]:
                settings.send = tuple(sorted(int(number) for number in numbers))
            case ["ip", "rip", "receive", "version", *numbers]:
                settings.receive = tuple(sorted(int(number) for number in numbers))
            case ["ip", "rip", "authentication", "mode", mode]:
                settings.authentication = mode
            case ["ip", "rip", "authentication", "key-chain", name]:
                settings.key_chain = name
            case ["ip", "rip", "v2-broadcast"]:
                settings.v2_broadcast = True
            case ["ip", "summary-address", "rip", address, mask] if _is_mask(mask):
                settings.summaries.append(IPv4Network(f"{address}/{mask}", strict=False))
            case ["no", "ip", "split-horizon"]:
                settings.split_horizon = False
    return None if settings == RipInterfaceSettings() else settings


def _is_mask(text: str) -> bool:
    """Whether the ones of a mask stand before its zeros."""
    inverted = ~int(IPv4Address(text)) & 0xFFFF_FFFF
    return not inverted & (inverted + 1)
