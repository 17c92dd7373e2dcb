"""Stored sections: sub-modes that are kept whole and printed back, to any depth.

The grammar says all there is to say about each of them, with marks (`//! section` and others: see
the head of grammar/modes.lark); nothing here knows a single command.
"""

from bisect import insort_right
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ioscli.cli.results import Match
from ioscli.cli.tables import WHOLE_LINE, Tables
from ioscli.model.sections import Entry, StoredLine, StoredSection

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.matcher import Grammar

_NOT_NUMBERED = 0


class SectionKind(NamedTuple):
    """What the mark of a section says."""

    mode: str
    prompt: str
    bang: bool
    """Whether ` !` stands before it in the section around it."""
    ends: str
    """The line that closes it in the running-config, or ``."""
    key: int
    """How many words of the header tell two sections apart."""
    numbered: bool
    """Whether its lines that begin with a number stand in the order of numbers."""
    ranks: dict[str, int]
    """Where its lines stand in the order of the mode's rules: rule -> rank."""
    last: bool
    """Whether it stands behind the lines of the section around it."""
    sorted: bool
    """Whether sections of one name stand together, in the order of their numbers."""
    grouped: frozenset[str]
    """Rules whose lines stand together, in the order of the number behind their first word."""
    typed: bool
    """Whether it holds data: every line is kept as it is typed, equal ones too."""
    implied: tuple[str, ...]
    """Words of which one stands before the name, the last word of the header; or ()."""
    literal: frozenset[str]
    """Rules whose line begins with a `default` of its own."""


class SectionKinds:
    """Every kind of section of a grammar."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        ranks: dict[str, dict[str, int]] = {}
        ranked = {mode for mode, _, options in tables.sections.values() if "ranked" in options}
        for rank, (rule, mode, _, _) in enumerate(tables.commands):
            if mode in ranked:
                ranks.setdefault(mode, {})[rule] = rank
        self.by_rule = {
            rule: _kind(mode, prompt, options, ranks.get(mode, {}))
            for rule, (mode, prompt, options) in tables.sections.items()
        }
        self.prompts = {kind.mode: kind.prompt for kind in self.by_rule.values()}
        """Mode -> what its prompt shows."""

    def is_last(self, entry: Entry) -> bool:
        """Whether an entry is a section that stands behind lines."""
        return isinstance(entry, StoredSection) and self.by_rule[entry.rule].last


@lru_cache(maxsize=4)
def kinds_of(grammar: "Grammar") -> SectionKinds:
    """The kinds of sections of a grammar: made when it is first asked for."""
    return SectionKinds(grammar.tables)


def _kind(mode: str, prompt: str, options: tuple[str, ...], ranks: dict[str, int]) -> SectionKind:
    values = dict(option.partition("=")[::2] for option in options)
    return SectionKind(
        mode,
        prompt,
        bang="bang" in values,
        # Behind data it is indented so (running-configs of IOS and IOS-XE, certificates).
        ends=(" \t" if "tabbed" in values else "") + values.get("ends", ""),
        key=int(values.get("key", WHOLE_LINE)),
        numbered="numbered" in values,
        ranks=ranks if "ranked" in values else {},
        last="last" in values,
        sorted="sorted" in values,
        grouped=frozenset(values.get("grouped", "").split("+")),
        typed="typed" in values,
        implied=tuple(values["implied"].split("+")) if "implied" in values else (),
        literal=frozenset(values.get("literal", "").split("+")),
    )


# --- what is typed -------------------------------------------------------------------------------


def select(context: "ConfigContext", kind: SectionKind, found: Match) -> bool:
    """Carry out the line that opens a section, or its `no` form, which removes it.

    Returns whether it made a new section.
    """
    words = found.args.words
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    around = _around(context)
    known = _find(around, found.rule, body, kind)
    if negated:
        # `no` may leave words out: `no router ospf 1` for `router ospf 1 vrf A`.
        for section in [known] if known else _beginning(around, found.rule, body):
            around.remove(section)
        return False
    if kind.implied and body[-2] not in kind.implied:
        body = tuple(known.header.split(" ")) if known else _spelled_out(body, kind.implied)
    new = known is None
    if known is None:
        known = StoredSection(found.rule, " ".join(body), kind.ends, kind.bang)
        target = context.target
        if kind.sorted:
            _insert_sorted(around, known, kind.key)
        elif isinstance(target, StoredSection):
            _insert(around, known, context.kinds, target.rule)
        else:
            around.append(known)
    else:
        if len(body) > kind.key or kind.implied:
            known.header = " ".join(body)
        if kind.typed:
            known.entries.clear()
    context.descend(kind.mode, known)
    return new


def _around(context: "ConfigContext") -> list[Entry]:
    """Where the sections of the present mode are kept."""
    target: Any = context.config if context.target is None else context.target
    if isinstance(target, StoredSection):
        return target.entries
    sections: list[Entry] = target.sections
    return sections


def _find(
    around: list[Entry], rule: str, body: tuple[str, ...], kind: SectionKind
) -> StoredSection | None:
    telling = slice(-1, None) if kind.implied else slice(kind.key)
    for entry in around:
        if isinstance(entry, StoredSection) and entry.rule == rule:
            words = entry.header.split(" ")
            if words[telling] == list(body[telling]):
                return entry
    return None


def _spelled_out(body: tuple[str, ...], implied: tuple[str, ...]) -> tuple[str, ...]:
    """A header with the word that IOS prints where it was left out: `class-map match-all WEB`."""
    return (*body[:-1], implied[0], body[-1])


def _beginning(around: list[Entry], rule: str, body: tuple[str, ...]) -> list[StoredSection]:
    """The sections whose headers begin with some words."""
    return [
        entry
        for entry in around
        if isinstance(entry, StoredSection)
        and entry.rule == rule
        and entry.header.split(" ")[: len(body)] == list(body)
    ]


def _insert_sorted(around: list[Entry], made: StoredSection, key: int) -> None:
    """Put a section among those of its name: `route-map A permit 20`, `crypto map M 20 ...`."""
    name, number = _family(made, key)
    place = len(around)
    for at, entry in enumerate(around):
        if isinstance(entry, StoredSection) and entry.rule == made.rule:
            other, its_number = _family(entry, key)
            if other == name:
                if its_number > number:
                    around.insert(at, made)
                    return
                place = at + 1
    around.insert(place, made)


def _family(section: StoredSection, key: int) -> tuple[str, int]:
    """The name and the number, which is the last of the words that tell sections apart."""
    words = section.header.split(" ")[:key]
    number = int(words[-1]) if words[-1].isdigit() else _NOT_NUMBERED
    # `permit` and `deny` tell entries of one route-map apart as little as their numbers do.
    return " ".join(word for word in words[:-1] if word not in ("permit", "deny")), number


def keep_line(context: "ConfigContext", section: StoredSection, found: Match) -> None:
    """Keep a line of a section; `no` removes what it names."""
    rule = found.rule
    if context.kinds.by_rule[section.rule].typed:
        section.entries.append(StoredLine(rule, " ".join(found.args.words)))
        return
    places = [
        (at, entry.text)
        for at, entry in enumerate(section.entries)
        if isinstance(entry, StoredLine) and entry.rule == rule
    ]
    old = [text for _, text in places]
    words = found.args.words
    if words[0] == "default" and rule in context.kinds.by_rule[section.rule].literal:
        new = [" ".join(words)]
    else:
        new = edited(context, rule, old, words)
    for at, text in reversed(places):
        if text not in new:
            del section.entries[at]
    for text in new:
        if text not in old:
            _insert(section.entries, StoredLine(rule, text), context.kinds, section.rule)


def edited(
    context: "ConfigContext", rule: str, lines: list[str], words: tuple[str, ...]
) -> list[str]:
    """A rule's lines after one more was typed.

    Its `no` form is kept where the rule is about something that is on by default, and in a saved
    configuration, which would not print it otherwise.
    """
    tables = context.kinds.tables
    off, both = rule in tables.off, rule in tables.both
    if words[0] not in ("no", "default"):
        text = " ".join(words)
        if text in lines:
            return lines
        key = words[: tables.keys.get(rule, 0)]
        kept = [line for line in lines if not _begins(line, key)]
        return kept if off else [*kept, text]
    kept = [line for line in lines if not _begins(line, words[1:])]
    if words[0] == "no" and (off or both or (context.startup and len(kept) == len(lines))):
        kept.append(" ".join(words))
    return kept


def _begins(line: str, key: tuple[str, ...]) -> bool:
    """Whether a line, after its `no`, begins with some words."""
    return tuple(line.removeprefix("no ").split(" ")[: len(key)]) == key


# --- order ---------------------------------------------------------------------------------------


def _insert(entries: list[Entry], made: Entry, kinds: SectionKinds, around: str) -> None:
    """Put a line or section where IOS prints it in a section; where that is not known, last."""
    kind = kinds.by_rule[around]
    if kind.numbered:
        insort_right(entries, made, key=_number)
    elif kind.ranks:
        insort_right(entries, made, key=lambda entry: _rank(entry, kind))
    else:
        at = len(entries)
        if isinstance(made, StoredLine):
            while at and kinds.is_last(entries[at - 1]):
                at -= 1
        entries.insert(at, made)


def _rank(entry: Entry, kind: SectionKind) -> tuple[int, int, int]:
    """Where a line stands in the order of the mode's rules; grouped ones by number first."""
    rank = kind.ranks[entry.rule]
    if entry.rule not in kind.grouped:
        return rank, 0, 0
    return min(kind.ranks[rule] for rule in kind.grouped), _behind(_words(entry)[1]), rank


def _behind(word: str) -> int:
    """The value of a number, also one written as an address (`area 0.0.0.1`)."""
    value = 0
    for part in word.split("."):
        value = value << 8 | int(part) if part.isdigit() else value
    return value


def _words(entry: Entry) -> list[str]:
    text = entry.text if isinstance(entry, StoredLine) else entry.header
    return text.removeprefix("no ").split(" ")


def _number(entry: Entry) -> int:
    first = _words(entry)[0]
    return int(first) if first.isdigit() else _NOT_NUMBERED


# --- what is printed -----------------------------------------------------------------------------


def section_lines(section: StoredSection, indent: str = "") -> Iterator[str]:
    """The header, all lines under it, and what closes it."""
    yield indent + section.header
    inner = indent + " "
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            yield inner + entry.text
        else:
            if entry.bang:
                yield inner + "!"
            yield from section_lines(entry, inner)
    if section.ends:
        yield indent + section.ends
