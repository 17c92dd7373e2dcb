"""Several ways to one destination: CEF's per-destination load sharing.

A flow, which to CEF is a pair of source and destination, keeps to one way. Sixteen buckets stand
for the ways in the proportion of their traffic share counts; a hash that every router salts with
an ID of its own chooses among them, so that routers in a row do not all choose alike (the
`universal` algorithm, IOS's default).
"""

from collections.abc import Sequence

from ioscli.router.interfaces import Adjacency

BUCKETS = 16
_GOLDEN = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF


class LoadSharing:
    """The ways to a destination, as the forwarding table holds them."""

    __slots__ = ("_identity", "buckets", "mtu")

    def __init__(self, ways: Sequence[tuple[Adjacency, int]], identity: int) -> None:
        self.buckets = _filled(ways)
        self.mtu = min(way.mtu for way, _ in ways)
        self._identity = identity

    @property
    def first(self) -> Adjacency:
        """The way that stands first in the routing table."""
        return self.buckets[0]

    def choose(self, flow: bytes) -> Adjacency:
        """The way of a flow: source and destination, eight bytes."""
        mixed = (int.from_bytes(flow, "big") ^ self._identity) * _GOLDEN & _WORD
        mixed = (mixed ^ mixed >> 32) * _GOLDEN & _WORD
        return self.buckets[(mixed >> 48) % len(self.buckets)]

    def send(self, packet: bytes) -> None:
        """Carry an IPv4 packet on."""
        self.choose(packet[12:20]).send(packet)


def _filled(ways: Sequence[tuple[Adjacency, int]]) -> list[Adjacency]:
    """Buckets in turn, each way as often as its share of them; equal shares use as many."""
    ways = ways[:BUCKETS]
    total = sum(share for _, share in ways)
    if all(share == ways[0][1] for _, share in ways):
        turns = BUCKETS // len(ways)
        return [way for way, _ in ways] * turns
    return [way for way, share in ways for _ in range(max(1, round(BUCKETS * share / total)))]
