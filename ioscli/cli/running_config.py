"""The running-config: written from the model, in IOS's order, defaults hidden as IOS hides them.

What stands where is said in config_order and config_order_interface; what is printed there comes
from a writer registered beside its command's handler, or from stored lines and sections.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeVar

from ioscli.cli import stored
from ioscli.cli.banner import DELIMITER
from ioscli.cli.config_order import GLOBAL_ORDER, INTERFACES, OTHERS
from ioscli.cli.config_order_interface import INTERFACE_ORDER
from ioscli.cli.stored_sections import section_lines
from ioscli.model.config import InterfaceConfig, RouterConfig, StoredLines
from ioscli.model.ifname import InterfaceName
from ioscli.model.sections import Entry, StoredSection

#: The release whose running-config this is.
VERSION = "15.9"

Writer = Callable[[Any], Iterable[str]]
_W = TypeVar("_W", bound=Writer)

_writers: dict[tuple[str, str], Writer] = {}


def writes(section: str, what: str) -> Callable[[_W], _W]:
    """Make a function the writer of something that a section's order list names.

    It gets the section's configuration object and yields lines without the section's indent.
    """

    def register(writer: _W) -> _W:
        assert (section, what) not in _writers, f"two writers for {what} in {section}"
        _writers[section, what] = writer
        return writer

    return register


#: Command modules that register writers.
_FEATURES = (
    *("interface", "ip_address", "tunnel", "static_route", "system", "isakmp", "ipsec"),
    *("interface_vrf", "subinterface", "logging", "clock", "ip_host", "access", "line"),
    *("ospf_lines", "interface_ospf"),
    *("access_list", "prefix_list", "attribute_lists", "route_map", "policy_routing"),
)

#: The writers of these print stored lines too.
_NAMED = frozenset((*GLOBAL_ORDER, "aaa_authorization_other", "crypto_map_dynamic"))
#: The header and the lines of the tunnel hold what is not named in the order.
_NAMED_OF_INTERFACE = frozenset((*INTERFACE_ORDER, "interface_link", "tunnel_mode_other"))


def _taken_out(order: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Rule -> what the lines begin with that stand at a place of their own."""
    found: dict[str, tuple[str, ...]] = {}
    for what in order:
        rule, colon, words = what.partition(":")
        if colon:
            found[rule] = (*found.get(rule, ()), words)
    return found


_TAKEN_OUT = _taken_out((*GLOBAL_ORDER, *INTERFACE_ORDER))


def running_config(config: RouterConfig, everything: bool = False) -> Iterator[str]:
    """All lines, from the first `!` to `end`.

    everything: also settings that are as on a new router (`show running-config all`).
    """
    _load_writers()
    yield "!"
    for what in GLOBAL_ORDER:
        if what[0] == "!":
            yield what
            continue
        writer = _writers.get(("config", what))
        if what == INTERFACES:
            yield from _interfaces(config, everything)
        elif writer is not None:
            yield from _completed(writer(config), what) if everything else writer(config)
        elif what == OTHERS:
            for rule in config.stored:
                if rule not in _NAMED:
                    yield from config.stored[rule]
            yield from _sections(config.sections, None)
        else:
            yield from _stored_lines(config.stored, what, "", everything)
            yield from _sections(config.sections, what)
    yield "end"


def _completed(lines: Iterable[str], what: str) -> Iterable[str]:
    """What a global writer says, and what it hides."""
    from ioscli.cli import config_defaults

    said = list(lines)
    return config_defaults.completed(said) if said else config_defaults.of_global(what)


def _stored_lines(
    lines: StoredLines, what: str, variety: str, everything: bool = False
) -> Iterable[str]:
    """The lines that stand at a place of an order list.

    They are those of a rule, or those among them that begin with some words.
    """
    rule, _, words = what.partition(":")
    if everything:
        from ioscli.cli import config_defaults

        kept: Iterable[str] = config_defaults.of_stored(lines, rule, variety)
    else:
        kept = stored.lines_of(lines, rule, variety)
    taken_out = _TAKEN_OUT.get(rule)
    if taken_out is None:
        return kept
    return [line for line in kept if _place(line, taken_out) == words]


def _place(line: str, taken_out: Iterable[str]) -> str:
    """Which words a line belongs to: the longest of those that it begins with, or none."""
    text = line.removeprefix("no ")
    return max((words for words in taken_out if text.startswith(words)), key=len, default="")


def _sections(sections: Iterable[Entry], rule: str | None) -> Iterator[str]:
    """The stored sections of a rule; None: of all rules that no order list names."""
    for section in sections:
        if isinstance(section, StoredSection) and (
            section.rule == rule if rule is not None else section.rule not in _NAMED
        ):
            yield from section_lines(section)
            yield "!"


def interface_section(
    config: RouterConfig, name: InterfaceName, everything: bool = False
) -> Iterator[str]:
    """The lines of one interface, headed by `interface NAME`; everything: as for all."""
    _load_writers()
    return _interface(config.interfaces[name], everything)


def size(lines: Iterable[str]) -> int:
    """The bytes that `Current configuration :` counts.

    Every line with its end, one more for the empty line after `end`; a banner's `^C` stands for
    one control character. So counted, the figures of IOSv captures come out exactly.
    """
    return sum(len(line.encode()) + 1 - line.count(DELIMITER) for line in lines) + 1


def _load_writers() -> None:
    if not _ready:
        for feature in _FEATURES:
            import_module(f"ioscli.cli.commands.{feature}")
        import_module("ioscli.cli.interleaved")
        _ready.append(True)


_ready: list[bool] = []


def _interface(interface: InterfaceConfig, everything: bool) -> Iterator[str]:
    name = interface.name
    kind = stored.variety_of(name)
    # A circuit tells in its header to how many neighbours it goes.
    yield " ".join((f"interface {name}", *interface.stored.get("interface_link", ())))
    for what in INTERFACE_ORDER:
        writer = _writers.get(("interface", what))
        if writer is None:
            lines = _stored_lines(interface.stored, what, kind, everything)
        else:
            lines = _said_or_usual(interface, what, writer) if everything else writer(interface)
        for line in lines:
            yield " " + line
    for rule in interface.stored:
        if rule not in _NAMED_OF_INTERFACE:
            for line in interface.stored[rule]:
                yield " " + line
    for section in interface.sections:
        if section.bang:
            yield " !"
        yield from section_lines(section, " ")


def _said_or_usual(interface: InterfaceConfig, what: str, writer: Writer) -> Iterable[str]:
    from ioscli.cli import config_defaults

    return list(writer(interface)) or config_defaults.of_interface(interface, what)


@writes("config", "version")
def _version(_config: RouterConfig) -> Iterator[str]:
    """That of the running system, whatever the loaded file said: as on IOS."""
    yield f"version {VERSION}"


@writes("config", "boot_start_marker")
def _boot_start_marker(_config: RouterConfig) -> Iterator[str]:
    yield "boot-start-marker"


@writes("config", "boot_end_marker")
def _boot_end_marker(_config: RouterConfig) -> Iterator[str]:
    yield "boot-end-marker"


@writes("config", "redundancy")
def _redundancy(config: RouterConfig) -> Iterator[str]:
    """Printed empty, too."""
    yield from tuple(_sections(config.sections, "redundancy"))[:-1] or ("redundancy",)


@writes("config", "control_plane")
def _control_plane(config: RouterConfig) -> Iterator[str]:
    """Printed always; what is configured in it stands under it."""
    planes = [one for one in config.sections if isinstance(one, StoredSection) and one.entries]
    yield from list(_sections(planes, "control_plane")) or ("control-plane",)


def _interfaces(config: RouterConfig, everything: bool) -> Iterator[str]:
    for name in sorted(config.interfaces, key=lambda name: name.config_order):
        yield from _interface(config.interfaces[name], everything)
        yield "!"
