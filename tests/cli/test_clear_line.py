"""clear line: whoever is on another line is disconnected."""

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session

from .test_reference_dialogues import Bench


def on_a_vty(bench: Bench, number: int) -> tuple[Session, list[str], list[bool]]:
    screen: list[str] = []
    noticed: list[bool] = []
    session = Session(
        bench.router,
        bench.grammar,
        output=screen.append,
        privileged=True,
        line=number + 1,
        on_change=lambda: noticed.append(True),
    )
    return session, screen, noticed


def test_a_session_on_the_line_ends(grammar: Grammar) -> None:
    bench = Bench(grammar)
    other, screen, noticed = on_a_vty(bench, 1)
    bystander, _, _ = on_a_vty(bench, 2)
    other.feed("configure terminal")
    assert bench.type("clear line vty 1") == ""
    assert bench.prompt == "[confirm]"
    assert bench.type("").endswith("Configured from console by vty1\n [OK]\n")
    assert other.closed
    assert noticed
    assert screen[-1] == "\n"
    assert not bystander.closed


def test_lines_are_numbered_as_show_users_numbers_them(grammar: Grammar) -> None:
    bench = Bench(grammar)
    other, _, _ = on_a_vty(bench, 1)
    bench.type("clear line 578")
    bench.type("y")
    assert not other.closed
    bench.type("clear line 579")
    bench.type("y")
    assert other.closed


def test_another_key_changes_nothing(grammar: Grammar) -> None:
    bench = Bench(grammar)
    other, _, _ = on_a_vty(bench, 0)
    bench.type("clear line 578")
    assert bench.type("n") == ""
    assert not other.closed


def test_lines_that_are_not_there_are_refused(grammar: Grammar) -> None:
    bench = Bench(grammar)
    for number in (2, 577, 583):
        said = bench.type(f"clear line {number}")
        assert said == " " * len("Router#clear line ") + (
            "^\n% Invalid input detected at '^' marker.\n\n"
        )
    assert bench.type("clear line 0") == "% Not allowed to clear current line\n"
    bench.type("clear line aux 0")
    assert bench.type("") == " [OK]\n"
