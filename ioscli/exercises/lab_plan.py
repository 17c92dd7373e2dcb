"""The answers by which `ioscli lab check` tries an exercise: right ones, the start, wrong ones."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer, NodeAnswer
from ioscli.exercises.effect import Effect, effect
from ioscli.exercises.mutations import Mutant, alike, mutants, spared
from ioscli.labs.errors import InputError
from ioscli.labs.startup import read_config

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Exercise

SOLUTION = "solution"
START = "start"
ALTERNATIVES = "alternatives"
WRONG = "wrong"

_SAYING_NOTHING = ("description ", "remark ")
"""Lines by which a router does nothing."""


class Attempt(NamedTuple):
    """An answer that is to be marked."""

    title: str
    """`solution`, `alternatives/static`, `R1 without "group 14" in ...`."""
    place: str
    """Where it stands: a folder, or the line that was changed: `solution/R1.cfg:12`."""
    answer: Answer
    nodes: tuple[str, ...] = ()
    """The routers on which it differs from the solution."""
    refused: tuple[str, ...] = ()
    """Lines that IOS refuses, with place and reason."""
    stored: tuple[str, ...] = ()
    """Lines that are kept and act on nothing, with their place."""


class Skipped(NamedTuple):
    """A change of the solution that makes no wrong answer."""

    title: str
    place: str
    reason: str


class Plan(NamedTuple):
    """What one exercise is tried by."""

    exercise: "Exercise"
    right: tuple[Attempt, ...]
    """The solution first."""
    start: Attempt
    wrong: tuple[Attempt, ...]
    """Those that the author wrote first."""
    skipped: tuple[Skipped, ...]
    reserve: Callable[[], Iterator[Attempt]]
    """Makes more wrong answers, from lines that the start has already: for checks that nothing
    else fails."""

    @property
    def attempts(self) -> list[Attempt]:
        """Those that are tried in any case, in order."""
        return [*self.right, self.start, *self.wrong]


def plan(exercise: "Exercise", grammar: "Grammar") -> Plan:
    """Find and make the answers. Raises InputError where there is no solution."""
    maker = _Maker(exercise, grammar)
    if not maker.solution:
        raise InputError("this exercise has no solution", file=exercise.lab.file)
    wrong = [maker.attempt(name) for name in maker.folders(WRONG)]
    skipped = []
    for made in maker.mutated():
        if isinstance(made, Attempt):
            wrong.append(made)
        else:
            skipped.append(made)
    return Plan(
        exercise,
        tuple(maker.attempt(name) for name in (SOLUTION, *maker.folders(ALTERNATIVES))),
        Attempt(START, START, Answer()),
        tuple(wrong),
        tuple(skipped),
        maker.reserve,
    )


class _Chosen(NamedTuple):
    """What a mutant's router boots with, and what comes of it."""

    text: str
    config: str
    refused: tuple[str, ...]


class _Maker:
    """Makes the answers of one exercise."""

    def __init__(self, exercise: "Exercise", grammar: "Grammar") -> None:
        self._lab = exercise.lab
        self._nodes = exercise.nodes
        self._grammar = grammar
        self.solution = self._texts(SOLUTION)
        self._effects = {
            node: self._effect(f"{SOLUTION}/{node}.cfg", node, text)
            for node, text in self.solution.items()
        }
        self._seen: dict[tuple[str, str], str] = {}
        """What routers run in mutants, and which mutant that was first."""

    def folders(self, kind: str) -> list[str]:
        """`alternatives/NAME`, in order."""
        within = sorted((self._lab.folder / kind).glob("*/"))
        return [f"{kind}/{folder.name}" for folder in within if folder.is_dir()]

    def attempt(self, folder: str) -> Attempt:
        """The answer in a folder, by the solution where that has no configuration."""
        own = self._texts(folder)
        effects = [self._effect(f"{folder}/{it}.cfg", it, text) for it, text in own.items()]
        return Attempt(
            folder,
            folder,
            self._answer(own, folder),
            tuple(own),
            tuple(line for it in effects for line in it.refused),
            tuple(line for it in effects for line in it.stored),
        )

    def mutated(self) -> Iterator[Attempt | Skipped]:
        """The solution, with one line changed at a time."""
        chosen: dict[Mutant, _Chosen] = {}
        for mutant in self._each(mutants):
            found = self._choose(mutant)
            if isinstance(found, _Chosen):
                same = self._seen.setdefault((mutant.node, found.config), mutant.title)
                if same != mutant.title:
                    yield Skipped(mutant.title, mutant.place, f"the same router as {same}")
                    continue
                chosen[mutant] = found
                yield self._mutated([mutant], chosen)
            else:
                yield found
        for group in alike(list(chosen)):
            yield self._mutated(group, chosen)

    def reserve(self) -> Iterator[Attempt]:
        """The solution, without a line that the start has too."""
        for mutant in self._each(spared):
            found = self._choose(mutant)
            if isinstance(found, _Chosen) and (mutant.node, found.config) not in self._seen:
                yield self._mutated([mutant], {mutant: found})

    def _each(self, make: Callable[[str, str, str], Iterator[Mutant]]) -> Iterator[Mutant]:
        for node, text in self.solution.items():
            start = self._lab.nodes[node].startup_config
            yield from make(node, text, "" if start is None else read_config(start))

    def _choose(self, mutant: Mutant) -> "_Chosen | Skipped":
        """The first of a mutant's texts that makes another router than the solution's."""
        if mutant.line.startswith(_SAYING_NOTHING):
            return Skipped(mutant.title, mutant.place, "the line is for people to read")
        right = self._effects[mutant.node]
        refused: list[str] = []
        for text in mutant.texts:
            made = self._effect(f"{mutant.node}.cfg", mutant.node, text)
            if made.config != right.config:
                return _Chosen(text, made.config, made.refused)
            if len(made.refused) > len(right.refused):
                refused += made.refused
        if refused:
            return Skipped(mutant.title, mutant.place, f"IOS refuses it: {refused[-1]}")
        return Skipped(mutant.title, mutant.place, "the router's configuration stays the same")

    def _mutated(self, group: Sequence[Mutant], chosen: "dict[Mutant, _Chosen]") -> Attempt:
        """One change as an answer, made on one router or on several."""
        return Attempt(
            f"{' and '.join(it.node for it in group)} {group[0].what}",
            ", ".join(it.place for it in group),
            self._answer({it.node: chosen[it].text for it in group}, ""),
            tuple(it.node for it in group),
            tuple(line for it in group for line in chosen[it].refused),
        )

    def _texts(self, folder: str) -> dict[str, str]:
        return Answer.of_folder(self._lab.folder / folder, self._nodes).texts

    def _answer(self, changed: dict[str, str], folder: str) -> Answer:
        """The solution, with other configurations for some routers.

        Their sources are told as seen from the lab's folder, so that reports are the same
        wherever it is.
        """
        texts = self.solution | changed
        return Answer(
            {
                node: NodeAnswer(Path(folder if node in changed else SOLUTION, f"{node}.cfg"), text)
                for node, text in texts.items()
            }
        )

    def _effect(self, source: str, node: str, text: str) -> Effect:
        return effect(self._lab, node, Path(source), text, self._grammar)
