"""GRE keepalives: whether packets come back from the far end of a tunnel.

The sender puts a ready-made answer into its own GRE packet: an IP header with the addresses
swapped, and behind it a GRE header of protocol type 0. The far end unwraps it and routes what
comes out, like any other packet, back to the sender. It needs no keepalives of its own, and the
two ends watch independently.

How known: Cisco document 64565, "How GRE Keepalives Work".
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.gre import GreHeader
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.config import TunnelConfig
from ioscli.model.config import TunnelKeepalive as Settings
from ioscli.model.instant import SECOND

if TYPE_CHECKING:
    from ioscli.model.ifname import InterfaceName

KEEPALIVE_PROTOCOL = 0
"""The GRE protocol type of the answer."""
_TOS = 0xC0
"""Internetwork control, as all that a router sends of its own accord."""
_SHORTEST = 4


class TunnelKeepalives:
    """The miss counter of one tunnel.

    `send` is given each packet; `changed` is called when `dead` has changed.
    """

    __slots__ = (
        "_changed",
        "_send",
        "_settings",
        "_simulation",
        "_timer",
        "dead",
        "missed",
        "received",
        "sent",
        "watch",
    )

    def __init__(
        self,
        simulation: Simulation,
        send: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        """`send` sends a keepalive, or says that the tunnel has no way to send one."""
        self._simulation = simulation
        self._send = send
        self._changed = changed
        self._settings: Settings | None = None
        self._timer: Timer | None = None
        self.missed = 0
        """Keepalives sent since the last one that came back."""
        self.dead = False
        """Whether so many were missed that the line protocol is down."""
        self.sent = self.received = 0
        self.watch: Callable[[str], None] | None = None
        """Given the lines of `debug tunnel keepalive` while it is on."""

    def configure(self, settings: Settings | None) -> None:
        """Follow the configuration; other settings begin to count anew."""
        if settings == self._settings:
            return
        self.stop()
        self._settings = settings
        self.restart()
        if settings is not None and settings.period:
            self._wait(settings)

    def stop(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def restart(self) -> None:
        """Take the far end for alive until proved otherwise."""
        self.missed = 0
        self.dead = False

    def returned(self) -> bool:
        """A keepalive came back; False when none was asked for."""
        if self._settings is None:
            return False
        self.received += 1
        self.missed = 0
        if self.dead:
            self.dead = False
            self._changed()
        return True

    def _wait(self, settings: Settings) -> None:
        self._timer = self._simulation.after(settings.period * SECOND, self._period_over)

    def _period_over(self) -> None:
        settings = self._settings
        assert settings is not None
        self._wait(settings)
        if self.missed >= settings.retries and not self.dead:
            self.dead = True
            self._changed()
        if self._send():
            self.sent += 1
            self.missed += 1
        elif not self.dead:
            self.missed = 0  # without a way out there is nothing to miss


def keepalive(
    settings: TunnelConfig, source: IPv4Address, destination: IPv4Address, identification: int
) -> bytes:
    """What a tunnel sends through itself: the answer, as the far end is to route it back.

    The answer carries the tunnel's key, or it would not find its tunnel.
    """
    gre = GreHeader(KEEPALIVE_PROTOCOL, key=settings.key).build(b"")
    header = Ipv4Template(destination.packed, source.packed, IpProtocol.GRE)
    return header.build(len(gre), identification, _TOS) + gre


def sending_line(tunnel: InterfaceName, inner: bytes, counter: int) -> str:
    """What `debug tunnel keepalive` says of one that leaves, from the answer inside it.

    counter: those that are not answered, with this one. How known: captures of IOS 12.4 and 15,
    `Tunnel19: sending keepalive, ... (len=24 ttl=255), counter=1`.
    """
    return f"{tunnel}: sending keepalive, {_described(inner)}, counter={counter}"


def received_line(tunnel: InterfaceName, answer: bytes) -> str:
    """What it says of one that came back."""
    return f"{tunnel}: keepalive received, {_described(answer)}, resetting counter"


def _described(packet: bytes) -> str:
    source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
    return f"{source}->{destination} (len={len(packet)} ttl={packet[8]})"


def is_keepalive(packet: bytes, ends: bytes) -> bool:
    """Whether a packet out of a tunnel is its far end's keepalive.

    ends: this router's address of the tunnel and the far end's, 8 bytes.
    """
    if len(packet) < 20 + _SHORTEST or packet[12:20] != ends or packet[9] != IpProtocol.GRE:
        return False
    start = header_length(packet)
    return packet[start + 2 : start + 4] == b"\0\0"
