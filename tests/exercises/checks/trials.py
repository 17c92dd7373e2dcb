"""Labs of a few lines, and networks made of them, for tests of checks."""

from collections.abc import Mapping
from pathlib import Path

from ioscli.cli.matcher import Grammar, Match
from ioscli.cli.pipes import split_pipe
from ioscli.exercises.answer import Answer
from ioscli.exercises.checks.kinds import read_check
from ioscli.exercises.exercise import Difficulty, Exercise, Kind, Task
from ioscli.exercises.trial import Trial
from ioscli.exercises.verdict import Check, Verdict
from ioscli.hosts.linux.tools import find_program
from ioscli.labs.document import read_document
from ioscli.labs.labfile import Lab, NodeKind, read_lab
from ioscli.model.instant import SECOND, Duration

ROUTER = NodeKind.ROUTER


def exercise_of(lab: Lab, nodes: tuple[str, ...]) -> Exercise:
    """A lab without tasks."""
    return Exercise(
        lab=lab,
        kind=Kind.BUILD,
        goal="goal",
        topics=(),
        difficulty=Difficulty.EASY,
        time=Duration(0),
        pass_mark=1,
        nodes=nodes,
        story="story",
        tasks=(Task("task", 1, ()),),
        explanation="",
        settle=Duration(10 * SECOND),
    )


def check_of(text: str, lab: Lab, folder: Path) -> Check:
    """A check as lab.yaml has it: `ping: {from: R1, to: 192.0.2.1}`."""
    file = folder / "check.yaml"
    file.write_text(text)
    return read_check(read_document(file), lab)


class Bench:
    """A lab in a folder of its own; answers to it are judged by single checks."""

    def __init__(
        self, grammar: Grammar, folder: Path, file: Path, configs: Mapping[str, str]
    ) -> None:
        self.lab = read_lab(file)
        self.folder = folder
        self.configs = dict(configs)
        self._grammar = grammar

    def check(self, text: str) -> Check:
        """As lab.yaml has it."""
        return check_of(text, self.lab, self.folder)

    def trial(self, **changed: str) -> Trial:
        """The network, with other configurations for some of its nodes."""
        texts = {**self.configs, **changed}
        return Trial(
            exercise_of(self.lab, tuple(texts)), Answer.of_texts(texts), self._grammar, seed=7
        )

    def judge(self, text: str, **changed: str) -> Verdict:
        """What a check finds in it, by what lab.yaml would say."""
        verdict = self.check(text).judge(self.trial(**changed))
        assert_plain(verdict)
        self.assert_typeable(verdict)
        return verdict

    def assert_typeable(self, verdict: Verdict) -> None:
        """The commands that show it are commands of a router."""
        for shown in verdict.shown_by:
            node, _, command = shown.partition(": ")
            if self.lab.nodes[node].kind is not ROUTER:
                continue
            if self.lab.nodes[node].kind is NodeKind.LINUX:
                assert find_program(command.split()[0]) is not None, shown
                continue
            pipe = split_pipe(command)
            typed = command if pipe is None else pipe.command
            assert isinstance(self._grammar.parse("exec", typed), Match), shown


def configurations(folder: Path, *, solved: bool) -> dict[str, str]:
    """The routers' configurations of a lab, by node; those that it starts with, or solved ones."""
    texts = {file.stem: file.read_text() for file in (folder / "start").glob("*.cfg")}
    if solved:
        texts |= {file.stem: file.read_text() for file in (folder / "solution").glob("*.cfg")}
    routers = [it.name for it in read_lab(folder / "lab.yaml").nodes.values() if it.kind is ROUTER]
    return {node: text for node, text in texts.items() if node in routers}


def assert_plain(verdict: Verdict) -> None:
    """Sentences are single lines without a final stop, and commands name their nodes."""
    for sentence in (verdict.seen, *verdict.because):
        assert sentence
        assert "\n" not in sentence
        assert not sentence.endswith(".")
    for command in verdict.shown_by:
        assert ": " in command
