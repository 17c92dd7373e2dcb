"""Tracked objects (Enhanced Object Tracking): their states, and who follows them.

Objects look at interfaces and routes whenever the router settles, at SLA operations whenever one
of these ends. A change is believed after the object's delay, logged as `%TRACK-6-STATE`, and
followed by static routes and by lists that hold the object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.engine.simulation import Timer
from ioscli.model.instant import SECOND, Instant
from ioscli.model.track import TrackedObject, TrackKind
from ioscli.router.sla import SlaProbes

if TYPE_CHECKING:
    from ioscli.router.router import Router

_PASSES = 10
"""Lists may hold lists; a set that has not settled by then is a loop."""
_POLL = 15 * SECOND
"""How often IOS looks at routes (`track timer ip route`)."""


class TrackState:
    """One object at work."""

    __slots__ = ("changed", "changes", "config", "pending", "timer", "up")

    def __init__(self, config: TrackedObject, up: bool, now: Instant) -> None:
        self.config = config
        self.up = up
        self.changes = 1 if up else 0
        """How often the state changed; being found up is the first change."""
        self.changed = now
        self.pending: bool | None = None
        """The state that waits for the delay to pass."""
        self.timer: Timer | None = None

    def cancel(self) -> None:
        """Forget a change that waits."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.pending = None


class Tracking:
    """The tracked objects of one router, and the SLA operations that some of them look at."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._simulation = router.simulation
        self.objects: dict[int, TrackState] = {}
        self._evaluating = False
        self._polling = False
        self._stopped = False
        self.sla = SlaProbes(router, self.evaluate)

    def is_up(self, number: int) -> bool:
        """Whether an object is up; one that nobody made does not stand in the way."""
        state = self.objects.get(number)
        return state is None or state.up

    def stop(self) -> None:
        """The router goes off."""
        self._stopped = True
        for state in self.objects.values():
            state.cancel()
        self.sla.stop()

    # -- configuration -------------------------------------------------------------------------

    def reconfigure(self) -> None:
        """Follow the configuration."""
        self.sla.reconfigure()
        wanted = self._router.config.tracked
        gone = [number for number in self.objects if number not in wanted]
        for number in gone:
            self.objects.pop(number).cancel()
        now = self._simulation.now
        fresh = []
        for number, config in wanted.items():
            state = self.objects.get(number)
            if state is None or _differs(state.config, config):
                if state is not None:
                    state.cancel()
                self.objects[number] = TrackState(config, False, now)
                fresh.append(number)
            else:
                state.config = config
        # What is found at the start is no change: it is neither delayed nor logged.
        for _ in range(_PASSES):
            for number in fresh:
                state = self.objects[number]
                state.up = self._look(state.config)
                state.changes = int(state.up)
        self.evaluate()
        if gone or fresh:
            self._router.reconverge()

    # -- states --------------------------------------------------------------------------------

    def evaluate(self) -> None:
        """Look at everything again: interfaces, routes or operations changed."""
        if self._evaluating:
            return  # whoever changes routes now looks again afterwards
        self._evaluating = True
        for _ in range(_PASSES):
            moved = [state for state in self.objects.values() if self._consider(state)]
            if not moved:
                break
            self._router.reconverge()
        else:
            # A route that is there while it is not tracked as there: it goes on, slowly.
            if not self._polling:
                self._polling = True
                self._simulation.post(_POLL, self._poll, None)
        self._evaluating = False

    def _poll(self, _: object) -> None:
        self._polling = False
        if not self._stopped:
            self.evaluate()

    def _consider(self, state: TrackState) -> bool:
        """Compare an object with what it looks at; whether its state changed at once."""
        seen = self._look(state.config)
        if seen == state.up:
            state.cancel()
            return False
        if state.pending == seen:
            return False
        delay = state.config.delay_up if seen else state.config.delay_down
        if delay:
            state.pending = seen
            state.timer = self._simulation.after(
                delay * SECOND, lambda: self._delay_passed(state, seen)
            )
            return False
        self._change(state, seen)
        return True

    def _delay_passed(self, state: TrackState, up: bool) -> None:
        state.timer = state.pending = None
        self._change(state, up)
        self._router.reconverge()
        self.evaluate()

    def _change(self, state: TrackState, up: bool) -> None:
        before, state.up = state.up, up
        state.changes += 1
        state.changed = self._simulation.now
        what = subject(state.config)
        text = f"{state.config.number} {what} {_word(before)} -> {_word(up)}"
        self._router.log("TRACK", 6, "STATE", text)

    def _look(self, config: TrackedObject) -> bool:
        """The state of what an object looks at."""
        match config.kind:
            case TrackKind.LINE_PROTOCOL | TrackKind.IP_ROUTING:
                return self._interface_up(config)
            case TrackKind.ROUTE:
                return self._route_there(config)
            case TrackKind.SLA_REACHABILITY | TrackKind.SLA_STATE:
                return self._operation_good(config)
            case TrackKind.LIST_AND:
                members = self._members(config)
                return bool(members) and all(members)
            case TrackKind.LIST_OR:
                return any(self._members(config))
            case TrackKind.STUB:
                return config.default_up

    def _interface_up(self, config: TrackedObject) -> bool:
        interface = None
        if config.interface is not None:
            interface = self._router.interfaces.get(config.interface)
        if interface is None or not interface.protocol_up:
            return False
        routed = self._router.config.ip_routing and interface.config.address is not None
        return config.kind is TrackKind.LINE_PROTOCOL or routed

    def _route_there(self, config: TrackedObject) -> bool:
        table = self._router.vrfs.get(config.vrf)
        return (
            table is not None
            and config.prefix is not None
            and table.rib.entry(config.prefix) is not None
        )

    def _operation_good(self, config: TrackedObject) -> bool:
        operation = None if config.operation is None else self.sla.runs.get(config.operation)
        if operation is None or operation.last is None:
            return False
        if config.kind is TrackKind.SLA_STATE:
            return operation.last.ok
        return operation.last.reachable

    def _members(self, config: TrackedObject) -> list[bool]:
        found = []
        for number, negated in config.members:
            member = self.objects.get(number)
            found.append((member is not None and member.up) != negated)
        return found


def _differs(old: TrackedObject, new: TrackedObject) -> bool:
    """Whether an object looks at something else now; delays and members may change under way."""
    return (old.kind, old.interface, old.prefix, old.vrf, old.operation) != (
        new.kind,
        new.interface,
        new.prefix,
        new.vrf,
        new.operation,
    )


def subject(config: TrackedObject) -> str:
    """What an object looks at, in the words of `%TRACK-6-STATE` and `show track brief`."""
    match config.kind:
        case TrackKind.LINE_PROTOCOL | TrackKind.IP_ROUTING:
            short = "" if config.interface is None else config.interface.short
            return f"interface {short} {config.kind.value}"
        case TrackKind.ROUTE:
            return f"ip route {config.prefix} reachability"
        case TrackKind.SLA_REACHABILITY:
            return f"ip sla {config.operation} reachability"
        case TrackKind.SLA_STATE:
            return f"ip sla {config.operation} state"
        case TrackKind.LIST_AND | TrackKind.LIST_OR:
            return f"list {config.kind.value}"
        case TrackKind.STUB:
            return "stub-object"


def _word(up: bool) -> str:
    return "Up" if up else "Down"
