"""Every shipped exercise passes `ioscli lab check`, and the index page tells of all of them."""

from collections.abc import Callable

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.catalogue import find_exercise, shipped_exercises
from ioscli.exercises.index import COMMAND
from ioscli.exercises.lab_check import check_labs
from ioscli.exercises.lab_plan import plan
from ioscli.exercises.lab_report import summary
from ioscli.resources import labs_folder
from tests.conftest import Run

Ioscli = Callable[..., Run]


@pytest.mark.parametrize("name", shipped_exercises())
def test_exercise(name: str, grammar: Grammar) -> None:
    """As `ioscli lab check` does, which tells more of what is wrong."""
    (report,) = check_labs([plan(find_exercise(name), grammar)])
    assert not list(report.faults()), summary(report)
    assert len(report.wrong) > len(report.unnoticed())


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_index_is_of_the_shipped_exercises(form: str, ioscli: Ioscli) -> None:
    run = ioscli("lab", "index", "--format", form)
    assert run.status == 0
    assert [name for name in shipped_exercises() if name not in run.out] == []


def test_committed_index_is_as_the_labs_are(ioscli: Ioscli) -> None:
    page = labs_folder() / "INDEX.md"
    wanted = ioscli("lab", "index", "--format", "markdown").out
    assert page.read_text() == wanted, f"write it anew: {COMMAND} > labs/INDEX.md"
