"""`key chain NAME`: the keys that routing protocols sign their packets with."""

from dataclasses import dataclass, field
from typing import NamedTuple


class KeyString(NamedTuple):
    """A secret as it was typed: clear (0) or obfuscated (7), and what it is in clear."""

    clear: str
    encryption: int = 0
    typed: str = ""
    """What the running-config prints after the 7."""


class Lifetime(NamedTuple):
    """`accept-lifetime` and `send-lifetime`: from when until when a key is good."""

    words: str
    """As typed, in full: the running-config prints it."""
    start: int
    """Seconds since 1970."""
    end: int | None = None
    """None: infinite."""

    def covers(self, moment: int) -> bool:
        """Whether it holds at a time (seconds since 1970)."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(slots=True)
class ChainKey:
    """`key N` of a chain."""

    number: int
    string: KeyString | None = None
    algorithm: str = ""
    """`cryptographic-algorithm`: `md5`, `hmac-sha-256` ...; empty: the protocol's."""
    accept: Lifetime | None = None
    """None: always."""
    send: Lifetime | None = None


@dataclass(slots=True)
class KeyChain:
    """One chain."""

    name: str
    keys: dict[int, ChainKey] = field(default_factory=dict)

    def sending(self, moment: int) -> ChainKey | None:
        """The key to sign with at a time: of those that are valid the lowest, as IOS does."""
        for _, key in sorted(self.keys.items()):
            if key.string is not None and (key.send is None or key.send.covers(moment)):
                return key
        return None

    def next_change(self, moment: int) -> int | None:
        """When the next lifetime begins or ends (seconds since 1970); None: none does."""
        bounds = [
            bound
            for key in self.keys.values()
            for life in (key.accept, key.send)
            if life is not None
            for bound in (life.start, life.end)
            if bound is not None and bound > moment
        ]
        return min(bounds, default=None)

    def accepting(self, moment: int) -> list[ChainKey]:
        """The keys that a packet may be signed with at a time."""
        return [
            key
            for _, key in sorted(self.keys.items())
            if key.string is not None and (key.accept is None or key.accept.covers(moment))
        ]
