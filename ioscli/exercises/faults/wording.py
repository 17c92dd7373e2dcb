"""What a ticket says: the story of its symptoms, hints, and the explanation afterwards."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ioscli.exercises.exercise import Hint
from ioscli.exercises.faults.fault import Injection
from ioscli.exercises.faults.probes import Sealed
from ioscli.exercises.faults.proof import Broken
from ioscli.exercises.faults.symptoms import Rank, Symptom

_SAID = 2
"""Symptoms of one fault that users tell."""
_LOGGED = 4
_AREA_COST, _PLACE_COST = 1, 2


class Noticed(NamedTuple):
    """What is noticed of one fault while all of them are there."""

    injection: Injection
    symptoms: tuple[Symptom, ...]


def story(name: str, seed: int, noticed: list[Noticed], together: Broken) -> str:
    """What is reported; name: of the network."""
    said = dict.fromkeys(it.said for one in noticed for it in _each_rank(one.symptoms))
    parts = [
        f"Ticket {seed}, {name}. Until yesterday everything worked. Then"
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


def _logged(together: Broken, noticed: list[Noticed]) -> Iterator[tuple[str, str]]:
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


def hints(noticed: Noticed) -> Iterator[Hint]:
    """From how to look to where it is."""
    first = noticed.symptoms[0]
    fault, site = noticed.injection
    yield Hint(_FIRST_HINTS[first.rank].format(node=at(first)), 0)
    yield Hint(f"It is a matter of {fault.area.value}.", _AREA_COST)
    shows = [it if ": " in it else f"{site.node}: {it}" for it in site.shows]
    commands = ", ".join(f"`{it}`" for it in dict.fromkeys(shows))
    where = " and ".join(site.nodes)
    yield Hint(
        f"It is at {where}. Compare what these show with what it should be: {commands}.",
        _PLACE_COST,
    )


def at(it: Symptom) -> str:
    """The node at which it is noticed."""
    probe = it.probe
    return probe.reach.node if isinstance(probe, Sealed) else probe.node


def explained(injection: Injection) -> str:
    """What was broken, how that shows, and the lines as they were and are."""
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
