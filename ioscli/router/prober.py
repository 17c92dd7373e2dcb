"""Probes under way: echo requests and traceroute's datagrams, matched with what comes back."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    IcmpType,
    TimeExceeded,
    UnreachableCode,
)
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.udp import UdpHeader
from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.instant import Duration, Instant
from ioscli.router.forwarding import Forwarding
from ioscli.router.probes import (
    EchoKind,
    EchoRequest,
    EchoResult,
    TraceKind,
    TraceProbe,
    TraceResult,
)

_IP_AND_ICMP = 28
#: IOS's traceroute sends 28-byte datagrams: IP and UDP headers and no data.
_TRACE_DATA = b""

_TRACE_KINDS = {
    UnreachableCode.NET: TraceKind.NET_UNREACHABLE,
    UnreachableCode.HOST: TraceKind.HOST_UNREACHABLE,
    UnreachableCode.PROTOCOL: TraceKind.PROTOCOL_UNREACHABLE,
    UnreachableCode.PORT: TraceKind.PORT_UNREACHABLE,
}


class _Echo(NamedTuple):
    request: EchoRequest
    sent: Instant
    data: bytes
    on_result: Callable[[EchoResult], None]
    timer: Timer


class _Trace(NamedTuple):
    sent: Instant
    on_result: Callable[[TraceResult], None]
    timer: Timer


@lru_cache(maxsize=64)
def _pattern(pattern: int, size: int) -> bytes:
    return (pattern.to_bytes(2, "big") * (size // 2 + 1))[:size]


class Prober:
    """The echo requests and trace probes of one router that still wait for an answer."""

    __slots__ = ("_echoes", "_forwarding", "_simulation", "_traces")

    def __init__(self, simulation: Simulation, forwarding: Forwarding) -> None:
        self._simulation = simulation
        self._forwarding = forwarding
        self._echoes: dict[tuple[int, int], _Echo] = {}
        self._traces: dict[tuple[int, int], _Trace] = {}

    # -- echo ----------------------------------------------------------------------------------

    def send_echo(
        self, request: EchoRequest, on_result: Callable[[EchoResult], None]
    ) -> Callable[[], object]:
        """Send one echo request; the result is handed over later, never during this call.

        A request that cannot leave (no route, or too big with DF) times out like a lost one, as
        on IOS. Call what is returned to stop waiting.
        """
        simulation = self._simulation
        key = (request.identifier, request.sequence)
        data = _pattern(request.pattern, max(0, request.size - _IP_AND_ICMP))
        timer = simulation.after(request.timeout, partial(self._echo_timed_out, key))
        self._echoes[key] = _Echo(request, simulation.now, data, on_result, timer)
        source = request.source or self._forwarding.source_address(request.destination)
        if source is not None:
            message = EchoMessage(False, request.identifier, request.sequence, data)
            self._forwarding.originate(
                source.packed,
                request.destination.packed,
                IpProtocol.ICMP,
                message.build(),
                ttl=request.ttl,
                tos=request.tos,
                dont_fragment=request.dont_fragment,
            )
        return partial(self._forget_echo, key)

    def reply(self, message: EchoMessage, sender: IPv4Address) -> None:
        """An echo reply came in."""
        pending = self._forget_echo((message.identifier, message.sequence))
        if pending is not None:
            self._finish_echo(pending, EchoKind.REPLY, sender, intact=message.data == pending.data)

    def _forget_echo(self, key: tuple[int, int]) -> _Echo | None:
        pending = self._echoes.pop(key, None)
        if pending is not None:
            pending.timer.cancel()
        return pending

    def _echo_timed_out(self, key: tuple[int, int]) -> None:
        pending = self._echoes.pop(key, None)
        if pending is not None:
            self._finish_echo(pending, EchoKind.TIMEOUT, None)

    def _finish_echo(
        self,
        pending: _Echo,
        kind: EchoKind,
        responder: IPv4Address | None,
        *,
        mtu: int | None = None,
        intact: bool = True,
    ) -> None:
        elapsed = Duration(self._simulation.now - pending.sent)
        pending.on_result(EchoResult(kind, elapsed, responder, mtu, intact))

    # -- traceroute ----------------------------------------------------------------------------

    def send_trace(
        self, probe: TraceProbe, on_result: Callable[[TraceResult], None]
    ) -> Callable[[], object]:
        """Send one UDP probe; the result is handed over later. Call the return value to stop."""
        simulation = self._simulation
        source_port = 49_152 + probe.port % 1_024
        key = (source_port, probe.port)
        timer = simulation.after(probe.timeout, partial(self._trace_timed_out, key))
        self._traces[key] = _Trace(simulation.now, on_result, timer)
        source = probe.source or self._forwarding.source_address(probe.destination)
        if source is not None:
            datagram = UdpHeader(source_port, probe.port).build(
                _TRACE_DATA, source, probe.destination
            )
            self._forwarding.originate(
                source.packed,
                probe.destination.packed,
                IpProtocol.UDP,
                datagram,
                ttl=probe.ttl,
                tos=probe.tos,
            )
        return partial(self._forget_trace, key)

    def _forget_trace(self, key: tuple[int, int]) -> _Trace | None:
        pending = self._traces.pop(key, None)
        if pending is not None:
            pending.timer.cancel()
        return pending

    def _trace_timed_out(self, key: tuple[int, int]) -> None:
        pending = self._traces.pop(key, None)
        if pending is not None:
            elapsed = Duration(self._simulation.now - pending.sent)
            pending.on_result(TraceResult(TraceKind.TIMEOUT, elapsed))

    # -- errors about our packets --------------------------------------------------------------

    def error(self, message: DestinationUnreachable | TimeExceeded, sender: IPv4Address) -> None:
        """An ICMP error came in: find the probe that it quotes."""
        quoted = message.original
        if len(quoted) < 20:
            return
        start = header_length(quoted)
        inner = quoted[start : start + 8]
        if len(inner) < 8:
            return
        if quoted[9] == IpProtocol.ICMP and inner[0] == IcmpType.ECHO_REQUEST:
            key = int.from_bytes(inner[4:6], "big"), int.from_bytes(inner[6:8], "big")
            echo = self._forget_echo(key)
            if echo is not None:
                self._echo_refused(echo, message, sender)
        elif quoted[9] == IpProtocol.UDP:
            key = int.from_bytes(inner[0:2], "big"), int.from_bytes(inner[2:4], "big")
            trace = self._forget_trace(key)
            if trace is not None:
                elapsed = Duration(self._simulation.now - trace.sent)
                trace.on_result(TraceResult(_trace_kind(message), elapsed, sender))

    def _echo_refused(
        self, echo: _Echo, message: DestinationUnreachable | TimeExceeded, sender: IPv4Address
    ) -> None:
        match message:
            case TimeExceeded():
                self._finish_echo(echo, EchoKind.TTL_EXCEEDED, sender)
            case DestinationUnreachable(code=UnreachableCode.FRAGMENTATION_NEEDED):
                self._finish_echo(
                    echo, EchoKind.FRAGMENTATION_NEEDED, sender, mtu=message.next_hop_mtu
                )
            case _:
                self._finish_echo(echo, EchoKind.UNREACHABLE, sender)


def _trace_kind(message: DestinationUnreachable | TimeExceeded) -> TraceKind:
    if isinstance(message, TimeExceeded):
        return TraceKind.TIME_EXCEEDED
    for code, kind in _TRACE_KINDS.items():
        if message.code == code:
            return kind
    return TraceKind.PROHIBITED
