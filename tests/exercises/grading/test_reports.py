"""What reports are made of: whatever students write stays text in them."""

import csv
import io
import json
from html.parser import HTMLParser
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from rich.console import Console

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.grading.csv_report import HEADINGS, as_csv
from ioscli.exercises.grading.graded import ClassResult, Graded, Miss, nought
from ioscli.exercises.grading.html_report import as_html
from ioscli.exercises.grading.json_report import as_json
from ioscli.exercises.grading.junit_report import as_junit
from ioscli.exercises.grading.plain_text import plain
from ioscli.exercises.grading.table import print_table
from ioscli.exercises.marking import CheckResult, Result, TaskResult
from ioscli.exercises.verdict import Verdict

EVIL = '<script>alert("1")</script>[red]&]]>'


def check(title: str, passed: bool, seen: str = "seen") -> CheckResult:
    verdict = Verdict(passed, seen, ("R1: show ip route",), () if passed else ("a & b", EVIL))
    return CheckResult(title, verdict)


def result(*checks: CheckResult) -> Result:
    first = TaskResult("Do <this>.", 4, (check("first", True),))
    return Result("ex", 6, (first, TaskResult("=SUM(A1)", 6, checks)), (f"R1.cfg:3: {EVIL}",))


@pytest.fixture
def found(exercise: Exercise) -> ClassResult:
    good = result(check("one", True), check("two", True))
    bad = result(check("one", False, "=1+1"), check("two", False, EVIL))
    students = (
        Graded("=cmd|' /C calc'!A0", "class/=cmd", good),
        Graded("@" + EVIL, "class/x", bad, (f"note {EVIL}",)),
        Graded(plain("zoe\0\n\udcff"), "class/z", bad._replace(left_out=())),
        Graded("zzz", "class/zzz", nought(exercise), (), f"stopped: {EVIL}"),
    )
    return ClassResult("ex", "Learn it.", 6, 10, students)


def test_the_class(found: ClassResult) -> None:
    assert (found.passed, found.not_marked, found.mean) == (1, 1, 4.5)
    # Of those that were marked: the last has missed nothing, as nothing was looked at.
    assert found.most_missed == [Miss(2, "one", 2), Miss(2, "two", 2)]


def test_csv(found: ClassResult) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(found))))
    assert tuple(rows[0]) == HEADINGS
    assert len(rows) == 1 + 3 * 3 + 3
    # No cell is a formula, whoever wrote it.
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t")]
    assert rows[1][0] == "'=cmd|' /C calc'!A0"
    assert rows[5][HEADINGS.index("seen")] == "'=1+1"
    assert rows[2][HEADINGS.index("task")] == "2. =SUM(A1)"
    # Points add up to the student's.
    points = [row[HEADINGS.index("points")] for row in rows[1:]]
    assert points == ["4", "6", "", "4", "0", "", "4", "0", "", "0", "0", ""]
    assert rows[-1][-1].startswith("stopped: ")


#: junit-10.xsd of Jenkins's xUnit plugin, as far as it is used: attributes (needed ones first,
#: how many of them), children.
SCHEMA: dict[str, tuple[tuple[str, ...], int, tuple[str, ...]]] = {
    "testsuites": (("name", "tests", "failures", "errors"), 0, ("testsuite",)),
    "testsuite": (
        ("name", "tests", "failures", "errors", "skipped"),
        4,
        ("properties", "testcase", "system-out"),
    ),
    "properties": ((), 0, ("property",)),
    "property": (("name", "value"), 2, ()),
    "testcase": (("name", "classname"), 1, ("failure", "error")),
    "failure": (("type", "message"), 0, ()),
    "error": (("type", "message"), 0, ()),
    "system-out": ((), 0, ()),
}


def assert_valid(element: Element) -> None:
    attributes, needed, children = SCHEMA[element.tag]
    assert set(attributes[:needed]) <= set(element.attrib) <= set(attributes)
    for child in element:
        assert child.tag in children
        assert_valid(child)


def test_junit(found: ClassResult) -> None:
    root = ElementTree.fromstring(as_junit(found))
    assert_valid(root)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("12", "4", "3")
    for suite in root:
        for kind, count in (("failure", "failures"), ("error", "errors")):
            assert suite.get(count) == str(len(suite.findall(f"testcase/{kind}")))
    failure = root[1].find("testcase/failure")
    assert failure is not None
    assert failure.text == f"=1+1\nbecause a & b\nbecause {EVIL}\nshown by R1: show ip route"
    assert root[1].findtext("system-out") == f"note {EVIL}\nrefused: R1.cfg:3: {EVIL}"


def test_json(found: ClassResult) -> None:
    document = json.loads(as_json(found))
    assert document["summary"] == {"students": 4, "passed": 1, "not_marked": 1, "mean": 4.5}
    second = document["students"][1]
    assert second["tasks"][1]["checks"][0]["because"] == ["a & b", EVIL]
    assert second["refused_lines"] == [f"R1.cfg:3: {EVIL}"]


class Elements(HTMLParser):
    """What a browser finds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.links += [value for key in ("href", "src") if (value := given.get(key))]
        self.ids += [value for key in ("id",) if (value := given.get(key))]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_html(found: ClassResult) -> None:
    page = Elements()
    page.feed(as_html(found))
    assert "script" not in page.tags
    assert page.links == [f"#{name}" for name in page.ids] == ["#s1", "#s2", "#s3", "#s4"]
    for said in (EVIL, "=1+1", "2 of 3", "R1: show ip route", "Do <this>.", "not marked"):
        assert said in page.words


def test_the_table(found: ClassResult) -> None:
    console = Console(file=io.StringIO(), width=300)
    print_table(found, console)
    printed = console.file.getvalue()
    assert EVIL in printed  # and no markup
    assert "4 students, 1 passed (pass mark 6 of 10 points), 4.5 points on average" in printed


def test_nothing_of_a_report_depends_on_the_day(found: ClassResult) -> None:
    for form in (as_csv, as_junit, as_json, as_html):
        assert form(found) == form(found)
        assert form(found).endswith("\n")


def test_plain() -> None:
    assert plain("a\nb\x1b[1m\udc80\u202e") == "a\\nb\\x1b[1m\\udc80\\u202e"
    assert plain("x" * 500) == "x" * 397 + "..."
    assert plain("größe 日本") == "größe 日本"
