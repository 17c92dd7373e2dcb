"""The event queue: order, time and what is counted."""

from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant


def test_events_run_in_the_order_of_their_times_then_of_their_posting():
    simulation = Simulation()
    ran: list[tuple[int, str]] = []

    def note(name: str) -> None:
        ran.append((simulation.now, name))

    for delay, name in ((20, "late"), (10, "first"), (10, "second"), (30, "never")):
        simulation.post(delay, note, name)
    simulation.run_until(Instant(20))
    assert ran == [(10, "first"), (10, "second"), (20, "late")]
    assert simulation.now == 20
    assert simulation.next_event() == 30


def test_events_that_events_post_run_in_the_same_go():
    simulation = Simulation()
    seen: list[int] = []

    def again(left: int) -> None:
        seen.append(simulation.now)
        if left:
            simulation.post(5, again, left - 1)

    simulation.post(0, again, 9)
    simulation.run_until(Instant(22))
    assert seen == [0, 5, 10, 15, 20]
    assert simulation.now == 22


def test_every_event_that_ran_is_counted_however_it_ran():
    simulation = Simulation()
    counts: list[int] = []
    for delay in range(6):
        simulation.post(delay, lambda _: counts.append(simulation.events_run), None)
    cancelled = simulation.after(6, lambda: counts.append(-1))
    simulation.run_until(Instant(1))
    assert simulation.step()
    assert simulation.run_while(lambda: len(counts) < 5)
    assert simulation.events_run == 5
    cancelled.cancel()
    assert not simulation.run_while(lambda: True)
    assert counts == [1, 2, 3, 4, 5, 6]  # an event counts itself
    assert simulation.events_run == 7
    assert not simulation.step()
