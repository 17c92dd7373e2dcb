"""UPDATE messages (RFC 4271 section 4.3) of IPv4 unicast, in the body or as RFC 4760 writes it."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network
from typing import NamedTuple, Self

from ioscli.codec.bgp.attributes import Faults, PathAttributes
from ioscli.codec.bgp.numbers import BgpError, ErrorCode, UpdateError


class Update(NamedTuple):
    """Prefixes that are gone, and prefixes that are reached as the attributes say.

    Neither: the End-of-RIB marker of RFC 4724.
    """

    withdrawn: tuple[IPv4Network, ...] = ()
    attributes: PathAttributes = PathAttributes()
    prefixes: tuple[IPv4Network, ...] = ()
    faults: Faults = ()
    """What is wrong with the attributes of one that was received."""

    def build(self, *, four_octets: bool = True) -> bytes:
        """The message's body."""
        gone = prefix_bytes(self.withdrawn)
        attributes = self.attributes.build(four_octets=four_octets)
        return b"".join(
            (
                len(gone).to_bytes(2, "big"),
                gone,
                len(attributes).to_bytes(2, "big"),
                attributes,
                prefix_bytes(self.prefixes),
            )
        )

    @classmethod
    def parse(cls, body: bytes, *, four_octets: bool = True) -> Self:
        """Read a body. Raises BgpError where RFC 7606 has the session end."""
        gone, rest = _counted(body)
        attributes, rest = _counted(rest)
        found, faults = PathAttributes.parse(attributes, four_octets=four_octets)
        return cls(_prefixes(gone), found, _prefixes(rest), faults)


def prefix_bytes(prefixes: Iterable[IPv4Network]) -> bytes:
    """Length in bits and as many bytes as that needs, for each prefix."""
    return b"".join(
        bytes((prefix.prefixlen,)) + prefix.network_address.packed[: (prefix.prefixlen + 7) // 8]
        for prefix in prefixes
    )


def _counted(data: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(data[:2], "big")
    if len(data) < 2 + length:
        raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_ATTRIBUTE_LIST)
    return data[2 : 2 + length], data[2 + length :]


def _prefixes(data: bytes) -> tuple[IPv4Network, ...]:
    found = []
    while data:
        octets = (data[0] + 7) // 8
        if data[0] > 32 or len(data) < 1 + octets:
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.INVALID_NETWORK)
        found.append(_network(data[0], data[1 : 1 + octets]))
        data = data[1 + octets :]
    return tuple(found)


@lru_cache(maxsize=65_536)
def _network(length: int, octets: bytes) -> IPv4Network:
    """Bits beyond the length have no meaning (section 4.3)."""
    return IPv4Network((octets.ljust(4, b"\0"), length), strict=False)
