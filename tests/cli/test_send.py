"""send: messages to who is on other lines."""

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session

from .test_reference_dialogues import Bench


def on_vty(bench: Bench, number: int) -> list[str]:
    """Somebody on a vty: what the terminal shows."""
    screen: list[str] = []
    Session(bench.router, bench.grammar, output=screen.append, privileged=True, line=number + 1)
    return screen


def test_a_message_reaches_everybody(grammar: Grammar) -> None:
    bench = Bench(grammar)
    screens = [on_vty(bench, 0), on_vty(bench, 3)]
    said = bench.type("send *")
    assert said == "Enter message, end with CTRL/Z; abort with CTRL/C:\n"
    bench.type("The system goes down")
    bench.session.end_key("in 10 minutes.")
    assert bench.prompt == "Send message? [confirm]"
    message = (
        "\n\n***\n*** Message from tty0 to all terminals:\n***\n"
        "The system goes down\nin 10 minutes.\n"
    )
    assert message in bench.type("")
    assert ["".join(screen) for screen in screens] == [message, message]


def test_a_message_to_one_line(grammar: Grammar) -> None:
    bench = Bench(grammar)
    first, second = on_vty(bench, 0), on_vty(bench, 1)
    bench.type("send vty 1")
    bench.session.end_key("hello")
    bench.type("y")
    assert "*** Message from tty0 to tty579:\n***\nhello\n" in "".join(second)
    assert not first


def test_it_can_be_called_off(grammar: Grammar) -> None:
    bench = Bench(grammar)
    screen = on_vty(bench, 0)
    bench.type("send *")
    bench.type("a")
    bench.session.interrupt()
    assert bench.prompt == "Router#"
    bench.type("send 578")
    bench.session.end_key("b")
    bench.type("n")
    assert bench.prompt == "Router#"
    assert not screen
