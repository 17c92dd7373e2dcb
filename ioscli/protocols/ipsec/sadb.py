"""The security association database of one router (RFC 4301, 4.4.2): pairs, flows, lifetimes.

IKE's `InstallChild` ends up in `install`; the router seals with `flow.current.outbound`, opens
what arrives with `by_spi[spi].inbound`, and calls `handle_timer` when `next_deadline` has come.
"""

import random
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.crypto import ChildPolicy, ChildSa, EspCipher, EspIntegrity, Spi
from ioscli.model.instant import SECOND, Duration, Instant, after
from ioscli.protocols.ipsec.sa import KILOBYTE, EspSa, SaLifetime
from ioscli.protocols.ipsec.suites import make_esp_sa

REKEY_SECONDS = 30
"""IOS negotiates anew this long before the time lifetime ends ..."""
REKEY_KILOBYTES = 256
"""... or when so much of the volume lifetime is left (Cisco, "crypto ipsec security-association
lifetime")."""
RESPONDER_PATIENCE = 10
"""Seconds that an SA's responder waits longer before it replaces it, so that the two ends seldom
rekey at once."""
LINGER = Duration(30 * SECOND)
"""How long a replaced pair still opens what the peer sent before it changed over."""
SIMULTANEOUS = Duration(1 * SECOND)
"""Pairs that each end began, installed this close together, are one collision."""
VOLUME_SHARE = (0.89, 0.955)
"""What part of the negotiated kilobytes an SA starts with, drawn for each pair: 4.1 to 4.4
million of 4,608,000 in captures of IOS 15. An end that stops early, by a share of its own, meets
neither the peer's limit nor the peer's rekeying."""


class EspKeyRecord(NamedTuple):
    """What it takes to read one direction's packets in a capture."""

    source: IPv4Address
    destination: IPv4Address
    spi: Spi
    cipher: EspCipher
    encryption_key: bytes
    """A GCM key ends with its 4 salt bytes."""
    integrity: EspIntegrity | None
    authentication_key: bytes


class SaPair:
    """The inbound and the outbound SA of one quick mode."""

    __slots__ = (
        "child",
        "deletion",
        "expiry",
        "flow",
        "inbound",
        "inbound_conn_id",
        "installed",
        "outbound",
        "outbound_conn_id",
        "rekey",
        "volume_spent",
    )

    def __init__(
        self, child: ChildSa, flow: "Flow", inbound: EspSa, outbound: EspSa, now: Instant
    ) -> None:
        self.child = child
        self.flow = flow
        self.inbound = inbound
        self.outbound = outbound
        self.installed = now
        self.inbound_conn_id = 0
        self.outbound_conn_id = 0
        self.expiry = after(now, child.lifetime_seconds * SECOND)
        # A lifetime too short to be rekeyed 30 seconds ahead is rekeyed halfway.
        ahead = REKEY_SECONDS - (0 if child.initiator else RESPONDER_PATIENCE)
        ahead = min(ahead * SECOND, child.lifetime_seconds * SECOND // 2)
        self.rekey: Instant | None = Instant(self.expiry - ahead)
        """When to negotiate a successor; None once that was asked for or is not wanted."""
        self.deletion: Instant | None = None
        """When a replaced pair goes; None while it is not replaced."""
        self.volume_spent = False
        """Whether one of the two SAs has used up its kilobytes."""

    @property
    def idle(self) -> bool:
        """Whether no packet has used the pair in either direction."""
        return not self.inbound.packets and not self.outbound.packets

    @property
    def lowest_nonce(self) -> bytes:
        """What two simultaneous pairs are compared by (RFC 7296, 2.8.1)."""
        return min(self.child.nonces)


class Flow:
    """The traffic of one ChildPolicy: its pairs and the counts that outlive them."""

    __slots__ = ("_decaps", "_encaps", "_recv_errors", "current", "pairs", "policy", "send_errors")

    def __init__(self, policy: ChildPolicy) -> None:
        self.policy = policy
        self.pairs: list[SaPair] = []
        """Oldest first, replaced ones included."""
        self.current: SaPair | None = None
        """The pair that carries outbound traffic."""
        self.send_errors = 0
        """Packets that found no SA; counted by the router."""
        self._encaps = 0
        self._decaps = 0
        self._recv_errors = 0

    @property
    def encaps(self) -> int:
        """Packets sealed since the flow was made or its counters cleared."""
        return self._encaps + sum(pair.outbound.packets for pair in self.pairs)

    @property
    def decaps(self) -> int:
        """Packets opened."""
        return self._decaps + sum(pair.inbound.packets for pair in self.pairs)

    @property
    def recv_errors(self) -> int:
        """Packets that an inbound SA refused."""
        return self._recv_errors + sum(pair.inbound.failures.total() for pair in self.pairs)

    def clear_counters(self) -> None:
        """Count from 0 again, without touching the SAs (`clear crypto sa counters`)."""
        self._encaps -= self.encaps
        self._decaps -= self.decaps
        self._recv_errors -= self.recv_errors
        self.send_errors = 0

    def retire(self, pair: SaPair) -> None:
        """Take a pair out and keep its counts."""
        self.pairs.remove(pair)
        self._encaps += pair.outbound.packets
        self._decaps += pair.inbound.packets
        self._recv_errors += pair.inbound.failures.total()
        if self.current is pair:
            self.current = max(self.pairs, key=lambda pair: pair.installed, default=None)
            if self.current is not None:
                # The survivor was to go as the replaced one; now it is all there is.
                self.current.deletion = None


class NeedRekey(NamedTuple):
    """A pair nears its end: negotiate another.

    For a crypto map IOS lets a pair that is `idle` run out; tunnel protection always renews.
    """

    policy: ChildPolicy
    pair: SaPair


class Expired(NamedTuple):
    """A pair reached the end of its lifetime and is gone: tell the peer."""

    pair: SaPair


class Replaced(NamedTuple):
    """A pair has lingered after its replacement and is gone: tell the peer."""

    pair: SaPair


SaEffect = NeedRekey | Expired | Replaced


class SaDatabase:
    """All ESP SAs of one router."""

    def __init__(
        self,
        random: random.Random,
        *,
        replay_window: int | None = 64,
        wake: Callable[[], None] | None = None,
    ) -> None:
        """`wake` is called when traffic, rather than time, has made a deadline due at once."""
        self.replay_window = replay_window
        """Packets, of SAs installed from now on; None: no anti-replay."""
        self.by_spi: dict[int, SaPair] = {}
        """Pairs by inbound SPI."""
        self._random = random
        self._wake = wake
        self._flows: dict[str, Flow] = {}
        self._next_conn_id = 1
        self._key_records: list[EspKeyRecord] = []
        self._volume_due: list[SaPair] = []

    def flow(self, policy: ChildPolicy) -> Flow:
        """The flow of a policy, made when it is new; a changed policy keeps its owner's flow."""
        flow = self._flows.get(policy.owner)
        if flow is None:
            flow = self._flows[policy.owner] = Flow(policy)
        flow.policy = policy
        return flow

    def drop_flow(self, owner: str) -> list[SaPair]:
        """Forget a flow whose protection was taken away; its pairs, for the peer to be told."""
        flow = self._flows.pop(owner, None)
        return [] if flow is None else self._remove(list(flow.pairs))

    @property
    def flows(self) -> list[Flow]:
        """All flows, in the order in which they were made."""
        return list(self._flows.values())

    def install(self, now: Instant, child: ChildSa) -> SaPair:
        """Take a negotiated pair into use; the flow's older pairs are left to linger."""
        flow = self.flow(child.policy)
        kilobytes = int(child.lifetime_kilobytes * self._random.uniform(*VOLUME_SHARE))
        lifetime = SaLifetime(now, child.lifetime_seconds, kilobytes)
        transform = child.proposal.transform
        inbound = make_esp_sa(
            child.inbound_spi,
            transform,
            child.inbound_encryption_key,
            child.inbound_authentication_key,
            self._random,
            replay_window=self.replay_window,
            lifetime=lifetime,
        )
        outbound = make_esp_sa(
            child.outbound_spi,
            transform,
            child.outbound_encryption_key,
            child.outbound_authentication_key,
            self._random,
            replay_window=None,
            lifetime=lifetime,
        )
        pair = SaPair(child, flow, inbound, outbound, now)
        pair.inbound_conn_id = self._next_conn_id
        pair.outbound_conn_id = self._next_conn_id + 1
        self._next_conn_id += 2
        self._watch_volume(pair)
        if child.inbound_spi in self.by_spi:
            self._remove([self.by_spi[child.inbound_spi]])
        self.by_spi[child.inbound_spi] = pair
        self._record_keys(child)
        self._choose(now, flow, pair)
        return pair

    def lookup(self, spi: int) -> SaPair | None:
        """The pair that an inbound packet belongs to."""
        return self.by_spi.get(spi)

    def delete(self, peer: IPv4Address, outbound_spis: list[Spi]) -> list[SaPair]:
        """The peer deleted its inbound SAs, our outbound ones: their pairs go."""
        gone = [
            pair
            for pair in self.by_spi.values()
            if pair.child.policy.peer == peer and pair.child.outbound_spi in outbound_spis
        ]
        return self._remove(gone)

    def clear(self, peer: IPv4Address | None = None) -> list[SaPair]:
        """`clear crypto sa [peer A]`: the pairs that went, for the peer to be told."""
        gone = [
            pair for pair in self.by_spi.values() if peer is None or pair.child.policy.peer == peer
        ]
        return self._remove(gone)

    def esp_key_records(self) -> Iterator[EspKeyRecord]:
        """The keys of every SA ever installed, for reading captures."""
        return iter(self._key_records)

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do; 0, which has passed, for volume spent."""
        if self._volume_due:
            return Instant(0)
        times = (
            time
            for pair in self.by_spi.values()
            for time in (pair.rekey, pair.expiry, pair.deletion)
            if time is not None
        )
        return min(times, default=None)

    def handle_timer(self, now: Instant) -> list[SaEffect]:
        """Everything due by now, one effect at most for each pair."""
        self._volume_due.clear()
        effects: list[SaEffect] = []
        for pair in list(self.by_spi.values()):
            if pair.expiry <= now or pair.volume_spent:
                self._remove([pair])
                effects.append(Expired(pair))
            elif pair.deletion is not None and pair.deletion <= now:
                self._remove([pair])
                effects.append(Replaced(pair))
            elif pair.rekey is not None and pair.rekey <= now:
                pair.rekey = None
                effects.append(NeedRekey(pair.flow.policy, pair))
        return effects

    def _choose(self, now: Instant, flow: Flow, new: SaPair) -> None:
        """Put a new pair beside the flow's others and settle which one carries traffic.

        The newest does. Of two that both ends began at the same time, the one with the lowest
        nonce is redundant, as RFC 7296 2.8.1 has it for IKEv2: both ends decide alike, whatever
        order the pairs were installed in.
        """
        old, flow.current = flow.current, new
        flow.pairs.append(new)
        if old is None:
            return
        collision = (
            old.child.initiator != new.child.initiator
            and now - old.installed <= SIMULTANEOUS
            and old.lowest_nonce > new.lowest_nonce
        )
        loser = new if collision else old
        if collision:
            flow.current = old
        loser.rekey = None
        loser.deletion = after(now, LINGER)

    def _watch_volume(self, pair: SaPair) -> None:
        """Ask for a successor when little volume is left, and end the pair when none is."""
        for sa in (pair.inbound, pair.outbound):
            limit = sa.lifetime.kilobytes * KILOBYTE
            ahead = min(REKEY_KILOBYTES * KILOBYTE, limit // 2)

            def spent() -> None:
                pair.volume_spent = True
                self._volume_reached(pair)

            def nearly_spent(sa: EspSa = sa, limit: int = limit) -> None:
                sa.watch_volume(limit, spent)
                if pair.rekey is not None:
                    pair.rekey = Instant(0)
                    self._volume_reached(pair)

            sa.watch_volume(limit - ahead, nearly_spent)

    def _volume_reached(self, pair: SaPair) -> None:
        self._volume_due.append(pair)
        if self._wake is not None:
            self._wake()

    def _remove(self, pairs: list[SaPair]) -> list[SaPair]:
        for pair in pairs:
            self.by_spi.pop(pair.child.inbound_spi, None)
            pair.flow.retire(pair)
        return pairs

    def _record_keys(self, child: ChildSa) -> None:
        cipher, integrity = child.proposal.transform
        policy = child.policy
        self._key_records.append(
            EspKeyRecord(
                policy.peer,
                policy.local,
                child.inbound_spi,
                cipher,
                child.inbound_encryption_key,
                integrity,
                child.inbound_authentication_key,
            )
        )
        self._key_records.append(
            EspKeyRecord(
                policy.local,
                policy.peer,
                child.outbound_spi,
                cipher,
                child.outbound_encryption_key,
                integrity,
                child.outbound_authentication_key,
            )
        )
