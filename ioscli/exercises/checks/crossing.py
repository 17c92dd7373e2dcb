"""The packets of a ping on one link, with whatever is around them, read from the frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.fragments import Reassembler
from ioscli.codec.icmp import DestinationUnreachable, TimeExceeded
from ioscli.codec.ipv4 import IpProtocol, is_fragment
from ioscli.labs.explain.stack import Keys, of_frame
from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.exercises.checks.echoes import Asked
    from ioscli.exercises.trial import Trial
    from ioscli.labs.explain.watch import Frame
    from ioscli.labs.labfile import Endpoint
    from ioscli.model.crypto import EspTransform

_TELLING = 8
"""Bytes of a ping's data that tell its packets from others'; the smallest ping has as many."""
_ERRORS = DestinationUnreachable | TimeExceeded
"""What they quote is not the ping itself."""
_BEGINNING = Instant(0)
_IPV4 = b"\x08\x00"
_VLAN = b"\x81\x00"


class Crossing(NamedTuple):
    """A packet that crossed the link, put together again where it came in pieces."""

    sender: str
    """The node at the end of the link where it entered."""
    readable: bool
    """Whether anybody finds the ping's data in it, whatever its headers say: ESP with the null
    cipher hides nothing."""
    layers: tuple[str, ...]
    """Its headers, from the outside in."""
    size: int
    """Bytes of the outermost packet, whole."""
    pieces: int
    """Fragments in which it crossed; 1: it was whole."""
    name: bytes
    """See `name_of`."""
    inside: IpProtocol | None
    """Of what ESP carries a fragment, where that is not the ping's own datagram but something
    around it."""


def crossings(
    trial: Trial, asked: Asked, ends: tuple[Endpoint, Endpoint], since: Instant = _BEGINNING
) -> Iterator[Crossing]:
    """The packets of a ping on a link, of both directions."""
    data = asked.identifier.to_bytes(2, "big") * (_TELLING // 2)
    keys = _Opened(data)
    for router in trial.topology.routers.values():
        keys.learn(router.esp_key_records())
    joining = {end: Reassembler() for end in ends}
    pieces: dict[bytes, int] = {}
    for frame in asked.watch.frames:
        if (frame.sender, frame.receiver) not in (ends, ends[::-1]) or frame.at < since:
            continue
        piece = packet_of(frame)
        packet = None if piece is None else _whole(piece, joining[frame.sender], frame.at)
        if piece is None:
            continue
        name = name_of(piece)
        pieces[name] = pieces.get(name, 0) + 1
        if packet is None:
            continue
        count = pieces.pop(name)
        keys.found, keys.inside = False, None
        octets = frame.octets[: _start(frame)] + packet
        stack = of_frame(octets, keys, serial=frame.serial)
        if stack is None:
            continue
        message = None if stack.carried is None else stack.carried.message
        readable = data in octets
        if (readable or keys.found) and not isinstance(message, _ERRORS):
            layers = tuple(f"{layer.name} {layer.detail}" for layer in stack.layers)
            yield Crossing(
                frame.sender.node, readable, layers, len(packet), count, name, keys.inside
            )


def packet_of(frame: Frame) -> bytes | None:
    """The IPv4 packet in a frame; None where it carries something else."""
    at = _start(frame)
    if frame.octets[at - 2 : at] != _IPV4:
        return None
    return frame.octets[at : at + int.from_bytes(frame.octets[at + 2 : at + 4], "big")]


def name_of(packet: bytes) -> bytes:
    """What all fragments of a packet have in common (RFC 791, 3.2)."""
    return packet[12:20] + packet[4:6] + packet[9:10]


def _start(frame: Frame) -> int:
    return 4 if frame.serial else 18 if frame.octets[12:14] == _VLAN else 14


def _whole(piece: bytes, joining: Reassembler, at: Instant) -> bytes | None:
    """The packet that a fragment is the last one of; None for the others."""
    try:
        return joining.add(piece, at)
    except DecodeError:
        return None


class _Opened(Keys):
    """Tells whether some data was in what it opened, and what was cut before it was sealed."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self.found = False
        self.inside: IpProtocol | None = None

    def open(self, destination: bytes, esp: bytes) -> tuple[EspTransform, int, bytes] | None:
        opened = super().open(destination, esp)
        if opened is not None and self._data in opened[2]:
            self.found = True
            carried = opened[2]
            if opened[1] == IpProtocol.IPV4 and is_fragment(carried):
                around = carried[9] in (IpProtocol.GRE, IpProtocol.ESP, IpProtocol.IPV4)
                self.inside = IpProtocol(carried[9]) if around else None
        return opened
