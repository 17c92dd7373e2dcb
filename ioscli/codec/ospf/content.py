"""What LSAs say: their bodies as values (RFC 2328 A.4, RFC 3101 appendix A).

Router IDs, link state IDs, addresses and masks are 32-bit numbers here: they are keys and operands
of the shortest path calculation by the million, and most of them are no addresses.
"""

import struct
from typing import NamedTuple, Self

from ioscli.codec.ospf.errors import LengthError, LsDataError
from ioscli.codec.ospf.numbers import LinkType, LsType

_LINK = struct.Struct("!IIBBH")
_LINK_TYPES = frozenset(LinkType)
_MASKS = {0xFFFFFFFF << 32 - length & 0xFFFFFFFF: length for length in range(33)}


class RouterLink(NamedTuple):
    """One link of a router LSA; what id and data are depends on the kind (RFC 2328 A.4.2).

    Point-to-point: the neighbor's router ID, the own address (or interface index). Transit: the
    designated router's address, the own one. Stub: network and mask.
    """

    kind: int
    id: int
    data: int
    metric: int
    tos: bytes = b""
    """Metrics of types of service, kept raw: nobody has them any more."""


class RouterContent(NamedTuple):
    """Type 1: a router and its links."""

    flags: int
    links: tuple[RouterLink, ...]

    def build(self) -> bytes:
        """The bytes after the LSA header."""
        parts = [bytes((self.flags, 0)), len(self.links).to_bytes(2, "big")]
        for kind, link_id, data, metric, tos in self.links:
            parts.append(_LINK.pack(link_id, data, kind, len(tos) >> 2, metric))
            parts.append(tos)
        return b"".join(parts)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        size = len(body)
        if size < 4:
            raise LengthError(f"router LSA of {size} bytes")
        count = body[2] << 8 | body[3]
        links = []
        offset = 4
        for _ in range(count):
            if offset + 12 > size:
                raise LengthError(f"router LSA of {size} bytes for {count} links")
            link_id, data, kind, services, metric = _LINK.unpack_from(body, offset)
            if kind not in _LINK_TYPES:
                raise LsDataError(f"link of type {kind}")
            if kind == LinkType.STUB and data not in _MASKS:
                raise LsDataError(f"mask {data:#010x}")
            end = offset + 12 + 4 * services
            if end > size:
                raise LengthError(f"router LSA of {size} bytes for {count} links")
            links.append(RouterLink(kind, link_id, data, metric, body[offset + 12 : end]))
            offset = end
        if offset != size:
            raise LengthError(f"{size - offset} bytes after the links of a router LSA")
        return cls(body[0], tuple(links))


class NetworkContent(NamedTuple):
    """Type 2: a network's mask and the routers on it; the link state ID is the DR's address."""

    mask: int
    routers: tuple[int, ...]

    def build(self) -> bytes:
        """The bytes after the LSA header."""
        return struct.pack(f"!{1 + len(self.routers)}I", self.mask, *self.routers)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        if len(body) < 4 or len(body) & 3:
            raise LengthError(f"network LSA of {len(body)} bytes")
        mask, *routers = struct.unpack(f"!{len(body) >> 2}I", body)
        _check_mask(mask)
        return cls(mask, tuple(routers))


class SummaryContent(NamedTuple):
    """Types 3 and 4: the distance to a network or an AS boundary router in another area."""

    mask: int
    metric: int
    tos: bytes = b""

    def build(self) -> bytes:
        """The bytes after the LSA header."""
        return self.mask.to_bytes(4, "big") + self.metric.to_bytes(4, "big") + self.tos

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        if len(body) < 8 or len(body) & 3:
            raise LengthError(f"summary LSA of {len(body)} bytes")
        mask = int.from_bytes(body[:4], "big")
        _check_mask(mask)
        # The byte before the metric is unused (TOS 0): what it holds is not ours to judge.
        return cls(mask, int.from_bytes(body[5:8], "big"), body[8:])


class ExternalContent(NamedTuple):
    """Types 5 and 7: a destination outside of the AS."""

    mask: int
    type2: bool
    """Whether the metric is beyond comparison with the AS's own (the E bit)."""
    metric: int
    forwarding: int
    """Where to send the packets to; 0: to the advertising router."""
    tag: int
    tos: bytes = b""

    def build(self) -> bytes:
        """The bytes after the LSA header."""
        return (
            struct.pack(
                "!IIII",
                self.mask,
                (0x80000000 if self.type2 else 0) | self.metric,
                self.forwarding,
                self.tag,
            )
            + self.tos
        )

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        if len(body) < 16 or (len(body) - 16) % 12:
            raise LengthError(f"external LSA of {len(body)} bytes")
        mask, metric, forwarding, tag = struct.unpack_from("!IIII", body)
        _check_mask(mask)
        return cls(mask, metric & 0x80000000 != 0, metric & 0xFFFFFF, forwarding, tag, body[16:])


class OpaqueContent(NamedTuple):
    """Types 9 to 11: carried, not read (RFC 5250)."""

    data: bytes

    def build(self) -> bytes:
        """The bytes after the LSA header."""
        return self.data

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        return cls(body)


Content = RouterContent | NetworkContent | SummaryContent | ExternalContent | OpaqueContent

CONTENTS: dict[int, type[Content]] = {
    LsType.ROUTER: RouterContent,
    LsType.NETWORK: NetworkContent,
    LsType.SUMMARY_NETWORK: SummaryContent,
    LsType.SUMMARY_ASBR: SummaryContent,
    LsType.AS_EXTERNAL: ExternalContent,
    LsType.NSSA_EXTERNAL: ExternalContent,
    LsType.OPAQUE_LINK: OpaqueContent,
    LsType.OPAQUE_AREA: OpaqueContent,
    LsType.OPAQUE_AS: OpaqueContent,
}


def mask_length(mask: int) -> int:
    """Prefix length of a mask without holes."""
    return _MASKS[mask]


def _check_mask(mask: int) -> None:
    if mask not in _MASKS:
        raise LsDataError(f"mask {mask:#010x}")
