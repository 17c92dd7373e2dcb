"""Serial lines with Cisco HDLC and SLARP keepalives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.hdlc import (
    SLARP_PROTOCOL,
    HdlcAddress,
    HdlcHeader,
    SlarpKeepalive,
    parse_slarp,
)
from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig
from ioscli.protocols.slarp.keepalive import INTERVAL, Keepalive
from ioscli.router.interfaces import Interface

if TYPE_CHECKING:
    from ioscli.router.forwarding import Forwarding

_IPV4 = EtherType.IPV4.to_bytes(2, "big")
_SLARP = SLARP_PROTOCOL.to_bytes(2, "big")
_HDLC_IPV4 = b"\x0f\x00\x08\x00"
_HDLC_IPV4_TO_ALL = b"\x8f\x00\x08\x00"
_FIRST_GROUP = 224


class SerialInterface(Interface):
    """A serial line with Cisco HDLC: every packet goes to the far end, which keepalives watch."""

    __slots__ = ("keepalive", "line_lives", "port")

    def __init__(
        self, config: InterfaceConfig, simulation: Simulation, forwarding: Forwarding, port: Port
    ) -> None:
        super().__init__(config, simulation, forwarding)
        self.port = port
        self.keepalive = Keepalive()
        self.line_lives: Callable[[Interface, bool], None] = lambda *_: None
        """Told of every keepalive interval and answer: does the far end live?"""
        port.receive = self.receive_frame
        simulation.post(INTERVAL, self._keep_alive, None)

    def carrier(self) -> bool:
        """Whether the port has a cable whose link is up."""
        return self.port.carrier

    def delivered(self, packet: int) -> None:
        """Count the HDLC header with it."""
        self.processed.received(packet + len(_HDLC_IPV4))

    def rewrite(self, next_hop: bytes, /) -> bytes | None:
        """The one far end needs no address; a group's frames are marked as for all."""
        return _HDLC_IPV4 if next_hop[0] < _FIRST_GROUP else _HDLC_IPV4_TO_ALL

    def receive_frame(self, frame: bytes) -> None:
        """A frame comes in from the line."""
        self.packets_in += 1
        self.bytes_in += len(frame)
        self.last_input = self.simulation.now
        if not self.up:
            self.input_drops += 1
        elif frame[2:4] == _SLARP:
            self.counts_of("Other").received(len(frame))
            self.delivered(len(frame) - len(_HDLC_IPV4))
            self._receive_slarp(frame[4:])
        elif not self.protocol_up:
            self.input_drops += 1
        elif frame[2:4] == _IPV4:
            self.receive_packet(frame[4:], self)
        else:
            self.unknown_protocols += 1
            self.counts_of("Other").received(len(frame))

    def transmit(self, frame: bytes) -> None:
        """Send a frame down the line."""
        if not self.protocol_up:
            self.output_drops += 1
        else:
            self._put_on_wire(frame)

    def _put_on_wire(self, frame: bytes) -> None:
        if not self.port.transmit(frame):
            self.output_drops += 1
            return
        self.packets_out += 1
        self.bytes_out += len(frame)
        self.last_output = self.simulation.now

    def _keep_alive(self, _: object) -> None:
        if not self.port.powered:
            return  # the router that this interface belonged to has reloaded
        self.simulation.post(INTERVAL, self._keep_alive, None)
        if self.up:
            header = HdlcHeader(HdlcAddress.BROADCAST, 0, SLARP_PROTOCOL)
            frame = header.build(self.keepalive.tick().build())
            before = self.packets_out, self.bytes_out
            self._put_on_wire(frame)
            self.sent_by_process(*before)
            if self.packets_out > before[0]:
                self.counts_of("Other").sent(len(frame))
            self.line_lives(self, self.keepalive.alive)
        else:
            self.keepalive.restart()

    def _receive_slarp(self, data: bytes) -> None:
        try:
            message = parse_slarp(data)
        except DecodeError:
            self.input_errors += 1
            return
        if isinstance(message, SlarpKeepalive):
            self.keepalive.receive(message)
            self.line_lives(self, self.keepalive.alive)
