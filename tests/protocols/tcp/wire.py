"""Two TCP nodes on a wire that delays, loses and counts."""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heappop, heappush
from ipaddress import IPv4Address

from ioscli.codec.tcp import TcpHeader
from ioscli.model.instant import MILLISECOND, Instant
from ioscli.protocols.tcp.effects import (
    Acknowledge,
    Closed,
    Ends,
    Received,
    SendSegment,
    TcpEffect,
)
from ioscli.protocols.tcp.endpoint import Tcp

DELAY = 10 * MILLISECOND
A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")


class Wire:
    """A (client) and B (server), 10 ms apart."""

    def __init__(self, seed: int = 1) -> None:
        self.now = Instant(0)
        self.nodes = {A: Tcp(random.Random(seed)), B: Tcp(random.Random(seed + 1))}
        self.loses: Callable[[IPv4Address, TcpHeader, bytes], bool] = lambda *_: False
        self.seen: list[tuple[IPv4Address, TcpHeader, bytes]] = []
        self.told: dict[IPv4Address, list[TcpEffect]] = {A: [], B: []}
        self._queue: list[tuple[int, int, IPv4Address, IPv4Address, bytes]] = []
        self._sequence = 0

    def carry_out(self, node: IPv4Address, effects: list[TcpEffect]) -> None:
        for effect in effects:
            if isinstance(effect, Acknowledge):
                self.carry_out(node, self.nodes[node].acknowledge(effect.ends))
                continue
            if not isinstance(effect, SendSegment):
                self.told[node].append(effect)
                continue
            header, payload = TcpHeader.parse(effect.segment, effect.local, effect.peer)
            self.seen.append((node, header, payload))
            if not self.loses(node, header, payload):
                self._sequence += 1
                arrival = (
                    self.now + DELAY, self._sequence, node, effect.peer, effect.segment
                )  # fmt: skip
                heappush(self._queue, arrival)

    def run(self, seconds: float) -> None:
        end = Instant(self.now + round(seconds * 1_000_000))
        while True:
            timers = [
                (at, node)
                for node, tcp in self.nodes.items()
                if (at := tcp.next_deadline) is not None
            ]
            timer = min(timers, default=(end + 1, A))
            arrival = self._queue[0][0] if self._queue else end + 1
            self.now = Instant(min(timer[0], arrival, end))
            if min(timer[0], arrival) > end:
                return
            if arrival <= timer[0]:
                _, _, source, node, segment = heappop(self._queue)
                effects = self.nodes[node].receive(self.now, source, node, segment)
            else:
                node = timer[1]
                effects = self.nodes[node].handle_timer(self.now)
            self.carry_out(node, effects)

    def data(self, node: IPv4Address) -> bytes:
        return b"".join(it.data for it in self.told[node] if isinstance(it, Received))

    def ending(self, node: IPv4Address) -> Closed | None:
        return next((it for it in self.told[node] if isinstance(it, Closed)), None)


def mirror(ends: Ends) -> Ends:
    return Ends(ends.peer, ends.peer_port, ends.local, ends.local_port)
