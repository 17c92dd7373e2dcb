"""The shipped exercises: right answers get all points, the start and likely mistakes do not.

`ioscli lab check` asks more (does every check notice something), and takes its time for it.
"""

import pytest

from ioscli.cli.matcher import Grammar, load_grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.blueprints import blueprints
from ioscli.exercises.exercise import Exercise, Kind
from ioscli.exercises.marking import mark
from ioscli.exercises.reading import is_exercise, read_exercise
from ioscli.labs.startup import read_config
from ioscli.resources import labs_folder

FILES = sorted(it for it in labs_folder().glob("*/lab.yaml") if is_exercise(it))
WIDEST = 80


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return load_grammar()


@pytest.fixture(params=FILES, ids=lambda file: file.parent.name)
def exercise(request: pytest.FixtureRequest) -> Exercise:
    return read_exercise(request.param)


def answers(exercise: Exercise, kind: str) -> list[tuple[str, Answer]]:
    """Those of a folder; what they leave out is the solution's."""
    found = []
    for folder in sorted((exercise.lab.folder / kind).glob("*")):
        texts = Answer.of_solution(exercise).texts | {
            file.stem: read_config(file) for file in folder.glob("*.cfg")
        }
        found.append((folder.name, Answer.of_texts(texts)))
    return found


def failures(exercise: Exercise, answer: Answer, grammar: Grammar) -> dict[str, str]:
    result = mark(exercise, answer, grammar)
    assert not result.left_out
    return {
        check.title: check.verdict.seen
        for task in result.tasks
        for check in task.checks
        if not check.verdict.passed
    }


def test_right_answers_get_all_points(exercise: Exercise, grammar: Grammar) -> None:
    assert failures(exercise, Answer.of_solution(exercise), grammar) == {}
    for name, answer in answers(exercise, "alternatives"):
        assert (name, failures(exercise, answer, grammar)) == (name, {})


def test_the_start_is_under_the_pass_mark(exercise: Exercise, grammar: Grammar) -> None:
    result = mark(exercise, Answer(), grammar)
    assert not result.passed
    assert result.pass_mark <= result.out_of


def test_likely_mistakes_are_noticed(exercise: Exercise, grammar: Grammar) -> None:
    for name, answer in answers(exercise, "wrong"):
        assert (name, failures(exercise, answer, grammar)) != (name, {})


def test_every_answer_belongs_to_a_router_of_the_student(exercise: Exercise) -> None:
    for kind in ("alternatives", "wrong"):
        for file in (exercise.lab.folder / kind).rglob("*.*"):
            assert file.suffix == ".cfg"
            assert file.stem in exercise.nodes


def test_texts_fit_a_terminal(exercise: Exercise) -> None:
    for text in (exercise.story, exercise.explanation):
        lines = [line for line in text.splitlines() if not line.startswith(" ")]  # no output
        assert [line for line in lines if len(line) > WIDEST] == []


def test_hints_become_more_specific_and_leave_something(exercise: Exercise) -> None:
    for task in exercise.tasks:
        assert sum(hint.cost for hint in task.hints) < task.points
        assert len({hint.text for hint in task.hints}) == len(task.hints)
    assert any(task.hints for task in exercise.tasks)


def test_there_are_two_dozen_of_both_kinds_for_every_certification() -> None:
    exercises = [read_exercise(file) for file in FILES]
    assert len(exercises) >= 24
    assert {it.kind for it in exercises} == set(Kind)
    for blueprint in blueprints():
        assert any(blueprint.scope in it.scopes for it in exercises)


def test_names_are_those_of_the_folders() -> None:
    for file in FILES:
        assert read_exercise(file).name == file.parent.name
