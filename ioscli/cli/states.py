"""States of the automaton: sets of threads, made when a line first leads to them.

A thread is a position and the options already used on the way to it. What a typed word means as a
keyword is remembered in the state; values never are. The captures of a match are found by walking
its path of states back once; equal paths share the plan that comes out.
"""

from typing import NamedTuple, TypeAlias

from ioscli.cli.arguments import ANY_LINE, INTERFACE, ArgumentType, Matcher, argument_type
from ioscli.cli.interface_argument import KIND_OF
from ioscli.cli.results import Capture, Plan
from ioscli.cli.tables import Step, Tables

Thread: TypeAlias = tuple[int, int]
"""position, bits of the options used so far"""

#: How many states and command forms are remembered: far more than anyone types, so that no input
#: makes memory grow without end.
_MOST_STATES = 20_000
_MOST_PLANS = 20_000
_LONGEST_REMEMBERED = 64
_PLAIN: tuple[Step, ...] = ((0, 0),)


class Typed(NamedTuple):
    """A typed argument that may come next."""

    rank: int
    match: Matcher
    form: str
    kind: ArgumentType
    threads: tuple[Thread, ...]


class State:
    """A set of threads, and what may come next."""

    __slots__ = (
        "after",
        "complete",
        "display",
        "initials",
        "interfaces",
        "keywords",
        "ordered",
        "text",
        "threads",
        "typed",
        "words",
    )

    def __init__(self, threads: tuple[Thread, ...]) -> None:
        self.threads = threads
        self.complete: Thread | None = None
        """The thread whose command ends here, the first in grammar order."""
        self.words: dict[str, State] = {}
        """Words as typed -> state after the keyword they mean: filled as they are met."""
        self.keywords: dict[str, tuple[Thread, ...]] = {}
        """Keywords in lower case -> threads after them."""
        self.display: dict[str, str] = {}
        """Keywords in lower case -> as help shows them."""
        self.ordered: list[str] = []
        """Keywords in lower case, sorted."""
        self.initials: frozenset[str] = frozenset()
        """First characters, either case, of keywords and interface kinds."""
        self.typed: tuple[Typed, ...] = ()
        """Best rank first."""
        self.after: dict[int, State] = {}
        """Bits of the typed arguments that fit -> state after them."""
        self.text = False
        """Whether a LINE may begin here, so that `!` is text."""
        self.interfaces = False


class States:
    """The states met so far."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.begin: dict[str, State] = {}
        """Mode -> its first state, once it was asked for."""
        self.plans: dict[tuple[State, ...], Plan] = {}
        """Path of states -> what a match over it is."""
        self._states: dict[tuple[Thread, ...], State] = {}

    def start(self, mode: str) -> State:
        """The state before the first word of a mode."""
        state = self.begin[mode] = self.state(((self.tables.starts[mode], 0),))
        return state

    def state(self, threads: tuple[Thread, ...]) -> State:
        """The one state of these threads (sorted)."""
        state = self._states.get(threads)
        if state is None:
            if len(self._states) >= _MOST_STATES:
                self._forget()
            state = self._states[threads] = self._make(threads)
        return state

    def _forget(self) -> None:
        self._states.clear()
        self.plans.clear()
        self.begin.clear()

    def _make(self, threads: tuple[Thread, ...]) -> State:
        tables = self.tables
        state = State(threads)
        keywords: dict[str, set[Thread]] = {}
        forms: dict[str, set[Thread]] = {}
        for position, used in threads:
            if state.complete is None and tables.accepting[position]:
                state.complete = (position, used)
            options = tables.steps(position)
            for target in tables.followers(position):
                for step in options.get(target, _PLAIN):
                    kept = _used(used, step)
                    if kept < 0:
                        continue
                    label = tables.labels[tables.label_of[target]]
                    if isinstance(label, str):
                        lowered = label.lower()
                        state.display.setdefault(lowered, label)
                        keywords.setdefault(lowered, set()).add((target, kept))
                    elif label is not None:
                        forms.setdefault(label[1], set()).add((target, kept))
        state.keywords = {word: tuple(sorted(found)) for word, found in keywords.items()}
        state.ordered = sorted(keywords)
        typed = []
        for form, found in forms.items():
            kind = argument_type(form)
            typed.append(Typed(kind.rank, kind.match, form, kind, tuple(sorted(found))))
        state.typed = tuple(sorted(typed, key=lambda one: (one.rank, one.form)))
        state.text = any(one.rank == ANY_LINE for one in typed)
        state.interfaces = INTERFACE in forms
        initials = {word[0] for word in keywords}
        if state.interfaces:
            initials |= {prefix[0] for prefix in KIND_OF}
        state.initials = frozenset(initials | {initial.upper() for initial in initials})
        return state

    def after(self, state: State, fit: int) -> State:
        """The state after a value that fits the typed arguments with these bits."""
        threads = {
            thread
            for bit, typed in enumerate(state.typed)
            if fit >> bit & 1
            for thread in typed.threads
        }
        after = state.after[fit] = self.state(tuple(sorted(threads)))
        return after

    def plan(self, path: tuple[State, ...]) -> Plan:
        """What a match over this path of states is: found by walking the path back."""
        positions = self._walk_back(path)
        tables = self.tables
        number = tables.owner[positions[-1]]
        rule, mode, stem, stored = tables.commands[number]
        captures: list[Capture] = []
        words: list[str | int] = []
        places: dict[str, list[int]] = {}
        for position in positions:
            label = tables.labels[tables.label_of[position]]
            if isinstance(label, tuple):
                name, form = label
                places.setdefault(name, []).append(len(captures))
                words.append(len(captures))
                captures.append(Capture(name, argument_type(form)))
            elif label is not None and tables.owner[position] == number:
                words.append(label)
        keywords = frozenset(word for word in words if isinstance(word, str))
        plan = Plan(rule, mode, stem, stored, tuple(captures), places, tuple(words), keywords)
        if len(path) <= _LONGEST_REMEMBERED:
            if len(self.plans) >= _MOST_PLANS:
                self.plans.clear()
            self.plans[path] = plan
        return plan

    def _walk_back(self, path: tuple[State, ...]) -> list[int]:
        """The positions of the command's words, chosen so that each can follow the one before."""
        thread = path[-1].complete
        assert thread is not None
        positions = [thread[0]]
        for state in reversed(path[1:-1]):
            thread = next(before for before in state.threads if self._leads(before, thread))
            positions.append(thread[0])
        positions.reverse()
        return positions

    def _leads(self, before: Thread, after: Thread) -> bool:
        position, used = before
        target, used_after = after
        if target not in self.tables.followers(position):
            return False
        steps = self.tables.steps(position).get(target, _PLAIN)
        return any(_used(used, step) == used_after for step in steps)


def _used(used: int, step: Step) -> int:
    """The options used after a step, or -1 if it takes one that is used already."""
    taken, freed = step
    kept = used & ~freed
    return -1 if kept & taken else kept | taken
