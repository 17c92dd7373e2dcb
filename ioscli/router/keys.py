"""The router's own key pairs: what `crypto key generate` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from ioscli.codec.rsa import RsaKey


class KeyPair(NamedTuple):
    """A key pair that the router keeps."""

    name: str
    usage: str
    """`General Purpose Key`, `Signature Key`, `Encryption Key`."""
    exportable: bool
    generated: datetime
    """Local time."""
    zone: str
    """The name of its time zone."""
    key: RsaKey


class KeyRing:
    """The key pairs by name; one name may stand for a signature and an encryption key.

    They live as long as the router's process: a reload keeps them, the end of the program does not.
    """

    def __init__(self) -> None:
        self._pairs: dict[str, tuple[KeyPair, ...]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._pairs

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def put(self, name: str, pairs: tuple[KeyPair, ...]) -> None:
        """Keep key pairs under a name, instead of those that it had."""
        self._pairs[name] = pairs

    def remove(self, name: str | None) -> None:
        """Throw the key pairs of a name away, or all."""
        if name is None:
            self._pairs.clear()
        else:
            self._pairs.pop(name, None)

    def pairs(self, name: str | None = None) -> tuple[KeyPair, ...]:
        """The key pairs of a name, or all, oldest first."""
        names = list(self._pairs) if name is None else [name]
        return tuple(pair for it in names for pair in self._pairs.get(it, ()))
