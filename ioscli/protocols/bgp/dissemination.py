"""Adj-RIB-Out (RFC 4271 section 9.2): UPDATE messages, and when they may be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network

from ioscli.codec.bgp import PathAttributes, Update
from ioscli.codec.bgp.message import HEADER_LENGTH, LARGEST_MESSAGE, build
from ioscli.model.instant import after
from ioscli.protocols.bgp.advertisement import Advertiser
from ioscli.protocols.bgp.context import Context, Timer, TimerKey
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.paths import Table, as_path_text
from ioscli.protocols.bgp.session import Session

Intern = Callable[[PathAttributes], PathAttributes]
SendBytes = Callable[[Session, bytes], None]


class Disseminator:
    """Tells neighbors what is pending for them."""

    def __init__(
        self, context: Context, table: Table, intern: Intern, send_bytes: SendBytes
    ) -> None:
        self._context = context
        self._table = table
        self._intern = intern
        self._send_bytes = send_bytes
        self._advertiser = Advertiser(context)
        self.version = 1
        """Of the table: grows with every change of a best path."""

    def flush_in_time(self, neighbor: Neighbor) -> None:
        """Tell now, or when MinRouteAdvertisementIntervalTimer runs out."""
        timers = self._context.timers
        key = TimerKey(Timer.ADVERTISEMENT, neighbor.address)
        if timers.due_at(key) is not None:
            return
        if self.flush(neighbor):
            pause = neighbor.advertisement_interval
            if pause:
                timers.set(key, after(self._context.now, self._context.jittered(pause)))

    def flush(self, neighbor: Neighbor, *, again: bool = False) -> bool:
        """Send what differs from what the neighbor was told; again: also what does not."""
        pending, neighbor.pending = sorted(neighbor.pending), set()
        gone: list[IPv4Network] = []
        groups: dict[PathAttributes, list[IPv4Network]] = {}
        told = neighbor.adj_out
        for prefix in pending:
            entry = self._table.get(prefix)
            found = self._advertiser.attributes_for(neighbor, prefix, entry)
            if found is None:
                if told.pop(prefix, None) is not None:
                    gone.append(prefix)
                continue
            known = told.get(prefix)
            if known == found and not again:
                continue
            neighbor.advertised.implicit_withdraw += known is not None
            found = self._intern(found)
            told[prefix] = found
            groups.setdefault(found, []).append(prefix)
        neighbor.sent_version = self.version
        if not gone and not groups:
            return False
        self._send_updates(neighbor, gone, groups)
        return True

    def _send_updates(
        self,
        neighbor: Neighbor,
        gone: list[IPv4Network],
        groups: Mapping[PathAttributes, list[IPv4Network]],
    ) -> None:
        session = neighbor.session
        assert session is not None
        for run in _runs(gone, 4):
            neighbor.advertised.explicit_withdraw += len(run)
            if self._context.debugging:
                for prefix in run:
                    self._context.debug(
                        "updates",
                        f"BGP(0): (base) {neighbor.name} send unreachable (format) {prefix}",
                    )
            neighbor.sent.updates += 1
            self._send_bytes(session, _built(Update(withdrawn=run), session.four_octets))
        for attributes, prefixes in groups.items():
            room = len(attributes.build(four_octets=session.four_octets)) + 4
            for run in _runs(prefixes, room):
                neighbor.advertised.total += len(run)
                if self._context.debugging:
                    self._debug_sent(neighbor, run, attributes)
                neighbor.sent.updates += 1
                update = Update(attributes=attributes, prefixes=run)
                self._send_bytes(session, _built(update, session.four_octets))

    def _debug_sent(
        self, neighbor: Neighbor, run: tuple[IPv4Network, ...], attributes: PathAttributes
    ) -> None:
        for prefix in run:
            self._context.debug(
                "updates",
                f"BGP(0): (base) {neighbor.name} send UPDATE (format) {prefix}, "
                f"next {attributes.next_hop}, metric {attributes.med or 0}, "
                f"path {as_path_text(attributes.as_path) or 'Local'}",
            )


@lru_cache(maxsize=512)
def _built(update: Update, four_octets: bool) -> bytes:
    """A mesh is told the same again and again."""
    return build(update, four_octets=four_octets)


def _runs(prefixes: list[IPv4Network], overhead: int) -> Iterator[tuple[IPv4Network, ...]]:
    """Prefixes in as many runs as it takes to keep messages within 4,096 bytes."""
    room = LARGEST_MESSAGE - HEADER_LENGTH - overhead
    run: list[IPv4Network] = []
    size = 0
    for prefix in prefixes:
        length = 1 + (prefix.prefixlen + 7) // 8
        if run and size + length > room:
            yield tuple(run)
            run, size = [], 0
        run.append(prefix)
        size += length
    if run:
        yield tuple(run)
