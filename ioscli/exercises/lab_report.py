"""What `ioscli lab check` found, as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from ioscli.exercises.lab_check import LabReport, Marked
from ioscli.exercises.marking import CheckResult, Result


def as_text(report: LabReport, *, brief: bool = False) -> Iterator[str]:
    """Line by line: the answers with what noticed them, then what is wrong with the exercise.

    brief: without the answers.
    """
    yield report.exercise
    if not brief:
        yield from _answers(report)
    for fault in report.faults():
        yield f"  FAULT: {fault}"
    for warning in report.warnings():
        yield f"  warning: {warning}"
    yield f"  {summary(report)}"


def _answers(report: LabReport) -> Iterator[str]:
    for answer in (*report.right, report.start):
        yield f"  {answer.title}: {_points(answer.result)}"
    if report.wrong:
        yield "  wrong answers:"
    for answer in report.wrong:
        yield from _wrong_answer(answer)
    if report.skipped:
        yield "  not tried:"
    for skipped in report.skipped:
        yield f"    {skipped.title} ({skipped.place}): {skipped.reason}"


def summary(report: LabReport) -> str:
    """One line: `fine: 25 wrong answers, 23 of them noticed; ...`."""
    faults = sum(1 for _ in report.faults())
    verdict = "fine" if not faults else f"{faults} fault{'' if faults == 1 else 's'}"
    told, failed = report.explained()
    return (
        f"{verdict}: {len(report.wrong)} wrong answers, "
        f"{len(report.wrong) - len(report.unnoticed())} of them noticed, "
        f"{len(report.skipped)} changes not tried; "
        f"{told} of {failed} failed checks name a cause"
    )


def as_json(reports: Sequence[LabReport]) -> str:
    """One object: exercises in the order asked for, and whether all are fine."""
    import json

    document = {
        "passed": all(report.passed for report in reports),
        "exercises": [_report(report) for report in reports],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _points(result: Result) -> str:
    return f"{result.points} of {result.out_of} points (pass mark {result.pass_mark})"


def _wrong_answer(answer: Marked) -> Iterator[str]:
    result = answer.result
    worth = f"{result.points} of {result.out_of} points" if answer.failed else "NOT NOTICED"
    yield f"    {answer.title} ({answer.attempt.place}): {worth}"
    for line in answer.attempt.refused:
        yield f"      refused: {line}"
    for number, check in answer.failed:
        yield f"      task {number}, {check.title}"
        yield f"        seen: {check.verdict.seen}"
        for cause in check.verdict.because:
            yield f"        because: {cause}"
        for command in check.verdict.shown_by:
            yield f"        shown by {command}"


def _report(report: LabReport) -> dict[str, Any]:
    told, failed = report.explained()
    return {
        "exercise": report.exercise,
        "passed": report.passed,
        "pass mark": report.start.result.pass_mark,
        "points": report.start.result.out_of,
        "faults": list(report.faults()),
        "warnings": list(report.warnings()),
        "failed checks": failed,
        "failed checks that name a cause": told,
        "right answers": [_answer(it) for it in report.right],
        "start": _answer(report.start),
        "wrong answers": [_answer(it) for it in report.wrong],
        "not tried": [it._asdict() for it in report.skipped],
    }


def _answer(answer: Marked) -> dict[str, Any]:
    attempt = answer.attempt
    return {
        "answer": attempt.title,
        "place": attempt.place,
        "points": answer.result.points,
        "refused": list(attempt.refused),
        "kept without effect": list(attempt.stored),
        "failed": [_check(number, check) for number, check in answer.failed],
    }


def _check(task: int, check: CheckResult) -> dict[str, Any]:
    verdict = check.verdict
    return {
        "task": task,
        "check": check.title,
        "seen": verdict.seen,
        "because": list(verdict.because),
        "shown by": list(verdict.shown_by),
    }
