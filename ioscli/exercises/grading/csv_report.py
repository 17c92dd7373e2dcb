"""The class as a table for spreadsheets: a line for each student and check."""

import csv
import io

from ioscli.exercises.grading.graded import ClassResult

HEADINGS = (
    *("student", "task", "check", "points", "out of", "passed"),
    *("seen", "because", "shown_by", "error"),
)
_FORMULAS = "=+-@\t\r"
"""What a spreadsheet takes for the beginning of a formula, which may call programs."""


def as_csv(found: ClassResult) -> str:
    """The table. Points are the task's, in the line of its first check, so that they add up."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for student in found.students:
        for number, task in enumerate(student.result.tasks, start=1):
            for index, check in enumerate(task.checks):
                verdict = check.verdict
                table.writerow(
                    _harmless(cell)
                    for cell in (
                        student.student,
                        f"{number}. {task.text}",
                        check.title,
                        "" if index else str(task.points),
                        "" if index else str(task.out_of),
                        "yes" if verdict.passed else "no",
                        verdict.seen,
                        "; ".join(verdict.because),
                        "; ".join(verdict.shown_by),
                        student.error,
                    )
                )
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet calculates: an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(tuple(_FORMULAS)) else cell
