"""Why bytes are not an OSPF packet: the kinds that IOS counts apart (`show ip ospf traffic`)."""

from ioscli.codec.errors import DecodeError


class LengthError(DecodeError):
    """A length that does not fit: of the packet, of an LSA, of a list of them."""


class VersionError(DecodeError):
    """Not version 2."""


class PacketTypeError(DecodeError):
    """None of the five types of packets."""


class ChecksumError(DecodeError):
    """The checksum of a packet, an LSA or a block of link-local signalling is wrong."""


class LsTypeError(DecodeError):
    """No type of LSA that there is."""


class LsDataError(DecodeError):
    """What an LSA says makes no sense: a mask with holes, a link of no type."""
