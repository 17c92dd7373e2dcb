"""What the kept `ip nat` lines mean: text in, mappings, pools and timeouts out.

A line keeps the object that it made for as long as it stands, so that what lives of its
translations stays counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from ioscli.codec.ipv4 import IpProtocol
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.nat import (
    DynamicMapping,
    NatConfig,
    NatPool,
    NatSide,
    NatTimeouts,
    StaticMapping,
)

SOURCE, POOL, TRANSLATION = "ip_nat_source", "ip_nat_pool", "ip_nat_translation"

_PROTOCOLS = {"tcp": IpProtocol.TCP, "udp": IpProtocol.UDP, "esp": IpProtocol.ESP}
_SIDES = {"inside": NatSide.INSIDE, "outside": NatSide.OUTSIDE}
_TIMEOUTS = {
    "timeout": "timeout",
    "tcp-timeout": "tcp",
    "udp-timeout": "udp",
    "icmp-timeout": "icmp",
    "dns-timeout": "dns",
    "finrst-timeout": "finrst",
    "syn-timeout": "syn",
}
_WITH_VALUE = frozenset(("vrf", "route-map", "redundancy", "mapping-id", "egress-interface"))

_BEHIND_EXTENDABLE = frozenset(("no-alias", "no-payload"))

Mapping = DynamicMapping | StaticMapping


def read(config: RouterConfig) -> NatConfig:
    """The model of all lines, which takes the place of what was read before."""
    before = config.nat or NatConfig()
    made = NatConfig(made=before.made)
    made.pools = {
        pool.name: pool for line in config.stored.get(POOL, ()) for pool in _pool(line.split(" "))
    }
    _read_timeouts(made, config.stored.get(TRANSLATION, ()))
    for line in config.stored.get(SOURCE, ()):
        mapping = before.lines.get(line)
        if mapping is None:
            mapping = mapping_of(line, made.made + 1)
            if mapping is None:
                continue
            made.made += 1
        made.lines[line] = mapping
        if isinstance(mapping, DynamicMapping):
            made.dynamic.append(mapping)
        else:
            made.static.append(mapping)
    return made


def _pool(words: list[str]) -> Iterator[NatPool]:
    """`ip nat pool NAME START END {netmask M | prefix-length N} [type T]`."""
    if len(words) < 8 or words[0] == "no" or words[6] not in ("netmask", "prefix-length"):
        return  # a pool of nothing
    kind = words[words.index("type") + 1] if "type" in words[8:] else "generic"
    try:
        netmask = IPv4Network(f"0.0.0.0/{words[7]}").netmask
        start, end = IPv4Address(words[4]), IPv4Address(words[5])
    except (AddressValueError, NetmaskValueError):
        return
    if start <= end:
        yield NatPool(words[3], start, end, netmask, kind)


def _read_timeouts(made: NatConfig, lines: list[str] | tuple[()]) -> None:
    values = {}
    for line in lines:
        words = line.split(" ")
        if words[0] == "no" or len(words) < 5:
            continue
        value = 0 if words[4] == "never" else int(words[4])
        if words[3] == "max-entries":
            made.max_entries = value or None
        elif words[3] in _TIMEOUTS:
            values[_TIMEOUTS[words[3]]] = value
    made.timeouts = NatTimeouts(**values)


def in_full(words: tuple[str, ...]) -> tuple[str, ...]:
    """A mapping's line as IOS keeps it: a port of an address is `extendable` by itself.

    Running configurations of 12.4 and 15.x, which also have the word before `no-alias`; with an
    interface in place of the address they do not have it.
    """
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    static = body[4:5] == ("static",) and body[5:6] in (("tcp",), ("udp",))
    if not static or body[8:9] == ("interface",) or "extendable" in body:
        return words
    end = next((at for at, word in enumerate(words) if word in _BEHIND_EXTENDABLE), None)
    if end is None:
        # Without it a `no` is the beginning of the line that goes, whatever else that says.
        return words if negated else (*words, "extendable")
    return (*words[:end], "extendable", *words[end:])


def mapping_of(line: str, identifier: int) -> Mapping | None:
    """What a line of `ip nat inside|outside source` says; None: nothing that acts."""
    words = line.split(" ")
    if words[0] == "no" or words[2] not in _SIDES:
        return None
    side = _SIDES[words[2]]
    match words[4:]:
        case ["static", *rest]:
            return _static(side, rest, identifier)
        case [("list" | "route-map") as criterion, name, target, where, *options]:
            by_list = criterion == "list"
            return DynamicMapping(
                identifier,
                side,
                access_list=name if by_list else None,
                route_map=None if by_list else name,
                pool=where if target == "pool" else None,
                interface=InterfaceName.parse(where) if target == "interface" else None,
                # An interface has one address: it is shared whether or not the word is there.
                overload="overload" in options or target == "interface",
                vrf=_option(options, "vrf") or "",
            )
    return None


def _static(side: NatSide, words: list[str], identifier: int) -> StaticMapping | None:
    """`[tcp|udp|esp] LOCAL [PORT] GLOBAL [PORT] ...`; of the outside the global one comes first."""
    protocol, length = None, 32
    first_port = second_port = 0
    interface = None
    if words[0] in _PROTOCOLS:
        protocol = _PROTOCOLS[words[0]]
        words = words[1:]
    elif words[0] == "network":
        found = _prefix_length(words[3])
        if found is None:
            return None
        length, words = found, [*words[1:3], *words[4:]]
    first, words = words[0], words[1:]
    if protocol in (IpProtocol.TCP, IpProtocol.UDP):
        first_port, words = int(words[0]), words[1:]
    second: IPv4Address | None
    if words[0] == "interface":
        interface, second, words = InterfaceName.parse(words[1]), None, words[2:]
    else:
        second, words = IPv4Address(words[0]), words[1:]
    if protocol in (IpProtocol.TCP, IpProtocol.UDP):
        second_port, words = int(words[0]), words[1:]
    local, outer = IPv4Address(first), second
    if side is NatSide.OUTSIDE:
        if second is None:
            return None
        local, outer = second, IPv4Address(first)
        first_port, second_port = second_port, first_port
    return StaticMapping(
        identifier,
        side,
        local,
        outer,
        interface=interface,
        protocol=protocol,
        local_port=first_port,
        global_port=second_port,
        prefix_length=length,
        route_map=_option(words, "route-map"),
        extendable="extendable" in words,
        alias="no-alias" not in words,
        add_route="add-route" in words,
        vrf=_option(words, "vrf") or "",
    )


def _prefix_length(text: str) -> int | None:
    """`/24` or a mask; None: a mask with holes."""
    try:
        return IPv4Network(f"0.0.0.0/{text.removeprefix('/')}").prefixlen
    except NetmaskValueError:
        return None


def _option(words: list[str], name: str) -> str | None:
    """The value of an option that has one."""
    at = 0
    while at < len(words):
        if words[at] == name:
            return words[at + 1]
        at += 2 if words[at] in _WITH_VALUE else 1
    return None
