"""The result page, on the terminal and as a file."""

import re
from html.parser import HTMLParser

import pytest

from ioscli.exercises.exercise import Difficulty, Exercise
from ioscli.exercises.marking import CheckResult, Result, TaskResult
from ioscli.exercises.verdict import Verdict
from ioscli.practice.assignment import assigned
from ioscli.practice.lettering import Screen
from ioscli.practice.page import Page, next_steps
from ioscli.practice.page_html import as_html
from ioscli.practice.page_shown import exam_parts, page_parts
from ioscli.practice.scoring import scores
from tests.practice.conftest import START, attempt

VOID = {"meta", "br", "hr", "img", "link"}
EVIL = "<script>alert('x')</script> & \"quoted\" `<b>`"


class Document(HTMLParser):
    """Reads a document, and sees that everything that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def page(exercise: Exercise) -> Page:
    good = Verdict(True, "5 of 5 pings were answered", ("R1: ping 10.0.0.2",), ("no reason",))
    bad = Verdict(False, f"nothing {EVIL}", ("R1: show run | sec <x>",), ("first", "second"))
    result = Result(
        "toy",
        12,
        (
            TaskResult("A", 10, (CheckResult("R1 reaches R2", good),)),
            TaskResult("B", 5, (CheckResult(f"There is {EVIL}", bad),)),
        ),
        ("R1.cfg:3: frob: % Invalid input",),
    )
    one = attempt()._replace(tasks=scores(exercise, result, (2, 0)), pass_mark=12)
    hostile = exercise._replace(explanation=EVIL)
    steps = next_steps(assigned(hostile), [one], [], START)
    return Page(hostile, one, result, steps)


def test_the_file_is_whole_and_needs_nothing_else(page: Page) -> None:
    document = Document(as_html([page]))
    assert not document.tags & {"script", "link", "img", "iframe", "object", "a", "b", "base"}
    assert not [it for it in document.attributes if it[1].startswith("on") or it[1] in ("src",)]
    style = re.search(r"<style>(.*?)</style>", as_html([page]), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "@media print" in style[1]


def test_the_file_says_everything_as_it_was(page: Page) -> None:
    text = Document(as_html([page])).text
    said = EVIL.replace("`", "")
    for wanted in (
        f"There is {said}",
        f"nothing {said}",
        "R1: show run | sec <x>",
        "first",
        "second",
        "7 of 10 points",
        "0 of 5 points",
        "7 of 15 points, 12 to pass",
        "not passed",
        "2 hints (-3 points)",
        "ip address 10.0.0.1 255.255.255.0 and no shutdown. (-3)",
        "R1.cfg:3: frob",
        "ENARSI 1.1: ",
        "What next",
    ):
        assert wanted in text, wanted
    # Why something passed is not asked.
    assert "no reason" not in text


def test_the_terminal_says_the_same(page: Page) -> None:
    text = " ".join(Screen(100).render(*page_parts(page)).split())
    for wanted in (
        "toy NOT PASSED",
        "FAIL Say what the interface is for",
        f"nothing {EVIL}",
        "look at show run | sec <x> on R1",
        "hint: An interface is chosen with",
        "7 of 10 points, 2 hints (-3)",
    ):
        assert wanted in text, wanted
    assert "\x1b" not in text
    assert "\x1b[" in Screen(100, colour=True).render(*page_parts(page))


@pytest.mark.parametrize("width", [20, 40, 200])
def test_no_line_is_wider_than_the_terminal(page: Page, width: int) -> None:
    for line in Screen(width).render(*page_parts(page)).splitlines():
        assert len(line) <= width


def test_an_exam_has_a_sum(page: Page) -> None:
    text = Document(as_html([page, page])).text
    assert "0 of 2 passed" in text
    assert "14 of 30" in text
    shown = Screen(100).render(*exam_parts([page, page]))
    assert "0 of 2 exercises passed, 14 of 30 points in all" in shown


def test_what_next_depends_on_what_was(exercise: Exercise) -> None:
    def another(name: str, **changes: object) -> Exercise:
        return exercise._replace(lab=exercise.lab._replace(name=name), **changes)  # type: ignore[arg-type]

    others = [
        exercise,
        another("hard", difficulty=Difficulty.HARD),
        another("apart", topics=("SVPN 1.1",)),
        another("near"),
    ]

    def steps(*attempts: object) -> list[str]:
        return list(next_steps(assigned(exercise), list(attempts), others, START))  # type: ignore[arg-type]

    def offered(found: list[str]) -> list[str]:
        return [it.split("`")[1].split()[-1] for it in found if it.startswith("New: ")]

    assert "comes up for repetition in 2 days" in steps(attempt())[0]
    assert "again without hints in 1 day" in steps(attempt(hints=1))[0]
    assert "again" in steps(attempt(passed=False))[0]
    # As hard as this one first, and of these what has the same topics.
    assert offered(steps(attempt()))[:2] == ["near", "apart"]
    assert "near" not in offered(steps(attempt(name="near"), attempt()))
