"""traceroute, as release 2.1 for Linux has it: UDP probes, or ICMP with `-I`."""

from __future__ import annotations

from getopt import GetoptError, gnu_getopt
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from ioscli.codec.icmp import DestinationUnreachable, EchoMessage, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol
from ioscli.hosts.linux.process import Process, ProgramError, Steps
from ioscli.hosts.linux.stack import Failure, Reply, SendError, UnroutableError
from ioscli.model.instant import Duration, Instant, seconds

_FIRST_PORT = 33_434
_AT_ONCE = 16
"""Probes under way at the same time (`-N`)."""
_HEADERS = 28
_USAGE_STATUS = 2
_MARKS = {
    UnreachableCode.NET: " !N",
    UnreachableCode.HOST: " !H",
    UnreachableCode.PROTOCOL: " !P",
    UnreachableCode.PORT: "",
    UnreachableCode.SOURCE_ROUTE_FAILED: " !S",
    UnreachableCode.COMMUNICATION_PROHIBITED: " !X",
    UnreachableCode.HOST_PRECEDENCE_VIOLATION: " !V",
    UnreachableCode.PRECEDENCE_CUTOFF: " !C",
}


class _Settings(NamedTuple):
    """What the command line says."""

    host: str
    target: IPv4Address
    size: int
    first: int
    most: int
    queries: int
    wait: Duration
    numeric: bool
    icmp: bool
    whole: bool
    """`-F`: do not fragment."""


class _Answer(NamedTuple):
    """What came back for a probe; `responder` None: nothing."""

    responder: IPv4Address | None
    span: Duration
    mark: str
    final: bool


def traceroute(process: Process) -> Steps:
    """Find the hops of a path by what they say of packets whose TTL runs out."""
    settings = _read(process.arguments[1:])
    target = settings.target
    process.print(
        f"traceroute to {settings.host} ({target}), {settings.most} hops max, "
        f"{settings.size} byte packets"
    )
    try:
        process.stack.way(target)
    except UnroutableError:
        raise ProgramError("connect: Network is unreachable") from None
    run = _Run(process, settings)
    try:
        yield from run.steps()
    except SendError as error:
        process.print("")
        raise ProgramError(f"send: {error}") from None
    finally:
        run.close()
    return 0


class _Run:
    """One trace under way."""

    def __init__(self, process: Process, settings: _Settings) -> None:
        self._process, self._settings = process, settings
        self._sent: dict[int, Instant] = {}
        """By the probe's number, when."""
        self._answers: dict[int, _Answer] = {}
        self._next = (settings.first - 1) * settings.queries
        self._shown = self._next
        self._last_ttl = settings.most
        self._column = 0
        self._hop: IPv4Address | None = None
        self._sockets: dict[int, int] = {}
        """Source port of a UDP probe -> the probe's number."""
        self._identifier = process.stack.open_echo(process.post) if settings.icmp else None

    def close(self) -> None:
        """Close what is open."""
        for port in self._sockets:
            self._process.stack.close_udp(port)
        if self._identifier is not None:
            self._process.stack.close_echo(self._identifier)

    def steps(self) -> Steps:
        """Send and show until the last hop has answered."""
        process, settings = self._process, self._settings
        while self._shown < self._last_ttl * settings.queries:
            while self._next < self._last_ttl * settings.queries and (
                self._next - self._shown < _AT_ONCE
            ):
                self._send(self._next)
                self._next += 1
            waiting = [number for number in self._sent if number not in self._answers]
            if waiting:
                due = min(self._sent[number] for number in waiting) + settings.wait
                event = yield Instant(due)
                if isinstance(event, Failure | Reply):
                    self._take(event)
            self._expire(process.now)
            self._show()
        return 0

    def _send(self, number: int) -> None:
        process, settings = self._process, self._settings
        ttl = number // settings.queries + 1
        self._sent[number] = process.now
        data = bytes(64 + index % 64 for index in range(max(0, settings.size - _HEADERS)))
        if self._identifier is not None:
            echo = EchoMessage(False, self._identifier, number + 1, data)
            process.stack.send(
                settings.target,
                IpProtocol.ICMP,
                echo.build(),
                ttl=ttl,
                dont_fragment=settings.whole,
            )
            return
        port = process.stack.open_udp(process.post)
        assert port is not None
        self._sockets[port] = number
        process.stack.send_datagram(
            port,
            settings.target,
            _FIRST_PORT + number,
            data,
            ttl=ttl,
            dont_fragment=settings.whole,
        )

    def _take(self, event: Failure | Reply) -> None:
        now = self._process.now
        if isinstance(event, Reply):
            self._answered(event.message.sequence - 1, event.source, now, "", final=True)
            return
        quoted = event.message.original
        inner = quoted[(quoted[0] & 15) << 2 :]
        if self._identifier is not None:
            number = int.from_bytes(inner[6:8], "big") - 1
        else:
            number = self._sockets.get(int.from_bytes(inner[:2], "big"), -1)
        message = event.message
        mark, final = "", False
        if isinstance(message, DestinationUnreachable):
            final = True
            if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
                mark = f" !F-{message.next_hop_mtu}"
            else:
                known = message.code in set(UnreachableCode)
                mark = _MARKS.get(UnreachableCode(message.code), "") if known else ""
                mark = mark or ("" if message.code == 3 else f" !<{message.code}>")
        self._answered(number, event.source, now, mark, final=final)

    def _answered(
        self, number: int, source: IPv4Address, now: Instant, mark: str, *, final: bool
    ) -> None:
        if number in self._answers or number not in self._sent:
            return
        span = Duration(now - self._sent[number])
        self._answers[number] = _Answer(source, span, mark, final)
        if final:
            self._last_ttl = min(self._last_ttl, number // self._settings.queries + 1)

    def _expire(self, now: Instant) -> None:
        for number, sent in self._sent.items():
            if number not in self._answers and now - sent >= self._settings.wait:
                self._answers[number] = _Answer(None, Duration(0), "", False)

    def _show(self) -> None:
        """Print what is known in the order of the probes."""
        settings, process = self._settings, self._process
        while self._shown in self._answers and self._shown < self._last_ttl * settings.queries:
            answer = self._answers[self._shown]
            if self._shown % settings.queries == 0:
                process.write(f"{self._shown // settings.queries + 1:2} ")
                self._hop = None
            if answer.responder is None:
                process.write(" *")
            else:
                if answer.responder != self._hop:
                    name = "" if settings.numeric else f" ({answer.responder})"
                    process.write(f" {answer.responder}{name}")
                    self._hop = answer.responder
                process.write(f"  {answer.span / 1000:.3f} ms{answer.mark}")
            self._shown += 1
            if self._shown % settings.queries == 0:
                process.write("\n")


def _read(arguments: list[str]) -> _Settings:
    try:
        options, operands = gnu_getopt(arguments, "4nIFm:q:w:f:")
    except GetoptError as error:
        raise ProgramError(f"Bad option `-{error.opt}' (argc 1)", _USAGE_STATUS) from None
    given = dict(options)
    if not operands:
        raise ProgramError("Usage: traceroute [-nIF] [-m ttl] [-q n] [-w s] host", _USAGE_STATUS)
    try:
        target = IPv4Address(operands[0])
    except AddressValueError:
        raise ProgramError(
            f"{operands[0]}: Temporary failure in name resolution\n"
            f'Cannot handle "host" cmdline arg `{operands[0]}\' on position 1 (argc 1)',
            _USAGE_STATUS,
        ) from None
    most = _number(given.get("-m"), 30, 255, "max hops cannot be more than 255")
    first = _number(given.get("-f"), 1, most, "first hop out of range")
    queries = _number(given.get("-q"), 3, 10, "no more than 10 probes per hop")
    size = 60 if len(operands) < 2 else _number(operands[1], 60, 65_000, "too big packetlen")
    try:
        wait = seconds(float(given.get("-w", "5")))
    except (ValueError, OverflowError):
        raise ProgramError("bad wait specifications `-w'", _USAGE_STATUS) from None
    return _Settings(
        operands[0],
        target,
        max(size, _HEADERS),
        first,
        most,
        queries,
        wait,
        "-n" in given,
        "-I" in given,
        "-F" in given,
    )


def _number(text: str | None, default: int, most: int, complaint: str) -> int:
    if text is None:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ProgramError(complaint, _USAGE_STATUS)
    return int(text)
