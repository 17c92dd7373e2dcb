"""A link state database: of an area, of the AS, or of a link (RFC 2328 12.2)."""

from collections.abc import Iterator
from typing import NamedTuple

from ioscli.codec.ospf.lsa import Key, Lsa
from ioscli.codec.ospf.numbers import MAX_AGE, LsType
from ioscli.model.instant import SECOND, Instant

_TOPOLOGY = frozenset({LsType.ROUTER, LsType.NETWORK})
_LIFETIME = MAX_AGE * SECOND
_NETWORK = int(LsType.NETWORK)


class Entry(NamedTuple):
    """An LSA in a database."""

    lsa: Lsa
    birth: Instant
    """When its age was zero."""
    installed: Instant

    def age(self, now: Instant) -> int:
        """Seconds, never above MaxAge."""
        return min(MAX_AGE, (now - self.birth) // SECOND)


class Lsdb:
    """LSAs by type and key."""

    __slots__ = ("dying", "oldest", "tables", "topology")

    def __init__(self) -> None:
        self.tables: dict[int, dict[Key, Entry]] = {}
        """Entries by LsType."""
        self.dying: dict[Key, Entry] = {}
        """Entries at MaxAge: in the tables until every neighbor has acknowledged them (14)."""
        self.topology = 0
        """Equal for databases whose router and network LSAs say the same."""
        self.oldest: Instant | None = None
        """No entry was born before; some may be gone since."""

    def get(self, kind: int, key: Key) -> Entry | None:
        """The entry of a key."""
        table = self.tables.get(kind)
        return None if table is None else table.get(key)

    def table(self, kind: int) -> dict[Key, Entry]:
        """All entries of a type."""
        table = self.tables.get(kind)
        if table is None:
            table = self.tables[kind] = {}
        return table

    def living(self, kind: int) -> Iterator[Entry]:
        """Entries of a type that are not at MaxAge."""
        table = self.tables.get(kind)
        if not table:
            return iter(())
        if not self.dying:
            return iter(table.values())
        return iter([entry for key, entry in table.items() if key not in self.dying])

    def entries(self) -> Iterator[Entry]:
        """All entries, by type."""
        for kind in sorted(self.tables):
            yield from self.tables[kind].values()

    def install(self, lsa: Lsa, birth: Instant, now: Instant) -> Entry | None:
        """Put an LSA in, in place of the instance that is handed back."""
        kind, key = lsa.kind, lsa.key
        table = self.tables.get(kind)
        if table is None:
            table = self.tables[kind] = {}
        old = table.get(key)
        # What Entry(lsa, birth, now) does, without a call on the way: LSAs come by the million.
        table[key] = entry = tuple.__new__(Entry, (lsa, birth, now))
        dying = self.dying
        if kind <= _NETWORK:
            digest = lsa.digest
            if old is not None and key not in dying:
                digest ^= old.lsa.digest
            self.topology ^= digest
        if dying:
            dying.pop(key, None)
        if now - birth >= _LIFETIME:
            dying[key] = entry
            if kind <= _NETWORK:
                self.topology ^= lsa.digest
        elif self.oldest is None or birth < self.oldest:
            self.oldest = birth
        return old

    def remove(self, lsa: Lsa) -> None:
        """Take an LSA out."""
        table = self.tables[lsa.kind]
        del table[lsa.key]
        if not table:
            del self.tables[lsa.kind]
        if self.dying.pop(lsa.key, None) is None and lsa.kind in _TOPOLOGY:
            self.topology ^= lsa.digest

    def aged(self, now: Instant) -> list[Entry]:
        """Entries that have reached MaxAge and do not die yet; sets oldest anew."""
        found = []
        oldest: Instant | None = None
        for table in self.tables.values():
            for key, entry in table.items():
                if key in self.dying:
                    continue
                if now - entry.birth >= _LIFETIME:
                    found.append(entry)
                elif oldest is None or entry.birth < oldest:
                    oldest = entry.birth
        self.oldest = oldest
        return found

    def count(self, kind: int) -> int:
        """How many LSAs of a type there are."""
        return len(self.tables.get(kind, ()))

    def checksum_sum(self, kind: int) -> int:
        """The sum of the checksums of a type, for `Checksum Sum` of shows."""
        return sum(entry.lsa.checksum for entry in self.tables.get(kind, {}).values())
