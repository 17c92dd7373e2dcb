"""`ioscli grade`: a class's submissions into marks, with reasons.

Exit status: 0 when everything was graded, whatever the marks are and even where a submission could
not be marked (the reports say why); 2 when the exercise, a path or an option is wrong.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.command_line.opening import DEFAULT_SEED
from ioscli.command_line.status import OK

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ioscli.command_line.parser import Commands
    from ioscli.exercises.grading.graded import ClassResult, Graded

_FORMATS = ("csv", "junit", "json", "html")
_STANDARD_OUTPUT = "-"
_MOST_WORKERS = 256


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "grade",
        help="mark the submissions of a class",
        description="Boot what each submission configures, and mark it by what the network does.",
    )
    parser.add_argument(
        "exercise", metavar="EXERCISE", help="a shipped exercise's name, or a folder"
    )
    parser.add_argument(
        "submissions",
        metavar="SUBMISSION",
        nargs="+",
        help="a folder or zip with NODE.cfg files, a folder or zip of such folders or zips "
        "(a class), or a single configuration",
    )
    for name, what in (
        ("csv", "a line for each student and check"),
        ("junit", "JUnit XML, a test suite for each student"),
        ("json", "everything"),
        ("html", "a page with a section for each student"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write {what} (-: standard output)")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes at a time (default: the processors)"
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="mark on the Dask cluster of this scheduler: tcp://127.0.0.1:8786",
    )
    parser.add_argument(
        "--time-limit", default="60s", metavar="TIME", help="for one submission (default 60s)"
    )
    parser.add_argument(
        "--memory-limit", default="512M", metavar="SIZE", help="for one submission (default 512M)"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="source of chance (default 0)"
    )
    parser.set_defaults(command=grade)


def grade(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.exercises.catalogue import find_exercise
    from ioscli.exercises.grading.grading import Rules, grade_class
    from ioscli.exercises.grading.limits import Limits
    from ioscli.exercises.grading.local import usable_processors

    limits = Limits.parse(given.time_limit, given.memory_limit)
    _check_options(given)
    workers = given.workers or usable_processors()
    rules = Rules(limits, given.seed, workers, given.scheduler)
    exercise = find_exercise(given.exercise)
    found = grade_class(exercise, given.submissions, rules, _with_progress)
    written = _write_reports(given, found)
    if _STANDARD_OUTPUT not in (getattr(given, name) for name in _FORMATS):
        from rich.console import Console

        from ioscli.exercises.grading.table import print_table

        print_table(found, Console(file=sys.stdout))
        for name in written:
            print(f"written: {name}")
    return OK


def _check_options(given: "Namespace") -> None:
    """Raise InputError before any work is done rather than after all of it."""
    from ioscli.labs.errors import InputError

    if given.workers is not None and not 1 <= given.workers <= _MOST_WORKERS:
        raise InputError(f"--workers {given.workers}: not from 1 to {_MOST_WORKERS}")
    names = [name for form in _FORMATS if (name := getattr(given, form)) is not None]
    if names.count(_STANDARD_OUTPUT) > 1:
        raise InputError("only one report goes to standard output")
    for name in names:
        if name != _STANDARD_OUTPUT and not Path(name).parent.is_dir():
            raise InputError("there is no such folder", file=Path(name).parent)
        if Path(name).is_dir():
            raise InputError("is a folder, not a file", file=name)


def _with_progress(marks: "Iterator[Graded]", total: int) -> "Iterator[Graded]":
    """The same, with a bar on the terminal as long as it takes."""
    if not sys.stderr.isatty():
        yield from marks
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        bar = progress.add_task("grading", total=total)
        for graded in marks:
            yield graded
            progress.advance(bar)


def _write_reports(given: "Namespace", found: "ClassResult") -> list[str]:
    """Write what was asked for; the names of the files."""
    from ioscli.exercises.grading.csv_report import as_csv
    from ioscli.exercises.grading.html_report import as_html
    from ioscli.exercises.grading.json_report import as_json
    from ioscli.exercises.grading.junit_report import as_junit

    forms = {"csv": as_csv, "junit": as_junit, "json": as_json, "html": as_html}
    written = []
    for form, text_of in forms.items():
        name = getattr(given, form)
        if name is None:
            continue
        text = text_of(found)
        if name == _STANDARD_OUTPUT:
            sys.stdout.write(text)
        else:
            Path(name).write_text(text, encoding="utf-8", newline="\n")
            written.append(name)
    return written
