"""`ip prefix-list`: prefixes with bounds on their length."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

_FIRST_SEQUENCE = 5
_SEQUENCE_STEP = 5


@dataclass(frozen=True, slots=True)
class PrefixEntry:
    """One `permit PREFIX [ge N] [le N]`."""

    permit: bool
    prefix: IPv4Network
    ge: int | None = None
    le: int | None = None

    @property
    def text(self) -> str:
        """`permit 10.0.0.0/8 ge 16 le 24`."""
        bounds = (("ge", self.ge), ("le", self.le))
        words = [f"{word} {value}" for word, value in bounds if value is not None]
        return " ".join(("permit" if self.permit else "deny", str(self.prefix), *words))

    def matches(self, prefix: IPv4Network) -> bool:
        """Whether a route's prefix is within this one and as long as asked for."""
        own = self.prefix.prefixlen
        shortest = own if self.ge is None else self.ge
        open_ended = own if self.ge is None else 32
        longest = open_ended if self.le is None else self.le
        return (
            shortest <= prefix.prefixlen <= longest
            and (int(prefix.network_address) ^ int(self.prefix.network_address)) >> (32 - own) == 0
        )


@dataclass(slots=True)
class PrefixList:
    """One list, by sequence number."""

    name: str
    description: str | None = None
    _entries: dict[int, PrefixEntry] = field(default_factory=dict, init=False)
    """In order, unless `_unsorted`."""
    hits: dict[int, int] = field(default_factory=dict, compare=False)
    """Sequence number -> how often it decided. Nothing configured: what shows print."""
    # Lists of many thousand entries are loaded: none may cost a walk through those before it.
    _sequences: dict[PrefixEntry, int] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """Where each entry stands."""
    last: int = field(default=0, init=False, compare=False, repr=False)
    """The highest sequence number; 0: the list is empty."""
    _unsorted: bool = field(default=False, init=False, compare=False, repr=False)

    @property
    def entries(self) -> Mapping[int, PrefixEntry]:
        """By sequence number, in order; `put` and `remove` change it."""
        if self._unsorted:
            self._entries = dict(sorted(self._entries.items()))
            self._unsorted = False
        return self._entries

    def find(self, entry: PrefixEntry) -> int | None:
        """The sequence number of an equal entry; IOS takes none twice, nor shall a caller."""
        return self._sequences.get(entry)

    def append(self, entry: PrefixEntry) -> int:
        """Add an entry five behind the last, and give its sequence number."""
        sequence = (self.last or _FIRST_SEQUENCE - _SEQUENCE_STEP) + _SEQUENCE_STEP
        self.put(sequence, entry)
        return sequence

    def put(self, sequence: int, entry: PrefixEntry) -> None:
        """Set the entry of a sequence number."""
        before = self._entries.get(sequence)
        if before is not None:
            self._forget(sequence, before)
        elif sequence < self.last:
            self._unsorted = True
        self._entries[sequence] = entry
        self._sequences.setdefault(entry, sequence)
        self.last = max(sequence, self.last)
        self.hits.pop(sequence, None)

    def remove(self, sequence: int) -> None:
        """Take an entry away, if there is one of that number."""
        entry = self._entries.pop(sequence, None)
        if entry is not None:
            self._forget(sequence, entry)
            if sequence == self.last:
                self.last = max(self._entries, default=0)
        self.hits.pop(sequence, None)

    def _forget(self, sequence: int, entry: PrefixEntry) -> None:
        if self._sequences.get(entry) == sequence:
            del self._sequences[entry]

    def permits(self, prefix: IPv4Network) -> bool:
        """Whether a prefix passes; nothing passes the end of a list. An empty list lets all by."""
        for sequence, entry in self.entries.items():
            if entry.matches(prefix):
                self.hits[sequence] = self.hits.get(sequence, 0) + 1
                return entry.permit
        return not self.entries
