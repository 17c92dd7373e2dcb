"""`connect`: whether a TCP port can be reached, and what becomes of the MSS on the way."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import IpProtocol, IPv4Header, header_length
from ioscli.codec.tcp import Flag, TcpHeader
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.lost import Why, as_why, why_lost
from ioscli.exercises.checks.causes.passed import let_in
from ioscli.exercises.checks.causes.segments import why_so_large
from ioscli.exercises.checks.echoes import DEFAULT_COUNT, Echo, once
from ioscli.exercises.checks.parties import node_with
from ioscli.exercises.verdict import Verdict
from ioscli.hosts.linux import connecting
from ioscli.hosts.linux.stack import UnroutableError
from ioscli.labs.explain.watch import Watch
from ioscli.labs.labfile import NodeKind
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.protocols.tcp.effects import Ends
from ioscli.protocols.tcp.effects import Why as Ended
from ioscli.protocols.tcp.sequence import distance

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.explain.watch import Frame, Refused
    from ioscli.labs.labfile import Lab
    from ioscli.protocols.tcp.connection import TcpSettings
    from ioscli.protocols.tcp.service import TcpService
    from ioscli.router.router import Router

_OPEN, _REFUSED, _BLOCKED = _OUTCOMES = ("open", "refused", "blocked")
_WITHIN = Duration(30 * SECOND)
_PACE = SECOND
_MOST_BYTES = 1_000_000
_DEFAULT_MSS = 536
_HEADERS = 40
"""Bytes of the IPv4 and TCP headers before a segment's data."""
_TELNET = 23


class Connect(NamedTuple):
    """One TCP connection from a node, closed again as soon as it is known what becomes of it."""

    node: str
    to: IPv4Address
    port: int
    expected: str
    mss: int | None
    """What the SYNs that arrive may offer at most."""
    octets: int
    """That are sent, and have to be acknowledged."""
    within: Duration
    at_host: bool

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{from: PC1, to: 192.0.2.1, port: 80}`. Raises InputError."""
        fields = item.fields("from", "to", "port", "expect", "mss", "bytes", "within")
        expected = values.one_of(fields["expect"], _OUTCOMES) if "expect" in fields else _OPEN
        for name in ("mss", "bytes"):
            if name in fields and expected != _OPEN:
                raise fields[name].error(f"{name}: nothing is known of it where nothing opens")
        node = values.node(values.needed(item, fields, "from"), lab)
        return cls(
            node,
            values.address(values.needed(item, fields, "to")),
            values.number(values.needed(item, fields, "port"), 1, 65_535),
            expected,
            values.number(fields["mss"], 64, 65_495) if "mss" in fields else None,
            values.number(fields["bytes"], 1, _MOST_BYTES) if "bytes" in fields else 0,
            values.duration(fields.get("within"), _WITHIN),
            lab.nodes[node].kind is NodeKind.LINUX,
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        whom = f"port {self.port} of {self.to}"
        if self.expected == _REFUSED:
            return f"{self.node} is refused at {whom}"
        if self.expected == _BLOCKED:
            return f"{self.node} gets no connection to {whom}"
        words = f"{self.node} connects to {whom}"
        words += f", gets {self.octets} bytes across" if self.octets else ""
        return words + (f", with an MSS of at most {self.mss}" if self.mss is not None else "")

    @property
    def disturbs(self) -> bool:
        """A connection that is closed leaves the network as it was."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Try until it opens or time is up; where nothing is to open, until that is clear."""
        watch = Watch(trial.topology)
        try:
            tried = self._try(trial)
        finally:
            watch.stop()
        offers = _offers(watch.frames, tried.began, self.port)
        seen = self._seen(tried, offers)
        typed = f"nc -vz -w 10 {self.to} {self.port}" if self.at_host else f"telnet {self.to}"
        if not self.at_host and self.port != _TELNET:
            typed += f" {self.port}"
        shown_by = (f"{self.node}: {typed}",)
        if tried.outcome != self.expected:
            why = self._why(trial, tried, watch)
            return Verdict(False, seen, (*shown_by, *why.shown_by), why.because)
        if tried.arrived < self.octets:
            why = self._why_too_large(trial, max(offers, default=_DEFAULT_MSS))
            return Verdict(False, seen, (*shown_by, *why.shown_by), why.because)
        if self.mss is None or (bool(offers) and max(offers) <= self.mss):
            return Verdict(True, seen, shown_by)
        why = why_so_large(trial, self._echo)
        return Verdict(False, seen, (*shown_by, *why.shown_by), why.because)

    def _seen(self, tried: _Tried, offers: list[int]) -> str:
        whom = f"port {self.port} of {self.to}"
        if tried.outcome == _REFUSED:
            return f"{whom} refused the connection"
        if tried.outcome == _BLOCKED:
            said = (
                "nobody answered" if tried.ended is not Ended.UNREACHABLE else "it is unreachable"
            )
            return f"no connection to {whom} came about: {said}"
        words = f"the connection to {whom} opened"
        if self.octets:
            words += f", and {tried.arrived} of {self.octets} bytes arrived"
        if self.mss is not None:
            words += f", with an MSS of {max(offers)}" if offers else ", and no MSS was seen"
        return words

    # -- trying ------------------------------------------------------------------------------------

    def _try(self, trial: Trial) -> _Tried:
        """Connect again and again: a server may be down as yet, and a route on its way."""
        end = trial.until(self.within)
        while True:
            tried = self._once(trial, end)
            over = trial.now >= end
            if over or tried.outcome == _OPEN or self.expected == tried.outcome == _REFUSED:
                return tried
            trial.wait(Duration(min(_PACE, end - trial.now)))

    def _once(self, trial: Trial, end: Instant) -> _Tried:
        """One connection, given up at a moment at the latest."""
        user, began = _User(), trial.now
        found = self._service(trial)
        ends = None
        if found is not None:
            ends = found[0].connect(self.to, self.port, user, found[1])
        if found is None or ends is None:
            return _Tried(_BLOCKED, began, Ended.UNREACHABLE)
        service = found[0]
        _run(trial, lambda: user.settled, Instant(max(end, began + _PACE)))
        if not user.open:
            service.abort(ends)
            outcome = _REFUSED if user.why in (Ended.REFUSED, Ended.RESET) else _BLOCKED
            return _Tried(outcome, began, user.why)
        arrived = self._send(trial, service, ends, end) if self.octets else 0
        service.close(ends)
        return _Tried(_OPEN, began, None, arrived)

    def _service(self, trial: Trial) -> tuple[TcpService, TcpSettings] | None:
        """TCP as the node speaks it; None where it has no way to the other end."""
        if not self.at_host:
            tcp = trial.topology.routers[self.node].table("").tcp
            return tcp, tcp.terminal_settings(self.to)
        stack = trial.topology.hosts[self.node].stack
        try:
            return stack.tcp, connecting.settings(stack, self.to)
        except UnroutableError:
            return None

    def _send(self, trial: Trial, service: TcpService, ends: Ends, end: Instant) -> int:
        """Send the bytes, and see how many of them are acknowledged in time."""
        connection = service.machine.connections.get(ends)
        if connection is None:
            return 0
        first = connection.snd_una
        service.send(ends, bytes(self.octets))

        def arrived() -> int:
            return distance(connection.snd_una, first)

        def done() -> bool:
            return arrived() >= self.octets or ends not in service.machine.connections

        _run(trial, done, Instant(max(end, trial.now + _PACE)))
        return min(arrived(), self.octets)

    # -- why not -----------------------------------------------------------------------------------

    def _why(self, trial: Trial, tried: _Tried, watch: Watch) -> Why:
        """Who refused the segments, or what keeps pings from arriving as well."""
        if self.expected == _BLOCKED:
            return self._why_not_blocked(trial, tried, watch)
        if tried.outcome == _REFUSED:
            node = node_with(trial.topology, self.to)
            return Why(
                (f"nothing at {self.to} listens on port {self.port}",), _listening(trial, node)
            )
        refusals = [it for it in watch.refusals if _is_ours(it.packet, self.port)]
        for refused in refusals[-1:]:
            return _refusal(trial.topology.routers[refused.node], refused)
        asked = once(trial, self._echo, DEFAULT_COUNT)
        if not asked.answered:
            return why_lost(trial, asked)
        words = f"{self.to} answers pings, but nothing comes back from its port {self.port}"
        return Why((words,))

    @property
    def _echo(self) -> Echo:
        """A ping that goes the way of the connection."""
        return Echo(self.node, self.to, at_host=self.at_host)

    def _why_not_blocked(self, trial: Trial, tried: _Tried, watch: Watch) -> Why:
        """Where the segments came in, and who answers them."""
        ends = [
            frame.receiver
            for frame in watch.frames
            if frame.at >= tried.began
            and (header := _segment(frame)) is not None
            and header.destination_port == self.port
        ]
        return as_why(list(let_in(trial, ends)))

    def _why_too_large(self, trial: Trial, mss: int) -> Why:
        """Why full segments do not arrive where small ones do: as for pings of their size."""
        size = mss + _HEADERS
        if self.at_host:  # which may have been told how much room there is, and sends no more
            size = min(size, trial.topology.hosts[self.node].stack.path_mtu(self.to))
        asked = once(trial, Echo(self.node, self.to, None, size, True, self.at_host), DEFAULT_COUNT)
        if asked.wholly:
            return Why()
        why = why_lost(trial, asked)
        return Why(why.because, (asked.echo.typed(), *why.shown_by))


class _User:
    """Waits for a connection."""

    def __init__(self) -> None:
        self.open = False
        self.why: Ended | None = None

    @property
    def settled(self) -> bool:
        """Whether it is open, or never will be."""
        return self.open or self.why is not None

    def established(self, _ends: Ends, /) -> None:
        self.open = True

    def received(self, _ends: Ends, _data: bytes, /) -> None:
        pass

    def peer_closed(self, _ends: Ends, /) -> None:
        pass

    def closed(self, _ends: Ends, why: Ended, /) -> None:
        self.why = why


class _Tried(NamedTuple):
    """What became of one connection."""

    outcome: str
    began: Instant
    ended: Ended | None = None
    arrived: int = 0
    """Bytes that were acknowledged."""


def _run(trial: Trial, done: Callable[[], bool], end: Instant) -> None:
    """Run events until something is so, or it is late."""
    alarm = trial.topology.simulation.after(end - trial.now, lambda: None)
    trial.run_while(lambda: not done() and trial.now < end)
    alarm.cancel()


def _offers(frames: list[Frame], began: Instant, port: int) -> list[int]:
    """The MSS that each end of the last connection was offered: of the SYNs as they arrive.

    A clamp on the way may lower it link by link, so the last link that shows it counts.
    """
    found: dict[bool, int] = {}
    for frame in frames:
        header = _segment(frame) if frame.at >= began else None
        if header is None or not header.flags & Flag.SYN:
            continue
        back = bool(header.flags & Flag.ACK)
        if port == (header.source_port if back else header.destination_port):
            # One that offers nothing is sent what everybody takes (RFC 9293 section 3.7.1).
            found[back] = header.options.mss or _DEFAULT_MSS
    return list(found.values())


def _segment(frame: Frame) -> TcpHeader | None:
    """The TCP header of a frame that carries it in the clear."""
    at = 4 if frame.serial else 18 if frame.octets[12:14] == b"\x81\x00" else 14
    if frame.octets[at - 2 : at] != b"\x08\x00":
        return None
    try:
        header, payload = IPv4Header.parse(frame.octets[at:])
        if header.protocol != IpProtocol.TCP or header.fragment_offset:
            return None
        return TcpHeader.parse(payload, header.source, header.destination)[0]
    except DecodeError:
        return None


def _is_ours(packet: bytes, port: int) -> bool:
    ports = packet[header_length(packet) :][:4]
    numbers = int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
    return packet[9] == IpProtocol.TCP and port in numbers


def _refusal(router: Router, refused: Refused) -> Why:
    node = refused.node
    if refused.reason == "prohibited":
        for name, inbound in ((refused.interface, True), (refused.way, False)):
            interface = None if name is None else router.interfaces.get(name)
            config = None if interface is None else interface.config
            named = None
            if config is not None:
                named = config.access_group_in if inbound else config.access_group_out
            if named is not None:
                words = f"access list {named} on {name} of {node} denies it"
                return Why((words,), (f"{node}: show ip access-lists {named}",))
    to = IPv4Address(refused.packet[16:20])
    if refused.reason == "no_route":
        return Why((f"{node} has no route to {to}",), (f"{node}: show ip route {to}",))
    words = f"{node} refuses packets to {to}: {refused.reason.replace('_', ' ')}"
    return Why((words,), (f"{node}: show ip traffic",))


def _listening(trial: Trial, node: str | None) -> tuple[str, ...]:
    if node is None:
        return ()
    at_host = node in trial.topology.hosts
    return (f"{node}: {'netstat -ltn' if at_host else 'show control-plane host open-ports'}",)
