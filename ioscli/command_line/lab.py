"""`ioscli lab`: what an exercise is, whether it judges as it should, and an index of all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.command_line.opening import DEFAULT_SEED
from ioscli.command_line.status import CHECK_FAILED, OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands
    from ioscli.exercises.exercise import Exercise
    from ioscli.exercises.lab_check import LabReport
    from ioscli.exercises.lab_plan import Plan


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("lab", help="for authors of exercises: check, show, index")
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    check = actions.add_parser(
        "check",
        help="try an exercise: right answers, the start, and mutated solutions",
        description="The solution and its alternatives must get all points, the start must stay "
        "under the pass mark, and every check must fail for some wrong answer: the solution with "
        "one line removed, or one of the folder wrong/.",
    )
    check.add_argument("exercises", metavar="EXERCISE", nargs="*", help=_EXERCISE)
    check.add_argument("--all", action="store_true", help="every shipped exercise")
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.add_argument(
        "--brief", action="store_true", help="as text: only what is wrong, and a summary"
    )
    check.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="local processes (default: one for each CPU); the report does not depend on it",
    )
    check.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="source of chance (default 0)"
    )
    check.set_defaults(command=check_exercises)

    show = actions.add_parser("show", help="print what an exercise is, and what its checks are")
    show.add_argument("exercise", metavar="EXERCISE", help=_EXERCISE)
    show.set_defaults(command=show_exercise)

    index = actions.add_parser(
        "index", help="which topics of certification blueprints the shipped exercises cover"
    )
    index.add_argument("--format", choices=("text", "markdown", "html"), default="text")
    index.set_defaults(command=print_index)


_EXERCISE = "a shipped exercise's name, or a folder with a lab.yaml"


def _workers(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise ArgumentTypeError(f"{text!r} is not a number of processes, 1 to {_MOST_WORKERS}")
    return int(text)


#: Each is a Python of its own.
_MOST_WORKERS = 256


# -- check -----------------------------------------------------------------------------------------


def check_exercises(given: "Namespace") -> int:
    """Carry `lab check` out; the exit status."""
    import os

    from ioscli.cli.matcher import load_grammar
    from ioscli.exercises import lab_report
    from ioscli.exercises.catalogue import find_exercise, shipped_exercises
    from ioscli.exercises.lab_plan import plan
    from ioscli.labs.errors import InputError

    if given.all == bool(given.exercises):
        raise InputError("name the exercises to check, or --all")
    names = shipped_exercises() if given.all else given.exercises
    grammar = load_grammar()
    plans = [plan(exercise, grammar) for exercise in [find_exercise(name) for name in names]]
    workers = given.workers or os.cpu_count() or 1
    reports = _checked(plans, given.seed, workers)
    failed = [report.exercise for report in reports if not report.passed]
    if given.format == "json":
        print(lab_report.as_json(reports))
        return CHECK_FAILED if failed else OK
    for report in reports:
        for line in lab_report.as_text(report, brief=given.brief):
            print(line)
    if len(reports) > 1:
        wrong = f", not: {', '.join(failed)}" if failed else ""
        print(f"{len(reports) - len(failed)} of {len(reports)} exercises are fine{wrong}")
    return CHECK_FAILED if failed else OK


def _checked(plans: "list[Plan]", seed: int, workers: int) -> "list[LabReport]":
    """Check, with a progress bar where somebody looks."""
    import sys

    from ioscli.exercises.lab_check import check_labs

    if not sys.stderr.isatty():
        return check_labs(plans, seed, workers)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    # Without a thread that draws: workers are forked meanwhile.
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        task = progress.add_task("answers", total=None)

        def tell(exercise: str, count: int) -> None:
            progress.update(task, advance=1, total=count, description=exercise, refresh=True)

        return check_labs(plans, seed, workers, tell)


# -- show ------------------------------------------------------------------------------------------


def show_exercise(given: "Namespace") -> int:
    """Carry `lab show` out; the exit status."""
    from ioscli.exercises.catalogue import find_exercise

    for line in _shown(find_exercise(given.exercise)):
        print(line)
    return OK


def _shown(exercise: "Exercise") -> Iterator[str]:
    from ioscli.exercises.blueprints import blueprints
    from ioscli.model.instant import MINUTE

    titles = {topic.name: topic.title for it in blueprints() for topic in it.topics}
    yield f"{exercise.name}: {exercise.goal}"
    minutes = -(-exercise.time // MINUTE)
    yield f"  {exercise.kind.value}, {exercise.difficulty.value}, {minutes} minutes"
    yield f"  {exercise.points} points, {exercise.pass_mark} of them to pass"
    yield f"  to be configured: {', '.join(exercise.nodes)}"
    yield "  topics:"
    for name in exercise.topics:
        yield f"    {name}: {titles[name]}"
    yield ""
    yield from (f"  {line}".rstrip() for line in exercise.story.splitlines())
    for number, task in enumerate(exercise.tasks, start=1):
        yield ""
        yield f"  task {number} ({task.points} points): {task.text}"
        for check in task.checks:
            alone = " (in a network booted for it alone)" if check.disturbs else ""
            yield f"    checked: {check.title}{alone}"
        if task.hints:
            costs = ", ".join(str(hint.cost) for hint in task.hints)
            yield f"    hints: {len(task.hints)} (cost in points: {costs})"


# -- index -----------------------------------------------------------------------------------------


def print_index(given: "Namespace") -> int:
    """Carry `lab index` out; the exit status."""
    from ioscli.exercises import index
    from ioscli.exercises.blueprints import blueprints
    from ioscli.exercises.catalogue import find_exercise, shipped_exercises

    forms = {"text": index.as_text, "markdown": index.as_markdown, "html": index.as_html}
    exercises = [find_exercise(name) for name in shipped_exercises()]
    for line in forms[given.format](index.make_index(blueprints(), exercises)):
        print(line)
    return OK
