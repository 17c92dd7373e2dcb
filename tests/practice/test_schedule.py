"""When an exercise comes back."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ioscli.practice.attempt import Attempt
from ioscli.practice.schedule import DAY, schedule
from tests.practice.conftest import START, attempt

_ATTEMPT = st.builds(
    lambda days, passed, hints: attempt(days, passed=passed, hints=hints),
    st.floats(0, 400),
    st.booleans(),
    st.integers(0, 2),
)


def due(*attempts: Attempt) -> timedelta:
    """After START."""
    return schedule(attempts)["toy"].due - START


def test_what_failed_comes_back_after_a_day() -> None:
    assert due(attempt(passed=False)) == DAY
    assert due(attempt(0), attempt(3), attempt(8, passed=False)) == 9 * DAY


def test_what_is_passed_whenever_it_is_due_comes_back_later_and_later() -> None:
    attempts = [attempt(0)]
    gaps = []
    for _ in range(6):
        day = due(*attempts) / DAY
        gaps.append(day - (attempts[-1].finished - START) / DAY)
        attempts.append(attempt(day))
    assert gaps == [2, 4, 8, 16, 32, 64]


def test_hints_leave_it_in_its_box() -> None:
    assert due(attempt(hints=1)) == DAY
    assert due(attempt(0), attempt(2, hints=1)) == 4 * DAY


def test_cramming_moves_nothing() -> None:
    """Passed five times on one day is known as well as passed once."""
    assert due(*(attempt(number / 100) for number in range(5))) < 3 * DAY


@given(st.lists(_ATTEMPT, min_size=1, max_size=8))
def test_passing_never_brings_it_back_earlier(attempts: list[Attempt]) -> None:
    attempts.sort(key=lambda it: it.finished)
    before = schedule(attempts)["toy"]
    last = attempts[-1].finished
    for wait in (timedelta(hours=1), before.due - last + DAY):
        moment = (last + max(wait, timedelta(hours=1)) - START) / DAY
        after = schedule([*attempts, attempt(moment)])["toy"]
        assert after.due >= before.due
        assert after.due > last + wait
    failed = schedule([*attempts, attempt((last - START) / DAY + 1, passed=False)])["toy"]
    assert failed.due == last + 2 * DAY


@given(st.lists(_ATTEMPT, max_size=8), st.randoms())
def test_the_order_in_which_they_are_read_does_not_matter(
    attempts: list[Attempt], chance: object
) -> None:
    unlike = list({it.finished: it for it in attempts}.values())
    assert schedule(unlike) == schedule(reversed(unlike))


def test_each_exercise_has_a_card_of_its_own() -> None:
    cards = schedule([attempt(0), attempt(0, name="other", passed=False)])
    assert (cards["toy"].box, cards["other"].box) == (2, 1)
    assert schedule([]) == {}
