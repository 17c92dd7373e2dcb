"""Certification blueprints: their topics, and which exercises cover them."""

from functools import cache
from typing import NamedTuple

from ioscli.labs.document import read_document
from ioscli.resources import labs_folder

BLUEPRINTS_FILE = "blueprints.yaml"


class Topic(NamedTuple):
    """One topic of a certification's blueprint, in our own words."""

    name: str
    """`ENARSI 2.3`."""
    title: str


class Blueprint(NamedTuple):
    """A certification exam and its topics."""

    scope: str
    """`ENARSI`."""
    exam: str
    """`300-410 ENARSI v1.1`."""
    topics: tuple[Topic, ...]


@cache
def blueprints() -> tuple[Blueprint, ...]:
    """All that are known, from `labs/blueprints.yaml`. Raises InputError where that is wrong."""
    found = []
    for scope, item in read_document(labs_folder() / BLUEPRINTS_FILE).entries():
        fields = item.fields("exam", "topics")
        topics = tuple(
            Topic(f"{scope} {number}", title.text()) for number, title in fields["topics"].entries()
        )
        found.append(Blueprint(scope, fields["exam"].text(), topics))
    return tuple(found)


@cache
def known_topics() -> frozenset[str]:
    """The names of all topics: `ENARSI 2.3`."""
    return frozenset(topic.name for it in blueprints() for topic in it.topics)
