"""The network that an answer makes, booted to be looked at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ioscli.labs.topology import Topology
from ioscli.model.instant import MILLISECOND, SECOND, Duration, Instant

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.exercise import Exercise
    from ioscli.labs.explain.finding import Finding
    from ioscli.model.ifname import InterfaceName

#: Events that one trial may run: a hundred times what the largest shipped exercise needs. What
#: needs more (a storm between two routers) does not end by itself.
MOST_EVENTS = 5_000_000
_EVENTS_A_LOOK = 4_096
_BETWEEN_LOOKS = 20 * MILLISECOND
"""Simulated time between looks at what runs the simulation by itself."""


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
        self.topology = Topology(exercise.lab, grammar, seed, answer.upon(exercise.start))
        """Raises InputError where the lab itself is wrong."""
        self._explained: dict[tuple[str, InterfaceName], tuple[Finding, ...]] = {}
        self.deadline: Instant | None = None
        """Until when the network is looked at, whatever time a check may take by itself."""
        self.topology.start()
        self.wait(Duration(exercise.lab.warm_up + exercise.settle))

    @property
    def now(self) -> Instant:
        """Simulated time."""
        return self.topology.simulation.now

    def wait(self, span: Duration) -> None:
        """Let time go by. Raises Runaway."""
        self._run_until(Instant(self.now + span))

    def until(self, within: Duration) -> Instant:
        """When a check that begins now, and may take so long, is to be done."""
        end = Instant(self.now + within)
        return end if self.deadline is None else min(end, self.deadline)

    @contextmanager
    def due(self, deadline: Instant) -> Iterator[None]:
        """Checks that are judged inside of it have to be done by then."""
        former, self.deadline = self.deadline, deadline
        try:
            yield
        finally:
            self.deadline = former

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """What runs the simulation by itself, inside of it, raises Runaway as well."""
        simulation = self.topology.simulation
        watched = True

        def look(_: object) -> None:
            if watched:
                self._check_events()
                simulation.post(_BETWEEN_LOOKS, look, None)

        look(None)
        try:
            yield
        finally:
            watched = False

    def wait_for(
        self, happened: Callable[[], bool], within: Duration, every: Duration = SECOND
    ) -> bool:
        """Let time go by until something is so, looked at every now and then, or time is up.

        Looks at once as well. Raises Runaway.
        """
        end = self.until(within)
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

    def explained(self, node: str, interface: "InterfaceName") -> "tuple[Finding, ...]":
        """What keeps a router's tunnel, or what an interface's crypto map protects, from working.

        The cause first; empty where nothing does. Whoever explains has traffic ask for the tunnel,
        which changes things: that happens in a network booted for it. Nothing is explained while
        a deadline stands, since that network would know nothing of what was done to this one.
        """
        if self.deadline is not None:
            return ()
        known = self._explained.get((node, interface))
        if known is None:
            known = self._explained[node, interface] = self._explain(node, interface)
        return known

    def _explain(self, node: str, interface: "InterfaceName") -> "tuple[Finding, ...]":
        from ioscli.labs.explain.tunnel import diagnose

        try:
            other = self.again()
            with other.bounded():
                return diagnose(other.topology, node, interface).findings
        except Runaway:
            return ()

    def _run_until(self, end: Instant) -> None:
        simulation = self.topology.simulation
        self.run_while(lambda: (due := simulation.next_event()) is not None and due <= end)
        simulation.run_until(end)

    def _check_events(self) -> None:
        if self.topology.simulation.events_run > MOST_EVENTS:
            raise Runaway
