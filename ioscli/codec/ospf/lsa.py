"""LSAs (RFC 2328 A.4.1), each held once: equal bytes are one object in the whole simulation.

A thousand routers that hold the same LSA share one `Lsa`: it is verified and read when it is first
seen, and told from other instances by looking at the object. The age is not part of it.
"""

import struct
from hashlib import blake2b
from typing import NamedTuple

from ioscli.codec.ospf.content import CONTENTS, Content
from ioscli.codec.ospf.errors import ChecksumError, LengthError, LsTypeError
from ioscli.codec.ospf.fletcher import fletcher_checksum, fletcher_ok
from ioscli.codec.ospf.numbers import DO_NOT_AGE, LSA_HEADER_LENGTH, MAX_AGE, MAX_AGE_DIFF, dotted

_HEADER = struct.Struct("!BBIIIHH")
_INSTANCE = 18
"""Bytes of the header without its age."""
_REMEMBERED = 32_768
"""LSAs in each of the two generations of the table of known ones."""

Key = bytes
"""Type, link state ID and advertising router: what tells LSAs apart, 9 bytes as on the wire."""
Instance = bytes
"""The header without its age: what tells an LSA's instances apart, 18 bytes."""


class Lsa:
    """One instance of an LSA without its age. Equal ones are usually, not always, one object."""

    __slots__ = (
        "checksum",
        "content",
        "digest",
        "id",
        "instance",
        "key",
        "kind",
        "options",
        "rest",
        "router",
        "sequence",
    )

    def __init__(self, rest: bytes) -> None:
        """Read an LSA from its bytes after the age; DecodeError when they make none."""
        if len(rest) < _INSTANCE:
            raise LengthError(f"LSA of {len(rest) + 2} bytes")
        options, kind, link_state_id, router, sequence, checksum, length = _HEADER.unpack_from(rest)
        if length != len(rest) + 2:
            raise LengthError(f"LSA length {length} in {len(rest) + 2} bytes")
        if not fletcher_ok(rest):
            raise ChecksumError(f"LSA checksum {checksum:#06x}")
        content = CONTENTS.get(kind)
        if content is None:
            raise LsTypeError(f"LSA of type {kind}")
        self.content: Content = content.parse(rest[_INSTANCE:])
        self.rest = rest
        """Every byte but the age."""
        self.instance: Instance = rest[:_INSTANCE]
        self.key: Key = rest[1:10]
        self.options: int = options
        self.kind: int = kind
        """An LsType, as a plain number."""
        self.id: int = link_state_id
        self.router: int = router
        """The advertising router."""
        self.sequence: int = sequence
        self.checksum: int = checksum
        self.digest = int.from_bytes(blake2b(rest[:10] + rest[16:], digest_size=12).digest(), "big")
        """Of what it says: the same for two instances that differ in nothing but their number."""

    @property
    def length(self) -> int:
        """Bytes on the wire."""
        return len(self.rest) + 2

    def says_the_same(self, other: "Lsa") -> bool:
        """Whether nothing but sequence number and checksum tells them apart (RFC 2328 13.2)."""
        return self.digest == other.digest

    def __repr__(self) -> str:
        return (
            f"Lsa(type {self.kind}, {dotted(self.id)} of {dotted(self.router)},"
            f" {self.sequence:#010x})"
        )


class LsaHeader(NamedTuple):
    """An LSA's header, as database descriptions and acknowledgments carry it."""

    age: int
    """Seconds."""
    instance: Instance

    @property
    def key(self) -> Key:
        """Of the LSA."""
        return self.instance[1:10]

    @property
    def kind(self) -> int:
        """The LSA's type."""
        return self.instance[1]

    @property
    def sequence(self) -> int:
        """The LSA's sequence number, unsigned."""
        return int.from_bytes(self.instance[10:14], "big")

    @property
    def checksum(self) -> int:
        """The LSA's checksum."""
        return int.from_bytes(self.instance[14:16], "big")


class KnownLsas:
    """LSAs by their bytes, in two generations: what is long unseen is forgotten.

    Forgetting costs nothing but a second object for equal bytes, so that a plain dictionary, which
    is far quicker than one of weak references, will do.
    """

    __slots__ = ("_old", "recent")

    def __init__(self) -> None:
        self.recent: dict[bytes, Lsa] = {}
        """Those met of late; `find` knows more."""
        self._old: dict[bytes, Lsa] = {}

    def find(self, rest: bytes) -> Lsa:
        """The LSA of these bytes (without the age); DecodeError when they make none."""
        lsa = self.recent.get(rest)
        if lsa is not None:
            return lsa
        lsa = self._old.get(rest) or Lsa(rest)
        if len(self.recent) >= _REMEMBERED:
            self._old = self.recent
            self.recent = {}
        self.recent[rest] = lsa
        return lsa


known_lsas = KnownLsas()
"""Of the whole simulation. It remembers only what bytes mean: no run can tell that it is there."""


def build_lsa(
    kind: int, options: int, link_state_id: int, router: int, sequence: int, content: Content
) -> Lsa:
    """A new instance of an LSA, with its length and checksum."""
    body = content.build()
    rest = (
        _HEADER.pack(
            options, kind, link_state_id, router, sequence, 0, LSA_HEADER_LENGTH + len(body)
        )
        + body
    )
    checksum = fletcher_checksum(rest)
    return known_lsas.find(b"".join((rest[:14], checksum.to_bytes(2, "big"), rest[16:])))


def key_of(kind: int, link_state_id: int, router: int) -> Key:
    """The key of an LSA."""
    return (kind << 64 | link_state_id << 32 | router).to_bytes(9, "big")


def fresher(age: int, instance: Instance, other_age: int, other: Instance) -> int:
    """Which of two instances of one LSA is newer: 1 the first, -1 the second, 0 neither.

    RFC 2328 13.1: by sequence number (signed), checksum, MaxAge, ages beyond MaxAgeDiff apart.
    """
    # The numbers are signed and begin at the negative end: flipping the sign bit orders them.
    mine, its = instance[10:14], other[10:14]
    if mine != its:
        first = int.from_bytes(mine, "big") ^ 0x80000000
        return 1 if first > int.from_bytes(its, "big") ^ 0x80000000 else -1
    if instance[14:16] != other[14:16]:
        return 1 if instance[14:16] > other[14:16] else -1
    age, other_age = age & ~DO_NOT_AGE, other_age & ~DO_NOT_AGE
    if (age >= MAX_AGE) != (other_age >= MAX_AGE):
        return 1 if age >= MAX_AGE else -1
    if abs(age - other_age) > MAX_AGE_DIFF:
        return 1 if age < other_age else -1
    return 0
