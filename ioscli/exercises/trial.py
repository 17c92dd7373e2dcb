"""The network that an answer makes, booted to be looked at."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.labs.topology import Topology
from ioscli.model.instant import SECOND, Duration, Instant

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.exercise import Exercise

#: Events that one trial may run: a hundred times what the largest shipped exercise needs. What
#: needs more (a storm between two routers) does not end by itself.
MOST_EVENTS = 5_000_000
_EVENTS_A_LOOK = 4_096


class Runaway(Exception):  # noqa: N818 - what the network is, not a fault of ours
    """A network that is never done: it ran more events than a trial may."""


class Trial:
    """A booted network with an answer's configurations; time goes by only when asked for."""

    def __init__(
        self, exercise: "Exercise", answer: "Answer", grammar: "Grammar", seed: int = 0
    ) -> None:
        self.exercise = exercise
        self.answer = answer
        self.grammar = grammar
        self.seed = seed
        self.topology = Topology(exercise.lab, grammar, seed, answer)
        """Raises InputError where the lab itself is wrong."""
        self.topology.start()
        self.wait(Duration(exercise.lab.warm_up + exercise.settle))

    @property
    def now(self) -> Instant:
        """Simulated time."""
        return self.topology.simulation.now

    def wait(self, span: Duration) -> None:
        """Let time go by. Raises Runaway."""
        self.wait_for(lambda: False, span)

    def wait_for(
        self, happened: Callable[[], bool], within: Duration, every: Duration = SECOND
    ) -> bool:
        """Let time go by until something is so, looked at every now and then, or time is up.

        Looks at once as well. Raises Runaway.
        """
        end = Instant(self.now + within)
        while not happened():
            if self.now >= end:
                return False
            self._run_until(min(end, Instant(self.now + every)))
        return True

    def run_while(self, condition: Callable[[], bool]) -> bool:
        """Run events as long as a condition holds; False when the events ran out first.

        Raises Runaway.
        """
        left = _EVENTS_A_LOOK

        def go_on() -> bool:
            nonlocal left
            left -= 1
            if not left:
                left = _EVENTS_A_LOOK
                self._check_events()
            return condition()

        return self.topology.simulation.run_while(go_on)

    def again(self) -> "Trial":
        """The same answer's network, booted anew."""
        return Trial(self.exercise, self.answer, self.grammar, self.seed)

    def _run_until(self, end: Instant) -> None:
        simulation = self.topology.simulation
        self.run_while(lambda: (due := simulation.next_event()) is not None and due <= end)
        simulation.run_until(end)

    def _check_events(self) -> None:
        if self.topology.simulation.events_run > MOST_EVENTS:
            raise Runaway
