"""The exercise that comes of faults: what is noticed of each, as tasks with checks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.exercises.checks.config import ConfigCheck
from ioscli.exercises.exercise import Difficulty, Exercise, Kind, Task
from ioscli.exercises.faults.fault import Area, Injection
from ioscli.exercises.faults.measure import SETTLE
from ioscli.exercises.faults.probes import SMALL, Opened, Reach, Sealed
from ioscli.exercises.faults.proof import Broken, Subject
from ioscli.exercises.faults.symptoms import Rank, Symptom, encrypted_check, ping_check, symptom
from ioscli.exercises.faults.wording import Noticed, at, explained, hints, story
from ioscli.model.instant import MINUTE, Duration

if TYPE_CHECKING:
    from ioscli.exercises.verdict import Check

_POINTS = 10
"""For curing what one fault does."""
_STILL_POINTS = 2
_PASS_SHARE = 70
"""Percent. All faults have to be mended, and one may ask for every hint."""
_MINUTES = (20, 35, 50)
_CHECKED = 2
"""Symptoms of one fault and rank that are checked."""
_UNBROKEN = 3


class Ticket(NamedTuple):
    """An exercise made of faults, and what it is made of."""

    exercise: Exercise
    """Its `start` is the broken network."""
    faults: tuple[Injection, ...]
    solution: Answer
    """All routers as they worked."""
    seed: int


def assembled(
    subject: Subject, injections: tuple[Injection, ...], seed: int, scope: str | None
) -> Ticket | None:
    """The ticket of these faults; None where one fault hides another."""
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
        story=story(subject.lab.name, seed, noticed, together),
        tasks=tuple(tasks),
        explanation="\n\n".join(map(explained, injections)),
        settle=SETTLE,
        start=Answer.of_texts(together.texts),
    )
    return Ticket(exercise, injections, Answer.of_texts(subject.texts), seed)


def _told_apart(
    subject: Subject, injections: tuple[Injection, ...], together: Broken
) -> list[Noticed]:
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
        found.append(Noticed(injection, tuple(_few(own))))
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
        others.sort(key=lambda it: at(it) == at(first))
        yield from others[: _CHECKED - 1]


def _task(subject: Subject, noticed: Noticed) -> Task:
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
    return Task(text, _POINTS, tuple(dict.fromkeys(checks)), tuple(hints(noticed)))


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
