"""Two IKE machines on a wire that may lose, repeat and reorder datagrams."""

import heapq
import random
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.isakmp import IsakmpHeader
from ioscli.model.crypto import (
    ChildPolicy,
    ChildProposal,
    ChildSa,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Selector,
    Spi,
)
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpConfig,
    IsakmpPolicy,
    PreSharedKey,
)
from ioscli.protocols.ike import (
    ChildFailed,
    Debug,
    DeleteChild,
    Effect,
    InstallChild,
    Isakmp,
    Log,
    PeerDead,
    PeerMoved,
    Send,
)

A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
DELAY = 5 * MILLISECOND
AES_SHA = ChildProposal(EspTransform(EspCipher.AES_256, EspIntegrity.SHA), Mode.TUNNEL)

Carry = Callable[[int, Send], Iterable[int]]
"""How the wire treats the n-th datagram: the delays (microseconds) after which copies arrive."""


def faithful(_number: int, _send: Send) -> Iterable[int]:
    return (DELAY,)


def policy(
    priority: int = 10,
    encryption: IkeEncryption = IkeEncryption.AES_256,
    digest: IkeHash = IkeHash.SHA256,
    group: int = 19,
    lifetime: int = 86_400,
    authentication: IkeAuthentication = IkeAuthentication.PRE_SHARE,
) -> IsakmpPolicy:
    return IsakmpPolicy(priority, encryption, digest, authentication, group, lifetime)


def config(*policies: IsakmpPolicy, key: str | None = "cisco123") -> IsakmpConfig:
    keys = [] if key is None else [PreSharedKey(key, IPv4Network("192.0.2.0/24"))]
    return IsakmpConfig({entry.priority: entry for entry in policies}, keys)


def child(
    local: IPv4Address,
    peer: IPv4Address,
    *proposals: ChildProposal,
    pfs: int | None = None,
    seconds: int = 3_600,
    kilobytes: int = 4_608_000,
    owner: str = "Tunnel0",
    protocol: int = 47,
) -> ChildPolicy:
    """GRE between the two endpoints."""
    return ChildPolicy(
        owner=owner,
        local=local,
        peer=peer,
        local_selector=Selector(IPv4Network(local), protocol),
        remote_selector=Selector(IPv4Network(peer), protocol),
        proposals=proposals or (AES_SHA,),
        pfs_group=pfs,
        lifetime_seconds=seconds,
        lifetime_kilobytes=kilobytes,
    )


class Peer:
    """A machine and what it asked its router to do."""

    def __init__(self, wire: "Wire", address: IPv4Address, seed: str) -> None:
        self.wire = wire
        self.address = address
        self.machine = Isakmp(random.Random(seed))
        self.settings = IsakmpConfig()
        self.installed: list[ChildSa] = []
        self.deleted: list[Spi] = []
        self.failed: list[ChildFailed] = []
        self.logs: list[str] = []
        self.order: list[str] = []
        self.debugs: list[str] = []
        """Lines of debugging, and of the log in between."""
        self.dead: list[PeerDead] = []
        self.moved: list[PeerMoved] = []

    def configure(self, settings: IsakmpConfig, *children: ChildPolicy) -> None:
        self.settings = settings
        self.machine.configure(settings)
        self.machine.set_child_policies(children)

    def initiate(self, wanted: ChildPolicy) -> None:
        self.carry_out(self.machine.initiate(self.wire.now, wanted))

    def receive(self, send: Send) -> None:
        assert send.peer == self.address
        self.carry_out(
            self.machine.receive(
                self.wire.now,
                send.payload,
                send.local,
                send.local_port,
                send.peer,
                destination_port=send.peer_port,
            )
        )

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.order.append(type(effect).__name__)
            match effect:
                case Send():
                    assert effect.local == self.address
                    self.wire.send(effect)
                case InstallChild(sa):
                    self.installed.append(sa)
                case DeleteChild(_, spis):
                    self.deleted += spis
                case ChildFailed():
                    self.failed.append(effect)
                case Log(facility, severity, mnemonic, text):
                    self.logs.append(f"%{facility}-{severity}-{mnemonic}: {text}")
                    self.debugs.append(self.logs[-1])
                case Debug(_, line):
                    self.debugs.append(line)
                case PeerDead():
                    self.dead.append(effect)
                case PeerMoved():
                    self.moved.append(effect)

    def debug(self, *topics: str) -> None:
        self.machine.debugging.update(topics)

    def states(self) -> list[str]:
        return [sa.state for sa in self.machine.sas(self.wire.now)]


class Nat:
    """A NAT before one peer: its address becomes another, its ports are shifted."""

    def __init__(self, inside: IPv4Address, outside: IPv4Address, shift: int = 10_000) -> None:
        self.inside = inside
        self.outside = outside
        self.shift = shift

    def translate(self, send: Send) -> Send | None:
        """The datagram on the other side; None where no mapping lets it in."""
        if send.local == self.inside:
            return send._replace(local=self.outside, local_port=send.local_port + self.shift)
        if send.peer == self.outside:
            return send._replace(peer=self.inside, peer_port=send.peer_port - self.shift)
        return None


class Wire:
    """Simulated time, two peers and the datagrams between them."""

    def __init__(self, carry: Carry = faithful, seed: int = 1) -> None:
        self.now = Instant(0)
        self.carry = carry
        self.nat: Nat | None = None
        self.sent: list[tuple[Instant, Send]] = []
        self._queue: list[tuple[int, int, Send]] = []
        self._number = 0
        self.a = Peer(self, A, f"{seed}/a")
        self.b = Peer(self, B, f"{seed}/b")
        self.peers = {A: self.a, B: self.b}

    def send(self, send: Send) -> None:
        self.sent.append((self.now, send))
        translated = send if self.nat is None else self.nat.translate(send)
        if translated is None:
            return
        send = translated
        for delay in self.carry(len(self.sent), send):
            self._number += 1
            heapq.heappush(self._queue, (self.now + delay, self._number, send))

    def deliver(self, send: Send) -> None:
        """Put a datagram on the wire that no machine has sent, or not now."""
        self.peers[send.peer].receive(send)

    def run(self, seconds: float) -> None:
        """Let time pass: datagrams arrive, timers fire."""
        end = self.now + round(seconds * SECOND)
        while True:
            due = [self._queue[0][0]] if self._queue else []
            for peer in self.peers.values():
                deadline = peer.machine.next_deadline
                due += [] if deadline is None else [deadline]
            if not due or min(due) > end:
                break
            assert min(due) >= self.now, "a deadline in the past was left undone"
            self.now = Instant(min(due))
            while self._queue and self._queue[0][0] <= self.now:
                send = heapq.heappop(self._queue)[2]
                self.peers[send.peer].receive(send)
            for peer in self.peers.values():
                deadline = peer.machine.next_deadline
                if deadline is not None and deadline <= self.now:
                    peer.carry_out(peer.machine.handle_timer(self.now))
        self.now = Instant(end)

    def headers(self) -> list[IsakmpHeader]:
        """The headers of all IKE messages sent."""
        return [
            IsakmpHeader.parse(send.payload.removeprefix(bytes(4)))[0]
            for _, send in self.sent
            if send.payload != b"\xff"
        ]


def pair(carry: Carry = faithful, seed: int = 1) -> Wire:
    """Two routers that fit each other."""
    wire = Wire(carry, seed)
    wire.a.configure(config(policy()), child(A, B))
    wire.b.configure(config(policy()), child(B, A))
    return wire


def assert_mirrored(first: ChildSa, second: ChildSa) -> None:
    """Both ends hold the same pair of ESP SAs, each its own way round."""
    assert first.inbound_spi == second.outbound_spi
    assert first.outbound_spi == second.inbound_spi
    assert first.inbound_encryption_key == second.outbound_encryption_key
    assert first.outbound_encryption_key == second.inbound_encryption_key
    assert first.inbound_authentication_key == second.outbound_authentication_key
    assert first.outbound_authentication_key == second.inbound_authentication_key
    if first.inbound_encryption_key:
        assert first.inbound_encryption_key != first.outbound_encryption_key
    assert first.proposal == second.proposal
    assert first.nonces == second.nonces
    assert first.pfs_group == second.pfs_group
    assert first.initiator != second.initiator
    assert (first.lifetime_seconds, first.lifetime_kilobytes) == (
        second.lifetime_seconds,
        second.lifetime_kilobytes,
    )
