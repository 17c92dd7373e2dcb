"""Route flap dampening (RFC 2439) as IOS has it: `bgp dampening`.

Only what neighbors outside tell is dampened. A withdrawal costs 1000, other attributes cost 500
(Cisco's routing guide); a session that ends costs nothing. The penalty halves with every half-life.
At the suppress limit a path is not used any more, below the reuse limit it is again; what is
withdrawn stays in the table as history until its penalty is less than half of that.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from math import ceil, log2

from ioscli.model.bgp import BgpDampening
from ioscli.model.instant import SECOND, Instant, after
from ioscli.protocols.bgp.context import Context, Timer, TimerKey
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.paths import BgpPath, Flap
from ioscli.protocols.bgp.states import PeerKind

_WITHDRAWN = 1000
_CHANGED = 500


def penalty_at(flap: Flap, now: Instant, rules: BgpDampening) -> float:
    """What is left of a penalty."""
    span = (now - flap.at) / SECOND
    return flap.penalty * float(2.0 ** (-span / (rules.half_life * 60)))


def ceiling(rules: BgpDampening) -> float:
    """The penalty that decays to the reuse limit in the longest time that a path is suppressed."""
    return rules.reuse * float(2.0 ** (rules.most / rules.half_life))


def decay_time(rules: BgpDampening, penalty: float, limit: float) -> int:
    """How long a penalty is above a limit (seconds, whole ones)."""
    if penalty <= limit:
        return 0
    return ceil(rules.half_life * 60 * log2(penalty / limit))


class Dampener:
    """The flaps of one process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.flaps: dict[tuple[IPv4Network, IPv4Address], Flap] = {}
        """By prefix and neighbor."""

    def withdrawn(self, prefix: IPv4Network, path: BgpPath) -> bool:
        """A neighbor withdrew its path; whether it stays as history."""
        neighbor = path.neighbor
        if neighbor is None or not self._watches(neighbor):
            return False
        path.flap = self._flap(prefix, neighbor)
        path.flap.gone = True
        self._punish(path.flap, _WITHDRAWN)
        return True

    def told(self, prefix: IPv4Network, path: BgpPath, known: BgpPath | None) -> None:
        """A neighbor told a path; known: the one that it takes the place of."""
        neighbor = path.neighbor
        if neighbor is None or not self._watches(neighbor):
            return
        flap = self.flaps.get((prefix, neighbor.address))
        if known is not None and not known.history:
            flap = self._flap(prefix, neighbor)
            self._punish(flap, _CHANGED)
        if flap is not None:
            flap.gone = False
            path.flap = flap

    def session_over(self, neighbor: Neighbor) -> None:
        """What is history of a neighbor goes with its session; that costs nothing."""
        for key in [key for key, flap in self.flaps.items() if flap.gone]:
            if key[1] == neighbor.address:
                del self.flaps[key]

    def review(self) -> list[tuple[IPv4Network, IPv4Address, Flap | None]]:
        """Penalties have decayed: what is remembered still, and (None) what is not any more."""
        rules, now = self._context.process.dampening, self._context.now
        found: list[tuple[IPv4Network, IPv4Address, Flap | None]] = []
        for (prefix, address), flap in list(self.flaps.items()):
            left = 0.0 if rules is None else penalty_at(flap, now, rules)
            if rules is None or left <= rules.reuse / 2:
                del self.flaps[prefix, address]
                found.append((prefix, address, None))
                continue
            flap.suppressed = flap.suppressed and left >= rules.reuse
            found.append((prefix, address, flap))
        self._review_in_time()
        return found

    def forgive(self) -> None:
        """`clear ip bgp dampening`."""
        for flap in self.flaps.values():
            flap.penalty = 0.0

    def _watches(self, neighbor: Neighbor) -> bool:
        dampening = self._context.process.dampening
        return dampening is not None and neighbor.kind is PeerKind.EXTERNAL

    def _flap(self, prefix: IPv4Network, neighbor: Neighbor) -> Flap:
        key = prefix, neighbor.address
        known = self.flaps.get(key)
        if known is None:
            known = self.flaps[key] = Flap(self._context.now)
        return known

    def _punish(self, flap: Flap, penalty: int) -> None:
        rules, now = self._context.process.dampening, self._context.now
        assert rules is not None
        flap.penalty = min(penalty_at(flap, now, rules) + penalty, ceiling(rules))
        flap.at = now
        flap.count += 1
        flap.suppressed = flap.suppressed or flap.penalty >= rules.suppress
        self._review_in_time()

    def _review_in_time(self) -> None:
        """Look again when the first penalty falls below its next limit."""
        rules, now = self._context.process.dampening, self._context.now
        if rules is None or not self.flaps:
            return
        spans = (
            decay_time(
                rules,
                penalty_at(flap, now, rules),
                rules.reuse if flap.suppressed else rules.reuse / 2,
            )
            for flap in self.flaps.values()
        )
        at = after(now, max(1, min(spans)) * SECOND)
        self._context.timers.set(TimerKey(Timer.DAMPENING), at)
