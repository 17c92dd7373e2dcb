"""The class as a table in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ioscli.exercises.grading.graded import ClassResult, Graded
from ioscli.exercises.grading.summary import reason, summary

_MISSES = 5


def print_table(found: ClassResult, console: Console) -> None:
    """Students, points, what first reasons, and what the class missed most."""
    table = Table(title=f"{found.exercise}: results", title_justify="left")
    table.add_column("student", overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("first reason", overflow="fold")
    for student in found.students:
        result = student.result
        # Text, not str: what students write is no markup.
        table.add_row(
            Text(student.student),
            f"{result.points}/{result.out_of}",
            _mark(student),
            Text(reason(student)),
        )
    console.print(table)
    console.print(Text(summary(found)))
    misses = found.most_missed[:_MISSES]
    if misses and len(found.students) > 1:
        console.print(Text("Most missed:"))
        marked = len(found.students) - found.not_marked
        for miss in misses:
            console.print(Text(f"  {miss.students} of {marked}: task {miss.task}, {miss.title}"))


def _mark(student: Graded) -> Text:
    if student.error:
        return Text("not marked", style="red")
    if student.result.passed:
        return Text("passed", style="green")
    return Text("not passed", style="yellow")
