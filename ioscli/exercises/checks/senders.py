"""How a router and a Linux host send echo requests, as their `ping` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Protocol

from ioscli.cli.probing import interface_address, is_own
from ioscli.codec.icmp import DestinationUnreachable, EchoMessage, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol
from ioscli.hosts.linux.stack import Reply, SendError, TooLongError
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult

if TYPE_CHECKING:
    from ioscli.exercises.checks.echoes import Echo
    from ioscli.hosts.linux.host import LinuxHost
    from ioscli.hosts.linux.stack import Failure
    from ioscli.router.router import Router

TIMEOUT = Duration(2 * SECOND)
HEADERS = 28
"""Bytes of the IPv4 and ICMP headers."""

Note = Callable[[EchoKind, IPv4Address | None, int | None], None]
"""Told what came of a request: who answered, and how much room there is for one too big."""


class Sender(Protocol):
    """What a router and a Linux host have in common for whoever pings from them."""

    identifier: int

    def unable(self) -> str:
        """Why nothing can be sent; empty where something can."""

    def send(self, sequence: int, note: Note) -> None:
        """Send one request; what comes of it is noted, unless nothing does."""

    def forget(self, sequence: int) -> None:
        """Wait for it no longer."""

    def close(self) -> None:
        """Wait for nothing more."""


class FromRouter:
    """Sends as `ping` at a router does."""

    def __init__(self, router: Router, echo: Echo, identifier: int) -> None:
        self.identifier = identifier
        self._router = router
        self._echo = echo
        self._cancel: Callable[[], object] = lambda: None

    def unable(self) -> str:
        """The source that `ping` refuses."""
        source, node = self._echo.source, self._echo.node
        if isinstance(source, InterfaceName) and self._address() is None:
            if source not in self._router.interfaces:
                return f"{node} has no {source}"
            return f"{source} of {node} is down or has no address"
        if isinstance(source, IPv4Address) and not is_own(self._router, source):
            return f"no interface of {node} that is up has the address {source}"
        return ""

    def _address(self) -> IPv4Address | None:
        source = self._echo.source
        if isinstance(source, InterfaceName):
            return interface_address(self._router, source)
        return source if isinstance(source, IPv4Address) else None

    def send(self, sequence: int, note: Note) -> None:
        """One request."""
        echo = self._echo
        request = EchoRequest(
            echo.to,
            self.identifier,
            sequence,
            echo.size,
            TIMEOUT,
            self._address(),
            echo.df,
            # Tells its frames from those of everybody else's echo requests.
            pattern=self.identifier,
        )
        self._cancel = self._router.send_echo(request, partial(self._note, note))

    def _note(self, note: Note, result: EchoResult) -> None:
        note(result.kind, result.responder, result.next_hop_mtu)

    def forget(self, _sequence: int) -> None:
        """One request."""
        self._cancel()

    def close(self) -> None:
        """Nothing is left open."""


class FromHost:
    """Sends as `ping` at a Linux host does."""

    def __init__(self, host: LinuxHost, echo: Echo) -> None:
        self._stack = host.stack
        self._echo = echo
        self._waiting: dict[int, Note] = {}
        self.identifier = self._stack.open_echo(self._heard)

    def unable(self) -> str:
        """The device or address that `ping -I` refuses."""
        source, node = self._echo.source, self._echo.node
        if source is not None and self._address() is None:
            return f"{source} is no address of {node}, or no device with one"
        return ""

    def _address(self) -> IPv4Address | None:
        source = self._echo.source
        if isinstance(source, IPv4Address):
            return source if self._stack.own(source) else None
        device = self._stack.devices.get(str(source))
        return None if device is None or device.primary is None else device.primary.ip

    def send(self, sequence: int, note: Note) -> None:
        """One request, with DF as `ping` has it: where it fits, and always with `-M do`."""
        echo, stack = self._echo, self._stack
        self._waiting = {sequence: note}
        data = self.identifier.to_bytes(2, "big") * (echo.size // 2)
        message = EchoMessage(False, self.identifier, sequence, data[: echo.size - HEADERS])
        try:
            stack.send(
                echo.to,
                IpProtocol.ICMP,
                message.build(),
                source=self._address(),
                dont_fragment=echo.df or echo.size <= stack.path_mtu(echo.to),
            )
        except TooLongError as error:
            own = stack.source_address(echo.to)
            note(EchoKind.FRAGMENTATION_NEEDED, own, error.mtu)
        except SendError:
            note(EchoKind.OTHER, None, None)

    def _heard(self, event: Reply | Failure) -> None:
        if isinstance(event, Reply):
            note = self._waiting.get(event.message.sequence)
            if note is not None:
                note(EchoKind.REPLY, event.source, None)
            return
        original = event.message.original
        at = (original[0] & 0xF) * 4 + 6
        note = self._waiting.get(int.from_bytes(original[at : at + 2], "big"))
        if note is None:
            return
        message = event.message
        if not isinstance(message, DestinationUnreachable):
            note(EchoKind.TTL_EXCEEDED, event.source, None)
        elif message.code == UnreachableCode.FRAGMENTATION_NEEDED:
            note(EchoKind.FRAGMENTATION_NEEDED, event.source, message.next_hop_mtu)
        else:
            note(EchoKind.UNREACHABLE, event.source, None)

    def forget(self, sequence: int) -> None:
        """One request."""
        self._waiting.pop(sequence, None)

    def close(self) -> None:
        """The socket."""
        self._stack.close_echo(self.identifier)
