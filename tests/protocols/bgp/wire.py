"""BGP machines joined by connections that deliver bytes in order after a millisecond."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import Any

from ioscli.codec.bgp import Message
from ioscli.codec.bgp.message import build, parse
from ioscli.model.bgp import BgpNeighbor, BgpNetwork, BgpProcess, BgpSettings
from ioscli.model.effects import (
    Connect,
    Debug,
    Disconnect,
    Install,
    Log,
    Redistributed,
    RoutingEffect,
    Transmit,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Path, Rib, Route, RouteSource
from ioscli.protocols.bgp import Bgp

ETHERNET = InterfaceName.parse("GigabitEthernet0/0")


class Speaker:
    """One machine with a routing table of its own."""

    def __init__(self, wire: Wire, name: str, number: int, router_id: str) -> None:
        self.wire = wire
        self.name = name
        self.rib = Rib()
        self.config = BgpProcess(number)
        self.policy = PolicyConfig()
        self.router_id = IPv4Address(router_id)
        self.machine = Bgp(number, self.rib, Random(f"{name} {wire.seed}"))
        self.addresses: dict[IPv4Address, IPv4Network] = {}
        self.log: list[str] = []
        self.sent: list[tuple[IPv4Address, bytes]] = []
        self.peers: dict[int, tuple[IPv4Address, IPv4Address]] = {}
        """Connection -> own address, peer's address."""

    def attach(self, prefix: str, address: str) -> None:
        """A connected network."""
        network = IPv4Network(prefix)
        self.addresses[IPv4Address(address)] = network
        ways = (Path(None, ETHERNET),)
        self.rib.add(Route(network, RouteSource.CONNECTED, 0, 0, ways), self.wire.now)
        own = IPv4Network((address, 32))
        self.rib.add(Route(own, RouteSource.LOCAL, 0, 0, ways), self.wire.now)

    def route(self, prefix: str, next_hop: str, metric: int = 0) -> None:
        """A route of another protocol."""
        paths = (Path(IPv4Address(next_hop), ETHERNET),)
        made = Route(IPv4Network(prefix), RouteSource.OSPF, 110, metric, paths, process="1")
        self.rib.add(made, self.wire.now)

    def lose(self, prefix: str, source: RouteSource = RouteSource.CONNECTED) -> None:
        """A route goes."""
        process = "1" if source is RouteSource.OSPF else ""
        self.rib.remove(IPv4Network(prefix), source, self.wire.now, process)
        self.changed()

    def changed(self) -> None:
        self.wire.carry_out(self, self.machine.table_changed(self.wire.now))

    def neighbor(self, address: str, remote_as: int, **settings: Any) -> None:
        peer = IPv4Address(address)
        made = BgpSettings(remote_as=remote_as, **settings)
        self.config.neighbors[peer] = BgpNeighbor(peer, made)

    def network(self, prefix: str) -> None:
        self.config.networks.append(BgpNetwork(IPv4Network(prefix)))

    def originate(self, prefix: str) -> None:
        """A network of its own, announced."""
        self.attach(prefix, str(IPv4Network(prefix).network_address + 1))
        self.network(prefix)

    def configure(self) -> None:
        config = deepcopy(self.config)
        self.wire.carry_out(
            self, self.machine.configure(self.wire.now, config, self.policy, self.router_id)
        )

    def redistribute(self, *routes: Redistributed) -> None:
        every = {route.prefix: route for route in routes}
        self.wire.carry_out(self, self.machine.redistribute(self.wire.now, every))

    def state(self, address: str) -> str:
        return self.machine.neighbors[IPv4Address(address)].state.value

    def paths(self, prefix: str) -> list[str]:
        """`AS-path via next hop` of each path, the best one marked."""
        from ioscli.protocols.bgp.paths import as_path_text

        entry = self.machine.table.get(IPv4Network(prefix))
        return [
            f"{'>' if path is entry.best else ' '}"
            f"{as_path_text(path.attributes.as_path)} via {path.next_hop}"
            for path in (entry.paths if entry is not None else ())
        ]

    def best(self, prefix: str) -> str | None:
        return next((it[1:] for it in self.paths(prefix) if it[0] == ">"), None)


class Wire:
    """Speakers, the connections between them, and simulated time."""

    def __init__(self, seed: int = 1) -> None:
        self.now = Instant(0)
        self.seed = seed
        self.speakers: dict[str, Speaker] = {}
        self.cut: set[tuple[str, str]] = set()
        """Pairs of names between which bytes are lost."""
        self._queue: list[tuple[Instant, int, Callable[[], None]]] = []
        self._sequence = 0
        self._other: dict[tuple[str, int], tuple[Speaker, int]] = {}

    def speaker(self, name: str, number: int, router_id: str) -> Speaker:
        made = self.speakers[name] = Speaker(self, name, number, router_id)
        return made

    def start(self) -> None:
        for speaker in self.speakers.values():
            speaker.configure()

    def run(self, seconds: float) -> None:
        end = Instant(self.now + round(seconds * SECOND))
        while True:
            times = [(it.machine.next_deadline, it) for it in self.speakers.values()]
            due = min(
                ((at, it) for at, it in times if at is not None), key=lambda p: p[0], default=None
            )
            first = self._queue[0][0] if self._queue else None
            if due is not None and due[0] <= end and (first is None or due[0] < first):
                self.now = max(self.now, due[0])
                self.carry_out(due[1], due[1].machine.handle_timer(self.now))
            elif first is not None and first <= end:
                self.now = max(self.now, first)
                heapq.heappop(self._queue)[2]()
            else:
                self.now = end
                return

    def later(self, action: Callable[[], None]) -> None:
        self._sequence += 1
        at = Instant(self.now + MILLISECOND)
        heapq.heappush(self._queue, (at, self._sequence, action))

    def carry_out(self, speaker: Speaker, effects: Iterable[RoutingEffect]) -> None:
        moved = False
        for effect in effects:
            match effect:
                case Connect(number, peer, _):
                    self.later(partial(self._connect, speaker, number, peer))
                case Transmit(number, data):
                    self._transmit(speaker, number, data)
                case Disconnect(number):
                    self._close(speaker, number)
                case Install(route):
                    speaker.rib.add(route, self.now)
                    moved = True
                case Withdraw(prefix):
                    name = str(speaker.config.number)
                    speaker.rib.remove(prefix, RouteSource.BGP, self.now, name)
                    moved = True
                case Log(facility, severity, mnemonic, text):
                    speaker.log.append(f"%{facility}-{severity}-{mnemonic}: {text}")
                case Debug(_, text):
                    speaker.log.append(text)
        if moved:
            speaker.changed()

    def _connect(self, speaker: Speaker, number: int, peer: IPv4Address) -> None:
        other = next((it for it in self.speakers.values() if peer in it.addresses), None)
        local = next((a for a, net in speaker.addresses.items() if peer in net), None)
        if local is None:
            local = next(iter(speaker.addresses))
        known = None if other is None else other.machine.neighbors.get(local)
        refused = other is None or known is None or other.machine.accepts(local) is None
        if refused or self._is_cut(speaker, other):
            self.carry_out(speaker, speaker.machine.disconnected(self.now, number))
            return
        assert other is not None
        theirs, effects = other.machine.accepted(self.now, local, peer)
        assert theirs is not None
        self._other[speaker.name, number] = other, theirs
        self._other[other.name, theirs] = speaker, number
        speaker.peers[number], other.peers[theirs] = (local, peer), (peer, local)
        self.carry_out(other, effects)
        self.carry_out(speaker, speaker.machine.connected(self.now, number, local))

    def _is_cut(self, one: Speaker, other: Speaker | None) -> bool:
        return other is not None and (one.name, other.name) in self.cut

    def _transmit(self, speaker: Speaker, number: int, data: bytes) -> None:
        speaker.sent.append((speaker.peers[number][1], data))
        other, theirs = self._other[speaker.name, number]
        if not self._is_cut(speaker, other):
            self.later(
                lambda: self.carry_out(other, other.machine.received(self.now, theirs, data))
            )

    def _close(self, speaker: Speaker, number: int) -> None:
        pair = self._other.get((speaker.name, number))
        if pair is not None and not self._is_cut(speaker, pair[0]):
            other, theirs = pair
            self.later(lambda: self.carry_out(other, other.machine.disconnected(self.now, theirs)))

    def inject(self, speaker: Speaker, peer: str, data: bytes) -> None:
        """Bytes that the peer of an established session is made to send."""
        session = speaker.machine.neighbors[IPv4Address(peer)].session
        assert session is not None
        self.carry_out(speaker, speaker.machine.received(self.now, session.number, data))


def messages(sent: Iterable[tuple[IPv4Address, bytes]]) -> list[Message]:
    """What was sent, read."""
    return [parse(data) for _, data in sent]


def pair(
    left_as: int = 65001, right_as: int = 65002, **settings: Any
) -> tuple[Wire, Speaker, Speaker]:
    """Two speakers on 10.0.0.0/24, each a neighbor of the other; settings: of the left one."""
    wire = Wire()
    left = wire.speaker("left", left_as, "1.1.1.1")
    right = wire.speaker("right", right_as, "2.2.2.2")
    left.attach("10.0.0.0/24", "10.0.0.1")
    right.attach("10.0.0.0/24", "10.0.0.2")
    left.neighbor("10.0.0.2", right_as, **settings)
    right.neighbor("10.0.0.1", left_as)
    return wire, left, right


__all__ = ["Speaker", "Wire", "build", "messages", "pair"]
