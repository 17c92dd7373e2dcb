"""Faults put into a network, and proof that each can be seen, and that undoing it heals.

Nothing here is believed: a network is booted with a fault and measured. What measures as the
working one did is no fault where it was put (another path, another key, another line hides it).
"""

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.exercises.faults.fault import Injection, broken
from ioscli.exercises.faults.measure import Measured, measure, working
from ioscli.exercises.faults.network import Network
from ioscli.exercises.faults.probes import Probe, Reach
from ioscli.exercises.trial import Runaway
from ioscli.labs.errors import InputError
from ioscli.labs.topology import Topology

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab


class Difference(NamedTuple):
    """A probe that is not what it was."""

    probe: Probe
    was: Hashable
    now: Hashable


class Broken(NamedTuple):
    """A network with faults, as it was measured."""

    texts: dict[str, str]
    differences: tuple[Difference, ...]
    logs: tuple[tuple[str, str], ...]
    """What is logged over and over, and was not before."""


class Subject:
    """A network that works, and everything that is known of it.

    Raises InputError where the lab is wrong, or does nothing that can be measured.
    """

    def __init__(self, lab: "Lab", grammar: "Grammar") -> None:
        self.lab = solved(lab)
        self.grammar = grammar
        topology = Topology(self.lab, grammar)
        self.texts = Answer.of_topology(topology, topology.routers).texts
        """As the routers write them: in full words, and in order."""
        self.network = Network(self.lab, self.texts)
        try:
            self.health = working(self.lab, self.texts, grammar)
        except Runaway:
            raise InputError("this lab's network never comes to rest", file=lab.file) from None
        if not any(isinstance(probe, Reach) for probe in self.health.values):
            raise InputError(
                "nobody reaches anybody in this lab, so nothing can be broken in it", file=lab.file
            )
        self._alone: dict[Injection, Broken | None] = {}

    def with_fault(self, injection: Injection) -> Broken | None:
        """The network with one fault; None where nobody would notice, or it cannot be had."""
        if injection not in self._alone:
            self._alone[injection] = self.with_faults((injection,))
        return self._alone[injection]

    def with_faults(self, injections: tuple[Injection, ...]) -> Broken | None:
        """The network with several; None where nobody would notice."""
        try:
            texts = broken(self.texts, injections)
            found = self._measure(texts)
        except (LookupError, Runaway):
            return None  # one changed what another was to change; or a storm, which nobody marks
        if found.refused:
            return None  # IOS does not take such a line there
        differences = tuple(
            Difference(probe, was, found.values[probe])
            for probe, was in self.health.values.items()
            if found.values[probe] != was
        )
        return Broken(texts, differences, found.logs) if differences else None

    def _measure(self, texts: dict[str, str]) -> Measured:
        return measure(self.lab, texts, self.grammar, self.health.values)


def solved(lab: "Lab") -> "Lab":
    """A lab that works: with its solution where it has one, otherwise as it is."""
    folder = lab.folder / "solution"
    has_solution = any((folder / Path(f"{node}.cfg")).is_file() for node in lab.nodes)
    return lab.solved() if has_solution else lab
