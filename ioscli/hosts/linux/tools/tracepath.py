"""tracepath, as iputils has it: the hops of a path and what each takes, without privileges."""

from __future__ import annotations

from collections.abc import Generator
from getopt import GetoptError, gnu_getopt
from ipaddress import AddressValueError, IPv4Address

from ioscli.codec.icmp import TimeExceeded, UnreachableCode
from ioscli.hosts.linux.process import Event, Process, ProgramError, Steps
from ioscli.hosts.linux.stack import Failure, TooLongError, UnroutableError
from ioscli.model.instant import SECOND, Instant

_BASE_PORT = 44_444
_HOST_COLUMN = 52
_HEADERS = 28
_TRIES = 3
_WAIT = SECOND
_USAGE = "Usage\n  tracepath [options] <destination>"


def tracepath(process: Process) -> Steps:
    """Trace a path and its MTU."""
    try:
        options, operands = gnu_getopt(process.arguments[1:], "4nm:l:p:")
    except GetoptError as error:
        raise ProgramError(f"tracepath: invalid option -- '{error.opt}'\n{_USAGE}") from None
    if not operands:
        raise ProgramError(_USAGE)
    try:
        target = IPv4Address(operands[0])
    except AddressValueError:
        raise ProgramError(
            f"tracepath: {operands[0]}: Temporary failure in name resolution"
        ) from None
    given = dict(options)
    most = _number(given.get("-m", "30"), 1, 255)
    size = _number(given.get("-l", "65535"), _HEADERS, 65_535)
    base = _number(given.get("-p", str(_BASE_PORT)), 0, 65_535)
    run = _Run(process, target, size, base)
    try:
        return (yield from run.steps(most))
    finally:
        process.stack.close_udp(run.port)


def _number(text: str, least: int, most: int) -> int:
    if not text.isdecimal():
        raise ProgramError(f"tracepath: invalid argument: '{text}'")
    if not least <= int(text) <= most:
        raise ProgramError(
            f"tracepath: invalid argument: '{text}': out of range: {least} <= value <= {most}"
        )
    return int(text)


class _Run:
    """One trace under way."""

    def __init__(self, process: Process, target: IPv4Address, size: int, base: int) -> None:
        self._process = process
        self._target = target
        self._mtu = size
        self._base = base
        self._back = 0
        port = process.stack.open_udp(process.post)
        assert port is not None
        self.port = port
        self._sequence = 0
        self._sent = process.now

    def steps(self, most: int) -> Steps:
        """Hop after hop; a hop is asked again when its answer changed the MTU."""
        process = self._process
        for ttl in range(1, most + 1):
            tries = 0
            while tries < _TRIES:
                tries += 1
                before = self._mtu
                if not self._send(ttl):
                    process.print(f"{ttl:2}:  send failed")
                    return self._resume(None)
                failure = yield from self._answer()
                if failure is None:
                    continue
                if self._show(failure, ttl):
                    return self._resume(ttl)
                if self._mtu == before:
                    break
                tries = 0
            else:
                process.print(f"{ttl:2}:  no reply")
        process.print(f"     Too many hops: pmtu {self._mtu}")
        return self._resume(None)

    def _send(self, ttl: int) -> bool:
        """Send a probe as large as the path is thought to take; False when there is no way."""
        process = self._process
        while True:
            self._sent = process.now
            try:
                process.stack.send_datagram(
                    self.port,
                    self._target,
                    self._base + ttl & 0xFFFF,
                    bytes(max(0, self._mtu - _HEADERS)),
                    ttl=ttl,
                    dont_fragment=True,
                    probe=True,
                )
            except TooLongError as error:
                self._mtu = error.mtu
                process.print(f"{ttl:2}?: {'[LOCALHOST]':<32} pmtu {self._mtu}")
            except UnroutableError:
                return False
            else:
                return True

    def _answer(self) -> Generator[Instant | None, Event | None, Failure | None]:
        """Wait for the error that the probe brings; None when nothing came."""
        until = Instant(self._sent + _WAIT)
        while True:
            event = yield until
            if isinstance(event, Failure):
                return event
            if event is None and self._process.now >= until:
                return None

    def _show(self, failure: Failure, ttl: int) -> bool:
        """Print an answer; whether it came from the end of the path."""
        message, process = failure.message, self._process
        place = f"{failure.source!s:<{_HOST_COLUMN}}"
        line = f"{ttl:2}:  {place} {(process.now - self._sent) / 1000:3.3f}ms "
        back = _hops_back(failure.ttl)
        if isinstance(message, TimeExceeded):
            if back != ttl:
                line += f"asymm {back:2} "
            process.print(line)
            return False
        if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
            self._mtu = min(self._mtu, message.next_hop_mtu) or self._mtu
            process.print(f"{line}pmtu {self._mtu}")
            return False
        if message.code == UnreachableCode.PORT:
            self._back = back
            process.print(f"{line}reached")
            return True
        marks = {UnreachableCode.HOST: "!H", UnreachableCode.NET: "!N"}
        known = next((mark for code, mark in marks.items() if code == message.code), "!A")
        process.print(line + known)
        raise ProgramError(f"     Resume: pmtu {self._mtu} ")

    def _resume(self, hops: int | None) -> int:
        end = "" if hops is None else f"hops {hops} back {self._back} "
        self._process.print(f"     Resume: pmtu {self._mtu} {end}")
        return 0 if hops is not None else 1


def _hops_back(ttl: int) -> int:
    """How many hops an answer took, as its TTL is likely to have begun."""
    start = 64 if ttl <= 64 else 128 if ttl <= 128 else 255
    return start - ttl + 1
