"""TLVs of routes: classic ones and wide (multiprotocol) ones (RFC 7868 sections 6.8, 6.9)."""

import struct
from typing import NamedTuple

from ioscli.codec.eigrp.numbers import ADDRESS_FAMILY_IPV4, TlvType
from ioscli.codec.errors import DecodeError

_CLASSIC_METRIC = struct.Struct("!II3s5B")
_WIDE_HEAD = struct.Struct("!HHI")
_WIDE_METRIC = struct.Struct("!4B3sB6s6s2sH")
_EXTERNAL = struct.Struct("!4I2s2B")
_WORD = struct.Struct("!I")


class External(NamedTuple):
    """Where an external route comes from (6.8.4)."""

    router: int
    """ID of the router that redistributes."""
    autonomous_system: int
    tag: int
    metric: int
    """Of the other protocol."""
    protocol: int
    """ExternalProtocol."""
    flags: int = 0
    reserved: bytes = bytes(2)

    def build(self) -> bytes:
        """The part of the TLV."""
        return _EXTERNAL.pack(
            self.router,
            self.autonomous_system,
            self.tag,
            self.metric,
            self.reserved,
            self.protocol,
            self.flags,
        )


class ClassicRoute(NamedTuple):
    """A destination in scaled 32-bit metrics (6.8)."""

    prefix: int
    length: int
    delay: int
    """256 times tens of microseconds; all ones: unreachable."""
    bandwidth: int
    """256 times 10,000,000 divided by kilobits a second."""
    mtu: int
    hops: int
    reliability: int
    load: int
    next_hop: int = 0
    """0: the sender."""
    external: External | None = None
    tag: int = 0
    """Of internal routes: eight bits."""
    flags: int = 0

    @property
    def kind(self) -> TlvType:
        """The TLV's type."""
        return TlvType.IPV4_INTERNAL if self.external is None else TlvType.IPV4_EXTERNAL

    def build(self) -> bytes:
        """The TLV's value."""
        metric = _CLASSIC_METRIC.pack(
            self.delay,
            self.bandwidth,
            self.mtu.to_bytes(3, "big"),
            self.hops,
            self.reliability,
            self.load,
            self.tag,
            self.flags,
        )
        outside = b"" if self.external is None else self.external.build()
        return _WORD.pack(self.next_hop) + outside + metric + _destination(self.prefix, self.length)


class WideRoute(NamedTuple):
    """A destination in wide metrics (6.9)."""

    prefix: int
    length: int
    delay: int
    """Picoseconds; all ones: unreachable."""
    bandwidth: int
    """Kilobits a second."""
    mtu: int
    hops: int
    reliability: int
    load: int
    router: int
    """ID of the router that the destination is attached to."""
    next_hop: int = 0
    """0: the sender."""
    external: External | None = None
    flags: int = 0
    topology: int = 0
    priority: int = 0
    attributes: bytes = b""
    """Extended attributes (jitter, energy, tag ...), kept as they are."""
    reserved: bytes = bytes(2)

    @property
    def kind(self) -> TlvType:
        """The TLV's type."""
        return TlvType.WIDE_INTERNAL if self.external is None else TlvType.WIDE_EXTERNAL

    def build(self) -> bytes:
        """The TLV's value."""
        head = _WIDE_HEAD.pack(self.topology, ADDRESS_FAMILY_IPV4, self.router)
        metric = _WIDE_METRIC.pack(
            len(self.attributes) // 2,
            self.priority,
            self.reliability,
            self.load,
            self.mtu.to_bytes(3, "big"),
            self.hops,
            self.delay.to_bytes(6, "big"),
            self.bandwidth.to_bytes(6, "big"),
            self.reserved,
            self.flags,
        )
        outside = b"" if self.external is None else self.external.build()
        return (
            head
            + metric
            + self.attributes
            + _WORD.pack(self.next_hop)
            + outside
            + _destination(self.prefix, self.length)
        )


Route = ClassicRoute | WideRoute


def parse_classic(kind: int, value: bytes) -> ClassicRoute:
    """Mirror of ClassicRoute.build.

    RFC 7868 allows several destinations in one TLV; IOS sends one, and more are refused here.
    """
    place = 4
    if len(value) < 4:
        raise DecodeError("route TLV without next hop")
    external = None
    if kind == TlvType.IPV4_EXTERNAL:
        external = _external(value, place)
        place += _EXTERNAL.size
    if len(value) < place + _CLASSIC_METRIC.size:
        raise DecodeError(f"route TLV of {len(value)} bytes")
    delay, bandwidth, mtu, hops, reliability, load, tag, flags = _CLASSIC_METRIC.unpack_from(
        value, place
    )
    prefix, length = _parse_destination(value, place + _CLASSIC_METRIC.size)
    return ClassicRoute(
        prefix,
        length,
        delay,
        bandwidth,
        int.from_bytes(mtu, "big"),
        hops,
        reliability,
        load,
        _WORD.unpack_from(value)[0],
        external,
        tag,
        flags,
    )


def parse_wide(kind: int, value: bytes) -> WideRoute:
    """Mirror of WideRoute.build."""
    if len(value) < _WIDE_HEAD.size + _WIDE_METRIC.size:
        raise DecodeError(f"wide route TLV of {len(value)} bytes")
    topology, family, router = _WIDE_HEAD.unpack_from(value)
    if family != ADDRESS_FAMILY_IPV4:
        raise DecodeError(f"route of address family {family}")
    words, priority, reliability, load, mtu, hops, delay, bandwidth, reserved, flags = (
        _WIDE_METRIC.unpack_from(value, _WIDE_HEAD.size)
    )
    place = _WIDE_HEAD.size + _WIDE_METRIC.size
    attributes = value[place : place + 2 * words]
    place += 2 * words
    if len(value) < place + 4:
        raise DecodeError("wide route TLV without next hop")
    next_hop = _WORD.unpack_from(value, place)[0]
    place += 4
    external = None
    if kind == TlvType.WIDE_EXTERNAL:
        external = _external(value, place)
        place += _EXTERNAL.size
    prefix, length = _parse_destination(value, place)
    return WideRoute(
        prefix,
        length,
        int.from_bytes(delay, "big"),
        int.from_bytes(bandwidth, "big"),
        int.from_bytes(mtu, "big"),
        hops,
        reliability,
        load,
        router,
        next_hop,
        external,
        flags,
        topology,
        priority,
        attributes,
        reserved,
    )


def _external(value: bytes, place: int) -> External:
    if len(value) < place + _EXTERNAL.size:
        raise DecodeError("external route TLV without its origin")
    router, autonomous_system, tag, metric, reserved, protocol, flags = _EXTERNAL.unpack_from(
        value, place
    )
    return External(router, autonomous_system, tag, metric, protocol, flags, reserved)


def _destination(prefix: int, length: int) -> bytes:
    """The prefix in as few bytes as hold its bits, as IOS counts them (6.9.8).

    A default route still takes one.
    """
    size = max(1, (length + 7) >> 3)
    return bytes((length,)) + prefix.to_bytes(4, "big")[:size]


def _parse_destination(value: bytes, place: int) -> tuple[int, int]:
    if len(value) <= place:
        raise DecodeError("route TLV without destination")
    length = value[place]
    size = max(1, (length + 7) >> 3)
    if length > 32 or len(value) != place + 1 + size:
        raise DecodeError(f"destination of {length} bits in {len(value) - place - 1} bytes")
    prefix = int.from_bytes(value[place + 1 :].ljust(4, b"\0"), "big")
    if prefix & (0xFFFFFFFF >> length):
        raise DecodeError("destination with host bits")
    return prefix, length
