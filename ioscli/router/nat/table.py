"""The translation table: what `show ip nat translations` lists, found from either side.

A *simple* translation is of a whole address, an *extended* one of one flow: a protocol with the
addresses and ports of both its ends. A static mapping of a port is extended as well, with one end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from ioscli.model.instant import Instant
from ioscli.model.nat import DynamicMapping, StaticMapping
from ioscli.router.nat.ports import PortMap

_Flow = tuple[int, bytes, int, bytes, int]
_End = tuple[int, bytes, int]
_Key = TypeVar("_Key", _Flow, _End)


class Ends(NamedTuple):
    """How a host is known on either side. Ports are 0 where there are none."""

    local: bytes
    global_address: bytes
    local_port: int = 0
    global_port: int = 0


class Translation:
    """One line of the table."""

    __slots__ = (
        "children",
        "created",
        "deadline",
        "finished",
        "identifier",
        "inside",
        "live",
        "mapping",
        "opening",
        "outside",
        "parent",
        "protocol",
        "shared",
        "timeout",
        "used",
        "watched",
    )

    def __init__(
        self,
        protocol: int,
        inside: Ends | None,
        outside: Ends | None,
        mapping: DynamicMapping | StaticMapping | None = None,
        parent: Translation | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.protocol = protocol
        """IP protocol number; 0: whole addresses."""
        self.inside = inside
        self.outside = outside
        self.mapping = mapping
        """What it was made by; of a flow out of a simple translation None."""
        self.parent = parent
        self.shared = shared
        """Whether its global port is one of `PortMap`'s."""
        self.children = 0
        self.identifier = 0
        self.created: Instant = Instant(0)
        self.used: Instant = Instant(0)
        self.timeout = 0
        """Seconds without use after which it goes; 0: never."""
        self.deadline: Instant | None = None
        self.watched: Instant | None = None
        """When somebody looks whether the deadline has come."""
        self.live = True
        self.finished = False
        """A FIN or RST was seen: `timing-out`."""
        self.opening = False
        """A SYN was seen and nothing else."""

    @property
    def static(self) -> bool:
        """Whether it stands in the configuration itself."""
        return isinstance(self.mapping, StaticMapping) and self.parent is None

    @property
    def extended(self) -> bool:
        """Whether it is about ports."""
        return self.protocol != 0

    @property
    def is_flow(self) -> bool:
        """Whether it is about one flow: a protocol and both ends."""
        return self.protocol != 0 and self.inside is not None and self.outside is not None

    @property
    def is_network(self) -> bool:
        """Whether it is about a network's addresses, one by one."""
        mapping = self.mapping
        return isinstance(mapping, StaticMapping) and mapping.prefix_length < 32

    @property
    def translates_outside(self) -> bool:
        """Whether outside addresses are changed by it."""
        return self.outside is not None and (
            self.inside is None or self.outside.local != self.outside.global_address
        )

    def addresses(self) -> Iterator[bytes]:
        """Every address in it."""
        for ends in (self.inside, self.outside):
            if ends is not None:
                yield ends.local
                yield ends.global_address


class NatTable:
    """The translations of one routing table, and the ports that they share."""

    __slots__ = (
        "extended",
        "flows_in",
        "flows_out",
        "inside_global",
        "inside_local",
        "lines",
        "networks",
        "outside_global",
        "outside_local",
        "peak",
        "peak_at",
        "ports",
        "static",
    )

    def __init__(self) -> None:
        self.lines: dict[int, Translation] = {}
        """By identifier, oldest first."""
        self.flows_out: dict[_Flow, Translation] = {}
        """Protocol, inside local address and port, outside local address and port."""
        self.flows_in: dict[_Flow, Translation] = {}
        """Protocol, inside global address and port, outside global address and port."""
        self.inside_local: dict[_End, Translation] = {}
        """Protocol, address and port of what is not a flow; zeros: the whole address."""
        self.inside_global: dict[_End, Translation] = {}
        self.outside_local: dict[_End, Translation] = {}
        self.outside_global: dict[_End, Translation] = {}
        self.networks: list[Translation] = []
        """`static network`."""
        self.ports = PortMap()
        self.static = 0
        self.extended = 0
        self.peak = 0
        self.peak_at: Instant | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def collides(self, made: Translation) -> bool:
        """Whether a flow is in the way of a new one: on one of its sides the two are alike.

        Static mappings of several addresses of one host, or of an address that others share, can
        lead there.
        """
        return made.is_flow and (_out_key(made) in self.flows_out or _in_key(made) in self.flows_in)

    def add(self, made: Translation) -> None:
        """Put in a translation that has its identifier."""
        self.lines[made.identifier] = made
        self.static += made.static
        self.extended += made.extended
        if made.parent is not None:
            made.parent.children += 1
            if isinstance(made.parent.mapping, StaticMapping):
                made.parent.mapping.children += 1
        if isinstance(made.mapping, DynamicMapping):
            made.mapping.references += 1
        if made.is_flow:
            self.flows_out[_out_key(made)] = made
            self.flows_in[_in_key(made)] = made
        else:
            self._index(made)

    def _index(self, made: Translation) -> None:
        """Have it found by its ends; of several with one address the first counts."""
        if made.is_network:
            if made not in self.networks:
                self.networks.append(made)
            return
        protocol = made.protocol
        for ends, local, global_address in (
            (made.inside, self.inside_local, self.inside_global),
            (made.outside, self.outside_local, self.outside_global),
        ):
            if ends is not None:
                local.setdefault((protocol, ends.local, ends.local_port), made)
                global_address.setdefault((protocol, ends.global_address, ends.global_port), made)

    def remove(self, gone: Translation) -> None:
        """Take out a translation."""
        gone.live = False
        del self.lines[gone.identifier]
        self.static -= gone.static
        self.extended -= gone.extended
        if gone.parent is not None:
            gone.parent.children -= 1
            if isinstance(gone.parent.mapping, StaticMapping):
                gone.parent.mapping.children -= 1
        if isinstance(gone.mapping, DynamicMapping):
            gone.mapping.references -= 1
        if gone.is_flow:
            _drop(self.flows_out, _out_key(gone), gone)
            _drop(self.flows_in, _in_key(gone), gone)
            if gone.shared and gone.inside is not None:
                inside = gone.inside
                self.ports.give_back(
                    gone.protocol, inside.global_address, inside.local, inside.local_port
                )
            return
        if gone.is_network:
            self.networks.remove(gone)
            return
        for ends, local, global_address in (
            (gone.inside, self.inside_local, self.inside_global),
            (gone.outside, self.outside_local, self.outside_global),
        ):
            if ends is not None:
                _drop(local, (gone.protocol, ends.local, ends.local_port), gone)
                _drop(global_address, (gone.protocol, ends.global_address, ends.global_port), gone)
        if gone.static:  # another one of the same address takes its place
            for other in self.lines.values():
                if other.static:
                    self._index(other)

    def children(self, parent: Translation) -> list[Translation]:
        """The flows that a translation is the parent of."""
        if not parent.children:
            return []
        return [it for it in self.lines.values() if it.parent is parent]


def _drop(index: dict[_Key, Translation], key: _Key, gone: Translation) -> None:
    if index.get(key) is gone:
        del index[key]


def _out_key(made: Translation) -> _Flow:
    inside, outside = made.inside, made.outside
    assert inside is not None
    assert outside is not None
    return (made.protocol, inside.local, inside.local_port, outside.local, outside.local_port)


def _in_key(made: Translation) -> _Flow:
    inside, outside = made.inside, made.outside
    assert inside is not None
    assert outside is not None
    return (
        made.protocol,
        inside.global_address,
        inside.global_port,
        outside.global_address,
        outside.global_port,
    )
