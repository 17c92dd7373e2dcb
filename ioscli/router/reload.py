"""Reloads of one router: asked for, scheduled, under way.

A reload takes simulated time: the software stops, the ports lose their carrier, and the router is
back with its startup-config when it has booted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.instant import MINUTE, SECOND, Instant
from ioscli.model.platform import RESTARTED

if TYPE_CHECKING:
    from ioscli.model.config import RouterConfig
    from ioscli.router.clock import Clock

GOING_DOWN = SECOND
"""From the order to the moment when the ports go dark."""
BOOT_TIME = 30 * SECOND
"""From there to a router that forwards again; IOSv takes half a minute to a minute and a half."""

#: How long before a scheduled reload IOS warns everybody who is logged in.
_WARNINGS = (60 * MINUTE, 30 * MINUTE, 5 * MINUTE, MINUTE)

ReadConfig = Callable[[], "RouterConfig"]
"""Gives the configuration to come up with: the startup-config as it is then."""


class Listener(Protocol):
    """Somebody who is logged in."""

    def announce(self, text: str) -> None:
        """Lines for every terminal."""

    def going_down(self) -> None:
        """A reload begins: what is sent now still arrives."""

    def router_down(self) -> None:
        """The router went down: whatever the session did is over."""

    def configuration_replaced(self) -> None:
        """The configuration became another one, not by the session's own lines."""


class Scheduled(NamedTuple):
    """A reload that is to come."""

    due: Instant
    by: str
    """`console`, `vty0`."""
    reason: str
    at: bool
    """Whether a time of day was asked for (`reload at`), not a span (`reload in`)."""
    timers: tuple[Timer, ...]


class Reloads:
    """What `reload` and `show reload` work with."""

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        log: Callable[[str, int, str, str], None],
        shut_down: Callable[[], None],
        restart: Callable[[RouterConfig], None],
    ) -> None:
        self._simulation = simulation
        self._clock = clock
        self._log = log
        self._shut_down = shut_down
        self._restart = restart
        self._listeners: list[Listener] = []
        self._waiting: list[Callable[[], None]] = []
        self.scheduled: Scheduled | None = None
        self.last_reason: str | None = None
        """Why it last reloaded; None: it has not."""
        self.down = False
        """Whether a reload is under way."""

    def subscribe(self, listener: Listener) -> Callable[[], object]:
        """Tell a listener what happens; call what is returned to stop that."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:  # a session may be ended twice, by both its sides
                self._listeners.remove(listener)

        return stop

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Who is logged in, in the order in which they came."""
        return tuple(self._listeners)

    def when_up(self, callback: Callable[[], None]) -> Callable[[], object]:
        """Call back once, when the router has booted; call what is returned to stop that."""
        self._waiting.append(callback)
        return lambda: self._waiting.remove(callback) if callback in self._waiting else None

    # -- reloading -----------------------------------------------------------------------------

    def start(self, read: ReadConfig, by: str, reason: str = "Reload Command") -> None:
        """Reload now."""
        if self.down:
            return
        self._forget()
        self.down = True
        self.last_reason = reason
        self._log("SYS", 5, "RELOAD", f"Reload requested by {by}. Reload Reason: {reason}.")
        for listener in tuple(self._listeners):
            listener.going_down()
        self._simulation.after(GOING_DOWN, lambda: self._off(read))

    def _off(self, read: ReadConfig) -> None:
        self._shut_down()
        for listener in tuple(self._listeners):
            listener.router_down()
        self._simulation.after(BOOT_TIME, lambda: self._on(read))

    def _on(self, read: ReadConfig) -> None:
        self._restart(read())
        self.down = False
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
        self._log("SYS", 5, "RESTART", RESTARTED)

    # -- later ---------------------------------------------------------------------------------

    def schedule(
        self, delay: int, read: ReadConfig, by: str, reason: str, *, at: bool = False
    ) -> None:
        """Reload after a delay (microseconds)."""
        self._forget()
        timers = [self._simulation.after(delay, lambda: self.start(read, by, reason))]
        timers += [
            self._simulation.after(delay - left, _Warning(self, left))
            for left in _WARNINGS
            if left < delay
        ]
        now = self._simulation.now
        due = Instant(now + delay)
        self.scheduled = Scheduled(due, by, reason, at, tuple(timers))
        self._log(
            "SYS",
            5,
            "SCHEDULED_RELOAD",
            f"Reload requested for {self.moment(due)} at {self.moment(now)} by {by}. "
            f"Reload Reason: {reason}.",
        )

    def cancel(self) -> bool:
        """Call a scheduled reload off; False where there is none."""
        if self.scheduled is None:
            return False
        self._forget()
        self.announce("\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n")
        self._log(
            "SYS",
            5,
            "SCHEDULED_RELOAD_CANCELLED",
            f" Scheduled reload cancelled at {self.moment(self._simulation.now)}",
        )
        return True

    def announce(self, text: str) -> None:
        """Write to everybody who is logged in."""
        for listener in tuple(self._listeners):
            listener.announce(text)

    def moment(self, when: int) -> str:
        """`12:03:40 UTC Mon May 25 2020`."""
        time, zone = self._clock.local(Instant(when))
        return f"{time:%H:%M:%S} {zone} {time:%a %b} {time.day} {time.year}"

    def _forget(self) -> None:
        if self.scheduled is not None:
            for timer in self.scheduled.timers:
                timer.cancel()
            self.scheduled = None


class _Warning:
    """Says how long there is left."""

    def __init__(self, reloads: Reloads, left: int) -> None:
        self._reloads = reloads
        self._left = left

    def __call__(self) -> None:
        hours, rest = divmod(self._left // SECOND, 3600)
        span = f"{hours}:{rest // 60:02}:{rest % 60:02}"
        self._reloads.announce(f"\n\n***\n*** --- SHUTDOWN in {span} ---\n***\n")
