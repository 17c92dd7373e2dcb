"""Link state updates (RFC 2328 A.3.5): the packets that most work goes into."""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.ospf.errors import LengthError
from ioscli.codec.ospf.lsa import Lsa, known_lsas
from ioscli.codec.ospf.numbers import LSA_HEADER_LENGTH

_AGE_AND_LENGTH = Struct("!H16xH")
"""Of an LSA's header."""


class Update(NamedTuple):
    """LSAs with their ages in seconds, and what was wrong with those left out."""

    lsas: list[tuple[int, Lsa]]
    errors: list[DecodeError]
    """One for each LSA that is none: the others of the packet are not to suffer (13 step 1)."""


def build_update(lsas: Iterable[tuple[int, Lsa]]) -> bytes:
    """The packet's body; ages in seconds."""
    parts = [b""]
    for age, lsa in lsas:
        parts.append(age.to_bytes(2, "big"))
        parts.append(lsa.rest)
    parts[0] = (len(parts) >> 1).to_bytes(4, "big")
    return b"".join(parts)


def parse_update(body: bytes) -> Update:
    """Mirror of build_update; DecodeError where the LSAs do not fit the packet."""
    size = len(body)
    if size < 4:
        raise LengthError(f"link state update of {size} bytes")
    lsas: list[tuple[int, Lsa]] = []
    errors: list[DecodeError] = []
    recent = known_lsas.recent.get
    offset, last = 4, size - LSA_HEADER_LENGTH
    for _ in range(int.from_bytes(body[:4], "big")):
        if offset > last:
            raise LengthError(f"LSA at byte {offset} of {size}")
        age, length = _AGE_AND_LENGTH.unpack_from(body, offset)
        end = offset + length
        if length < LSA_HEADER_LENGTH or end > size:
            raise LengthError(f"LSA of {end - offset} bytes at byte {offset} of {size}")
        rest = body[offset + 2 : end]
        # Nearly all have been met before: a look-up without a call is what this costs then.
        lsa = recent(rest)
        if lsa is None:
            try:
                lsa = known_lsas.find(rest)
            except DecodeError as error:
                errors.append(error)
                offset = end
                continue
        lsas.append((age, lsa))
        offset = end
    return Update(lsas, errors)
