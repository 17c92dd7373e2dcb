"""The class as one page that needs nothing else: a table of all, and a section for each."""

from collections.abc import Iterator
from html import escape

from ioscli.exercises.grading.graded import ClassResult, Graded
from ioscli.exercises.grading.summary import reason, summary
from ioscli.exercises.marking import CheckResult, TaskResult

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #c62828; --dim: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
h2, section { border-top: 1px solid var(--line); padding-top: 1rem; }
section h2 { border: 0; margin: 0; padding: 0; }
section { margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; }
th, td { vertical-align: top; overflow-wrap: anywhere; }
td:first-child { min-width: 9rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .dim { color: var(--dim); }
.mark { font-weight: 600; white-space: nowrap; }
code { font: 0.9em ui-monospace, monospace; }
ul { margin: .2rem 0; padding-left: 1.2rem; }
li { margin: .2rem 0; }
.checks { list-style: none; padding-left: 0; }
.checks li { padding-left: 1.4rem; text-indent: -1.4rem; margin: .4rem 0; }
.sign { display: inline-block; width: 1.4rem; text-indent: 0; font-weight: 600; }
.more { display: block; text-indent: 0; }
@media (prefers-color-scheme: dark) { :root { --good: #57c273; --bad: #ff7b72; --dim: #999; } }
@media print { section { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(found: ClassResult) -> str:
    """The page."""
    return "\n".join(_page(found)) + "\n"


def _page(found: ClassResult) -> Iterator[str]:
    title = escape(f"{found.exercise}: results")
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1><p>{escape(found.goal)}</p>"
    yield f"<p>{escape(summary(found))}</p>"
    yield from _overview(found)
    yield from _most_missed(found)
    for number, student in enumerate(found.students, start=1):
        yield from _section(number, student)
    yield "</body></html>"


def _overview(found: ClassResult) -> Iterator[str]:
    yield '<table><thead><tr><th>Student</th><th class="number">Points</th><th>Result</th>'
    yield "<th>First reason</th></tr></thead><tbody>"
    for number, student in enumerate(found.students, start=1):
        result = student.result
        yield (
            f'<tr><td><a href="#s{number}">{escape(student.student)}</a></td>'
            f'<td class="number">{result.points} / {result.out_of}</td>'
            f"<td>{_mark(student)}</td><td>{escape(reason(student))}</td></tr>"
        )
    yield "</tbody></table>"


def _most_missed(found: ClassResult) -> Iterator[str]:
    misses = found.most_missed
    if not misses:
        return
    marked = len(found.students) - found.not_marked
    yield "<h2>Most missed</h2><table><thead><tr><th>Check</th><th>Task</th>"
    yield '<th class="number">Missed by</th></tr></thead><tbody>'
    for miss in misses:
        yield (
            f"<tr><td>{escape(miss.title)}</td><td>{miss.task}</td>"
            f'<td class="number">{miss.students} of {marked}</td></tr>'
        )
    yield "</tbody></table>"


def _section(number: int, student: Graded) -> Iterator[str]:
    result = student.result
    yield f'<section id="s{number}"><h2>{escape(student.student)}</h2>'
    yield (
        f"<p>{_mark(student)} {result.points} of {result.out_of} points "
        f'<span class="dim">({escape(student.place)})</span></p>'
    )
    if student.error:
        yield f'<p class="bad">{escape(student.error)}</p>'
    yield from _list("How it was taken", student.notes)
    yield from _list("Lines that IOS refuses", result.left_out)
    if not student.error:
        for index, task in enumerate(result.tasks, start=1):
            yield from _task(index, task)
    yield "</section>"


def _task(number: int, task: TaskResult) -> Iterator[str]:
    yield f"<p><b>{number}. {escape(task.text)}</b> {task.points} of {task.out_of} points</p>"
    yield '<ul class="checks">'
    for check in task.checks:
        yield from _check(check)
    yield "</ul>"


def _check(check: CheckResult) -> Iterator[str]:
    verdict = check.verdict
    kind, sign = ("good", "✓") if verdict.passed else ("bad", "✗")
    yield f'<li><span class="sign {kind}">{sign}</span>{escape(check.title)}'
    yield f'<span class="more dim">{escape(verdict.seen)}</span>'
    if not verdict.passed:
        for cause in verdict.because:
            yield f'<span class="more">because {escape(cause)}</span>'
        if verdict.shown_by:
            shown = ", ".join(f"<code>{escape(command)}</code>" for command in verdict.shown_by)
            yield f'<span class="more">shown by {shown}</span>'
    yield "</li>"


def _list(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        yield f"<p>{title}:</p><ul>{items}</ul>"


def _mark(student: Graded) -> str:
    if student.error:
        return '<span class="mark bad">not marked</span>'
    if student.result.passed:
        return '<span class="mark good">passed</span>'
    return '<span class="mark bad">not passed</span>'
