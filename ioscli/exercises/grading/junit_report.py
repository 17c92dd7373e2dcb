"""The class as JUnit XML: a test suite for each student, a test case for each check.

The shape is that of Jenkins's schema, junit-10.xsd. A check that failed is a failure; where a
submission could not be marked, every check of it is an error.
"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ioscli.exercises.grading.graded import ClassResult, Graded
from ioscli.exercises.marking import CheckResult


def as_junit(found: ClassResult) -> str:
    """The whole document."""
    suites = [_suite(found.exercise, student) for student in found.students]
    root = Element("testsuites", name=found.exercise)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _suite(exercise: str, student: Graded) -> Element:
    result = student.result
    checks = sum(len(task.checks) for task in result.tasks)
    failures, errors = len(student.missed), 0
    if student.error:
        failures, errors = 0, checks
    suite = Element("testsuite", name=student.student, tests=str(checks))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("skipped", "0")
    properties = SubElement(suite, "properties")
    for name, value in (
        ("points", result.points),
        ("out of", result.out_of),
        ("pass mark", result.pass_mark),
        ("passed", "yes" if result.passed else "no"),
    ):
        SubElement(properties, "property", name=name, value=str(value))
    for number, task in enumerate(result.tasks, start=1):
        for check in task.checks:
            case = SubElement(suite, "testcase", name=f"{number}. {check.title}")
            case.set("classname", f"{exercise}.{student.student}")
            if student.error:
                SubElement(case, "error", type="not marked", message=student.error)
            elif not check.verdict.passed:
                _failure(case, check)
    said = [*student.notes, *(f"refused: {line}" for line in result.left_out)]
    if said:
        SubElement(suite, "system-out").text = "\n".join(said)
    return suite


def _failure(case: Element, check: CheckResult) -> None:
    verdict = check.verdict
    failure = SubElement(case, "failure", type="check", message=verdict.seen)
    lines = [verdict.seen]
    lines += [f"because {cause}" for cause in verdict.because]
    lines += [f"shown by {command}" for command in verdict.shown_by]
    failure.text = "\n".join(lines)
