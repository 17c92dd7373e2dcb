"""A ticket: what is noticed of faults in a network, as an exercise to be solved.

The same lab, seed and wishes give the same ticket, to the letter.
"""

from random import Random
from typing import TYPE_CHECKING

from ioscli.exercises.answer import Answer
from ioscli.exercises.exercise import Difficulty, Exercise, Task
from ioscli.exercises.faults.assembling import Ticket, assembled
from ioscli.exercises.faults.catalogue import catalogue
from ioscli.exercises.faults.fault import Edit, Fault, Injection
from ioscli.exercises.faults.proof import Broken, Subject
from ioscli.exercises.faults.symptoms import symptom
from ioscli.exercises.marking import mark
from ioscli.exercises.trial import Runaway, Trial
from ioscli.labs.errors import InputError

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab

COUNTS = {
    Difficulty.FIRST_STEPS: 1,
    Difficulty.EASY: 1,
    Difficulty.MEDIUM: 1,
    Difficulty.HARD: 2,
    Difficulty.EXPERT: 3,
}
"""How many faults make which difficulty."""
MOST_FAULTS = 3

_SITES = 3
"""Places that are tried for one kind of fault."""
_DRAWS = 6
"""Whole draws that are tried before a lab is said to be unfit."""


def make_ticket(
    lab: "Lab",
    seed: int,
    grammar: "Grammar",
    scope: str | None = None,
    count: int | None = None,
    difficulty: Difficulty | None = None,
) -> Ticket:
    """Break a lab's working network, and write down what is noticed.

    scope: a certification or a topic of it; None: any. count: one to three faults; by default
    what the difficulty says, and without that it is left to chance.

    Raises InputError where the lab is wrong, or nothing of that scope can be broken in it so that
    somebody notices.
    """
    catalogue(scope)  # a scope that nobody knows is no matter of the lab
    return draw(Subject(lab, grammar), seed, scope, count, difficulty)


def draw(
    subject: Subject,
    seed: int,
    scope: str | None = None,
    count: int | None = None,
    difficulty: Difficulty | None = None,
) -> Ticket:
    """A ticket for a network that is known already; see `make_ticket`."""
    if count is not None and not 1 <= count <= MOST_FAULTS:
        raise InputError(f"a ticket has 1 to {MOST_FAULTS} faults, not {count}")
    faults = catalogue(scope)
    chance = Random(f"{subject.lab.name} {seed} {scope} {count} {difficulty}")
    wanted = count or (COUNTS[difficulty] if difficulty else chance.choice((1, 1, 2, 2, 3)))
    most = 0
    for _ in range(_DRAWS):
        injections = _drawn(subject, faults, wanted, chance)
        most = max(most, len(injections))
        if not injections or (count is not None and len(injections) < count):
            continue
        ticket = proven(subject, injections, seed, scope)
        if ticket is not None:
            return ticket
    which = "fault" if scope is None else f"fault of {scope}"
    if most < 2:
        words = f"no {which} fits into this lab so that somebody would notice"
    else:
        words = f"{wanted} faults do not fit into this lab so that each of them is noticed"
    raise InputError(words, file=subject.lab.file)


def proven(
    subject: Subject, injections: tuple[Injection, ...], seed: int, scope: str | None = None
) -> Ticket | None:
    """The ticket of these faults; None where one is not noticed, or cannot be told by its checks.

    Undoing them all gives full marks, and leaving any one of them does not pass: both are tried.
    """
    ticket = assembled(subject, injections, seed, scope)
    return ticket if ticket is not None and _is_fair(ticket, subject) else None


# -- which faults ----------------------------------------------------------------------------------


def _drawn(
    subject: Subject, faults: tuple[Fault, ...], wanted: int, chance: Random
) -> tuple[Injection, ...]:
    """Faults at places where each by itself is noticed; of different areas while there are any."""
    order = list(faults)
    chance.shuffle(order)
    taken: list[Injection] = []
    put_off: list[Fault] = []
    for fault in order:
        if any(fault.area is it.fault.area for it in taken):
            put_off.append(fault)
            continue
        taken += _placed(subject, fault, taken, chance)
        if len(taken) == wanted:
            return tuple(taken)
    for fault in put_off:
        taken += _placed(subject, fault, taken, chance)
        if len(taken) == wanted:
            break
    return tuple(taken)


def _placed(
    subject: Subject, fault: Fault, taken: list[Injection], chance: Random
) -> list[Injection]:
    """The fault at a place, if there is one where it is noticed."""
    sites = list(fault.sites(subject.network))
    chance.shuffle(sites)
    lines = {_line(edit) for it in taken for edit in it.site.edits}
    for site in sites[:_SITES]:
        here = Injection(fault, site)
        if lines.isdisjoint(map(_line, site.edits)) and _noticed(subject.with_fault(here)):
            return [here]
    return []


def _line(edit: Edit) -> tuple[str, tuple[str, ...], str]:
    return edit.node, edit.sections, edit.old or edit.new or ""


def _noticed(broken: Broken | None) -> bool:
    return broken is not None and any(symptom(it) for it in broken.differences)


# -- whether it is fair ----------------------------------------------------------------------------


def _is_fair(ticket: Ticket, subject: Subject) -> bool:
    """Whether undoing the faults gives full marks, and the task of each is not done while it is
    there, be it with the others or alone: then no fault may be left, for all tasks are needed."""
    exercise, grammar = ticket.exercise, subject.grammar
    result = mark(exercise, ticket.solution, grammar)
    if result.points != result.out_of:
        return False
    networks = [(exercise.start, exercise.tasks[: len(ticket.faults)])]
    if len(ticket.faults) > 1:
        for injection, task in zip(ticket.faults, exercise.tasks, strict=False):
            alone = subject.with_fault(injection)
            assert alone is not None
            networks.append((Answer.of_texts(alone.texts), (task,)))
    return not any(_any_done(exercise, answer, grammar, tasks) for answer, tasks in networks)


def _any_done(
    exercise: Exercise, answer: Answer, grammar: "Grammar", tasks: tuple[Task, ...]
) -> bool:
    """Whether a network passes all checks of a task."""
    try:
        trial = Trial(exercise, answer, grammar)
        return any(
            all(
                check.judge(trial.again() if check.disturbs else trial).passed
                for check in task.checks
            )
            for task in tasks
        )
    except Runaway:
        return False
