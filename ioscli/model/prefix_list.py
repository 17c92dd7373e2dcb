"""`ip prefix-list`: prefixes with bounds on their length."""

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
    entries: dict[int, PrefixEntry] = field(default_factory=dict)
    hits: dict[int, int] = field(default_factory=dict, compare=False)
    """Sequence number -> how often it decided. Nothing configured: what shows print."""

    def append(self, entry: PrefixEntry) -> int:
        """Add an entry five behind the last, and give its sequence number."""
        sequence = max(self.entries, default=_FIRST_SEQUENCE - _SEQUENCE_STEP) + _SEQUENCE_STEP
        self.entries[sequence] = entry
        return sequence

    def put(self, sequence: int, entry: PrefixEntry) -> None:
        """Set the entry of a sequence number."""
        self.entries[sequence] = entry
        self.entries = dict(sorted(self.entries.items()))
        self.hits.pop(sequence, None)

    def remove(self, sequence: int) -> None:
        """Take an entry away, if there is one of that number."""
        self.entries.pop(sequence, None)
        self.hits.pop(sequence, None)

    def permits(self, prefix: IPv4Network) -> bool:
        """Whether a prefix passes; nothing passes the end of a list. An empty list lets all by."""
        for sequence, entry in self.entries.items():
            if entry.matches(prefix):
                self.hits[sequence] = self.hits.get(sequence, 0) + 1
                return entry.permit
        return not self.entries
