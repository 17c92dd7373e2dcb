"""Attempts as data, and as what is kept of them."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.practice.attempt import Attempt, Mode, Ongoing, TaskScore
from tests.practice.conftest import attempt

_NUMBERS = st.integers(0, 1000)
_MOMENTS = st.datetimes(
    datetime(2000, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
_TASKS = st.builds(TaskScore, st.text(), _NUMBERS, st.booleans(), _NUMBERS, _NUMBERS)
_ATTEMPTS = st.builds(
    Attempt,
    st.text(),
    _MOMENTS,
    _MOMENTS,
    st.sampled_from(Mode),
    _NUMBERS,
    _NUMBERS,
    st.booleans(),
    st.lists(_TASKS, max_size=3).map(tuple),
)
_ONGOING = st.builds(
    Ongoing, st.text(), _MOMENTS, _NUMBERS, st.lists(_NUMBERS, max_size=3).map(tuple)
)


@given(_ATTEMPTS)
def test_what_is_kept_of_an_attempt_is_the_attempt(one: Attempt) -> None:
    assert Attempt.of_json(one.as_json()) == one


@given(_ONGOING)
def test_what_is_kept_of_an_attempt_that_goes_on_is_all_of_it(one: Ongoing) -> None:
    assert Ongoing.of_json(one.as_json()) == one


@given(_ATTEMPTS, st.data())
def test_anything_else_is_refused_as_a_value(one: Attempt, data: st.DataObject) -> None:
    fields = json.loads(one.as_json())
    name = data.draw(st.sampled_from(sorted(fields)))
    wrong: object = data.draw(st.sampled_from([None, 1.5, {}, [1], "x\n"]))
    if name == "exercise" and isinstance(wrong, str):
        wrong = None
    with pytest.raises(ValueError, match=r".*"):
        Attempt.of_json(json.dumps(fields | {name: wrong}))
    del fields[name]
    with pytest.raises(ValueError, match=r".*"):
        Attempt.of_json(json.dumps(fields))


def test_giving_up_is_not_passing() -> None:
    assert attempt().passed
    assert not attempt()._replace(gave_up=True).passed
    assert not attempt(points=7).passed
