"""Finds what a crypto map says of an address: a hub has hundreds of entries, a packet few of them.

Entries are asked in the order of their sequence numbers, and of each the flows that came up by
themselves before the lines of its access list; only those whose far side covers the address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ioscli.router.ipsec.crypto_acl import CryptoAce
    from ioscli.router.ipsec.crypto_map import EntryAtWork
    from ioscli.router.ipsec.map_flow import MapFlow


class Candidate(NamedTuple):
    """A line of an entry's access list, or a flow beside the list."""

    place: int
    """Order among all of the map."""
    entry: EntryAtWork
    ace: CryptoAce | None
    flow: MapFlow | None


class RemoteIndex:
    """The lines and flows of one map by the networks of their far sides."""

    __slots__ = ("_masks",)

    def __init__(self, entries: Iterable[EntryAtWork]) -> None:
        by_mask: dict[int, dict[int, list[Candidate]]] = {}
        place = 0
        for entry in entries:
            found = [(flow.policy.remote_selector, None, flow) for flow in entry.extra]
            lines = [(ace.remote, ace, None) for ace in entry.aces]
            for remote, ace, flow in (*found, *lines):
                network = remote.network
                same_size = by_mask.setdefault(int(network.netmask), {})
                place += 1
                same_size.setdefault(int(network.network_address), []).append(
                    Candidate(place, entry, ace, flow)
                )
        self._masks = list(by_mask.items())

    def of(self, address: int) -> list[Candidate]:
        """What may be about packets from or to an address on the far side, in order."""
        found: list[Candidate] = []
        mixed = False
        for mask, networks in self._masks:
            here = networks.get(address & mask)
            if here is not None:
                mixed = bool(found)
                found = [*found, *here] if mixed else here
        if mixed:
            found.sort(key=_place)
        return found


def _place(candidate: Candidate) -> int:
    return candidate.place
