"""router rip and `ip rip`: kept lines acting, in the forms in which IOS prints them.

The lines are those of grammar/routing.lark and grammar/interface_routing.lark (see
`ioscli.cli.acting`); what they mean is read by `ioscli.cli.rip_lines`.
"""

from __future__ import annotations

from ioscli.cli.configuration import ConfigContext
from ioscli.cli.rip_lines import classful, read_interface, read_process
from ioscli.model.changes import ConfigChange, RoutingChanged
from ioscli.model.config import InterfaceConfig
from ioscli.model.sections import Entry, StoredLine, StoredSection

_ROOT = "router_rip"
_CHANGED = (RoutingChanged(),)
#: Settings that are on without a line: `no` is printed, the line itself is not.
_ON = frozenset(("auto-summary", "validate-update-source"))
#: Lines that say what is so anyway.
_DEFAULTS = frozenset(("maximum-paths 4", "distance 120", "timers basic 30 180 180 240"))
#: Words behind `ip rip` whose lines are kept without acting.
_NOT_ACTING = frozenset(("triggered", "advertise", "initial-delay"))
#: Where lines stand among each other: their first words.
_RANKS = (
    *("version", "timers", "output-delay", "input-queue", "validate-update-source"),
    *("flash-update-threshold", "redistribute", "passive-interface", "offset-list", "network"),
    *("neighbor", "default-information", "default-metric", "distribute-list", "maximum-paths"),
    *("distance", "auto-summary"),
)


def follow_section(
    context: ConfigContext, rule: str, words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Tidy a section after a typed line, and read the tables from the section anew."""
    target = context.target
    config = context.config
    if not context.startup and isinstance(target, StoredSection) and rule != _ROOT:
        _tidy(target, rule, words)
    config.rip = {}
    unread: set[str] = set()
    for section in config.sections:
        if isinstance(section, StoredSection) and section.rule == _ROOT:
            config.rip, unread = read_process(section)
    return () if " ".join(words) in unread else _CHANGED


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """An interface's lines."""
    interface = context.target
    if not isinstance(interface, InterfaceConfig):
        return ()
    stored = interface.stored
    kept = stored.get("if_ip_rip", [])
    interface.rip = read_interface((*kept, *stored.get("if_split_horizon", ())))
    last = kept[-1].split(" ")[2] if kept else ""  # the line just typed, if it was one of these
    return () if last in _NOT_ACTING else _CHANGED


def _tidy(target: StoredSection, rule: str, words: tuple[str, ...]) -> None:
    """Make the section what IOS makes of it."""
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    text = " ".join(body)
    if text in _ON or text in _DEFAULTS:
        target.entries = [it for it in target.entries if _bare(it) != text]
        if words[0] == "no" and text in _ON:
            target.entries.append(StoredLine(rule, f"no {text}"))
    elif body[0] == "network" and len(body) == 2:
        _make_classful(target, rule, body[1], negated=negated)
    target.entries.sort(key=_rank)


def _make_classful(target: StoredSection, rule: str, address: str, *, negated: bool) -> None:
    """A network is a classful one, whatever of it was typed."""
    network = f"network {classful(address)}"
    typed = f"network {address}"
    target.entries = [
        it for it in target.entries if _text(it) != typed or (typed == network and not negated)
    ]
    known = [it for it in target.entries if _text(it) == network]
    if negated:
        target.entries = [it for it in target.entries if it not in known]
    elif not known:
        target.entries.append(StoredLine(rule, network))


def _text(entry: Entry) -> str:
    return entry.text if isinstance(entry, StoredLine) else entry.header


def _bare(entry: Entry) -> str:
    return _text(entry).removeprefix("no ")


def _rank(entry: Entry) -> int:
    if isinstance(entry, StoredSection):
        return len(_RANKS) + 1  # address families stand last
    word = _bare(entry).split(" ")[0]
    return _RANKS.index(word) if word in _RANKS else len(_RANKS)
