"""ping, as iputils has it (ping(8) of release 20221126)."""

from __future__ import annotations

from getopt import GetoptError, gnu_getopt
from ipaddress import AddressValueError, IPv4Address
from math import sqrt
from typing import TYPE_CHECKING

from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    TimeExceeded,
    UnreachableCode,
)
from ioscli.codec.ipv4 import IpProtocol
from ioscli.hosts.linux.process import Interrupted, Process, ProgramError, Steps
from ioscli.hosts.linux.stack import Failure, Reply, TooLongError, UnroutableError
from ioscli.model.instant import SECOND, Duration, Instant, seconds

if TYPE_CHECKING:
    from ioscli.hosts.linux.stack import Stack

_USAGE_STATUS = 2
_LARGEST_DATA = 65_507
_LONGEST_COUNT = (1 << 63) - 1
_LINGER = 10 * SECOND
"""How long the last reply is waited for when none has come yet (MAXWAIT)."""
_UNREACHABLES = {
    UnreachableCode.NET: "Destination Net Unreachable",
    UnreachableCode.HOST: "Destination Host Unreachable",
    UnreachableCode.PROTOCOL: "Destination Protocol Unreachable",
    UnreachableCode.PORT: "Destination Port Unreachable",
    UnreachableCode.SOURCE_ROUTE_FAILED: "Source Route Failed",
    UnreachableCode.NET_UNKNOWN: "Destination Net Unknown",
    UnreachableCode.HOST_UNKNOWN: "Destination Host Unknown",
    UnreachableCode.SOURCE_HOST_ISOLATED: "Source Host Isolated",
    UnreachableCode.NET_PROHIBITED: "Destination Net Prohibited",
    UnreachableCode.HOST_PROHIBITED: "Destination Host Prohibited",
    UnreachableCode.NET_TOS: "Destination Net Unreachable for Type of Service",
    UnreachableCode.HOST_TOS: "Destination Host Unreachable for Type of Service",
    UnreachableCode.COMMUNICATION_PROHIBITED: "Packet filtered",
    UnreachableCode.HOST_PRECEDENCE_VIOLATION: "Precedence Violation",
    UnreachableCode.PRECEDENCE_CUTOFF: "Precedence Cutoff",
}


def _refusal(text: str) -> ProgramError:
    return ProgramError(text, _USAGE_STATUS)


class _Settings:
    """What the command line says."""

    def __init__(self, arguments: list[str]) -> None:
        self.count: int | None = None
        self.size = 56
        self.interval: Duration = SECOND
        self.deadline: Duration | None = None
        self.timeout: Duration | None = None
        self.ttl = 64
        self.tos = 0
        self.discovery = "want"
        self.source: str | None = None
        self.quiet = False
        try:
            options, operands = gnu_getopt(arguments, "4nqc:s:i:w:W:t:Q:M:I:")
        except GetoptError as error:
            raise _refusal(f"ping: {_complaint(error)}") from None
        for option, value in options:
            self._take(option, value)
        if not operands:
            raise _refusal("ping: usage error: Destination address required")
        self.host = operands[-1]

    def _take(self, option: str, value: str) -> None:
        match option:
            case "-c":
                self.count = _number(value, 1, _LONGEST_COUNT)
            case "-s":
                self.size = _number(value, 0, _LARGEST_DATA)
            case "-i":
                self.interval = _span(value)
            case "-w":
                self.deadline = Duration(_number(value, 0, 1 << 31) * SECOND)
            case "-W":
                self.timeout = _span(value)
            case "-t":
                self.ttl = _number(value, 0, 255)
            case "-Q":
                self.tos = _number(value, 0, 255)
            case "-M":
                if value not in ("do", "want", "dont"):
                    raise _refusal(f"ping: invalid -M argument: {value}")
                self.discovery = value
            case "-I":
                self.source = value
            case "-q":
                self.quiet = True


def _complaint(error: GetoptError) -> str:
    if "requires" in error.msg:
        return f"option requires an argument -- '{error.opt}'"
    return f"invalid option -- '{error.opt}'"


def _number(text: str, least: int, most: int) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        raise _refusal(f"ping: invalid argument: '{text}'") from None
    if not least <= value <= most:
        raise _refusal(
            f"ping: invalid argument: '{text}': out of range: {least} <= value <= {most}"
        )
    return value


def _span(text: str) -> Duration:
    try:
        return seconds(max(0.002, float(text)))
    except (ValueError, OverflowError):
        raise _refusal(f"ping: invalid argument: '{text}'") from None


class _Tally:
    """What the statistics say."""

    def __init__(self, began: Instant) -> None:
        self.began = began
        self.sent = self.received = self.errors = self.duplicates = 0
        self.times: list[Duration] = []
        self.answered: set[int] = set()

    def lines(self, host: str, now: Instant, last_sent: Instant) -> list[str]:
        """The statistics."""
        words = [f"{self.sent} packets transmitted", f"{self.received} received"]
        if self.duplicates:
            words.append(f"+{self.duplicates} duplicates")
        if self.errors:
            words.append(f"+{self.errors} errors")
        if self.sent:
            lost = 100 * (self.sent - self.received) / self.sent
            words.append(f"{lost:.6g}% packet loss")
            words.append(f"time {(max(now, last_sent) - self.began) // 1000}ms")
        lines = ["", f"--- {host} ping statistics ---", ", ".join(words)]
        if self.times:
            mean = sum(self.times) / len(self.times)
            square = sum(time * time for time in self.times) / len(self.times)
            figures = (min(self.times), mean, max(self.times), sqrt(max(0, square - mean * mean)))
            text = "/".join(f"{figure / 1000:.3f}" for figure in figures)
            lines.append(f"rtt min/avg/max/mdev = {text} ms")
        elif self.sent:
            lines.append("")
        return lines


def ping(process: Process) -> Steps:
    """Send echo requests until the count, the deadline or Ctrl-C."""
    settings = _Settings(process.arguments[1:])
    target = _address(settings.host)
    try:
        own = process.stack.way(target)[2]
    except UnroutableError:
        raise _refusal("ping: connect: Network is unreachable") from None
    source = _source(process.stack, settings.source) or own
    bound = "" if settings.source is None else f"from {source} {_device(settings.source)}: "
    process.print(
        f"PING {settings.host} ({target}) {bound}"
        f"{settings.size}({settings.size + 28}) bytes of data."
    )
    identifier = process.stack.open_echo(process.post)
    run = _Run(process, settings, target, source, identifier)
    try:
        yield from run.steps()
    except Interrupted:
        pass
    finally:
        process.stack.close_echo(identifier)
    for line in run.tally.lines(settings.host, run.last_heard, run.last_sent):
        process.print(line)
    return 0 if run.tally.received else 1


class _Run:
    """One ping under way."""

    def __init__(
        self,
        process: Process,
        settings: _Settings,
        target: IPv4Address,
        source: IPv4Address,
        identifier: int,
    ) -> None:
        self.process, self.settings = process, settings
        self.target, self.source, self.identifier = target, source, identifier
        self.tally = _Tally(process.now)
        self.last_sent = self.last_heard = process.now
        self._sent_at: dict[int, Instant] = {}

    def steps(self) -> Steps:
        """Send as often as asked, then wait for what is still to come."""
        settings, process = self.settings, self.process
        end = None if settings.deadline is None else Instant(process.now + settings.deadline)
        due = process.now
        while settings.count is None or self.tally.sent < settings.count:
            if end is not None and process.now >= end:
                return 0
            if process.now >= due:
                self._send()
                due = Instant(due + settings.interval)
                continue
            until = due if end is None else min(due, end)
            self._take((yield until))
        linger = Instant(process.now + self._linger())
        until = linger if end is None else min(linger, end)
        while self._outstanding() and process.now < until:
            self._take((yield until))
        return 0

    def _outstanding(self) -> bool:
        return self.tally.received + self.tally.errors < self.tally.sent

    def _linger(self) -> int:
        if self.settings.timeout is not None:
            return self.settings.timeout
        return max(2 * max(self.tally.times), SECOND) if self.tally.times else _LINGER

    def _send(self) -> None:
        settings, tally, process = self.settings, self.tally, self.process
        tally.sent += 1
        sequence = tally.sent & 0xFFFF
        echo = EchoMessage(False, self.identifier, sequence, _pattern(settings.size))
        self.last_sent = process.now
        self._sent_at[sequence] = process.now
        tally.answered.discard(sequence)
        try:
            process.stack.send(
                self.target,
                IpProtocol.ICMP,
                echo.build(),
                source=self.source,
                ttl=settings.ttl,
                tos=settings.tos,
                dont_fragment=self._dont_fragment(settings),
            )
        except TooLongError as error:
            tally.errors += 1
            process.print(f"ping: local error: message too long, mtu={error.mtu}")
        except UnroutableError:
            tally.errors += 1
            process.print("ping: sendmsg: Network is unreachable")

    def _dont_fragment(self, settings: _Settings) -> bool:
        if settings.discovery == "want":
            return settings.size + 28 <= self.process.stack.path_mtu(self.target)
        return settings.discovery == "do"

    def _take(self, event: object) -> None:
        match event:
            case Reply():
                self._reply(event)
            case Failure():
                self._failure(event)

    def _reply(self, reply: Reply) -> None:
        sequence = reply.message.sequence
        sent = self._sent_at.get(sequence)
        if sent is None or len(reply.message.data) != self.settings.size:
            return
        self.last_heard = self.process.now
        round_trip = Duration(self.process.now - sent)
        duplicate = sequence in self.tally.answered
        if duplicate:
            self.tally.duplicates += 1
        else:
            self.tally.answered.add(sequence)
            self.tally.received += 1
            self.tally.times.append(round_trip)
        if not self.settings.quiet:
            self.process.print(
                f"{reply.size} bytes from {reply.source}: icmp_seq={sequence} ttl={reply.ttl} "
                f"time={_time(round_trip)} ms{' (DUP!)' if duplicate else ''}"
            )

    def _failure(self, failure: Failure) -> None:
        quoted = failure.message.original
        start = (quoted[0] & 15) << 2
        sequence = int.from_bytes(quoted[start + 6 : start + 8], "big")
        if sequence not in self._sent_at:
            return
        self.last_heard = self.process.now
        self.tally.errors += 1
        if not self.settings.quiet:
            said = _described(failure.message)
            self.process.print(f"From {failure.source} icmp_seq={sequence} {said}")


def _described(message: DestinationUnreachable | TimeExceeded) -> str:
    if isinstance(message, TimeExceeded):
        return "Frag reassembly time exceeded" if message.code else "Time to live exceeded"
    if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
        return f"Frag needed and DF set (mtu = {message.next_hop_mtu})"
    known = _UNREACHABLES.get(UnreachableCode(message.code)) if message.code < 16 else None
    return known or f"Dest Unreachable, Bad Code: {message.code}"


def _time(span: Duration) -> str:
    """Milliseconds with three digits that count."""
    if span >= 100_000:
        return f"{span // 1000}"
    if span >= 10_000:
        return f"{span / 1000:.1f}"
    return f"{span / 1000:.2f}" if span >= 1_000 else f"{span / 1000:.3f}"


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise _refusal(f"ping: {text}: Temporary failure in name resolution") from None


def _source(stack: Stack, text: str | None) -> IPv4Address | None:
    if text is None:
        return None
    device = stack.devices.get(text)
    if device is not None:
        if device.primary is None:
            raise _refusal("ping: connect: Network is unreachable")
        return device.primary.ip
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise _refusal(f"ping: unknown iface: {text}") from None
    if not stack.own(address):
        raise _refusal("ping: bind: Cannot assign requested address")
    return address


def _device(text: str) -> str:
    return "" if text[:1].isdigit() else text


def _pattern(size: int) -> bytes:
    """Counting bytes, as iputils fills what follows its time stamp."""
    return bytes(index & 0xFF for index in range(size))
