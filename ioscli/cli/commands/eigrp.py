"""router eigrp and `ip ... eigrp N`: kept lines acting, in the forms in which IOS prints them.

The lines are those of grammar/eigrp.lark and grammar/interface_routing.lark; what they mean is
read by `ioscli.cli.eigrp_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ioscli.cli.configuration import ConfigContext
from ioscli.cli.eigrp_lines import Reader, read_interface
from ioscli.model.changes import ConfigChange, RoutingChanged
from ioscli.model.config import InterfaceConfig
from ioscli.model.sections import Entry, StoredLine, StoredSection

_ROOT = "router_eigrp"
_INTERFACE = "if_eigrp"
_CHANGED = (RoutingChanged(),)

#: Settings that are on without a line: `no` is printed, the line itself is not.
_ON = frozenset(
    (
        "eigrp log-neighbor-changes",
        "eigrp log-neighbor-warnings",
        "split-horizon",
        "next-hop-self",
        "default-information in",
        "default-information out",
    )
)
#: Settings that are off without a line: neither `no` nor the default is printed.
_OFF = frozenset(("auto-summary", "shutdown"))
#: Lines that say what is so anyway.
_DEFAULTS = frozenset(
    (
        "variance 1",
        "maximum-paths 4",
        "distance eigrp 90 170",
        "timers active-time 3",
        "traffic-share balanced",
        "metric weights 0 1 0 1 0 0",
        "metric maximum-hops 100",
        "metric rib-scale 128",
        "hello-interval 5",
        "hold-time 15",
        "bandwidth-percent 50",
    )
)
#: Where lines stand among each other (running-configs of IOS 15): the first words of a line.
_RANKS = (
    *("shutdown", "af-interface", "topology", "metric", "default-metric", "timers", "variance"),
    *("traffic-share", "maximum-paths", "distance", "distribute-list", "offset-list"),
    *("summary-metric", "auto-summary", "default-information", "network", "neighbor"),
    *("redistribute", "passive-interface", "autonomous-system", "eigrp", "nsf"),
    "address-family",
)
_STUB_WORDS = ("receive-only", "connected", "static", "summary", "redistributed")


def follow_section(
    context: ConfigContext, rule: str, words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Tidy a section after a typed line, and read the processes from the sections anew."""
    target = context.target
    config = context.config
    if not context.startup and isinstance(target, StoredSection):
        _tidy(target, rule, words)
        if _text(target) == " ".join(words):
            _put_section_in_place(config.sections, target)
    config.eigrp = {}
    unread: set[str] = set()
    for section in config.sections:
        if isinstance(section, StoredSection) and section.rule == _ROOT:
            reader = Reader(section)
            config.eigrp[reader.router.name] = reader.router
            unread |= reader.unread
    return () if " ".join(words) in unread else _CHANGED


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """An interface's lines of classic mode."""
    interface = context.target
    if not isinstance(interface, InterfaceConfig):
        return ()
    lines = interface.stored.get(_INTERFACE, [])
    if not context.startup:
        lines[:] = _tidied(lines)
    interface.eigrp = read_interface(lines)
    return _CHANGED


def _tidied(lines: list[str]) -> list[str]:
    """An interface's lines as IOS keeps them: the last of its kind, and only what is not default.

    Summaries stand beside each other; of what is on by default the `no` form is kept.
    """
    kept: dict[tuple[str, ...], str] = {}
    for line in lines:
        words = line.removeprefix("no ").split(" ")
        key = tuple(words[:6] if words[1] == "summary-address" else words[:4])
        kept.pop(key, None)
        kept[key] = line
    return [line for line in kept.values() if not _said_anyway(line)]


def _said_anyway(line: str) -> bool:
    """Whether a line of an interface is as without it."""
    words = [word for word in line.split(" ") if word != "ip"]
    at = words.index("eigrp")
    text = " ".join(words[:at] + words[at + 2 :])
    if words[0] == "no":
        return text.removeprefix("no ") not in _ON
    return text in _ON or text in _DEFAULTS


# -- a typed line ----------------------------------------------------------------------------------


def _tidy(target: StoredSection, rule: str, words: tuple[str, ...]) -> None:
    """Make the section what IOS makes of it."""
    if rule == "eigrp_af" and not target.entries and target.header.startswith("address-family"):
        # IOS makes the base topology by itself.
        base = StoredSection("eigrp_topology", "topology base", "exit-af-topology", bang=True)
        target.entries.append(base)
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    text = " ".join(body)
    if negated and words[0] == "no" and text in _ON:
        target.entries = [it for it in target.entries if _bare(it) != text]
        target.entries.append(StoredLine(rule, f"no {text}"))
    elif text in _ON or text in _DEFAULTS or (negated and text in _OFF):
        target.entries = [it for it in target.entries if _bare(it) != text]
    elif body[0] == "passive-interface" and len(body) == 2:
        _set_passive(target, rule, body[1], passive=not negated)
    elif body[0] == "redistribute" and not negated:
        _replace_source(target, body)
    elif body[:2] == ("eigrp", "stub") and not negated:
        _spell_out_stub(target, rule, body[2:])
    elif body[0] == "network" and len(body) == 2 and not negated:
        _make_classful(target, rule, body[1])
    last = target.entries[-1] if target.entries else None
    if last is not None and _bare(last) in (text, _text(last)):
        _put_in_place(target, last)


def _set_passive(target: StoredSection, rule: str, name: str, *, passive: bool) -> None:
    """Under `passive-interface default` it is the active interfaces that have a line."""
    default = any(_text(it) == "passive-interface default" for it in target.entries)
    if name == "default":
        unwanted = "no passive-interface " if not passive else "passive-interface "
        target.entries = [
            it
            for it in target.entries
            if not _text(it).startswith(unwanted) or _text(it) == "passive-interface default"
        ]
        return
    line = f"passive-interface {name}"
    target.entries = [it for it in target.entries if _bare(it) != line]
    if default != passive:
        target.entries.append(StoredLine(rule, line if passive else f"no {line}"))


def _replace_source(target: StoredSection, body: tuple[str, ...]) -> None:
    """A source has one `redistribute` line: the last one."""
    size = 3 if len(body) > 2 and body[2][0].isdigit() else 2
    text = " ".join(body)
    target.entries = [
        it
        for it in target.entries
        if _text(it) == text or tuple(_text(it).split(" ")[:size]) != body[:size]
    ]


def _spell_out_stub(target: StoredSection, rule: str, options: tuple[str, ...]) -> None:
    """`eigrp stub` alone means connected and summary, which IOS prints."""
    leak = options[options.index("leak-map") :][:2] if "leak-map" in options else ()
    said = [word for word in _STUB_WORDS if word in options] or ["connected", "summary"]
    target.entries = [it for it in target.entries if not _bare(it).startswith("eigrp stub")]
    target.entries.append(StoredLine(rule, " ".join(("eigrp", "stub", *said, *leak))))


def _make_classful(target: StoredSection, rule: str, address: str) -> None:
    """A network without wildcard is the classful one."""
    parts = address.split(".")
    first = int(parts[0])
    kept = 1 if first < 128 else 2 if first < 192 else 3
    network = ".".join(parts[:kept] + ["0"] * (4 - kept))
    if address not in (network, "0.0.0.0"):
        target.entries = [it for it in target.entries if _text(it) != f"network {address}"]
        if all(_text(it) != f"network {network}" for it in target.entries):
            target.entries.append(StoredLine(rule, f"network {network}"))


def _put_in_place(target: StoredSection, entry: Entry) -> None:
    """Move a line that was just added to where IOS prints it."""
    target.entries.pop()
    rank = _rank(entry)
    at = len(target.entries)
    while at and _rank(target.entries[at - 1]) > rank:
        at -= 1
    target.entries.insert(at, entry)


def _put_section_in_place(entries: Iterable[Entry], section: StoredSection) -> None:
    """Move a section that was just opened to where IOS prints it in the one around it."""
    for entry in entries:
        if not isinstance(entry, StoredSection):
            continue
        if entry.rule in (_ROOT, "eigrp_af") and entry.entries[-1:] == [section]:
            _put_in_place(entry, section)
            return
        _put_section_in_place(entry.entries, section)


def _rank(entry: Entry) -> tuple[int, int]:
    words = _bare(entry).split(" ")
    first = _RANKS.index(words[0]) if words[0] in _RANKS else len(_RANKS)
    second = 0
    if words[0] == "passive-interface":
        second = 0 if words[-1] == "default" else 2 if _text(entry) != _bare(entry) else 1
    elif words[0] == "eigrp":
        second = ("router-id", "stub").index(words[1]) if words[1] in ("router-id", "stub") else 2
    return first, second


def _text(entry: Entry) -> str:
    return entry.text if isinstance(entry, StoredLine) else entry.header


def _bare(entry: Entry) -> str:
    return _text(entry).removeprefix("no ")
