"""Programs that run on a Linux host: generators that wait for events and simulated time.

A program yields the instant up to which it waits (None: for ever) and receives the next event,
or None when the time has come. Whatever concerns it (an echo reply, a line typed, a captured
frame) is posted to it as an event. It prints as a program on a terminal does, and returns its
exit status. Ctrl-C raises Interrupted in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.hosts.linux.stack import Datagram, Failure, Reply, SendError
from ioscli.model.instant import Instant
from ioscli.protocols.tcp.effects import Ends, Why

if TYPE_CHECKING:
    from ioscli.engine.simulation import Timer
    from ioscli.hosts.linux.host import LinuxHost


class Interrupted(Exception):  # noqa: N818 - not an error: the operator's wish to stop
    """SIGINT."""


class ProgramError(Exception):
    """A program gives up: what it says on its last line, and its exit status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


class Line(NamedTuple):
    """A line typed at the program's terminal, without its end."""

    text: str


class Keys(NamedTuple):
    """Keys typed at the terminal of a program that takes them as they come (`raw`)."""

    text: str


class Frame(NamedTuple):
    """A frame of a device that the program watches."""

    at: Instant
    data: bytes
    out: bool


class Opened(NamedTuple):
    """A TCP connection is established."""

    ends: Ends


class Data(NamedTuple):
    """Bytes of a TCP connection's peer."""

    ends: Ends
    data: bytes


class PeerClosed(NamedTuple):
    """A TCP connection's peer sends nothing more."""

    ends: Ends


class Closed(NamedTuple):
    """A TCP connection is no more."""

    ends: Ends
    why: Why


Event = Reply | Failure | Datagram | Line | Keys | Frame | Opened | Data | PeerClosed | Closed
Steps = Generator[Instant | None, Event | None, int]
"""A program at work; what it returns is its exit status."""

#: The exit status of what Ctrl-C ended.
INTERRUPTED = 130
#: Events that wait for a program; a flood beyond it is lost, as a socket's buffer loses it.
_MOST_EVENTS = 10_000


class Process:
    """One running program.

    root: whether it may do what the administrator may. ended: called with the exit status.
    """

    def __init__(
        self,
        host: LinuxHost,
        arguments: list[str],
        output: Callable[[str], None],
        *,
        root: bool,
        columns: int = 80,
    ) -> None:
        self.host = host
        self.stack = host.stack
        self.arguments = arguments
        self.root = root
        self.columns = columns
        self._reads = False
        self._raw = False
        self.identifier = host.next_process()
        self.status: int | None = None
        """The exit status, once it ended."""
        self.dropped = 0
        """Events that found no room."""
        self._output = output
        self._events: deque[Event] = deque()
        self._steps: Steps | None = None
        self._timer: Timer | None = None
        self._ended: Callable[[int], None] = lambda _status: None
        self.reads_changed: Callable[[], None] = lambda: None
        self._running = False

    @property
    def name(self) -> str:
        """How it was called."""
        return self.arguments[0]

    @property
    def reads(self) -> bool:
        """Whether lines typed at the terminal are for the program."""
        return self._reads

    @reads.setter
    def reads(self, reads: bool) -> None:
        self._reads = reads
        self.reads_changed()

    @property
    def raw(self) -> bool:
        """Whether every key is for the program, and nobody else echoes it."""
        return self._raw

    @raw.setter
    def raw(self, raw: bool) -> None:
        self._raw = raw
        self.reads_changed()

    @property
    def now(self) -> Instant:
        """Simulated time."""
        return self.host.simulation.now

    def print(self, text: str) -> None:
        """Write a line to the terminal."""
        self._output(text + "\n")

    def write(self, text: str) -> None:
        """Write text to the terminal."""
        self._output(text)

    def start(self, steps: Steps, ended: Callable[[int], None]) -> None:
        """Run the program as far as it goes."""
        self._steps = steps
        self._ended = ended
        self._advance()

    def post(self, event: Event) -> None:
        """Something happened that concerns the program."""
        if len(self._events) >= _MOST_EVENTS:
            self.dropped += 1
            return
        self._events.append(event)
        # Posted, not called: what made the event must return before the program acts on it.
        self.host.simulation.post(0, Process._wake, self)

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self._steps is not None:
            self._step(lambda steps: steps.throw(Interrupted()))

    # TcpUser: connections that the program opened or accepted.

    def established(self, ends: Ends, /) -> None:
        """A handshake is over."""
        self.post(Opened(ends))

    def received(self, ends: Ends, data: bytes, /) -> None:
        """Bytes came."""
        self.post(Data(ends, data))

    def peer_closed(self, ends: Ends, /) -> None:
        """No more will come."""
        self.post(PeerClosed(ends))

    def closed(self, ends: Ends, why: Why, /) -> None:
        """A connection is gone."""
        self.post(Closed(ends, why))

    # -- the generator -----------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._events and self._steps is not None and not self._running:
            event = self._events.popleft()
            self._step(lambda steps: steps.send(event))

    def _advance(self) -> None:
        self._step(next)

    def _step(self, turn: Callable[[Steps], Instant | None]) -> None:
        """Take turns until the program waits for something that is not there yet."""
        steps = self._steps
        assert steps is not None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._running = True
        try:
            until = turn(steps)
            while self._events or (until is not None and until <= self.now):
                until = steps.send(self._events.popleft() if self._events else None)
        except StopIteration as stop:
            self._end(int(stop.value or 0))
            return
        except ProgramError as error:
            self.print(str(error))
            self._end(error.status)
            return
        except SendError as error:  # the way is gone while the program runs
            self.print(f"{self.name}: {error}")
            self._end(1)
            return
        except Interrupted:
            self._end(INTERRUPTED)
            return
        finally:
            self._running = False
        if until is not None:
            self._timer = self.host.simulation.after(until - self.now, self._time_out)

    def _time_out(self) -> None:
        if self._steps is not None:
            self._step(lambda steps: steps.send(None))

    def _end(self, status: int) -> None:
        self._steps = None
        self._events.clear()
        self.status = status
        self._ended(status)
