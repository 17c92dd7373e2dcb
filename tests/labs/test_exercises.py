"""The texts of the shipped exercises; what their checks are worth stands in test_lab_check."""

import pytest

from ioscli.exercises.blueprints import blueprints
from ioscli.exercises.exercise import Exercise, Kind
from ioscli.exercises.reading import is_exercise, read_exercise
from ioscli.resources import labs_folder

FILES = sorted(it for it in labs_folder().glob("*/lab.yaml") if is_exercise(it))
WIDEST = 80


@pytest.fixture(params=FILES, ids=lambda file: file.parent.name)
def exercise(request: pytest.FixtureRequest) -> Exercise:
    return read_exercise(request.param)


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
