"""Ports of global addresses that many hosts share (NAPT, RFC 3022 section 2.2).

An inside host's port keeps one global port as long as any flow uses it, whatever the far end is.
Cisco, "Frequently Asked Questions on NAT" (document 26704): the source port is kept where it is
free; where it is not, the first free one of its group is taken: 1-511, 512-1023, 1024-65535.
Identifiers of ICMP below 1024 are never kept (captures of IOS 15: `ICMP id=5->1024`).
"""

from __future__ import annotations

from ioscli.codec.ipv4 import IpProtocol

_GROUPS = ((0, 511), (512, 1023), (1024, 65_535))
_UPPER = _GROUPS[-1]


class _Port:
    """A global port and who uses it."""

    __slots__ = ("flows", "number", "owner", "reserved")

    def __init__(self, number: int, owner: tuple[bytes, int] | None) -> None:
        self.number = number
        self.owner = owner
        """The inside host and its port; None: a static mapping's."""
        self.flows = 0
        self.reserved = owner is None
        """Whether a static mapping keeps it, or gets it when its flows have ended."""


class PortMap:
    """Which port of which global address stands for which port of which host, by protocol."""

    __slots__ = ("_by_owner", "_hints", "_taken")

    def __init__(self) -> None:
        self._taken: dict[tuple[int, bytes, int], _Port] = {}
        self._by_owner: dict[tuple[int, bytes, bytes, int], _Port] = {}
        self._hints: dict[tuple[int, bytes, int], int] = {}
        """Below it no port of the group is free: the group is told by its first port."""

    def __len__(self) -> int:
        return len(self._by_owner)

    def reserve(self, protocol: int, address: bytes, port: int) -> None:
        """Keep a port for a static mapping; flows that have it go on until they end."""
        self._taken.setdefault((protocol, address, port), _Port(port, None)).reserved = True

    def unreserve(self, protocol: int, address: bytes, port: int) -> None:
        """A static mapping is gone."""
        known = self._taken.get((protocol, address, port))
        if known is None:
            return
        known.reserved = False
        if known.owner is None:
            self._free(protocol, address, port)

    def take(self, protocol: int, address: bytes, host: bytes, port: int) -> int | None:
        """The global port for one more flow of a host's port; None: none is left in its group."""
        owner = (protocol, address, host, port)
        known = self._by_owner.get(owner)
        if known is None:
            number = self._choose(protocol, address, port)
            if number is None:
                return None
            known = _Port(number, (host, port))
            self._by_owner[owner] = self._taken[protocol, address, number] = known
        known.flows += 1
        return known.number

    def give_back(self, protocol: int, address: bytes, host: bytes, port: int) -> None:
        """A flow of a host's port has ended."""
        owner = (protocol, address, host, port)
        known = self._by_owner.get(owner)
        if known is None:
            return
        known.flows -= 1
        if known.flows == 0:
            del self._by_owner[owner]
            if known.reserved:
                self._taken[protocol, address, known.number] = _Port(known.number, None)
            else:
                self._free(protocol, address, known.number)

    def _free(self, protocol: int, address: bytes, number: int) -> None:
        del self._taken[protocol, address, number]
        hint = (protocol, address, _group(protocol, number)[0])
        if number < self._hints.get(hint, 0):
            self._hints[hint] = number

    def _choose(self, protocol: int, address: bytes, port: int) -> int | None:
        first, last = _group(protocol, port)
        if first <= port <= last and (protocol, address, port) not in self._taken:
            return port
        hint = (protocol, address, first)
        number = self._hints.get(hint, max(first, 1))
        while number <= last and (protocol, address, number) in self._taken:
            number += 1
        self._hints[hint] = number
        return number if number <= last else None


def _group(protocol: int, port: int) -> tuple[int, int]:
    if protocol == IpProtocol.ICMP:
        return _UPPER
    return next(group for group in _GROUPS if port <= group[1])
