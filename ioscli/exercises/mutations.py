"""Wrong answers, made from the right one: what tells whether the checks of an exercise look.

Each takes one line back that the solution has and the start has not, with its section if it
heads one; or it puts one line of the start back that the solution took out. A line that several
routers need may be taken back from all of them: two tunnel ends that both forget `ip mtu` agree
with each other, and are as wrong.

What the start has already is spared: no answer has to bring it. A repaired network may break in
more places than the one that was broken, though, and what guards those is tried by their lines.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import takewhile
from textwrap import dedent
from typing import NamedTuple

from ioscli.exercises.config_text import At, ConfigText, Place
from ioscli.labs.errors import quoted


class Change(Enum):
    """What was done to the solution."""

    REMOVED = "removed"
    PUT_BACK = "put back"


class Mutant(NamedTuple):
    """The solution of one router, a line apart."""

    node: str
    change: Change
    line: str
    sections: tuple[str, ...]
    """The headers around the line, outermost first."""
    heads: bool
    """Whether the line came or went with a section of its own."""
    number: int
    """Of the line, in the solution where it was removed, in the start where it was put back."""
    texts: tuple[str, ...]
    """The configuration. Several, where a line may be put back at several places: the first of
    them that is another configuration than the solution."""

    @property
    def title(self) -> str:
        """`R1 without "group 14" in "crypto isakmp policy 10"`."""
        return f"{self.node} {self.what}"

    @property
    def what(self) -> str:
        """The change, whichever router it is made on: `without "group 14" in ...`."""
        what = "without" if self.change is Change.REMOVED else "with the start's"
        whole = " and its section" if self.heads else ""
        around = "".join(f" in {quoted(section)}" for section in reversed(self.sections))
        return f"{what} {quoted(self.line)}{whole}{around}"

    @property
    def place(self) -> str:
        """The file and line: `solution/R1.cfg:12`."""
        folder = "solution" if self.change is Change.REMOVED else "start"
        return f"{folder}/{self.node}.cfg:{self.number}"


def mutants(node: str, solution: str, start: str) -> Iterator[Mutant]:
    """All of one router, in the order of the solution's lines, then of the start's."""
    right, before = ConfigText.parse(solution), ConfigText.parse(start)
    for place in _added(before, right):
        text = str(right.without(place.at))
        yield _mutant(node, Change.REMOVED, place, (text,))
    gone: set[At] = set()
    for place in _added(right, before):
        if any(place.at[:depth] in gone for depth in range(1, len(place.at))):
            continue  # comes back with its section
        gone.add(place.at)
        texts = tuple(dict.fromkeys(map(str, _put_back(place, before, right))))
        yield _mutant(node, Change.PUT_BACK, place, texts)


def spared(node: str, solution: str, start: str) -> Iterator[Mutant]:
    """The solution of one router without a line that the start has as well."""
    right, before = ConfigText.parse(solution), ConfigText.parse(start)
    own = {place.at for place in _added(before, right)}
    for place in right.commands():
        if place.at not in own:
            yield _mutant(node, Change.REMOVED, place, (str(right.without(place.at)),))


def alike(made: Sequence[Mutant]) -> list[list[Mutant]]:
    """Those that take the same line from several routers, together."""
    groups: dict[str, list[Mutant]] = {}
    for mutant in made:
        if mutant.change is Change.REMOVED:
            groups.setdefault(mutant.what, []).append(mutant)
    return [group for group in groups.values() if len({it.node for it in group}) > 1]


def _mutant(node: str, change: Change, place: Place, texts: tuple[str, ...]) -> Mutant:
    heads = bool(place.line.children)
    return Mutant(node, change, place.text, place.sections, heads, place.number, texts)


def _key(place: Place) -> tuple[str, ...]:
    return (*place.sections, place.text)


def _added(before: ConfigText, after: ConfigText) -> Iterator[Place]:
    """The commands of one configuration that another does not have."""
    had = Counter(map(_key, before.commands()))
    for place in after.commands():
        if had[_key(place)]:
            had[_key(place)] -= 1
        else:
            yield place


def _put_back(place: Place, before: ConfigText, right: ConfigText) -> Iterator[ConfigText]:
    """The solution with a line of the start: where it was, in place of what is there instead, and
    at the end of its section.

    Where it was is in front of the next line that the solution kept, thus behind what the
    solution has instead: of two lines that set one thing the later counts, and in an access list
    the earlier. IOS may refuse it beside the solution's (a second key for one peer).
    """
    text = dedent(str(ConfigText((place.line,))))
    kept = {_key(it): it.at for it in reversed(list(right.commands()))}
    for other in before.commands():
        beside = len(other.at) == len(place.at) and other.at[:-1] == place.at[:-1]
        if beside and other.at > place.at and _key(other) in kept:
            yield right.inserted(text, kept[_key(other)])
            break
    for other in _added(before, right):
        if other.sections == place.sections and _say_the_same_thing(other.text, place.text):
            yield right.replaced(other.at, text)
            break
    yield right.added(text, kept[place.sections] if place.sections else ())


def _say_the_same_thing(one: str, other: str) -> bool:
    """Whether two lines are likely to set one thing, to different values."""
    words = one.split(), other.split()
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*words, strict=False)))
    return 2 * alike >= len(words[1])
