"""The queue before a port's wire."""

from ioscli.engine.link import OUTPUT_QUEUE, Link, Port
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import MILLISECOND, Instant


def test_what_waits_for_the_wire_drains_at_its_speed() -> None:
    simulation = Simulation()
    first, second = Port(simulation, "a"), Port(simulation, "b")
    assert first.waiting == 0
    Link(simulation, first, second, bandwidth=8_000_000)  # a full frame in 1.5 ms
    for _ in range(10):
        assert first.transmit(bytes(1_500))
    assert first.waiting == 10
    simulation.run_until(Instant(6 * MILLISECOND))
    assert first.waiting == 6
    simulation.run_until(Instant(20 * MILLISECOND))
    assert first.waiting == 0


def test_the_limit_is_reached_when_the_queue_says_so() -> None:
    simulation = Simulation()
    first, second = Port(simulation, "a"), Port(simulation, "b")
    Link(simulation, first, second, bandwidth=64_000)
    while first.transmit(bytes(1_500)):
        pass
    assert first.waiting == OUTPUT_QUEUE + 1  # that which is on the wire counts too
