"""The class as JSON: everything that is known."""

import json
from typing import Any

from ioscli.exercises.grading.graded import ClassResult, Graded
from ioscli.exercises.marking import TaskResult


def as_json(found: ClassResult) -> str:
    """The whole document."""
    document = {
        "exercise": found.exercise,
        "goal": found.goal,
        "pass_mark": found.pass_mark,
        "out_of": found.out_of,
        "summary": {
            "students": len(found.students),
            "passed": found.passed,
            "not_marked": found.not_marked,
            "mean": round(found.mean, 2),
        },
        "most_missed": [
            {"task": miss.task, "check": miss.title, "students": miss.students}
            for miss in found.most_missed
        ],
        "students": [_student(it) for it in found.students],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _student(student: Graded) -> dict[str, Any]:
    result = student.result
    return {
        "student": student.student,
        "submission": student.place,
        "points": result.points,
        "out_of": result.out_of,
        "passed": result.passed,
        "error": student.error,
        "notes": list(student.notes),
        "refused_lines": list(result.left_out),
        "tasks": [_task(number, it) for number, it in enumerate(result.tasks, start=1)],
    }


def _task(number: int, task: TaskResult) -> dict[str, Any]:
    return {
        "number": number,
        "task": task.text,
        "points": task.points,
        "out_of": task.out_of,
        "passed": task.passed,
        "checks": [
            {
                "check": check.title,
                "passed": check.verdict.passed,
                "seen": check.verdict.seen,
                "because": list(check.verdict.because),
                "shown_by": list(check.verdict.shown_by),
            }
            for check in task.checks
        ],
    }
