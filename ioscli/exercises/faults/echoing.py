"""Many pings at once, and which links they crossed readable or in ESP."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.codec.icmp import EchoMessage
from ioscli.codec.ipv4 import IpProtocol
from ioscli.exercises.faults.probes import Reach, Sealed
from ioscli.hosts.linux.stack import Failure, Reply, SendError
from ioscli.labs.explain.stack import Keys, of_frame
from ioscli.labs.explain.watch import Watch
from ioscli.labs.labfile import Endpoint
from ioscli.model.instant import MILLISECOND, SECOND, Duration
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.explain.watch import Frame
    from ioscli.labs.topology import Topology
    from ioscli.model.crypto import EspTransform

_IN_A_ROW = 3
_TRIES = 14
"""ARP on every link, IKE, and a designated router's election are waited for."""
_TIMEOUT = Duration(2 * SECOND)
_APART = Duration(7 * MILLISECOND)
"""Between the first requests of two pings: nobody sends them all at one instant."""
_IDENTIFIER = 0xE000
_HEADERS = 28
_DOT1Q = b"\x81\x00"
_MAY_CARRY_ESP = (IpProtocol.ESP, IpProtocol.UDP, IpProtocol.GRE, IpProtocol.IPV4)
_TAIL = 4
"""Repetitions of the identifier at the end of a packet that tell whose it is."""


class Echoing:
    """One ping, repeated until it is answered three times in a row or the tries are used up."""

    def __init__(self, topology: "Topology", reach: Reach, number: int) -> None:
        self.reach = reach
        self.identifier = _IDENTIFIER + number
        self.answered = 0
        self.done = False
        self._left = _TRIES
        self._simulation = topology.simulation
        send = self._from_host(topology) if reach.at_host else self._from_router(topology)
        self._send = send
        self._open = -1
        self._simulation.after(number * _APART, self._ask)

    @property
    def good(self) -> bool:
        """Whether it was answered."""
        return self.answered == _IN_A_ROW

    def _ask(self) -> None:
        self._left -= 1
        self._open = self._left
        here = self._left
        self._simulation.after(_TIMEOUT, lambda: self._note(here, answered=False))
        self._send(here)

    def _note(self, sequence: int, *, answered: bool) -> None:
        if sequence != self._open or self.done:
            return  # a reply that came late, or a timer whose request was answered
        self._open = -1
        self.answered = self.answered + 1 if answered else 0
        self.done = self.good or self._left == 0 or self._left + self.answered < _IN_A_ROW
        if not self.done:
            self._simulation.after(_APART if answered else SECOND, self._ask)

    def _from_router(self, topology: "Topology") -> Callable[[int], object]:
        router, reach = topology.routers[self.reach.node], self.reach

        def send(sequence: int) -> None:
            request = EchoRequest(
                reach.to,
                self.identifier,
                sequence,
                reach.size,
                _TIMEOUT,
                reach.source,
                reach.df,
                pattern=self.identifier,
            )
            router.send_echo(request, heard(sequence))

        def heard(sequence: int) -> Callable[[EchoResult], None]:
            def note(result: EchoResult) -> None:
                if result.kind is EchoKind.REPLY:
                    self._note(sequence, answered=True)

            return note

        return send

    def _from_host(self, topology: "Topology") -> Callable[[int], object]:
        stack, reach = topology.hosts[self.reach.node].stack, self.reach

        def heard(event: Reply | Failure) -> None:
            if isinstance(event, Reply):
                self._note(event.message.sequence, answered=True)

        own = stack.open_echo(heard)
        data = self.identifier.to_bytes(2, "big") * (reach.size // 2)

        def send(sequence: int) -> None:
            message = EchoMessage(False, own, sequence, data[: reach.size - _HEADERS])
            # What is not sent is not answered: the timer notes that.
            try:
                stack.send(
                    reach.to,
                    IpProtocol.ICMP,
                    message.build(),
                    source=reach.source if stack.own(reach.source) else None,
                    dont_fragment=reach.df,
                )
            except SendError:
                return

        return send


def ping_all(trial: "Trial", reaches: Iterable[Reach]) -> dict[Reach, bool]:
    """Ping everybody at the same time, and say who answered. Raises Runaway."""
    echoes = [Echoing(trial.topology, it, number) for number, it in enumerate(reaches)]
    trial.run_while(lambda: not all(it.done for it in echoes))
    return {it.reach: it.good for it in echoes}


def ping_watched(
    trial: "Trial", reaches: list[Reach], *, opening: bool
) -> tuple[dict[Reach, bool], set[Sealed], set[Sealed]]:
    """As `ping_all`; besides, the links that each crossed in ESP, and those where it was readable.

    opening: whether ESP is looked into; without that nobody is found to cross a link in ESP.
    """
    watch = Watch(trial.topology)
    try:
        found = ping_all(trial, reaches)
    finally:
        watch.stop()
    sealed: set[Sealed] = set()
    readable: set[Sealed] = set()
    for frame, number, hidden in _whose(trial.topology, watch.frames, opening=opening):
        if number < len(reaches):
            (sealed if hidden else readable).add(Sealed(_link(trial, frame), reaches[number]))
    return found, sealed, readable


def _link(trial: "Trial", frame: "Frame") -> tuple[Endpoint, Endpoint]:
    ends = (frame.sender, frame.receiver)
    return ends if ends in trial.topology.links else (frame.receiver, frame.sender)


def _whose(
    topology: "Topology", frames: Iterable["Frame"], *, opening: bool
) -> Iterator[tuple["Frame", int, bool]]:
    """Which ping is in a frame, and whether it is hidden by ESP."""
    keys = _Tails()
    if opening:
        for router in topology.routers.values():
            keys.learn(router.esp_key_records())
    for frame in frames:
        number = _number(frame.octets)
        if number is not None:
            yield frame, number, False
        elif opening and _may_be_esp(frame):
            hidden = keys.number_in(frame)
            if hidden is not None:
                yield frame, hidden, True


class _Tails(Keys):
    """Tells whose ping is in a frame."""

    def __init__(self) -> None:
        super().__init__()
        self._tail: int | None = None

    def number_in(self, frame: "Frame") -> int | None:
        """The ping that ESP hides in a frame."""
        self._tail = None
        of_frame(frame.octets, self, serial=frame.serial)
        return self._tail

    def open(self, destination: bytes, esp: bytes) -> "tuple[EspTransform, int, bytes] | None":
        opened = super().open(destination, esp)
        if opened is not None:
            self._tail = _number(opened[2])
        return opened


def _number(octets: bytes) -> int | None:
    tail = octets[-2:]
    number = int.from_bytes(tail, "big") - _IDENTIFIER
    return number if 0 <= number < 0x1000 and octets.endswith(tail * _TAIL) else None


def _may_be_esp(frame: "Frame") -> bool:
    """Of all others nothing is to be opened, which takes time."""
    at = 4 if frame.serial else 18 if frame.octets[12:14] == _DOT1Q else 14
    protocol = frame.octets[at + 9] if len(frame.octets) > at + 20 else 0
    return protocol in _MAY_CARRY_ESP
