"""The lines that begin with `:`, typed without a terminal."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.practice.attempt import Ongoing
from ioscli.practice.progress import Progress
from tests.conftest import Run
from tests.practice.conftest import CONFIGURE, SOLVE, START, Practise


def flat(text: str) -> str:
    """Without the line ends that the width of a page makes."""
    return " ".join(text.split())


def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "state" / "practice")


def test_a_newcomer_is_told_how_it_works(practise: Practise) -> None:
    said = flat(practise(""))
    for wanted in (
        "toy first-steps, about 10 minutes, 15 points, 12 to pass",
        "R1 is new in the network.",
        "1 Let R1 reach R2.",
        "R1 is yours to configure. R2 is not:",
        "PC1 is a Linux host",
        "`?` says what can be typed next",
        "`configure terminal` leads on",
        ":R2 goes to R2",
        ":check",
        ":quit",
    ):
        assert wanted in said, wanted
    # Whoever has passed something knows.
    practise(SOLVE + ":submit\n:quit\n")
    assert "`configure terminal` leads on" not in flat(practise(""))


def test_a_check_says_what_is_missing_and_what_to_do(practise: Practise) -> None:
    said = flat(practise(":check\n"))
    failed = "1 FAIL Let R1 reach R2. - R1 reaches 10.0.0.2 found: none of 5 pings was answered"
    assert failed in said
    assert "found: " in said.partition("2 FAIL")[2]
    assert "look at: show running-config | section" in said.partition("2 FAIL")[2]
    assert "0 of 2 tasks done: 0 of 15 points, 12 to pass." in said
    assert "`:explain 1` says why, `:hint 1` helps on" in said
    said = flat(practise(CONFIGURE + ":check\n"))
    assert "1 pass Let R1 reach R2. 2 FAIL" in said
    assert "1 of 2 tasks done: 10 of 15 points" in said
    said = flat(practise(SOLVE + ":check\n"))
    assert "2 of 2 tasks done: 15 of 15 points" in said
    assert "`:submit` ends the attempt" in said


def test_the_live_network_is_not_disturbed(practise: Practise) -> None:
    """Not even in the middle of a section; and what hangs there is judged as it runs."""
    said = practise(CONFIGURE + ":check\ndescription to R2\n:check\ndo show clock\n")
    assert "R1(config-if)#description to R2\nR1(config-if)#:check" in said
    assert "2 of 2 tasks done" in flat(said)


def test_what_is_changed_elsewhere_does_not_count_and_that_is_said(practise: Practise) -> None:
    typed = CONFIGURE.replace("10.0.0.1", "10.9.9.1")
    wrong = ":R2\n" + CONFIGURE.replace("10.0.0.1", "10.9.9.2")
    said = flat(practise(typed + wrong + ":check\n"))
    assert "1 FAIL" in said
    assert "You also changed R2, where nothing is yours to configure" in said


def test_why_a_task_fails(practise: Practise) -> None:
    said = flat(practise(":explain 2\n:explain 9\n:explain\n" + SOLVE + ":explain 1\n"))
    assert "FAIL R1 is configured with" in said
    assert "look at show running-config | section" in said
    assert said.count("% Which task? `:explain 1` to `:explain 2`.") == 2
    assert "Nothing is wrong with this task." in said
    assert "An interface is shut down until" not in said


def test_equal_configurations_are_judged_once(practise: Practise) -> None:
    said = practise(":check\n:explain 1\n:check\nenable\nconf t\nint lo0\n:check\n")
    assert said.count("Checking:") == 2


def test_hints_come_in_order_and_cost_what_is_said_before(
    practise: Practise, tmp_path: Path
) -> None:
    said = flat(practise(":hint\n:hint\n:time\n:hint\n:hint\n:hint\n:hint 1\n:hint 2\n:tasks\n"))
    assert said.count("Hint 1 of task 1; 1 more") == 1
    assert said.count("takes 3 points off its 10. Type `:hint` again") == 2  # `:time` came between
    assert said.count("Hint 2 of task 1, 3 points off; it is the last one") == 1
    assert "There are no more hints; `:tasks` shows those you had." in said
    assert "Task 1 has no more hints." in said
    assert "Task 2 has no hint." in said
    assert said.count("hint: An interface is chosen") == 1
    kept = progress(tmp_path).ongoing("toy")
    assert kept is not None
    assert kept.hints == (2, 0)
    # They are remembered, and the points are taken off, in another run.
    said = flat(practise(SOLVE + ":check\n:submit\n"))
    assert "(1 minute so far, 2 hints)" in said
    assert "12 of 15 points (3 off for hints), 12 to pass." in said
    assert "12 of 15 points, 12 to pass; 1 minute, 2 hints (-3 points)" in said
    (one,) = progress(tmp_path).attempts
    assert (one.points, one.passed, one.hints) == (12, True, 2)


def test_changes_are_shown_and_the_reference_only_afterwards(practise: Practise) -> None:
    typed = CONFIGURE + "description mine\n:diff\n:diff R1\n:diff pc1\n:diff\n"
    during, after = practise(typed + ":submit\n:diff\n").split(":submit\n")
    assert during.count(" +description mine") == 3
    assert "% 'pc1' is no router. There are R1 and R2." in during
    assert "description to R2" not in during
    assert "R1, what the reference does beyond:" in after
    assert "+description to R2" in after


def test_an_attempt_ends_with_a_page(practise: Practise, tmp_path: Path) -> None:
    file = tmp_path / "mine.html"
    said = practise(
        SOLVE + ":submit\n:submit\n:hint\n:explain\nshow clock\n:quit\n", "--html", file
    )
    assert "toy  PASSED" in said
    assert "An interface is shut down until somebody says `no shutdown`." in said
    assert "The attempt is over already" in said
    assert said.count("An interface is shut down until") == 2
    assert "R1#show clock\n" in said  # the network is there still
    written = list((tmp_path / "state" / "practice" / "results").iterdir())
    assert len(written) == 1
    assert str(written[0]) in said.replace("\n", "")
    assert written[0].read_text() == file.read_text()
    found = progress(tmp_path)
    assert [it.passed for it in found.attempts] == [True]
    assert found.ongoing("toy") is None
    # The next time begins at the start.
    assert "Nothing is changed yet." in practise(":diff\n")


def test_giving_up_shows_the_solution_and_counts_as_failed(
    practise: Practise, tmp_path: Path
) -> None:
    said = practise(SOLVE + ":solution\n:time\n:solution\n:solution\n:solution\n:quit\n")
    assert "R1, what the reference types:\n" not in said.split("again to do it")[0]
    assert "toy  GIVEN UP" in said
    assert "R1, what the reference types:\n  interface GigabitEthernet0/0\n" in said
    assert "   no shutdown\n" in said
    (one,) = progress(tmp_path).attempts
    assert (one.gave_up, one.passed) == (True, False)


def test_routers_are_put_back_when_it_is_asked_for_twice(practise: Practise) -> None:
    twice = ":reset\n:diff\n:reset\n:reset\n:diff\n"
    said = practise(CONFIGURE + ":2\n:1\n" + twice)
    assert flat(said).count("Type `:reset` again to do it.") == 2
    assert said.count("R1, against the start:") == 1
    assert "Nothing is changed yet." in said
    # The console begins anew as well, where one was.
    assert re.search(r"booted anew\.\nR1>:diff\n", said)
    one = practise(CONFIGURE + ":2\n:reset R1\n:reset R1\n:diff\n")
    assert "R1 is as it was at the start" in one
    assert "R2>:diff\n" in one


def test_leaving_saves_and_coming_back_goes_on(practise: Practise, tmp_path: Path) -> None:
    said = practise(CONFIGURE + ":quit\nshow clock\n")
    assert flat(said).endswith("goes on here.")
    assert "show clock" not in said
    assert "You go on where you left" in practise(":diff\n:quit\n")
    assert " +ip address 10.0.0.1" in practise(":diff\n")
    # Also where the lines just end.
    practise("enable\nconf t\nint lo5\n")
    assert "+interface Loopback5" in practise(":diff\n")
    assert "Nothing is changed yet." in practise(":diff\n", "--fresh")


def test_nothing_is_kept_where_nothing_is_to_be_kept(practise: Practise, tmp_path: Path) -> None:
    said = practise(CONFIGURE + ":save\n:quit\n", "--no-state")
    assert "Nothing is kept" in said
    assert not (tmp_path / "state").exists()


def test_words_that_mean_nothing_and_too_many_of_them(practise: Practise) -> None:
    said = flat(practise(":chek\n:check now\n:h\n:r9\n:\n:r2\n:help\n"))
    assert "% There is no `:chek`. Did you mean `:check`?" in said
    assert "% Too many words. Type `:check`." in said
    assert "% `:h` may be `:help` or `:hint`." in said
    assert "% There is no `:r9`." in said
    assert "1 R1* 2 R2 3 PC1" in said
    assert "R2>:help" in said
    assert ":solution" in said


def test_lines_reach_the_router_that_are_for_it(practise: Practise) -> None:
    """An answer to a question, a banner's text, a host's shell."""
    said = practise("enable\nconf t\nbanner motd #\n:check\n#\nend\nshow run | inc :check\n")
    assert "Checking" not in said
    assert "\n:check\n" in said
    assert "Checking" in practise(":PC1\n:check\n")


def test_an_exercise_that_is_not_there(ioscli: Callable[..., Run]) -> None:
    run = ioscli("practice", "no-such-thing")
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith('there is no exercise "no-such-thing"')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scope", "CCNA"], 'there is no scope "CCNA"'),
        (["--topic", "ENARSI 99"], 'no blueprint has the topic "ENARSI 99"'),
        (["--difficulty", "simple"], 'there is no difficulty "simple"'),
        (["--pace", "quick"], '--pace "quick": '),
        (["--count", "3"], "--count is for --exam"),
        (["--time", "3m"], "--time is for --exam"),
        (["x", "--scope", "ENARSI"], "--scope chooses among exercises; one is named"),
        (["--exam", "--count", "0"], "--count 0: "),
        (["--exam", "--scope", "ENARSI", "--time", "soon"], '--time "soon": '),
    ],
)
def test_wrong_options(options: list[str], message: str, ioscli: Callable[..., Run]) -> None:
    run = ioscli("practice", "--no-state", *options)
    assert run.status == 2
    assert message in run.err


def test_damaged_progress_is_said_and_the_rest_is_used(
    practise: Practise, ioscli: Callable[..., Run], tmp_path: Path, toy: Path
) -> None:
    practise(SOLVE + ":submit\n")
    progress(tmp_path).keep(Ongoing("toy", START))
    kept = tmp_path / "state" / "practice" / "ongoing" / "toy"
    kept.write_bytes(kept.read_bytes()[:-1])
    run = ioscli("practice", "--list", "--state", tmp_path / "state")
    assert run.status == 0
    assert run.err.startswith(f"{kept}: damaged")
    assert len(progress(tmp_path).attempts) == 1


def test_damaged_configurations_are_said_and_fresh_helps(
    practise: Practise,
    ioscli: Callable[..., Run],
    tmp_path: Path,
    toy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    practise(CONFIGURE)
    (kept,) = (tmp_path / "state" / "practice" / "networks").rglob("startup-config")
    kept.write_bytes(kept.read_bytes()[:-1])
    run = ioscli("practice", toy, "--state", tmp_path / "state")
    assert run.status == 2
    assert run.err.startswith(f"{kept}: damaged")
    assert "`ioscli practice EXERCISE --fresh`" in run.err
    assert "Nothing is changed yet." in practise(":diff\n", "--fresh")
