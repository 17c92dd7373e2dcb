"""Matches lines against the grammar: parse, `?`, Tab.

Of a word that fits in several ways the best rank wins, and all threads of that rank go on: exact
keyword, unique prefix, specific type, WORD, LINE. A `!` at a word boundary begins a comment, unless
a LINE may begin there.
"""

from bisect import bisect_left
from enum import Enum
from typing import NamedTuple, TypeAlias

from ioscli.cli.arguments import ANY_LINE, INTERFACE, SPECIFIC, argument_type
from ioscli.cli.interface_argument import (
    KIND_HELP,
    KIND_OF,
    interface_help,
    interface_number_help,
    unfinished_interface,
)
from ioscli.cli.results import (
    CR,
    Ambiguous,
    Args,
    Help,
    Incomplete,
    Invalid,
    Match,
    Result,
)
from ioscli.cli.states import State, States, Thread
from ioscli.cli.tables import Tables, load_tables
from ioscli.model.ifname import KINDS

__all__ = [
    "Ambiguous",
    "Args",
    "Grammar",
    "Help",
    "Incomplete",
    "Invalid",
    "Match",
    "Result",
    "load_grammar",
]

#: How many spellings of keywords a state remembers: far more than anyone types, so that no input
#: makes memory grow without end.
_MOST_WORDS = 2_000
_LINE = "LINE"
_KINDS = tuple(kind.lower() for kind in KINDS)


_Refusal: TypeAlias = Invalid | Ambiguous | Incomplete


class _Signal(Enum):
    RETRY = "the word is known as a keyword now"
    COMMENT = "a comment ends the line"


class Grammar:
    """The commands of every mode."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        """The automaton itself: plain data."""
        self._states = States(tables)

    @property
    def modes(self) -> tuple[str, ...]:
        """The names of all modes."""
        return tuple(self.tables.starts)

    # --- parse ---------------------------------------------------------------------------------

    def parse(self, mode: str, line: str) -> Result:
        """What a whole line means in a mode.

        An empty line, or one that is a comment, is Incomplete.
        """
        if "\t" in line:
            line = line.replace("\t", " ")
        state = self._states.begin.get(mode) or self._states.start(mode)
        trail = [state]
        spans: list[int] = []
        position, length = 0, len(line)
        find = line.find
        while True:
            while position < length and line[position] == " ":
                position += 1
            if position == length:
                break
            end = find(" ", position)
            if end < 0:
                end = length
            following = state.words.get(line[position:end])
            if following is not None:
                position = end
            else:
                step = self._step(state, line, position, end, spans)
                if step is _Signal.RETRY:
                    continue
                if step is _Signal.COMMENT:
                    break
                if not isinstance(step, State):
                    return step
                following = step
                position = spans[-1]
            state = following
            trail.append(state)
        if state.complete is None:
            return Incomplete()
        path = tuple(trail)
        plan = self._states.plans.get(path) or self._states.plan(path)
        return Match(plan, Args(plan, line, spans))

    def _step(
        self, state: State, line: str, position: int, end: int, spans: list[int]
    ) -> State | _Signal | _Refusal:
        """The step over a word that the state has not seen: a new keyword or a value.

        A value's begin and end are added to the spans.
        """
        candidates: list[str] = []
        initial = line[position]
        if initial in state.initials:
            word = line[position:end]
            candidates = _candidates(state, word.lower())
            if len(candidates) == 1 and candidates[0] in state.keywords:
                if len(state.words) >= _MOST_WORDS:
                    state.words.clear()
                state.words[word] = self._states.state(state.keywords[candidates[0]])
                return _Signal.RETRY
        elif initial == "!" and not state.text:
            return _Signal.COMMENT
        fit, stop, rank = 0, -1, ANY_LINE
        # Among several keywords only a number or the like decides; `s 0/0` beside `summary` does
        # not, for interface kinds are keywords to IOS.
        undecided = len(candidates) > 1
        for bit, typed in enumerate(state.typed):
            if typed.rank > rank:
                break
            if undecided and (typed.rank > SPECIFIC or typed.form == INTERFACE):
                continue
            at = typed.match(line, position)
            if at > stop:
                fit, stop, rank = 1 << bit, at, typed.rank
            elif at == stop and fit:
                fit |= 1 << bit
        if not fit:
            return _refusal(state, line, position, end, candidates)
        spans += (position, stop)
        return state.after.get(fit) or self._states.after(state, fit)

    # --- help ----------------------------------------------------------------------------------

    def help(self, mode: str, text: str) -> Help | Invalid | Ambiguous:
        """The answer to `?` typed after a text.

        Invalid and Ambiguous are about the words before the one that was begun.
        """
        reached = self._reach(mode, text)
        if not isinstance(reached, _Reached):
            return reached
        state, kind, inside, begun = reached
        if kind is not None:
            return Help(interface_number_help(kind, begun), bool(begun))
        if inside:
            entries = [(_LINE, self._text_of(state.threads, _LINE))]
            return Help((*entries, *_cr(state)), False)
        lowered = begun.lower()
        found: dict[str, str] = {}
        for word, threads in state.keywords.items():
            if word.startswith(lowered):
                found[state.display[word]] = self._text_of(threads)
        for typed in state.typed:
            if typed.form == INTERFACE:
                for name in KINDS:
                    if name.lower().startswith(lowered):
                        found.setdefault(name, KIND_HELP[name])
            elif not begun or typed.kind.could_begin(begun):
                found.setdefault(typed.kind.display, self._text_of(typed.threads))
        if not found and state.interfaces:
            return Help(interface_help(begun), True)
        entries = sorted(found.items())
        return Help((*entries, *(() if begun else _cr(state))), bool(begun))

    def complete(self, mode: str, text: str) -> str | None:
        """The text with its last word in full and a blank after it (Tab).

        None where that word is no abbreviation of just one keyword.
        """
        reached = self._reach(mode, text)
        if not isinstance(reached, _Reached) or reached.kind is not None or reached.inside:
            return None
        if not reached.begun:
            return None
        state = reached.state
        candidates = _candidates(state, reached.begun.lower())
        if len(candidates) != 1:
            return None
        full = state.display.get(candidates[0]) or KIND_OF[candidates[0]]
        return f"{text[: len(text) - len(reached.begun)]}{full} "

    def _reach(self, mode: str, text: str) -> "_Reached | Help | Invalid | Ambiguous":
        """Where the finished words of a text lead."""
        text = text.replace("\t", " ")
        done = text.rfind(" ") + 1
        line, begun = text[:done], text[done:]
        state = self._states.begin.get(mode) or self._states.start(mode)
        spans: list[int] = []
        position = 0
        while True:
            while position < done and line[position] == " ":
                position += 1
            if position == done:
                break
            end = line.find(" ", position)
            known = state.words.get(line[position:end])
            if known is not None:
                state, position = known, end
                continue
            step = self._step(state, line, position, end, spans)
            match step:
                case State():
                    state, position = step, spans[-1]
                case _Signal.COMMENT:
                    return Help((), False)
                case Incomplete():
                    # An interface kind still without its number.
                    kind = KIND_OF[line[position:end].lower()]
                    return _Reached(state, kind, False, begun)
                case Invalid() | Ambiguous():
                    return step
        if begun.startswith("!") and not state.text:
            return Help((), False)
        inside = bool(spans) and self._is_text(state)
        return _Reached(state, None, inside, begun)

    def _is_text(self, state: State) -> bool:
        """Whether the value that led to a state is a LINE, which has no end."""
        label = self.tables.labels[self.tables.label_of[state.threads[0][0]]]
        return isinstance(label, tuple) and argument_type(label[1]).rank == ANY_LINE

    def _text_of(self, threads: tuple[Thread, ...], form: str = "") -> str:
        """The help text of the first thread that has one."""
        tables = self.tables
        for position, _ in threads:
            label = tables.labels[tables.label_of[position]]
            if form and not (isinstance(label, tuple) and label[1] == form):
                continue
            text = tables.help_texts[tables.help_of[position]]
            if text:
                return text
        return ""


class _Reached(NamedTuple):
    """Where the finished words of a line lead, and the word begun after them."""

    state: State
    kind: str | None
    """An interface kind whose number is still to come."""
    inside: bool
    """Whether a LINE is being typed."""
    begun: str


def load_grammar() -> Grammar:
    """The grammar of the emulator, from the tables that are at hand."""
    return Grammar(load_tables())


def _cr(state: State) -> tuple[tuple[str, str], ...]:
    return () if state.complete is None else ((CR, ""),)


def _candidates(state: State, lowered: str) -> list[str]:
    """The keywords and interface kinds, in lower case, that a word may stand for."""
    if lowered in state.keywords:
        return [lowered]
    ordered = state.ordered
    first = last = bisect_left(ordered, lowered)
    while last < len(ordered) and ordered[last].startswith(lowered):
        last += 1
    found = ordered[first:last]
    if state.interfaces:
        if lowered in _KINDS:
            return [lowered]
        found += [kind for kind in _KINDS if kind.startswith(lowered) and kind not in found]
    return found


def _refusal(state: State, line: str, position: int, end: int, candidates: list[str]) -> _Refusal:
    """Why no word and no value fits."""
    if len(candidates) > 1:
        names = (state.display.get(name) or KIND_OF[name] for name in candidates)
        return Ambiguous(position, tuple(sorted(names)))
    if state.interfaces:
        bad = unfinished_interface(line, position)
        if bad == len(line):
            return Incomplete()
        if bad > position:
            return Invalid(bad)
    return Invalid(position + _longest_start(state, line[position:end].lower()))


def _longest_start(state: State, word: str) -> int:
    """How many characters of a word some keyword begins with."""
    names = [*state.ordered, *(_KINDS if state.interfaces else ())]
    size = 0
    while size < len(word) and any(name.startswith(word[: size + 1]) for name in names):
        size += 1
    return size
