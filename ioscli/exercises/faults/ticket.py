"""A ticket: what is noticed of faults in a network, as an exercise to be solved.

The same lab, seed and wishes give the same ticket, to the letter.
"""

import re
from collections.abc import Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.exercises.checks.config import ConfigCheck
from ioscli.exercises.exercise import Difficulty, Exercise, Hint, Kind, Task
from ioscli.exercises.faults.catalogue import catalogue
from ioscli.exercises.faults.fault import Area, Edit, Fault, Injection
from ioscli.exercises.faults.measure import SETTLE
from ioscli.exercises.faults.probes import SMALL, Opened, Reach, Sealed
from ioscli.exercises.faults.proof import Broken, Subject
from ioscli.exercises.faults.symptoms import (
    Rank,
    Symptom,
    encrypted_check,
    ping_check,
    symptom,
)
from ioscli.exercises.marking import mark
from ioscli.exercises.trial import Runaway, Trial
from ioscli.labs.errors import InputError
from ioscli.model.instant import MINUTE, Duration

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.verdict import Check
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

_POINTS = 10
"""For curing what one fault does."""
_STILL_POINTS = 2
_PASS_SHARE = 70
"""Percent. All faults have to be mended, and one may ask for every hint."""
_MINUTES = (20, 35, 50)
_SITES = 3
"""Places that are tried for one kind of fault."""
_DRAWS = 6
"""Whole draws that are tried before a lab is said to be unfit."""
_SAID, _CHECKED = 2, 2
"""Symptoms of one fault that the ticket tells, and that are checked, of each rank."""
_LOGGED = 4
_UNBROKEN = 3


class Ticket(NamedTuple):
    """An exercise made of faults, and what it is made of."""

    exercise: Exercise
    """Its `start` is the broken network."""
    faults: tuple[Injection, ...]
    solution: Answer
    """All routers as they worked."""
    seed: int


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
    ticket = _ticket(subject, injections, seed, scope)
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


# -- the exercise ----------------------------------------------------------------------------------


class _Noticed(NamedTuple):
    """What is noticed of one fault while all of them are there."""

    injection: Injection
    symptoms: tuple[Symptom, ...]


def _ticket(
    subject: Subject, injections: tuple[Injection, ...], seed: int, scope: str | None
) -> Ticket | None:
    """None where one fault hides another."""
    together = (
        subject.with_fault(injections[0])
        if len(injections) == 1
        else subject.with_faults(injections)
    )
    if together is None:
        return None
    noticed = _told_apart(subject, injections, together)
    if not all(it.symptoms for it in noticed):
        return None
    tasks = [_task(subject, it) for it in noticed]
    still = _still_working(subject, together)
    if still:
        checks = tuple(map(ping_check, still))
        words = "What worked all the time still works."
        tasks.append(Task(words, _STILL_POINTS, checks))
    points = sum(task.points for task in tasks)
    exercise = Exercise(
        lab=subject.lab._replace(name=f"{subject.lab.name}-fault-{seed}"),
        kind=Kind.REPAIR,
        goal="Find the cause of what people notice, and mend it.",
        topics=_topics(injections, scope),
        difficulty=_difficulty(injections),
        time=Duration(_MINUTES[len(injections) - 1] * MINUTE),
        pass_mark=-(-points * _PASS_SHARE // 100),
        nodes=subject.network.nodes,
        story=_story(subject, seed, noticed, together),
        tasks=tuple(tasks),
        explanation="\n\n".join(map(_explained, injections)),
        settle=SETTLE,
        start=Answer.of_texts(together.texts),
    )
    return Ticket(exercise, injections, Answer.of_texts(subject.texts), seed)


def _told_apart(
    subject: Subject, injections: tuple[Injection, ...], together: Broken
) -> list[_Noticed]:
    """For each fault what it alone causes, and still is noticed beside the others."""
    alone = []
    for injection in injections:
        by_itself = subject.with_fault(injection)
        assert by_itself is not None
        alone.append({it.probe for it in by_itself.differences})
    found = []
    for index, injection in enumerate(injections):
        others = set().union(*alone[:index], *alone[index + 1 :])
        mine = [it for it in together.differences if it.probe in alone[index]]
        said = [it for it in map(symptom, mine) if it is not None]
        lost_small = {_pair(it.probe) for it in said if it.rank is Rank.REACH}
        said = [it for it in said if it.rank is not Rank.LARGE or _pair(it.probe) not in lost_small]
        own = [it for it in said if it.probe not in others] or said
        own.sort(key=lambda it: (it.rank, _distance(subject, it), it.said))
        found.append(_Noticed(injection, tuple(_few(own))))
    return found


def _pair(probe: object) -> object:
    """Who asks whom; a transfer cannot end where not even a ping is answered."""
    if isinstance(probe, Reach | Opened):
        return probe.node, probe.source, probe.to
    return None


def _distance(subject: Subject, it: Symptom) -> int:
    """Users before routers, and those far from each other before neighbors."""
    if not isinstance(it.probe, Reach):
        return 0
    return 0 if it.probe.at_host or not subject.network.is_transit(it.probe.node) else 1


def _few(symptoms: list[Symptom]) -> Iterator[Symptom]:
    """Two of each rank, of two nodes if may be, and of three ranks at most."""
    ranks = list(dict.fromkeys(it.rank for it in symptoms))[:3]
    for rank in ranks:
        first, *others = (it for it in symptoms if it.rank is rank)
        yield first
        others.sort(key=lambda it: _at(it) == _at(first))
        yield from others[: _CHECKED - 1]


def _task(subject: Subject, noticed: _Noticed) -> Task:
    checks: list[Check] = []
    for it in noticed.symptoms:
        if isinstance(it.probe, Opened):
            # The first packets are lost to ARP and IKE, and TCP repeats itself ever more rarely.
            there = Reach(it.probe.node, it.probe.source, it.probe.to, at_host=True)
            checks.append(ping_check(there))
        checks.append(it.check)
        checks += _protected(subject, it)
    checks += _kept(subject, noticed.injection)
    words = "; ".join(it.task for it in noticed.symptoms)
    text = f"{words[0].upper()}{words[1:]}."
    return Task(text, _POINTS, tuple(dict.fromkeys(checks)), tuple(_hints(noticed)))


def _protected(subject: Subject, it: Symptom) -> list["Check"]:
    """What was encrypted has to be so afterwards: it is no cure to leave that out."""
    if it.rank is not Rank.REACH:
        return []
    sealed = [
        probe
        for probe in subject.health.values
        if isinstance(probe, Sealed) and probe.reach == it.probe
    ]
    return [encrypted_check(probe) for probe in sealed[:1]]


def _kept(subject: Subject, injection: Injection) -> Iterator["Check"]:
    """A packet filter that lacks a line is to be mended, and not to be taken off."""
    for edit in injection.site.edits:
        words = edit.sections[0].split() if edit.sections else []
        if words[:2] == ["ip", "access-list"]:
            uses = f"ip access-group {words[3]} *"
            for place in subject.network.trees[edit.node].find("interface *", uses):
                yield ConfigCheck(edit.node, place.sections, (place.text,))


def _still_working(subject: Subject, together: Broken) -> list[Reach]:
    broken = {it.probe for it in together.differences}
    well = [
        it
        for it in subject.health.values
        if isinstance(it, Reach) and it.size == SMALL and it not in broken
    ]
    return well[:: max(1, len(well) // _UNBROKEN)][:_UNBROKEN]


def _topics(injections: tuple[Injection, ...], scope: str | None) -> tuple[str, ...]:
    topics = dict.fromkeys(topic for it in injections for topic in it.fault.topics)
    if scope is None:
        return tuple(topics)
    first = [it for it in topics if it == scope or it.startswith((f"{scope} ", f"{scope}."))]
    return tuple(dict.fromkeys([*first, *topics]))


def _difficulty(injections: tuple[Injection, ...]) -> Difficulty:
    if len(injections) == 1:
        simple = injections[0].fault.area in (Area.ADDRESSING, Area.STATIC)
        return Difficulty.EASY if simple else Difficulty.MEDIUM
    return Difficulty.HARD if len(injections) == 2 else Difficulty.EXPERT


# -- what is said ----------------------------------------------------------------------------------


def _story(subject: Subject, seed: int, noticed: list[_Noticed], together: Broken) -> str:
    said = dict.fromkeys(it.said for one in noticed for it in _each_rank(one.symptoms))
    parts = [
        f"Ticket {seed}, {subject.lab.name}. Until yesterday everything worked. Then"
        " somebody was at the routers, and does not remember where. Since then:",
        "\n".join(f"- {line}" for line in said),
    ]
    logs = list(_logged(together, noticed))
    if logs:
        lines = "\n".join(f"    {node}: {line}" for node, line in logs)
        parts.append(f"And these come over and over in the logs:\n\n{lines}")
    parts.append(
        "You may configure every router. Mend what is broken, and leave the rest as it is: no other"
        " ways around it, and what was protected stays protected."
    )
    return "\n\n".join(parts)


def _each_rank(symptoms: Iterable[Symptom]) -> Iterator[Symptom]:
    """Two of users, one of everything else."""
    told: dict[Rank, int] = {}
    for it in symptoms:
        told[it.rank] = told.get(it.rank, 0) + 1
        if told[it.rank] <= (_SAID if it.rank <= Rank.LARGE else 1):
            yield it


def _logged(together: Broken, noticed: list[_Noticed]) -> Iterator[tuple[str, str]]:
    """One message of each kind and router, and none that names what was changed."""
    changed = set()
    for one in noticed:
        for edit in one.injection.site.edits:
            changed |= _words(edit.changed)
    told: set[tuple[str, str]] = set()
    for node, line in together.logs:
        kind = node, line.partition(":")[0]
        if len(told) < _LOGGED and kind not in told and changed.isdisjoint(_words(line)):
            told.add(kind)
            yield node, line


_WORD = re.compile(r"[a-z][a-z0-9-]{2,}")


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


_FIRST_HINTS = {
    Rank.REACH: "Follow a packet: traceroute from {node}. Which router answers last, and what does"
    " its `show ip route` say of the destination, and the next one's of the way back?",
    Rank.LARGE: "Ping from {node} with `df-bit` and several sizes: up to which size is it answered,"
    " and who says what about the others?",
    Rank.READABLE: "What is to protect these packets: a tunnel, or a crypto map? Does the route"
    " lead them there, at both ends?",
    Rank.COMES_AND_GOES: "`show logging` at {node}: what goes first, and what only follows?",
    Rank.LINE: "An interface is down because of itself, its cable, or what it is built on; `show"
    " interfaces` at {node} tells which.",
    Rank.ADJACENT: "Compare what both ends of this link think of it, {node} and the other: can they"
    " ping each other, and what do their hellos or sessions say?",
    Rank.ROUTE: "Follow the prefix from where it is at home towards {node}: who is the last one to"
    " know it, or the first one with another way?",
}
_AREA_COST, _PLACE_COST = 1, 2


def _hints(noticed: _Noticed) -> Iterator[Hint]:
    first = noticed.symptoms[0]
    fault, site = noticed.injection
    yield Hint(_FIRST_HINTS[first.rank].format(node=_at(first)), 0)
    yield Hint(f"It is a matter of {fault.area.value}.", _AREA_COST)
    shows = [it if ": " in it else f"{site.node}: {it}" for it in site.shows]
    commands = ", ".join(f"`{it}`" for it in dict.fromkeys(shows))
    where = " and ".join(site.nodes)
    yield Hint(
        f"It is at {where}. Compare what these show with what it should be: {commands}.",
        _PLACE_COST,
    )


def _at(it: Symptom) -> str:
    probe = it.probe
    return probe.reach.node if isinstance(probe, Sealed) else probe.node


def _explained(injection: Injection) -> str:
    fault, site = injection
    nodes = " and ".join(site.nodes)
    parts = [f"At {nodes}: {fault.title}. {fault.description}"]
    for edit in site.edits:
        under = f", under `{' / '.join(edit.sections)}`" if edit.sections else ""
        was = f"`{edit.was}`" if edit.was else "no such line"
        now = ", ".join(
            f"`{line.strip()}`" for line in (edit.new or "").split("\n") if line.strip()
        )
        parts.append(f"{edit.node}{under}: was {was}, is {now or 'missing'}.")
    shows = ", ".join(f"`{it}`" for it in site.shows)
    parts.append(f"It is shown by {shows}.")
    return "\n".join(parts)


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
