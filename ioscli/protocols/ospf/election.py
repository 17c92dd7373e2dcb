"""Election of the designated router and its backup (RFC 2328 9.4)."""

from collections.abc import Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    """A router on the network, heard both ways, with a priority above zero."""

    priority: int
    router: int
    address: int
    designated: int
    """Who it says is designated router: an interface address, 0 for none."""
    backup: int


def elect(candidates: Sequence[Candidate]) -> tuple[Candidate | None, Candidate | None]:
    """Designated router and backup, once round (steps 2 and 3)."""
    backup = _backup(candidates)
    declared = [one for one in candidates if one.designated == one.address]
    designated = max(declared, key=_rank, default=None)
    return (backup if designated is None else designated), backup


def _backup(candidates: Sequence[Candidate]) -> Candidate | None:
    """Step 2: among those that do not call themselves DR, those that call themselves backup."""
    rest = [one for one in candidates if one.designated != one.address]
    declared = [one for one in rest if one.backup == one.address]
    return max(declared or rest, key=_rank, default=None)


def _rank(candidate: Candidate) -> tuple[int, int]:
    return candidate.priority, candidate.router
