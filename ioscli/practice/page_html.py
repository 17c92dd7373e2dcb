"""The result page as one HTML file: no scripts, nothing from elsewhere, readable in print."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from ioscli.practice.lettering import minutes, several

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Task
    from ioscli.exercises.marking import CheckResult, TaskResult
    from ioscli.practice.attempt import TaskScore
    from ioscli.practice.page import Page

_TYPED = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
"""Prose may break a line within it, once."""

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; }
h2 { border-bottom: 1px solid #8888; margin-top: 2rem; }
h3 { margin-bottom: .3rem; }
code { font: .9em ui-monospace, monospace; background: #8882; padding: 0 .25em; }
pre { white-space: pre-wrap; font: .9em/1.4 ui-monospace, monospace; }
.passed, .failed { font-weight: bold; padding: .1rem .5rem; border: 1px solid; }
.passed { color: #176b2c; }
.failed { color: #a3201c; }
.quiet { color: #777; }
ul.checks { list-style: none; padding-left: 1rem; }
ul.checks > li { margin: .5rem 0; }
dl { display: grid; grid-template-columns: 6rem 1fr; margin: .2rem 0 .2rem 1rem; gap: 0 1rem; }
dt { color: #777; }
dd { margin: 0; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; }
@media (prefers-color-scheme: dark) { .passed { color: #6ecb83; } .failed { color: #ff8f88; } }
@media print {
  body { max-width: none; margin: 0; }
  section.task { break-inside: avoid; }
  section.attempt + section.attempt { break-before: page; }
}
"""


def as_html(pages: Sequence["Page"]) -> str:
    """A whole document for one attempt, or for those of an exam."""
    names = ", ".join(page.exercise.name for page in pages)
    body = "".join(_attempt(page) for page in pages)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>ioscli: {escape(names)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{_sum(pages) if len(pages) > 1 else ''}{body}</body>\n</html>\n"
    )


def _sum(pages: Sequence["Page"]) -> str:
    rows = "".join(
        f"<tr><td>{escape(page.exercise.name)}</td>"
        f"<td>{page.attempt.points} of {page.attempt.out_of}</td><td>{_verdict(page)}</td></tr>\n"
        for page in pages
    )
    points = sum(page.attempt.points for page in pages)
    out_of = sum(page.attempt.out_of for page in pages)
    passed = sum(page.attempt.passed for page in pages)
    return (
        "<h1>Exam</h1>\n<table>\n<tr><th>Exercise</th><th>Points</th><th></th></tr>\n"
        f"{rows}<tr><th>All</th><th>{points} of {out_of}</th>"
        f"<th>{passed} of {len(pages)} passed</th></tr>\n</table>\n"
    )


def _attempt(page: "Page") -> str:
    exercise, attempt = page.exercise, page.attempt
    when = attempt.finished.astimezone().strftime("%Y-%m-%d %H:%M")
    facts = f"{when}, {attempt.mode.value}, {exercise.difficulty.value}, {minutes(attempt.seconds)}"
    tasks = "".join(
        _task(number, task, score, judged)
        for number, (task, score, judged) in enumerate(
            zip(exercise.tasks, attempt.tasks, page.result.tasks, strict=True), start=1
        )
    )
    return (
        '<section class="attempt">\n'
        f"<h1>{escape(exercise.name)}</h1>\n<p>{_prose(exercise.goal)}</p>\n"
        f"<p>{_verdict(page)} {escape(page.summary)}</p>\n"
        f'<p class="quiet">{escape(facts)}</p>\n'
        f"<h2>Tasks</h2>\n{tasks}{_refused(page.result.left_out)}"
        f"<h2>Explanation</h2>\n<pre>{_prose(exercise.explanation)}</pre>\n"
        f"<h2>Topics</h2>\n{_list(page.topics)}"
        f"<h2>What next</h2>\n{_list(page.next_steps)}</section>\n"
    )


def _task(number: int, task: "Task", score: "TaskScore", judged: "TaskResult") -> str:
    hints = "".join(
        f"<li>{_prose(hint.text)}{_cost(hint.cost)}</li>\n" for hint in task.hints[: score.hints]
    )
    points = f"{score.points} of {several(score.out_of, 'point')}"
    return (
        f'<section class="task">\n<h3>{number}. {_mark(judged.passed)} {points}</h3>\n'
        f"<p>{_prose(task.text)}</p>\n"
        f'<ul class="checks">\n{"".join(map(_check, judged.checks))}</ul>\n'
        + (f"<p>Hints asked for:</p>\n<ul>\n{hints}</ul>\n" if hints else "")
        + "</section>\n"
    )


def _cost(points: int) -> str:
    return f' <span class="quiet">(-{points})</span>' if points else ""


def _check(check: "CheckResult") -> str:
    verdict = check.verdict
    rows = [("seen", _prose(verdict.seen))] if verdict.seen else []
    if not verdict.passed:
        rows += [("because", _prose(it)) for it in verdict.because]
        rows += [("look at", f"<code>{escape(it)}</code>") for it in verdict.shown_by]
    terms = "".join(f"<dt>{label}</dt><dd>{said}</dd>\n" for label, said in rows)
    return f"<li>{_mark(verdict.passed)} {_prose(check.title)}\n<dl>\n{terms}</dl></li>\n"


def _refused(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    text = "\n".join(lines)
    return f"<h2>Lines that the routers refused</h2>\n<pre>{escape(text)}</pre>\n"


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_prose(text)}</li>\n" for text in texts)
    return f"<ul>\n{items}</ul>\n"


def _verdict(page: "Page") -> str:
    kind = "passed" if page.attempt.passed else "failed"
    return f'<span class="{kind}">{escape(page.attempt.verdict)}</span>'


def _mark(passed: bool) -> str:
    return '<span class="passed">passed</span>' if passed else '<span class="failed">failed</span>'


def _prose(text: str) -> str:
    """Escaped, and what stands in backticks as code."""
    return _TYPED.sub(r"<code>\1</code>", escape(text))
