"""`show running-config all`: the settings that the running-config hides, being as on a new router.

Said of what is modelled, and of stored rules whose defaults are known (their policies). How known:
`show running-config all` of IOS-XE 16 and 17 for interfaces; for the rest the defaults that Cisco's
command references give.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ioscli.cli import stored
from ioscli.model.config import InterfaceConfig, StoredLines
from ioscli.model.ifname import ETHERNET_KINDS

#: Global configuration: what an order list names -> the line.
_GLOBAL = {
    "service_password_encryption": "no service password-encryption",
    "service_sequence_numbers": "no service sequence-numbers",
    "logging_on": "logging on",
    "logging_count": "no logging count",
    "logging_buffered": "logging buffered debugging",
    "logging_console": "logging console debugging",
    "logging_monitor": "logging monitor debugging",
    "logging_trap": "logging trap informational",
    "clock_timezone": "clock timezone UTC 0 0",
    "ip_icmp_rate_limit": "ip icmp rate-limit unreachable 500",
    "ip_domain_lookup": "ip domain lookup",
}

_MTU = {"Loopback": 1514}
_USUAL_MTU = 1500


def _ip_mtu(interface: InterfaceConfig) -> str | None:
    """The link's; a tunnel's follows from where it leads, which no configuration tells."""
    if interface.name.kind == "Tunnel":
        return None
    return f"ip mtu {interface.mtu or _MTU.get(interface.name.kind, _USUAL_MTU)}"


def _arp_timeout(interface: InterfaceConfig) -> str | None:
    return "arp timeout 14400" if interface.name.kind in ETHERNET_KINDS else None


_INTERFACE: dict[str, Callable[[InterfaceConfig], str | None]] = {
    "ip_redirects": lambda _: "ip redirects",
    "ip_unreachables": lambda _: "ip unreachables",
    "ip_proxy_arp": lambda _: "ip proxy-arp",
    "ip_mtu": _ip_mtu,
    "shutdown": lambda _: "no shutdown",
    "arp_timeout": _arp_timeout,
}

#: Sections: how the header begins -> the lines that every one of them has, by first words, in
#: order.
_SECTIONS = {
    "crypto isakmp policy ": (
        "encr des",
        "hash sha",
        "authentication rsa-sig",
        "group 1",
        "lifetime 86400",
    ),
    "line ": (
        "exec-timeout 10 0",
        "privilege level 1",
        "motd-banner",
        "exec-banner",
        "history size 20",
        "length 24",
        "width 80",
    ),
}


def of_global(what: str) -> Sequence[str]:
    """What is said at a place of the global order where nothing was configured."""
    line = _GLOBAL.get(what)
    return () if line is None else (line,)


def of_interface(interface: InterfaceConfig, what: str) -> Sequence[str]:
    """What is said at a place of an interface where nothing was configured."""
    if interface.name.kind == "Null":
        return ()
    make = _INTERFACE.get(what)
    line = None if make is None else make(interface)
    return () if line is None else (line,)


def of_stored(lines: StoredLines, rule: str, variety: str) -> Iterator[str]:
    """A stored rule's lines, and its defaults that none of them takes the place of."""
    settings = stored.policy(rule, variety)
    kept = lines.get(rule, [])
    if not stored.fits(rule, variety):
        yield from kept
        return
    for default in settings.defaults:
        words = default.removeprefix("no ").split(" ")[: settings.key]
        if not any(stored.same(line, words) for line in kept):
            yield default
    yield from kept


def completed(lines: Iterable[str]) -> Iterator[str]:
    """Lines of sections, with those that the sections hide at their places."""
    section: list[str] = []
    for line in lines:
        if line.startswith(" "):
            section.append(line)
            continue
        yield from _complete(section)
        section = [line]
    yield from _complete(section)


def _complete(section: Sequence[str]) -> Iterator[str]:
    """A section with its defaults: each before what is known to come later, else at the end."""
    if not section:
        return
    header, *said = section
    yield header
    usual = next((_SECTIONS[begin] for begin in _SECTIONS if header.startswith(begin)), ())
    known = {_about(line) for line in said}
    left = [line for line in usual if _about(line) not in known]
    order = [_about(line) for line in usual]
    for line in said:
        about = _about(line)
        while about in order and left and order.index(_about(left[0])) < order.index(about):
            yield f" {left.pop(0)}"
        yield line
    yield from (f" {line}" for line in left)


def _about(line: str) -> str:
    """What a setting is about: its first word."""
    return line.removeprefix(" ").removeprefix("no ").split(" ", 1)[0]
