"""`ioscli lab`: whether exercises judge what they should."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ioscli.cli.boot import written
from ioscli.cli.matcher import Grammar
from ioscli.exercises.blueprints import blueprints
from ioscli.exercises.catalogue import find_exercise
from ioscli.exercises.checks.kinds import KINDS
from ioscli.exercises.index import as_html, as_markdown, as_text, make_index
from ioscli.exercises.lab_check import LabReport, check_labs
from ioscli.exercises.lab_plan import plan
from ioscli.exercises.trial import Trial
from ioscli.exercises.verdict import Verdict
from ioscli.labs.document import Item
from ioscli.labs.labfile import Lab
from tests.conftest import Run, WriteLab

Ioscli = Callable[..., Run]


class Holds(NamedTuple):
    """Looks for lines in what a router runs: enough to try what looks at the checks."""

    node: str
    line: str
    lacks: str
    looks: str
    """The router whose command shows it; none: `nowhere`."""
    why: str

    @classmethod
    def read(cls, item: Item, _: Lab) -> "Holds":
        fields = item.fields("node", "line", "lacks", "looks", "why")

        def value(name: str, default: str) -> str:
            return fields[name].text() if name in fields else default

        node = fields["node"].text()
        return cls(
            node,
            fields["line"].text(),
            value("lacks", "\n\n"),
            value("looks", node),
            value("why", "nobody typed it"),
        )

    @property
    def title(self) -> str:
        return f"{self.node} has {self.line}"

    @property
    def disturbs(self) -> bool:
        return False

    def judge(self, trial: Trial) -> Verdict:
        config = written(trial.topology.routers[self.node].config)
        shown = () if self.looks == "nowhere" else (f"{self.looks}: show running-config",)
        good = self.line in config and self.lacks not in config
        because = () if self.why == "nothing" else (self.why,)
        return Verdict(good, "there" if good else "not there", shown, because)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "holds", Holds.read)


LAB = """\
name: two-routers
topology:
  nodes:
    R1: {{kind: router, startup-config: start/R1.cfg}}
    R2: {{kind: router, startup-config: start/R2.cfg}}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
exercise:
  kind: build
  goal: Routers find each other.
  topics: [ENCOR 4.1, ENARSI 1.1]
  difficulty: first-steps
  nodes: [R1, R2]
  settle: 1s
  story: Two routers stand beside each other.
  tasks:
    - task: Give R1 a way.
      points: 6
      checks:
{first}
    - task: Give R2 one.
      points: 4
      checks:
{second}
      hints:
        - {{hint: Try to type it., cost: 1}}
  explanation: That is all.
"""
ROUTE1 = "ip route 10.2.0.0 255.255.0.0 10.0.0.2"
ROUTE2 = "ip route 10.1.0.0 255.255.0.0 10.0.0.1"
FILES = {
    "start/R1.cfg": "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\nip domain lookup\n",
    "start/R2.cfg": (
        "interface Gi0/0\n ip address 10.0.0.2 255.255.255.0\nip route 0.0.0.0 0.0.0.0 Null0\n"
    ),
    "solution/R1.cfg": (
        "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n no shutdown\n"
        f"interface Loopback0\n ip address 10.1.0.1 255.255.0.0\n{ROUTE1}\n"
    ),
    "solution/R2.cfg": f"interface Gi0/0\n ip address 10.0.0.2 255.255.255.0\n{ROUTE2}\n",
}
FIRST = (f'{{node: R1, line: "{ROUTE1}"}}', "{node: R1, line: interface Loopback0}")
SECOND = (f'{{node: R2, line: "{ROUTE2}", lacks: Null0}}',)


@pytest.fixture
def lab(write_lab: WriteLab) -> Callable[..., Path]:
    def write(
        files: dict[str, str] | None = None,
        first: tuple[str, ...] = FIRST,
        second: tuple[str, ...] = SECOND,
    ) -> Path:
        def listed(checks: tuple[str, ...]) -> str:
            return "\n".join(f"        - holds: {it}" for it in checks)

        text = LAB.format(first=listed(first), second=listed(second))
        return write_lab(text, FILES | (files or {}))

    return write


@pytest.fixture
def checked(grammar: Grammar) -> Callable[[Path], LabReport]:
    def check(file: Path) -> LabReport:
        (report,) = check_labs([plan(find_exercise(str(file)), grammar)])
        return report

    return check


Lab_ = Callable[..., Path]
Checked = Callable[[Path], LabReport]


def faults(report: LabReport) -> list[str]:
    return list(report.faults())


def test_a_good_exercise(lab: Lab_, checked: Checked) -> None:
    report = checked(lab())
    assert faults(report) == []
    assert report.passed
    assert [it.result.points for it in report.right] == [10]
    assert report.start.result.points == 0
    tried = {it.title: [check.title for _, check in it.failed] for it in report.wrong}
    first, second, third = f"R1 has {ROUTE1}", "R1 has interface Loopback0", f"R2 has {ROUTE2}"
    assert tried == {
        'R1 without "interface Loopback0" and its section': [second],
        'R1 without "ip address 10.1.0.1 255.255.0.0" in "interface Loopback0"': [],
        f'R1 without "{ROUTE1}"': [first],
        f'R2 without "{ROUTE2}"': [third],
        'R2 with the start\'s "ip route 0.0.0.0 0.0.0.0 Null0"': [third],
    }
    assert {it.title: it.reason for it in report.skipped} == {
        'R1 without "no shutdown" in "interface Gi0/0"': (
            "the router's configuration stays the same"
        ),
        'R1 with the start\'s "ip domain lookup"': "the router's configuration stays the same",
    }
    assert list(report.warnings()) == [
        'no check notices R1 without "ip address 10.1.0.1 255.255.0.0" in "interface Loopback0"'
        " (solution/R1.cfg:5)"
    ]


def test_a_solution_that_is_not_one(lab: Lab_, checked: Checked) -> None:
    report = checked(lab({"solution/R2.cfg": FILES["start/R2.cfg"]}))
    assert faults(report)[0] == (
        f"solution does not get full marks: task 2, R2 has {ROUTE2}: not there"
    )
    assert not report.passed


def test_a_solution_that_needs_luck(
    lab: Lab_, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Holds.judge

    def moody(self: Holds, trial: Trial) -> Verdict:
        found = judge(self, trial)
        lucky = trial.seed != 2 or self.node == "R1"
        return found._replace(passed=found.passed and lucky)

    monkeypatch.setattr(Holds, "judge", moody)
    assert faults(checked(lab())) == [
        f"solution needs luck, and has none with seed 2: task 2, R2 has {ROUTE2}: there"
    ]


def test_lines_of_a_solution_that_are_refused_or_without_effect(
    lab: Lab_, checked: Checked
) -> None:
    text = FILES["solution/R1.cfg"] + "ip bgp-community new-format\nrouter nonsense 1\n"
    report = checked(lab({"solution/R1.cfg": text}))
    assert faults(report) == [
        "solution has a line that IOS refuses: solution/R1.cfg:8: "
        "\"router ^nonsense 1\": % Invalid input detected at '^' marker."
    ]
    assert "kept, but acts on nothing: solution/R1.cfg:7: ip bgp-community new-format" in list(
        report.warnings()
    )
    (skipped,) = (it for it in report.skipped if "nonsense" in it.title)
    assert skipped.reason == "the router's configuration stays the same"


def test_what_a_missing_line_makes_ios_refuse_is_told(lab: Lab_, checked: Checked) -> None:
    """The answer is judged as its router boots: without those lines."""
    crypto = (
        "crypto ipsec transform-set T esp-aes\n mode tunnel\n"
        "crypto ipsec profile P\n set transform-set T\n"
    )
    report = checked(lab({"solution/R1.cfg": crypto + FILES["solution/R1.cfg"]}))
    (answer,) = (it for it in report.wrong if it.attempt.refused)
    assert answer.title == 'R1 without "crypto ipsec transform-set T esp-aes" and its section'
    assert answer.attempt.refused[0].startswith('R1.cfg:2: "set transform-set T": ')


def test_a_start_that_passes(lab: Lab_, checked: Checked) -> None:
    report = checked(lab({"start/R1.cfg": FILES["solution/R1.cfg"], "start/R2.cfg": ROUTE2}))
    assert "the start passes with 10 points (pass mark 8)" in faults(report)


def test_a_check_that_nothing_fails(lab: Lab_, checked: Checked) -> None:
    report = checked(lab(first=(*FIRST, "{node: R1, line: interface}")))
    assert faults(report) == [
        "task 1, R1 has interface: no wrong answer fails this check (see wrong/)"
    ]


def test_a_check_that_guards_what_the_start_has(lab: Lab_, checked: Checked) -> None:
    """It is tried by lines that no answer has to bring."""
    guards = ("{node: R1, line: ip address 10.0.0.1 255}", "{node: R2, line: 10.0.0.2 255}")
    plain = checked(lab())
    report = checked(lab(first=(*FIRST, *guards)))
    assert faults(report) == []
    assert [it.title for it in report.wrong[len(plain.wrong) :]] == [
        'R1 without "interface Gi0/0" and its section',
        'R2 without "interface Gi0/0" and its section',
    ]


def test_a_check_that_does_not_say_where_to_look(lab: Lab_, checked: Checked) -> None:
    second = f'{{node: R2, line: "{ROUTE2}", lacks: Null0, looks: nowhere}}'
    assert faults(checked(lab(second=(second,)))) == [
        f"task 2, R2 has {ROUTE2}: fails without a command that shows it"
    ]


def test_wrong_answers_that_are_badly_explained(lab: Lab_, checked: Checked) -> None:
    wanted = f'{{node: R2, line: "{ROUTE2}", lacks: Null0, '
    (route, null) = (
        f'R2 without "{ROUTE2}"',
        'R2 with the start\'s "ip route 0.0.0.0 0.0.0.0 Null0"',
    )
    report = checked(lab(second=(wanted + "why: nothing}",)))
    assert list(report.warnings())[1:] == [
        f"no check says why: {route} (solution/R2.cfg:3)",
        f"no check says why: {null} (start/R2.cfg:3)",
    ]
    assert report.explained() == (2, 4)
    report = checked(lab(second=(wanted + "looks: R1}",)))
    assert list(report.warnings())[1:] == [
        f"no check names a command on R2: {route}",
        f"no check names a command on R2: {null}",
    ]


def test_other_right_answers(lab: Lab_, checked: Checked) -> None:
    """A folder takes the solution where it has nothing of its own."""
    good = f"interface Gi0/0\n ip address 10.0.0.2 255.255.255.0\n bandwidth 10\n{ROUTE2}\n"
    report = checked(lab({"alternatives/slow/R2.cfg": good, "alternatives/bad/R2.cfg": "\n"}))
    assert [(it.title, it.result.points) for it in report.right] == [
        ("solution", 10),
        ("alternatives/bad", 6),
        ("alternatives/slow", 10),
    ]
    assert faults(report) == [
        f"alternatives/bad does not get full marks: task 2, R2 has {ROUTE2}: not there"
    ]


def test_wrong_answers_of_the_author(lab: Lab_, checked: Checked) -> None:
    """They make checks fail that no missing line does, and have to be noticed."""
    first = (*FIRST, "{node: R1, line: interface, lacks: ip route 0.0.0.0}")
    default = FILES["solution/R1.cfg"] + "ip route 0.0.0.0 0.0.0.0 10.0.0.2\n"
    report = checked(lab({"wrong/default/R1.cfg": default}, first=first))
    assert report.wrong[0].title == "wrong/default"
    assert faults(report) == []
    harmless = FILES["solution/R1.cfg"] + "interface Loopback7\n"
    report = checked(lab({"wrong/nothing/R1.cfg": harmless}, first=first))
    assert faults(report) == ["wrong/nothing gets full marks"]


def test_a_mistake_on_all_routers_at_once(lab: Lab_, checked: Checked) -> None:
    """A check may look for what only both ends together get wrong."""
    line = "ip access-list standard BOTH\n permit any\n"
    solution = {f"solution/{it}.cfg": FILES[f"solution/{it}.cfg"] + line for it in ("R1", "R2")}
    report = checked(lab(solution))
    (answer,) = (it for it in report.wrong if it.title.startswith('R1 and R2 without "ip acc'))
    assert answer.attempt.place == "solution/R1.cfg:7, solution/R2.cfg:4"
    assert all("BOTH" not in answer.attempt.answer.texts[node] for node in ("R1", "R2"))


def test_equal_routers_are_tried_once(lab: Lab_, checked: Checked) -> None:
    """A console is there whether it is named or not."""
    text = FILES["solution/R1.cfg"] + "line con 0\n exec-timeout 5 0\n"
    report = checked(lab({"solution/R1.cfg": text}))
    head = 'R1 without "line con 0" and its section'
    assert [it.title for it in report.wrong].count(head) == 1
    assert {it.title: it.reason for it in report.skipped}[
        'R1 without "exec-timeout 5 0" in "line con 0"'
    ] == f"the same router as {head}"


def test_lines_for_people_are_not_tried(lab: Lab_, checked: Checked) -> None:
    text = FILES["solution/R1.cfg"].replace("Loopback0\n", "Loopback0\n description mine\n")
    report = checked(lab({"solution/R1.cfg": text}))
    assert [it.reason for it in report.skipped if "mine" in it.title] == [
        "the line is for people to read"
    ]


def test_lines_that_close_a_section_are_no_settings(lab: Lab_, checked: Checked) -> None:
    text = (
        "router eigrp BRANCH\n address-family ipv4 unicast autonomous-system 1\n"
        "  topology base\n  exit-af-topology\n  network 10.0.0.0\n exit-address-family\n"
    )
    report = checked(lab({"solution/R1.cfg": text + FILES["solution/R1.cfg"]}))
    assert not [warning for warning in report.warnings() if "exit" in warning]


def test_no_solution(lab: Lab_, ioscli: Ioscli) -> None:
    file = lab()
    for name in ("R1", "R2"):
        (file.parent / f"solution/{name}.cfg").unlink()
    run = ioscli("lab", "check", file)
    assert (run.status, run.err) == (2, f"{file}: this exercise has no solution\n")


# -- reports ---------------------------------------------------------------------------------------


def test_text_explains(lab: Lab_, ioscli: Ioscli) -> None:
    run = ioscli("lab", "check", lab(), "--workers", "1")
    assert run.status == 0
    assert run.err == ""  # no progress bar where nobody looks
    assert run.out.splitlines()[:10] == [
        "two-routers",
        "  solution: 10 of 10 points (pass mark 8)",
        "  start: 0 of 10 points (pass mark 8)",
        "  wrong answers:",
        '    R1 without "interface Loopback0" and its section (solution/R1.cfg:4): 4 of 10 points',
        "      task 1, R1 has interface Loopback0",
        "        seen: not there",
        "        because: nobody typed it",
        "        shown by R1: show running-config",
        '    R1 without "ip address 10.1.0.1 255.255.0.0" in "interface Loopback0" '
        "(solution/R1.cfg:5): NOT NOTICED",
    ]
    assert run.out.splitlines()[-1] == (
        "  fine: 5 wrong answers, 4 of them noticed, 2 changes not tried; "
        "4 of 4 failed checks name a cause"
    )


def test_brief_text_is_what_is_wrong(lab: Lab_, ioscli: Ioscli) -> None:
    run = ioscli("lab", "check", lab(first=(*FIRST, "{node: R1, line: ip}")), "--brief")
    assert run.status == 1
    name, fault, warning, last = run.out.splitlines()
    assert (name, fault) == (
        "two-routers",
        "  FAULT: task 1, R1 has ip: no wrong answer fails this check (see wrong/)",
    )
    assert warning.startswith("  warning: no check notices R1 without ")
    assert last.startswith("  1 fault: ")


def test_any_number_of_workers_reports_the_same_bytes(lab: Lab_, ioscli: Ioscli) -> None:
    file = lab()
    for form in ("text", "json"):
        runs = [
            ioscli("lab", "check", file, "--format", form, "--workers", str(n)) for n in (1, 2, 3)
        ]
        assert runs[0].out
        assert runs[0].out == runs[1].out == runs[2].out


def test_json(lab: Lab_, ioscli: Ioscli) -> None:
    run = ioscli("lab", "check", lab(first=("{node: R1, line: ip}",)), "--format", "json")
    assert run.status == 1
    document = json.loads(run.out)
    assert document["passed"] is False
    (exercise,) = document["exercises"]
    assert exercise["faults"] == [
        "task 1, R1 has ip: no wrong answer fails this check (see wrong/)"
    ]
    assert exercise["right answers"][0]["points"] == 10
    (failed,) = exercise["wrong answers"][-1]["failed"]
    assert failed["shown by"] == ["R2: show running-config"]


def test_several_exercises_are_counted(lab: Lab_, ioscli: Ioscli) -> None:
    file = lab(first=("{node: R1, line: ip}",))
    run = ioscli("lab", "check", file, file, "--workers", "2")
    assert run.status == 1
    assert run.out.endswith("0 of 2 exercises are fine, not: two-routers, two-routers\n")


def test_progress_is_told_for_each_answer(lab: Lab_, grammar: Grammar) -> None:
    one = plan(find_exercise(str(lab())), grammar)
    told: list[tuple[str, int]] = []
    check_labs([one, one], tell=lambda name, count: told.append((name, count)))
    count = 2 * (len(one.attempts) + 2)  # the solution by two more seeds
    assert told == [("two-routers", count)] * count


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the exercises to check, or --all"),
        (("x", "--all"), "name the exercises to check, or --all"),
        (("nothing-of-the-kind",), 'there is no exercise "nothing-of-the-kind"'),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], message: str, ioscli: Ioscli) -> None:
    run = ioscli("lab", "check", *arguments)
    assert run.status == 2
    assert run.err.startswith(message)
    assert run.out == ""


@pytest.mark.parametrize("number", ["0", "-1", "x", "1000"])
def test_wrong_number_of_workers(number: str, ioscli: Ioscli) -> None:
    run = ioscli("lab", "check", "--all", "--workers", number)
    assert run.status == 2
    assert "is not a number of processes" in run.err


def test_a_lab_that_is_wrong_is_wrong_input(lab: Lab_, ioscli: Ioscli) -> None:
    file = lab({"start/R2.cfg": "router nonsense 1\n"})
    for workers in ("1", "2"):
        run = ioscli("lab", "check", file, "--workers", workers)
        assert run.status == 2
        assert run.err.startswith(f"{file.parent}/start/R2.cfg:1: ")
        assert run.err.count("\n") == 1


# -- show, index -----------------------------------------------------------------------------------


def test_show(lab: Lab_, ioscli: Ioscli) -> None:
    run = ioscli("lab", "show", lab())
    assert run.status == 0
    assert run.out == (
        "two-routers: Routers find each other.\n"
        "  build, first-steps, 30 minutes\n"
        "  10 points, 8 of them to pass\n"
        "  to be configured: R1, R2\n"
        "  topics:\n"
        "    ENCOR 4.1: finding faults with ping, traceroute, debug and the log\n"
        "    ENARSI 1.1: which source of a route is believed (administrative distance)\n"
        "\n"
        "  Two routers stand beside each other.\n"
        "\n"
        "  task 1 (6 points): Give R1 a way.\n"
        f"    checked: R1 has {ROUTE1}\n"
        "    checked: R1 has interface Loopback0\n"
        "\n"
        "  task 2 (4 points): Give R2 one.\n"
        f"    checked: R2 has {ROUTE2}\n"
        "    hints: 1 (cost in points: 1)\n"
    )


def test_index_maps_topics_and_shows_what_is_missing(lab: Lab_) -> None:
    page = make_index(blueprints(), [find_exercise(str(lab()))])
    shares = {it.blueprint.scope: it.share.split(" ")[0] for it in page.coverages}
    assert shares["ENCOR"] == shares["ENARSI"] == "1"
    assert shares["SVPN"] == "0"
    for coverage in page.coverages:
        names = [topic.name for topic, _ in coverage.covered]
        names += [topic.name for topic in coverage.missing]
        assert sorted(names) == sorted(topic.name for topic in coverage.blueprint.topics)
    text = "\n".join(as_text(page))
    assert (
        "\n  ENCOR 4.1  finding faults with ping, traceroute, debug and the log: two-routers\n"
        in text
    )
    markdown = "\n".join(as_markdown(page))
    row = "| [two-routers](two-routers/lab.yaml) | build | first-steps | 30 min | 10 |"
    assert f"\n{row} Routers find each other. |\n" in markdown
    assert "\n- ENARSI 1.2: " in markdown
    assert "\n- ENARSI 1.1: " not in markdown
    html = "\n".join(as_html(page))
    assert '<td><a href="#two-routers">two-routers</a></td>' in html
    assert "//" not in html  # nothing is fetched
