"""Deadlines held against a plain dictionary of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.model.instant import Instant
from ioscli.protocols.deadlines import Deadlines

Step = tuple[str, int, Instant | None]
THINGS = st.integers(0, 9)
TIMES = st.none() | st.integers(0, 30).map(Instant)
STEPS = st.one_of(
    st.tuples(st.just("set"), THINGS, TIMES),
    st.tuples(st.just("forget"), THINGS, st.none()),
    st.tuples(st.just("pop"), st.just(0), st.integers(0, 30).map(Instant)),
)


@given(st.lists(STEPS, max_size=60))
@settings(max_examples=200, deadline=None)
def test_the_earliest_is_the_least_of_all_and_pop_takes_what_is_due(
    steps: list[Step],
) -> None:
    deadlines: Deadlines[int] = Deadlines()
    plain: dict[int, Instant | None] = {}  # in the order in which they became known
    for step, thing, when in steps:
        if step == "set":
            deadlines.set(thing, when)
            plain[thing] = when
        elif step == "forget":
            deadlines.forget(thing)
            plain.pop(thing, None)
        else:
            assert when is not None
            due = [it for it, at in plain.items() if at is not None and at <= when]
            assert deadlines.pop(when) == due
            plain.update(dict.fromkeys(due))
        times = [at for at in plain.values() if at is not None]
        assert deadlines.earliest == min(times, default=None)


def test_a_forgotten_thing_that_comes_back_is_not_due_by_its_old_entry() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", Instant(5))
    deadlines.forget("a")
    deadlines.set("a", Instant(9))
    assert deadlines.earliest == 9
    assert deadlines.pop(Instant(6)) == []
    assert deadlines.pop(Instant(9)) == ["a"]


@pytest.mark.parametrize("things", [1, 100])
def test_entries_that_no_longer_hold_do_not_pile_up(things: int) -> None:
    deadlines: Deadlines[int] = Deadlines()
    for time in range(2_000):
        for thing in range(things):
            deadlines.set(thing, Instant(10_000 + time))
    assert len(deadlines._heap) <= 2 * things + 65
    assert deadlines.earliest == 11_999
