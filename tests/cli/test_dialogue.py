"""What drives commands that take time or ask."""

from collections.abc import Callable
from typing import Any

from ioscli.cli.dialogue import Ask, Await, Confirm, Dialogue, Interrupted, Resume, Say, Steps


class Later:
    """Something that is awaited: keeps the function that takes its result."""

    def __init__(self) -> None:
        self.resume: Resume | None = None
        self.cancelled = False

    def start(self, resume: Resume) -> Callable[[], object]:
        self.resume = resume
        return self.cancel

    def cancel(self) -> None:
        self.cancelled = True

    def finish(self, result: Any) -> None:
        assert self.resume is not None
        self.resume(result)


def run(steps: Any) -> tuple[Dialogue, list[str], list[bool]]:
    said: list[str] = []
    moves: list[bool] = []
    dialogue = Dialogue(steps, said.append, lambda: moves.append(True))
    dialogue.advance()
    return dialogue, said, moves


def test_lines_and_text() -> None:
    dialogue, said, _ = run(iter(["one", Say("two"), "three"]))
    assert dialogue.ended
    assert "".join(said) == "one\ntwothree\n"


def test_questions() -> None:
    def steps() -> Steps:
        name = yield Ask("Name? ")
        sure = yield Confirm("Sure? [confirm]")
        yield f"{name} {sure}"

    dialogue, said, _ = run(steps())
    assert dialogue.question == Ask("Name? ")
    dialogue.answer("me")
    assert dialogue.question == Confirm("Sure? [confirm]")
    dialogue.answer("")
    assert said == ["me True\n"]
    assert dialogue.ended


def test_only_enter_and_yes_confirm() -> None:
    def steps() -> Steps:
        yield str((yield Confirm("?")))

    for answer, result in (
        ("", "True"),
        ("Y", "True"),
        ("yes", "True"),
        ("n", "False"),
        ("q", "False"),
    ):
        dialogue, said, _ = run(steps())
        dialogue.answer(answer)
        assert said == [f"{result}\n"]


def test_waiting() -> None:
    later = Later()

    def steps() -> Steps:
        yield str((yield Await(later.start)))

    dialogue, said, moves = run(steps())
    assert dialogue.waiting
    later.finish(7)
    later.finish(8)
    assert said == ["7\n"]
    assert dialogue.ended
    assert moves == [True]


def test_results_that_come_at_once_do_not_nest() -> None:
    def at_once(resume: Resume) -> Callable[[], object]:
        resume(1)
        return lambda: None

    def steps() -> Steps:
        total = 0
        for _ in range(5_000):
            total += yield Await(at_once)
        yield str(total)

    dialogue, said, _ = run(steps())
    assert dialogue.ended
    assert said == ["5000\n"]


def test_interrupt_cancels_and_late_results_are_ignored() -> None:
    later = Later()

    def steps() -> Steps:
        try:
            yield Await(later.start)
        except Interrupted:
            yield "stopped"

    dialogue, said, _ = run(steps())
    dialogue.interrupt()
    assert later.cancelled
    later.finish(1)
    assert said == ["stopped\n"]
    assert dialogue.ended
    dialogue.interrupt()
    assert said == ["stopped\n"]


def test_interrupt_ends_what_does_not_mind_it() -> None:
    dialogue, said, _ = run(iter([Ask("? "), "never"]))
    dialogue.interrupt()
    assert dialogue.ended
    assert said == []
