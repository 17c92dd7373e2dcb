"""What a check is, and what it finds."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial


class Verdict(NamedTuple):
    """What a check found. Plain data: it goes from process to process, and into reports."""

    passed: bool
    seen: str
    """What was there, in a sentence: `3 of 5 pings were answered`."""
    shown_by: tuple[str, ...] = ()
    """Commands that show it, with their nodes: `R1: show ip route 10.0.0.0`."""
    because: tuple[str, ...] = ()
    """Why it is so, as far as can be told, nearest cause first."""


class Check(Protocol):
    """One property of the network that an answer has to give it."""

    @property
    def title(self) -> str:
        """What is wanted, in a sentence: `PC1 reaches 192.168.20.10 with 1400 bytes and DF`."""

    @property
    def disturbs(self) -> bool:
        """Whether judging changes the network (a link dies, hours go by): it is judged in a
        network that is booted for it alone."""

    def judge(self, trial: "Trial") -> Verdict:
        """Look at the network of an answer; nothing the answer did may make this raise."""
