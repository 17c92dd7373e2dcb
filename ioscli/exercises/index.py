"""The index page: which exercises cover which topics of the blueprints, and what none covers."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from ioscli.exercises.blueprints import Blueprint, Topic
from ioscli.exercises.exercise import Difficulty, Exercise
from ioscli.model.instant import MINUTE

TITLE = "Exercises, and the topics they cover"
#: How the committed page is written.
COMMAND = "ioscli lab index --format markdown"
_COLUMNS = ("exercise", "kind", "difficulty", "time", "points", "what is learned")


class Coverage(NamedTuple):
    """One blueprint, and the exercises."""

    blueprint: Blueprint
    covered: tuple[tuple[Topic, tuple[str, ...]], ...]
    """Topics with the names of their exercises, in the blueprint's order."""
    missing: tuple[Topic, ...]
    """Topics that no exercise covers yet."""

    @property
    def share(self) -> str:
        """`12 of 40 topics`."""
        count = len(self.covered)
        return f"{count} of {count + len(self.missing)} topics"


class Index(NamedTuple):
    """The whole page."""

    exercises: tuple[Exercise, ...]
    """Easy ones first."""
    coverages: tuple[Coverage, ...]


def make_index(blueprints: Sequence[Blueprint], exercises: Sequence[Exercise]) -> Index:
    """Bring exercises and topics together."""
    ranks = {difficulty: rank for rank, difficulty in enumerate(Difficulty)}
    ordered = tuple(sorted(exercises, key=lambda it: (ranks[it.difficulty], it.name)))
    by_topic: dict[str, list[str]] = {}
    for exercise in ordered:
        for topic in exercise.topics:
            by_topic.setdefault(topic, []).append(exercise.name)
    return Index(ordered, tuple(_coverage(it, by_topic) for it in blueprints))


def _coverage(blueprint: Blueprint, by_topic: dict[str, list[str]]) -> Coverage:
    return Coverage(
        blueprint,
        tuple(
            (topic, tuple(by_topic[topic.name]))
            for topic in blueprint.topics
            if topic.name in by_topic
        ),
        tuple(topic for topic in blueprint.topics if topic.name not in by_topic),
    )


def as_text(page: Index) -> Iterator[str]:
    """For a terminal, line by line."""
    for exercise in page.exercises:
        yield "  ".join(_row(exercise)[:-1])
        yield f"    {exercise.goal}"
    for coverage in page.coverages:
        yield ""
        yield f"{coverage.blueprint.exam}: {coverage.share}"
        for topic, names in coverage.covered:
            yield f"  {topic.name}  {topic.title}: {', '.join(names)}"
        if coverage.missing:
            yield "  not covered yet:"
        for topic in coverage.missing:
            yield f"    {topic.name}  {topic.title}"


def as_markdown(page: Index) -> Iterator[str]:
    """The page that is committed beside the labs; its links are relative to their folder."""
    yield f"# {TITLE}"
    yield ""
    yield f"Written by `{COMMAND}`; a test holds it to the labs."
    yield ""
    yield from _markdown_table(
        _COLUMNS,
        [(_link(it.name), *map(_markdown, _row(it)[1:])) for it in page.exercises],
    )
    for coverage in page.coverages:
        yield ""
        yield f"## {coverage.blueprint.exam}: {coverage.share}"
        if coverage.covered:
            yield ""
            yield from _markdown_table(
                ("topic", "what it is", "exercises"),
                [
                    (topic.name, _markdown(topic.title), ", ".join(map(_link, names)))
                    for topic, names in coverage.covered
                ],
            )
        if coverage.missing:
            yield ""
            yield "Not covered yet:"
            yield ""
        for topic in coverage.missing:
            yield f"- {topic.name}: {_markdown(topic.title)}"


def as_html(page: Index) -> Iterator[str]:
    """A page of its own, that needs nothing else."""
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield f'<head><meta charset="utf-8"><title>{escape(TITLE)}</title>'
    yield f"<style>{_STYLE}</style></head>"
    yield f"<body><h1>{escape(TITLE)}</h1>"
    yield from _html_table(
        _COLUMNS,
        [
            (f'<span id="{escape(it.name)}">{escape(it.name)}</span>', *map(escape, _row(it)[1:]))
            for it in page.exercises
        ],
    )
    for coverage in page.coverages:
        yield f"<h2>{escape(coverage.blueprint.exam)}: {coverage.share}</h2>"
        if coverage.covered:
            yield from _html_table(
                ("topic", "what it is", "exercises"),
                [
                    (escape(topic.name), escape(topic.title), ", ".join(map(_anchor, names)))
                    for topic, names in coverage.covered
                ],
            )
        if coverage.missing:
            yield "<h3>Not covered yet</h3><ul>"
            for topic in coverage.missing:
                yield f"<li>{escape(topic.name)}: {escape(topic.title)}</li>"
            yield "</ul>"
    yield "</body></html>"


_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3em .8em;border-bottom:1px solid #8884}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}"
)


def _row(exercise: Exercise) -> tuple[str, ...]:
    """What `_COLUMNS` name."""
    return (
        exercise.name,
        exercise.kind.value,
        exercise.difficulty.value,
        f"{-(-exercise.time // MINUTE)} min",
        str(exercise.points),
        exercise.goal,
    )


def _link(name: str) -> str:
    return f"[{name}]({name}/lab.yaml)"


def _anchor(name: str) -> str:
    return f'<a href="#{escape(name)}">{escape(name)}</a>'


def _markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\|*_`<[" else c for c in text)


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{escape(it)}</th>' for it in columns)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</table>"
