r"""Regular expressions as IOS writes them: `| include`, AS-path lists, expanded community lists.

Cisco's "Regular Expressions" appendix: case counts; `.`, `*`, `+`, `?`, `^`, `$`, `[...]`,
`(...)`, `|` and `\` as usual, and `_` for a comma, brace, parenthesis, blank, or either end of
the line. Python's `re` is not used: it has much that IOS has not (`\d`, `{n}`, lookaround), and
takes exponential time over patterns that an operator is free to type. Here every pattern is a
finite automaton whose states are made as they are met, so that time is linear in the line.

The ends of a line are characters of their own (`_START`, `_END`), which `^`, `$` and `_` match.
"""

from collections.abc import Callable
from typing import NamedTuple

_START = "\x02"
_END = "\x03"
_BOUNDARY = frozenset(",{}() " + _START + _END)

#: States kept before the memory of an automaton is dropped and built anew.
_MOST_STATES = 2_000

_Test = Callable[[str], bool]


class PatternError(ValueError):
    """The text is no regular expression."""


class _Node(NamedTuple):
    """One place of the automaton: a character test leading on, or (None) a fork."""

    test: _Test | None
    following: list[int]


class Pattern:
    """A compiled regular expression; raises PatternError for text that is none."""

    def __init__(self, text: str) -> None:
        self._nodes: list[_Node] = [_Node(None, [])]  # node 0: matched
        start = _Parser(text, self._nodes).run()
        self._initial = self._closure([start])
        self._states: dict[frozenset[int], dict[str, frozenset[int]]] = {}

    def found_in(self, line: str) -> bool:
        """Whether some part of a line matches."""
        state = self._initial
        for char in f"{_START}{line}{_END}":
            if 0 in state:
                return True
            moves = self._states.get(state)
            if moves is None:
                if len(self._states) > _MOST_STATES:
                    self._states.clear()
                moves = self._states[state] = {}
            following = moves.get(char)
            if following is None:
                following = moves[char] = self._step(state, char)
            state = following
        return 0 in state

    def _step(self, state: frozenset[int], char: str) -> frozenset[int]:
        reached: list[int] = []
        for place in state:
            node = self._nodes[place]
            if node.test is not None and node.test(char):
                reached += node.following
        return self._closure(reached) | self._initial

    def _closure(self, places: list[int]) -> frozenset[int]:
        """The places and all that forks lead to without a character."""
        seen: set[int] = set()
        todo = list(places)
        while todo:
            place = todo.pop()
            if place not in seen:
                seen.add(place)
                node = self._nodes[place]
                if node.test is None:
                    todo += node.following
        return frozenset(seen)


class _Parser:
    """Recursive descent, from the pattern's end to its start: each part knows what follows it."""

    def __init__(self, text: str, nodes: list[_Node]) -> None:
        self._text = text
        self._at = 0
        self._nodes = nodes

    def run(self) -> int:
        tree = self._alternation()
        if self._at < len(self._text):
            raise PatternError("unbalanced )")
        return tree(0)

    def _alternation(self) -> "_Part":
        branches = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        return lambda then: self._fork([branch(then) for branch in branches])

    def _sequence(self) -> "_Part":
        parts: list[_Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated())

        def sequence(then: int) -> int:
            for part in reversed(parts):
                then = part(then)
            return then

        return sequence

    def _repeated(self) -> "_Part":
        part = self._atom()
        while self._peek() in ("*", "+", "?") and self._peek():
            part = self._repeat(part, self._text[self._at])
            self._at += 1
        return part

    def _repeat(self, part: "_Part", how: str) -> "_Part":
        def option(then: int) -> int:
            return self._fork([part(then), then])

        def loop(then: int) -> int:
            again = self._fork([then])
            body = part(again)
            self._nodes[again].following.append(body)
            return again if how == "*" else body

        return option if how == "?" else loop

    def _atom(self) -> "_Part":
        char = self._text[self._at]
        self._at += 1
        match char:
            case "(":
                inside = self._alternation()
                if self._peek() != ")":
                    raise PatternError("missing )")
                self._at += 1
                return inside
            case "[":
                return self._one(self._bracket())
            case "*" | "+" | "?":
                raise PatternError(f"nothing to repeat before {char}")
            case ".":
                return self._one(lambda seen: seen not in (_START, _END))
            case "^":
                return self._one(_START.__eq__)
            case "$":
                return self._one(_END.__eq__)
            case "_":
                return self._one(_BOUNDARY.__contains__)
            case "\\":
                if not self._peek():
                    raise PatternError("trailing backslash")
                char = self._text[self._at]
                self._at += 1
        return self._one(char.__eq__)

    def _bracket(self) -> _Test:
        """`[a-z]`, `[^0-9]`; a `]` right after the opening stands for itself."""
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        end = self._text.find("]", self._at + 1)
        if end < 0:
            raise PatternError("missing ]")
        inside = self._text[self._at : end]
        self._at = end + 1
        members: set[str] = set()
        ranges: list[tuple[str, str]] = []
        position = 0
        while position < len(inside):
            if inside[position + 1 : position + 2] == "-" and position + 2 < len(inside):
                ranges.append((inside[position], inside[position + 2]))
                position += 3
            else:
                members.add(inside[position])
                position += 1

        def test(seen: str) -> bool:
            if seen in (_START, _END):
                return False
            inside = seen in members or any(low <= seen <= high for low, high in ranges)
            return inside != negated

        return test

    def _one(self, test: _Test) -> "_Part":
        return lambda then: self._add(_Node(test, [then]))

    def _fork(self, following: list[int]) -> int:
        return self._add(_Node(None, following))

    def _add(self, node: _Node) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]


_Part = Callable[[int], int]
