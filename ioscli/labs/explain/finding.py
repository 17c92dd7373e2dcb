"""What is wrong, in plain words, and the commands that show it."""

from enum import IntEnum
from typing import NamedTuple


class Rank(IntEnum):
    """How near to the cause a finding is: what fails first in life comes first."""

    INTERFACE = 1
    ROUTE = 2
    ENDS = 3
    """Who speaks with whom."""
    NAT = 4
    PATH = 5
    PHASE_ONE = 6
    PHASE_TWO = 7
    TRAFFIC = 8
    SYMPTOM = 9


class Finding(NamedTuple):
    """One thing that keeps a tunnel from working."""

    words: str
    shown_by: tuple[str, ...]
    """`R1: show crypto isakmp policy`."""
    rank: Rank = Rank.SYMPTOM
