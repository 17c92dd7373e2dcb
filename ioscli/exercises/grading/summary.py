"""A class, and a student, in a sentence."""

from ioscli.exercises.grading.graded import ClassResult, Graded


def summary(found: ClassResult) -> str:
    """The class in a sentence."""
    count = len(found.students)
    students = "1 student" if count == 1 else f"{count:,} students"
    text = (
        f"{students}, {found.passed:,} passed (pass mark {found.pass_mark} of {found.out_of} "
        f"points), {found.mean:.1f} points on average"
    )
    return f"{text}, {found.not_marked:,} not marked" if found.not_marked else text


def reason(student: Graded) -> str:
    """Why the first points are missing, for a table; empty where none are."""
    if student.error:
        return student.error
    missed = student.missed
    if not missed:
        return ""
    first = missed[0]
    cause = first.verdict.because[0] if first.verdict.because else first.verdict.seen
    more = f" (and {len(missed) - 1} more)" if len(missed) > 1 else ""
    return f"{first.title}: {cause}{more}"
