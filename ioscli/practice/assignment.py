"""An exercise that somebody is to do: where it is from, and how one comes back to it."""

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.labs.catalogue import find_lab, shipped_labs
from ioscli.labs.errors import InputError
from ioscli.labs.labfile import Lab, read_lab

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Exercise


class Assignment(NamedTuple):
    """One of them."""

    exercise: "Exercise"
    typed: str
    """What stands behind `ioscli practice` for it: `ipsec-vti`, `--fault 17 --lab ipsec-vti`."""
    reference: Answer
    """How it may be done."""
    another: str = ""
    """What stands there for another one of the kind; empty: there is none."""


def assigned(exercise: "Exercise") -> Assignment:
    """One that is in a file. Raises InputError where its solution cannot be read."""
    return Assignment(exercise, called(exercise), Answer.of_solution(exercise))


def called(exercise: "Exercise") -> str:
    """What an exercise in a file is found by: a shipped one's name, another one's folder."""
    folder = exercise.lab.folder
    return folder.name if folder.name in shipped_labs() else str(folder.resolve())


def ticket(seed: int, lab: str | None, scope: str | None, grammar: "Grammar") -> Assignment:
    """A generated one: a working network, broken. lab: None leaves it to the seed.

    Takes seconds, for the faults are proved to be noticed. The same words give the same ticket.
    Raises InputError where there is no such lab, or nothing of that scope fits into it.
    """
    from ioscli.exercises.faults.ticket import make_ticket

    found, name = None, lab or ""
    for name in _candidates(seed) if lab is None else [lab]:
        try:
            spec = read_lab(find_lab(name))
            found = make_ticket(spec, seed, grammar, scope)
            break
        except InputError:
            if lab is not None:
                raise
    if found is None:
        # The reason is the scope's, if there is one: some lab takes any other fault.
        raise InputError(f"no fault{f' of {scope}' if scope else ''} fits into any of the labs")
    options = f" --lab {name}" + ("" if scope is None else f' --scope "{scope}"')
    mark = "" if scope is None else f"-{scope.lower().replace(' ', '-')}"
    return Assignment(
        found.exercise._replace(lab=_named(found.exercise.lab, f"{spec.name}-fault-{seed}{mark}")),
        f"--fault {seed}{options}",
        found.solution,
        f"--fault {seed + 1}{options}",
    )


def _named(lab: Lab, name: str) -> Lab:
    """Under a name of its own, so that the exercise of the same lab keeps its files apart."""
    return lab._replace(name=name)


def _candidates(seed: int) -> list[str]:
    """Labs in an order that the seed decides."""
    names = shipped_labs()
    Random(seed).shuffle(names)
    return names
