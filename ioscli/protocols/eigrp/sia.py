"""Stuck in active: neighbors that owe a reply for too long (RFC 7868 section 5.4.5)."""

from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import FLAG_ACTIVE, Opcode
from ioscli.model.instant import SECOND
from ioscli.protocols.eigrp import advertise
from ioscli.protocols.eigrp.topology import NO_PATH, NOBODY, Entry, Prefix, network_of

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.protocols.eigrp.neighbor import Neighbor

MOST_QUERIES = 3


class StuckInActive:
    """Asks silent neighbors whether they still compute, and gives up those that do not say."""

    __slots__ = ("_eigrp",)

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp

    def begin(self, entry: Entry) -> None:
        """A destination became active, or another round began."""
        eigrp = self._eigrp
        if entry.active_since is None:
            entry.active_since = eigrp.now
        entry.sia_queries = 0
        entry.sia_silent = NOBODY
        if eigrp.config.active_time is None:
            return
        if entry.sia_timer is None:
            entry.sia_timer = eigrp.timers.make(lambda: self._due(entry))
        self._wait(entry)

    def end(self, entry: Entry) -> None:
        """A destination became passive."""
        entry.active_since = None
        entry.sia_silent = NOBODY
        if entry.sia_timer is not None:
            entry.sia_timer.cancel()
            entry.sia_timer = None

    def _wait(self, entry: Entry) -> None:
        minutes = self._eigrp.config.active_time
        if entry.sia_timer is not None and minutes is not None:
            entry.sia_timer.set(self._eigrp.now + minutes * 60 * SECOND // 2)

    def _due(self, entry: Entry) -> None:
        """Half of the active time has gone by without all replies."""
        eigrp = self._eigrp
        stuck = [one for one in entry.replies if one in entry.sia_silent]
        if entry.sia_queries >= MOST_QUERIES:
            stuck = list(entry.replies)
        if stuck:
            eigrp.log(
                3,
                "SIA",
                f"Route {entry.network} stuck-in-active state in base {eigrp.process}."
                "  Cleaning up",
            )
            for neighbor in sorted(stuck, key=lambda one: one.address):
                eigrp.neighbor_down(neighbor, "stuck in active")
        if entry.is_passive:
            return
        entry.sia_queries += 1
        for neighbor in sorted(entry.replies, key=lambda one: one.address):
            entry.sia_silent |= {neighbor}
            self._send(neighbor, Opcode.SIAQUERY, entry.prefix)
        self._wait(entry)

    def answer(self, neighbor: "Neighbor", prefix: Prefix) -> None:
        """A neighbor asks whether we still compute."""
        self._send(neighbor, Opcode.SIAREPLY, prefix)

    def heard(self, neighbor: "Neighbor", entry: Entry, flags: int) -> None:
        """A neighbor still computes: its reply is worth waiting for."""
        if flags & FLAG_ACTIVE:
            entry.sia_silent -= {neighbor}

    def _send(self, neighbor: "Neighbor", opcode: Opcode, prefix: Prefix) -> None:
        eigrp = self._eigrp
        entry = eigrp.topology.get(prefix)
        report, flags = NO_PATH, 0
        if entry is not None:
            report = advertise.wanted(eigrp, entry, neighbor.interface) or NO_PATH
            flags = 0 if entry.is_passive else FLAG_ACTIVE
        body = advertise.route_tlvs(neighbor.interface, prefix, report, 0, flags)
        eigrp.transport.unicast(neighbor, opcode, body)
        if "fsm" in eigrp.debugging:
            eigrp.debug("fsm", f"DUAL: {opcode.name} {network_of(prefix)} to {neighbor.ip}")
