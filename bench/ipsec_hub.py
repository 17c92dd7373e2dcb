"""Spokes into one hub: GRE with tunnel protection from each, from cold to encrypted pings.

The hub has a Tunnel interface for each spoke; its profile is `responder-only`, so that each tunnel
is one main mode and one quick mode (group 19, no PFS). Beside each figure stands the same network
with the tunnels in the clear; then what one spoke costs as the hub grows: 1.0 is a hub for which
spokes cost the same however many there are.

Each network runs in a process of its own, so that its memory is its own:
`python -m bench.ipsec_hub SPOKES [clear]` prints one line of JSON.
"""

import json
import sys
from collections.abc import Iterator
from time import process_time
from typing import NamedTuple

from bench import cold_start
from bench.figure import Figure
from bench.protected_star import Star
from ioscli.model.instant import seconds

SIZES = (125, 250, 500)
PINGS = 5
"""Through each tunnel."""
END = seconds(40)
MOST_GROWTH = 1.5
"""What a spoke may cost with the most spokes, in times of what it costs with the fewest."""


class Measured(NamedTuple):
    """What one hub took."""

    spokes: int
    seconds: float
    """Of CPU time: other programs on the machine do not count."""
    kilobytes: float
    """A spoke, and what the hub has for it: what the process grew by at its largest."""
    events: int
    ping_seconds: float
    """Of CPU time, for all pings."""

    @property
    def each(self) -> float:
        """Milliseconds a spoke."""
        return self.seconds / self.spokes * 1e3


def figures() -> Iterator[Figure]:
    """Time and memory of each hub, and how time grows with the spokes."""
    protected = {size: _measured(size) for size in SIZES}
    for size, found in protected.items():
        clear = _measured(size, "clear")
        name = f"IPsec hub and {size} spokes"
        peer = "the same in the clear"
        pings = PINGS * size
        yield Figure(f"{name}, cold to all up", found.seconds, "s CPU", peer, clear.seconds)
        yield Figure(f"{name}, events", found.events, "", peer, clear.events)
        yield Figure(f"{name}, memory a spoke", found.kilobytes, "KB", peer, clear.kilobytes)
        yield Figure(
            f"{name}, a ping through each tunnel",
            found.ping_seconds / pings * 1e6,
            "us",
            peer,
            clear.ping_seconds / pings * 1e6,
        )
    few, many = protected[SIZES[0]], protected[SIZES[-1]]
    yield Figure(
        f"IPsec hub, one of {many.spokes} spokes",
        many.each,
        "ms CPU",
        f"one of {few.spokes}",
        few.each,
        f"<= {MOST_GROWTH} times",
        many.each <= MOST_GROWTH * few.each,
    )


def measure(spokes: int, *, protected: bool) -> Measured:
    """One hub, from cold to encrypted pings."""
    cold_start.settle(lambda: Star(1, protected=protected), END)  # imports, for once
    star, spent = cold_start.settle(lambda: Star(spokes, protected=protected), END)
    if protected:
        star.check()
    events = star.events
    star.ping(2)  # ARP loses the first ones of tunnels in the clear
    begin = process_time()
    star.ping(PINGS)
    taken = process_time() - begin
    star.check_pings(PINGS)
    return Measured(spokes, spent.seconds, spent.kilobytes / spokes, events, taken)


def _measured(spokes: int, *how: str) -> Measured:
    return Measured(**cold_start.in_its_own_process("bench.ipsec_hub", spokes, *how))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), protected="clear" not in sys.argv[2:])._asdict()))
