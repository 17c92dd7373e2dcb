"""DUAL: the finite state machine of a destination (RFC 7868 section 3).

The states are those of figure 4 there; what happens is one of `Event`. Descriptors are brought up
to date before the event is handed in. While a destination is active its successor and what
neighbors are told stay as they were when it became active.
"""

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from ioscli.protocols.eigrp.logs import metric_text
from ioscli.protocols.eigrp.metric import INFINITY
from ioscli.protocols.eigrp.topology import NO_PATH, NOBODY, Descriptor, Entry, Local, State

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.protocols.eigrp.neighbor import Neighbor


class Event(Enum):
    """What concerns a destination."""

    UPDATE = "update"
    """A neighbor's distance, or that of the link to it, changed."""
    QUERY = "query"
    REPLY = "reply"
    LOST = "lost"
    """The neighbor or the local route is gone."""


class Dual:
    """The state machine for the destinations of one process."""

    __slots__ = ("_eigrp",)

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp

    def handle(self, entry: Entry, event: Event, source: "Neighbor | Local") -> None:
        """Something happened to a destination."""
        if entry.is_passive:
            self._when_passive(entry, event, source)
        else:
            self._when_active(entry, event, source)

    # -- passive (3.5) -----------------------------------------------------------------------------

    def _when_passive(self, entry: Entry, event: Event, source: "Neighbor | Local") -> None:
        asked_by = source if event is Event.QUERY and not isinstance(source, Local) else None
        distance = entry.distance
        if distance == INFINITY and entry.fd == INFINITY:
            # It was out of reach before: nothing to compute.
            self._settle(entry)
        elif self._feasible(entry, distance):
            self._settle(entry)
        else:
            successors = [one.neighbor for one in entry.successors]
            if asked_by is not None and asked_by in successors:
                self._activate(entry, State.ACTIVE_FOR_SUCCESSOR, asked_by)
                return
            self._activate(entry, State.ACTIVE, None)
        if asked_by is not None:
            self._eigrp.reply(asked_by, entry.prefix)

    def _feasible(self, entry: Entry, distance: int) -> bool:
        """Whether a way of the least distance meets the feasibility condition (3.4)."""
        if distance == INFINITY:
            return False
        found = any(
            one.distance == distance and one.reported < entry.fd
            for one in entry.descriptors.values()
        )
        if "fsm" in self._eigrp.debugging:
            self._note_search(entry, distance, found=found)
        return found

    def _settle(self, entry: Entry) -> None:
        """Passive: the best ways that are feasible are the successors; tell what changed."""
        entry.state = State.PASSIVE
        distance = entry.distance
        if distance == INFINITY:
            entry.successors, entry.report, entry.fd = (), NO_PATH, INFINITY
        else:
            entry.successors = tuple(
                sorted(
                    (
                        one
                        for one in entry.descriptors.values()
                        if one.distance == distance and one.reported < entry.fd
                    ),
                    key=_preference,
                )
            )
            entry.report = entry.successors[0].report
            entry.fd = min(entry.fd, distance)
        self._eigrp.changed(entry)

    # -- active (3.5) ------------------------------------------------------------------------------

    def _activate(self, entry: Entry, state: State, origin: "Neighbor | None") -> None:
        """Begin a diffusing computation, or another round of it: ask the neighbors."""
        eigrp = self._eigrp
        current = self._current(entry)
        if current is None:
            entry.fd, entry.report = INFINITY, NO_PATH
        else:
            entry.fd, entry.report = current.distance, current.report
        entry.state, entry.origin = state, origin
        entry.asked = frozenset(
            neighbor
            for neighbor in eigrp.established()
            if not neighbor.is_stub and neighbor is not origin
        )
        entry.replies = entry.asked
        if "fsm" in eigrp.debugging:
            eigrp.debug("fsm", f"DUAL: Dest {entry.network} entering active state")
        eigrp.became_active(entry)
        if not entry.replies:
            self._last_reply(entry)

    def _current(self, entry: Entry) -> Descriptor | None:
        """The successor that the destination had, as it is now; None: it is out of reach."""
        known = entry.descriptors.values()
        left = [one for one in entry.successors if one in known and one.distance < INFINITY]
        return min(left, key=_preference, default=None)

    def _when_active(self, entry: Entry, event: Event, source: "Neighbor | Local") -> None:
        is_successor = any(_source(one) is source for one in entry.successors)
        if isinstance(source, Local):
            if is_successor:
                self._successor_changed(entry)
            return
        match event:
            case Event.QUERY if is_successor and source is not entry.origin:
                entry.origin = source
                entry.state = State.ACTIVE_BOTH
            case Event.QUERY if source is not entry.origin:
                self._eigrp.reply(source, entry.prefix)
            case Event.QUERY:
                pass  # asked twice: it gets one reply
            case Event.UPDATE if is_successor:
                self._successor_changed(entry)
            case Event.REPLY:
                entry.replies -= {source}
                entry.sia_silent -= {source}
                if is_successor:
                    self._successor_changed(entry)
            case Event.LOST:
                entry.replies -= {source}
                entry.asked -= {source}
                entry.sia_silent -= {source}
                if source is entry.origin:
                    # Nobody waits for our answer any more, and the distance rose.
                    entry.origin = None
                    entry.state = State.ACTIVE_DISTANCE_ROSE
                elif is_successor:
                    self._successor_changed(entry)
        if not entry.replies:
            self._last_reply(entry)

    def _successor_changed(self, entry: Entry) -> None:
        """The frozen successor's distance changed: note when it rose."""
        current = self._current(entry)
        if current is not None and current.distance <= entry.fd:
            return
        if entry.fd == INFINITY:
            return
        if entry.state is State.ACTIVE:
            entry.state = State.ACTIVE_DISTANCE_ROSE
        elif entry.state is State.ACTIVE_FOR_SUCCESSOR:
            entry.state = State.ACTIVE_BOTH

    def _last_reply(self, entry: Entry) -> None:
        """Every neighbor has replied (3.5, events 12 to 16)."""
        distance = entry.distance
        free = entry.state in (State.ACTIVE, State.ACTIVE_FOR_SUCCESSOR)
        if not free and not self._feasible(entry, distance) and entry.fd < INFINITY:
            again = (
                State.ACTIVE_FOR_SUCCESSOR
                if entry.state is State.ACTIVE_BOTH and entry.origin is not None
                else State.ACTIVE
            )
            self._activate(entry, again, entry.origin)
            return
        if free:
            # All neighbors know our distance now: every way is open again.
            entry.fd = INFINITY
        origin, entry.origin = entry.origin, None
        entry.asked = NOBODY
        self._eigrp.became_passive(entry)
        if "fsm" in self._eigrp.debugging:
            self._eigrp.debug("fsm", f"DUAL: Going from state {int(entry.state)} to state passive")
        self._settle(entry)
        if origin is not None:
            self._eigrp.reply(origin, entry.prefix)

    # -- debugging ---------------------------------------------------------------------------------

    def _note_search(self, entry: Entry, distance: int, *, found: bool) -> None:
        eigrp = self._eigrp
        reported = min((one.reported for one in entry.successors), default=INFINITY)
        eigrp.debug(
            "fsm",
            f"DUAL: Find FS for dest {entry.network}. FD is {metric_text(entry.fd)},"
            f" RD is {metric_text(reported)}",
        )
        verdict = "found" if found else "not found"
        for one in _sorted(entry.descriptors.values()):
            who = one.neighbor.ip if one.neighbor is not None else "0.0.0.0"
            tail = ""
            if one.distance == distance:
                tail = f" {verdict} Dmin is {metric_text(distance)}"
            eigrp.debug(
                "fsm",
                f"DUAL:   {who} metric {metric_text(one.distance)}/{metric_text(one.reported)}"
                f"{tail}",
            )


def _source(descriptor: Descriptor) -> "Neighbor | Local | None":
    return descriptor.neighbor or descriptor.origin


def _preference(descriptor: Descriptor) -> tuple[bool, bool, int, int]:
    """Of equal ways: what is attached here, then internal ones, then the lowest address."""
    neighbor = descriptor.neighbor
    return (
        neighbor is not None,
        descriptor.external is not None,
        descriptor.distance,
        0 if neighbor is None else neighbor.address,
    )


def _sorted(descriptors: Iterable[Descriptor]) -> list[Descriptor]:
    return sorted(descriptors, key=lambda one: (one.distance, *_preference(one)))
