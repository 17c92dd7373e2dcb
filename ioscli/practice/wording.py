"""What a student reads at the console beside what the routers print."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ioscli.labs.labfile import NodeKind
from ioscli.model.instant import SECOND
from ioscli.practice.lettering import (
    BAD,
    GOOD,
    QUIET,
    TYPED,
    first_sentence,
    heading,
    minutes,
    prose,
    several,
)
from ioscli.practice.orders import ORDERS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.exercises.exercise import Exercise, Task
    from ioscli.exercises.marking import CheckResult, Result, TaskResult
    from ioscli.practice.attempt import Mode

_EXAM = "exam"


def briefing(exercise: "Exercise") -> "list[RenderableType]":
    """The first screen: what it is about, and what is to be done."""
    return [*about(exercise), *story_and_tasks(exercise), Text()]


def orientation(exercise: "Exercise", mode: "Mode", *, newcomer: bool) -> "list[RenderableType]":
    """The second screen: where one sits, and how one goes about it."""
    parts: list[RenderableType] = [heading("Where you are")]
    parts += [prose(line) for line in _whereabouts(exercise)]
    parts += [Text(), heading("How this works")]
    parts += _first_steps(exercise.nodes[0]) if newcomer else []
    return [*parts, _most_used(exercise, mode), Text()]


def about(exercise: "Exercise") -> "list[RenderableType]":
    """Its name, and what is learned."""
    facts = (
        exercise.difficulty.value,
        f"about {minutes(exercise.time / SECOND)}",
        f"{several(exercise.points, 'point')}, {exercise.pass_mark} to pass",
    )
    return [
        Text.assemble((exercise.name, "bold"), "  ", (", ".join(facts), QUIET)),
        prose(exercise.goal),
    ]


def story_and_tasks(
    exercise: "Exercise", result: "Result | None" = None, hints: Sequence[int] = ()
) -> "list[RenderableType]":
    """The story and the tasks; with what the last check said, and the hints given so far."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1, overflow="fold")
    for number, task in enumerate(exercise.tasks):
        line = Text.assemble(prose(task.text), (f"  ({several(task.points, 'point')})", QUIET))
        if result is not None:
            line.append_text(Text("  "))
            line.append_text(_mark(result.tasks[number].passed))
        table.add_row(str(number + 1), line)
        used = hints[number] if number < len(hints) else 0
        for hint in task.hints[:used]:
            table.add_row("", Text.assemble(("hint: ", QUIET), prose(hint.text)))
    return [Text(), prose(exercise.story), Text(), heading("Tasks"), table]


def _whereabouts(exercise: "Exercise") -> Iterable[str]:
    nodes = exercise.lab.nodes.values()
    routers = [it.name for it in nodes if it.kind is NodeKind.ROUTER]
    hosts = [it.name for it in nodes if it.kind is NodeKind.LINUX]
    others = [name for name in routers if name not in exercise.nodes]
    mine = exercise.nodes
    yield f"You sit at the console of {mine[0]}. {_are(mine)} yours to configure."
    if others:
        yield (
            f"{_are(others)} not: look around there and ping from there, "
            "but what you change there does not count."
        )
    if hosts:
        kind = "a Linux host" if len(hosts) == 1 else "Linux hosts"
        yield (
            f"{_are(hosts)} {kind}, to try things from: `:{hosts[0]}` goes there, and `ping` with "
            "an address of the picture asks whether somebody answers."
        )


def _are(names: Sequence[str]) -> str:
    return f"{joined(names)} {'is' if len(names) == 1 else 'are'}"


def joined(names: Sequence[str]) -> str:
    """`R1, R2 and R3`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _first_steps(node: str) -> "list[RenderableType]":
    """For somebody who has never seen IOS."""
    prompts = Table.grid(padding=(0, 2))
    prompts.add_column(no_wrap=True)
    prompts.add_column(ratio=1)
    for prompt, meaning in (
        (f"{node}>", "the prompt: you may look a little. `enable` leads on."),
        (f"{node}#", "you may look at everything (`show ...`). `configure terminal` leads on."),
        (f"{node}(config)#", "you change the router, line by line, at once. `end` leads back."),
    ):
        prompts.add_row(Text(prompt, style="bold"), prose(meaning))
    return [
        prose("A router is told what to do by commands: type one at its prompt, and press Enter."),
        Padding(prompts, (0, 0, 0, 2)),
        prose(
            "`?` says what can be typed next, at any place: `show ?`. Tab completes a word, and "
            "its beginning is enough: `sh ip ro`. `no` before a line takes it back."
        ),
        prose(
            "A line that a router does not understand changes nothing; a `^` stands below the "
            "word that it stumbled over: it is misspelled, or belongs to another prompt. At "
            "`--More--` the space bar shows more, and `q` ends it. Nothing can break: `:reset` "
            "brings the start back."
        ),
        Text(),
    ]


def _most_used(exercise: "Exercise", mode: "Mode") -> "RenderableType":
    other = next((it for it in exercise.lab.nodes if it != exercise.nodes[0]), exercise.nodes[0])
    rows = [(f":{other}", f"goes to {other}, and `:{exercise.nodes[0]}` back")]
    shown = ("check", "hint", "tasks", "submit", "quit", "help")
    rows += [
        (f":{order.name}", order.text)
        for name in shown
        for order in ORDERS
        if order.name == name and (mode != _EXAM or order.in_exam)
    ]
    return _orders_table(rows, "Lines that begin with a colon are not for the router, but for you:")


def help_text(exercise: "Exercise", mode: "Mode") -> "list[RenderableType]":
    """What `:help` says."""
    rows = [(order.usage, order.text) for order in ORDERS if mode != _EXAM or order.in_exam]
    nodes = [it.name for it in exercise.lab.nodes.values() if it.kind is not NodeKind.SWITCH]
    rows.append((":NODE", f"the console of another node: {joined(nodes)}"))
    return [
        *_first_steps(exercise.nodes[0]),
        _orders_table(rows, "Lines that begin with a colon, at any prompt:"),
        prose(
            "Ctrl-C stops a command that takes too long. Ctrl-] asks for a node or one of these "
            "lines, also while a telnet session has the keyboard; Ctrl-D leaves, as `:quit`."
        ),
    ]


def _orders_table(rows: Iterable[tuple[str, str]], title: str) -> "RenderableType":
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for usage, text in rows:
        table.add_row(Text(usage, style=TYPED), prose(text))
    whole = Table.grid()
    whole.add_row(prose(title))
    whole.add_row(Padding(table, (0, 0, 0, 2)))
    return whole


# -- checks ------------------------------------------------------------------------------------


def checked(exercise: "Exercise", result: "Result", points: int) -> "list[RenderableType]":
    """What `:check` says. points: with what the hints cost taken off."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for number, task in enumerate(result.tasks, start=1):
        table.add_row(str(number), _mark(task.passed), prose(first_sentence(task.text)))
        for check in task.checks:
            if not check.verdict.passed:
                table.add_row("", "", _failed(check))
    return [table, Text(), prose(_what_now(exercise, result, points))]


def _what_now(exercise: "Exercise", result: "Result", points: int) -> str:
    failed = [number for number, task in enumerate(result.tasks, start=1) if not task.passed]
    done = f"{len(result.tasks) - len(failed)} of {several(len(result.tasks), 'task')} done"
    off = f" ({result.points - points} off for hints)" if points < result.points else ""
    worth = f"{points} of {several(exercise.points, 'point')}{off}"
    stand = f"{done}: {worth}, {exercise.pass_mark} to pass."
    if not failed:
        return f"{stand} `:submit` ends the attempt, with the result and an explanation."
    first = failed[0]
    enough = " That is enough; `:submit` ends the attempt." if points >= result.pass_mark else ""
    hint = f", `:hint {first}` helps on" if exercise.tasks[first - 1].hints else ""
    return f"{stand}{enough} Task {first}: `:explain {first}` says why{hint}."


def explained(number: int, task: "TaskResult") -> "list[RenderableType]":
    """What `:explain` says of a task: every check, what was seen, why, and what shows it."""
    parts: list[RenderableType] = [
        Text.assemble(f"{number}  ", _mark(task.passed), "  ", prose(task.text))
    ]
    return [*parts, *checks_in_full(task)]


def checks_in_full(task: "TaskResult") -> "list[RenderableType]":
    """Each check of a task, with everything that its verdict says."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for check in task.checks:
        verdict = check.verdict
        table.add_row(_mark(verdict.passed), prose(check.title))
        rows = [("seen", verdict.seen)] if verdict.seen else []
        if not verdict.passed:
            rows += [("because", it) for it in verdict.because]
            rows += [("look at", it) for it in verdict.shown_by]
        below = Table.grid(padding=(0, 2))
        below.add_column(no_wrap=True, width=7)
        below.add_column(ratio=1, overflow="fold")
        before = ""
        for label, text in rows:
            said = "" if label == before else label
            shown = _command(text) if label == "look at" else prose(text)
            below.add_row(Text(said, style=QUIET), shown)
            before = label
        table.add_row("", below)
    return [Padding(table, (0, 0, 0, 3))]


def hinted(number: int, task: "Task", given: int) -> "list[RenderableType]":
    """The hint that was asked for: the last one given of a task."""
    hint = task.hints[given - 1]
    left = len(task.hints) - given
    cost = f", {several(hint.cost, 'point')} off" if hint.cost else ""
    more = f"; {left} more" if left else "; it is the last one"
    title = f"Hint {given} of task {number}{cost}{more}"
    return [Text(title, style=QUIET), prose(hint.text)]


def _failed(check: "CheckResult") -> "RenderableType":
    """A check that did not pass, what was seen instead, and where to look first."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_row(Text("-", style=BAD), prose(check.title))
    table.add_row("", Text.assemble(("found: ", QUIET), prose(check.verdict.seen)))
    showing = next((it for it in check.verdict.shown_by if not _asks(it)), None)
    if showing is not None:
        table.add_row("", Text.assemble(("look at: ", QUIET), _command(showing)))
    return table


def _asks(shown_by: str) -> bool:
    """Whether a command only tries again what failed."""
    return shown_by.partition(": ")[2].startswith(("ping", "traceroute"))


def _command(shown_by: str) -> Text:
    """`R1: show ip route`, as one would say it: the command alone is to be typed."""
    node, colon, command = shown_by.partition(": ")
    if not colon:
        return prose(shown_by)
    return Text.assemble((command, TYPED), f" on {node}", overflow="fold")


def _mark(passed: bool) -> Text:
    return Text("pass", style=GOOD) if passed else Text("FAIL", style=BAD)


def changes(title: str, lines: Sequence[str]) -> "list[RenderableType]":
    """Lines of configuration with `+` and `-`."""
    found = [heading(title)]
    for line in lines:
        sign = line.strip()[:1]
        found.append(Text(f"  {line}", style={"+": "green", "-": "red"}.get(sign, "")))
    return list(found)
