"""What the mappings of several kinds of checks have in common, read from lab.yaml."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from ioscli.labs.document import Item
from ioscli.labs.errors import quoted, suggestion
from ioscli.labs.labfile import Endpoint, Lab, NodeKind
from ioscli.labs.quantities import parse_duration
from ioscli.labs.topology import is_called
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration

_T = TypeVar("_T")
Fields = Mapping[str, Item]
"""The values of a mapping, each with its line."""


def needed(item: Item, fields: Fields, name: str) -> Item:
    """A field that has to be there. Raises InputError."""
    if name not in fields:
        raise item.error(f"{item.what} has no {quoted(name)}")
    return fields[name]


def parsed(item: Item, parse: Callable[[str], _T], wanted: str) -> _T:
    """A single value; `wanted` says what it should have been. Raises InputError."""
    text = item.text()
    try:
        return parse(text)
    except ValueError:
        raise item.error(f"{item.what}: {quoted(text)} is not {wanted}") from None


def one_of(item: Item, known: tuple[str, ...]) -> str:
    """One of several words. Raises InputError."""
    word = item.text()
    if word not in known:
        raise item.error(f"{item.what}: unknown {quoted(word)}{suggestion(word, known)}")
    return word


def yes_or_no(item: Item | None, default: bool) -> bool:
    """`yes`, `no`, `true` or `false`. Raises InputError."""
    if item is None:
        return default
    words = {"yes": True, "true": True, "no": False, "false": False}
    return words[one_of(item, tuple(words))]


def number(item: Item, least: int = 0, most: int = 1_000_000_000) -> int:
    """A whole number within bounds. Raises InputError."""
    found = parsed(item, int, "a whole number")
    if not least <= found <= most:
        raise item.error(f"{item.what}: {found} is not within {least} and {most}")
    return found


def duration(item: Item | None, default: Duration) -> Duration:
    """`90s`, `5m`. Raises InputError."""
    return default if item is None else parsed(item, parse_duration, "a time such as 90s or 5m")


def address(item: Item) -> IPv4Address:
    """`192.0.2.1`. Raises InputError."""
    return parsed(item, IPv4Address, "an IPv4 address")


def prefix(item: Item) -> IPv4Network:
    """`192.0.2.0/24`. Raises InputError."""
    return parsed(item, IPv4Network, "a prefix such as 192.0.2.0/24")


def interface(item: Item) -> InterfaceName:
    """`Gi0/0`, `Tunnel0`. Raises InputError."""
    return parsed(item, InterfaceName.parse, "the name of an interface")


def node(item: Item, lab: Lab) -> str:
    """A router or a Linux host of the lab. Raises InputError."""
    return _known(item, [it.name for it in lab.nodes.values() if it.kind is not NodeKind.SWITCH])


def router(item: Item, lab: Lab) -> str:
    """A router of the lab. Raises InputError."""
    return _known(item, [it.name for it in lab.nodes.values() if it.kind is NodeKind.ROUTER])


def link(item: Item, lab: Lab) -> tuple[Endpoint, Endpoint]:
    """The ends of a link, from `R1-R2` or `R1:Gi0/0`. Raises InputError."""
    text = item.text()
    found = [it.ends for it in lab.links if is_called(it.ends, text)]
    if not found:
        known = [f"{first.node}-{second.node}" for first, second in (it.ends for it in lab.links)]
        raise item.error(f"{item.what}: no link is called {quoted(text)}{suggestion(text, known)}")
    if len(found) > 1:
        ends = ", ".join(str(first) for first, _ in found)
        raise item.error(f"{item.what}: {quoted(text)} means several links; name an end: {ends}")
    return found[0]


def several(item: Item) -> list[Item]:
    """A list, or a single value for a list of one."""
    return item.items() if item.is_list else [item]


def _known(item: Item, names: list[str]) -> str:
    name = item.text()
    if name not in names:
        raise item.error(f"{item.what}: there is no {quoted(name)}{suggestion(name, names)}")
    return name
