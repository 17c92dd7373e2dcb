"""The security association database of one router (RFC 4301, 4.4.2): pairs, flows, lifetimes.

IKE's `InstallChild` ends up in `install`; the router seals with `flow.current.outbound` (and puts
`outbound_ah` around it), opens what arrives with `by_spi[spi].inbound` or, AH, with
`by_ah_spi[spi].unwrap`, and calls `handle_timer` when `next_deadline` has come.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.model.crypto import ChildPolicy, ChildSa, EspCipher, EspIntegrity, Spi
from ioscli.model.instant import SECOND, Duration, Instant, after
from ioscli.protocols.deadlines import Deadlines
from ioscli.protocols.ipsec.ah import AhSa
from ioscli.protocols.ipsec.sa import KILOBYTE, EspFailure, EspSa, SaLifetime
from ioscli.protocols.ipsec.suites import make_esp_sa

REKEY_SECONDS = 30
"""IOS negotiates anew this long before the time lifetime ends ..."""
REKEY_KILOBYTES = 256
"""... or when so much of the volume lifetime is left (Cisco, "crypto ipsec security-association
lifetime")."""
RESPONDER_PATIENCE = 10
"""Seconds that an SA's responder waits longer before it replaces it, so that the two ends seldom
rekey at once."""
NO_VOLUME_LIMIT = 0xFFFF_FFFF
"""Kilobytes that stand for `lifetime kilobytes disable`, as no quick mode says none."""
LINGER = Duration(30 * SECOND)
"""How long a replaced pair still opens what the peer sent before it changed over."""
SIMULTANEOUS = Duration(1 * SECOND)
"""Pairs that each end began, installed this close together, are one collision."""
_PROMISES = 1_000
"""Conn ids kept for pairs that may never come, at most."""
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
    """The inbound and the outbound SA of one quick mode, of ESP, of AH or of both."""

    __slots__ = (
        "child",
        "deletion",
        "expiry",
        "flow",
        "idle_check",
        "inbound",
        "inbound_ah",
        "inbound_conn_id",
        "installed",
        "outbound",
        "outbound_ah",
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
        """ESP's; where AH stands alone one that passes packets as they are."""
        self.outbound = outbound
        self.inbound_ah: AhSa | None = None
        """AH's, which is outside of ESP; None without AH."""
        self.outbound_ah: AhSa | None = None
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
        idle = child.policy.idle_time
        self.idle_check = None if idle is None else after(now, idle * SECOND)
        """When to look whether it is still used; None: it may be idle for ever."""
        self.volume_spent = False
        """Whether one of the two SAs has used up its kilobytes."""

    @property
    def due(self) -> Instant:
        """The earliest of its times."""
        times = (self.rekey, self.deletion, self.idle_check)
        return min([self.expiry, *(time for time in times if time is not None)])

    @property
    def idle(self) -> bool:
        """Whether no packet has used the pair in either direction."""
        return not self.inbound.packets and not self.outbound.packets

    @property
    def inbound_failures(self) -> Counter[EspFailure]:
        """Packets that the inbound SAs refused, by the reason."""
        ah = self.inbound_ah
        return self.inbound.failures if ah is None else self.inbound.failures + ah.failures

    def unwrap(self, packet: bytes) -> tuple[int, bytes]:
        """What an IPv4 packet with AH carries: next header and payload, ESP opened too.

        Raises EspError.
        """
        ah = self.inbound_ah
        assert ah is not None
        inner = ah.unwrap(packet)
        payload = inner[header_length(inner) :]
        if not self.child.proposal.transform.has_esp:
            self.inbound.open(payload)
            return inner[9], payload
        if inner[9] != IpProtocol.ESP or payload[:4] != self.inbound.spi.to_bytes(4, "big"):
            raise ah.fail(EspFailure.MALFORMED)
        return self.inbound.open(payload)

    @property
    def lowest_nonce(self) -> bytes:
        """What two simultaneous pairs are compared by (RFC 7296, 2.8.1)."""
        return min(self.child.nonces)


class Flow:
    """The traffic of one ChildPolicy: its pairs and the counts that outlive them."""

    __slots__ = (
        "_decaps",
        "_encaps",
        "_failures",
        "current",
        "last_traffic",
        "no_sa",
        "pairs",
        "policy",
        "send_errors",
        "wrong_identity",
    )

    def __init__(self, policy: ChildPolicy) -> None:
        self.policy = policy
        self.pairs: list[SaPair] = []
        """Oldest first, replaced ones included."""
        self.current: SaPair | None = None
        """The pair that carries outbound traffic."""
        self.send_errors = 0
        """Packets that were not sent, those that found no SA included; counted by the router."""
        self.no_sa = 0
        """Those that found none."""
        self.wrong_identity = 0
        """Packets that came out of an SA which may not carry them; counted by the router."""
        self.last_traffic: Callable[[], Instant | None] = _never
        """When the flow last carried a packet, either way: what its idle time is counted from.
        The router tells, which knows the time of every packet."""
        self._encaps = 0
        self._decaps = 0
        self._failures: Counter[EspFailure] = Counter()
        """Of pairs that are gone, less what was cleared."""

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
        return self.failures.total()

    @property
    def failures(self) -> Counter[EspFailure]:
        """The same by their reason (`show crypto ipsec sa detail`)."""
        found = Counter(self._failures)
        for pair in self.pairs:
            found.update(pair.inbound_failures)
        return found

    def clear_counters(self) -> None:
        """Count from 0 again, without touching the SAs (`clear crypto sa counters`)."""
        self._encaps -= self.encaps
        self._decaps -= self.decaps
        self._failures.subtract(self.failures)
        self.send_errors = self.no_sa = self.wrong_identity = 0

    def retire(self, pair: SaPair) -> None:
        """Take a pair out and keep its counts."""
        self.pairs.remove(pair)
        self._encaps += pair.outbound.packets
        self._decaps += pair.inbound.packets
        self._failures.update(pair.inbound_failures)
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


class Idle(NamedTuple):
    """A pair was not used for its policy's idle time and is gone: tell the peer."""

    pair: SaPair


SaEffect = NeedRekey | Expired | Replaced | Idle


def _never() -> None:
    """A flow of which nobody tells when it was used."""


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
        """Pairs by inbound SPI: of ESP, or of AH where that stands alone."""
        self.by_ah_spi: dict[int, SaPair] = {}
        """Those with AH, by its inbound SPI."""
        self._random = random
        self._wake = wake
        self._flows: dict[str, Flow] = {}
        self._next_conn_id = 1
        self._promised: dict[int, int] = {}
        """Conn ids of inbound SAs that were asked for ahead, by their SPIs."""
        self._key_records: list[EspKeyRecord] = []
        self._volume_due: list[SaPair] = []
        self._deadlines: Deadlines[SaPair] = Deadlines()

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
        replay_window = self.replay_window
        if child.policy.replay_window is not None:
            replay_window = child.policy.replay_window or None
        inbound = make_esp_sa(
            child.inbound_spi,
            transform,
            child.inbound_encryption_key,
            child.inbound_authentication_key,
            self._random,
            replay_window=replay_window,
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
        if transform.ah is not None:
            pair.inbound_ah, pair.outbound_ah = _ah_sas(child, replay_window, lifetime)
        pair.inbound_conn_id = self.promise_conn_ids(child.inbound_spi)
        pair.outbound_conn_id = pair.inbound_conn_id + 1
        del self._promised[child.inbound_spi]
        self._watch_volume(pair)
        if child.inbound_spi in self.by_spi:
            self._remove([self.by_spi[child.inbound_spi]])
        self.by_spi[child.inbound_spi] = pair
        if child.inbound_ah_spi:
            self.by_ah_spi[child.inbound_ah_spi] = pair
        self._record_keys(child)
        self._choose(now, flow, pair)
        return pair

    def promise_conn_ids(self, inbound_spi: int) -> int:
        """The inbound conn id, one below the outbound, of a pair that is to be installed soon."""
        first = self._promised.get(inbound_spi)
        if first is None:
            while len(self._promised) >= _PROMISES:
                del self._promised[next(iter(self._promised))]
            first = self._promised[inbound_spi] = self._next_conn_id
            self._next_conn_id += 2
        return first

    def lookup(self, spi: int) -> SaPair | None:
        """The pair that an inbound packet belongs to."""
        return self.by_spi.get(spi)

    def delete(self, peer: IPv4Address, outbound_spis: list[Spi]) -> list[SaPair]:
        """The peer deleted its inbound SAs, our outbound ones: their pairs go."""
        gone = [
            pair
            for pair in self.by_spi.values()
            if pair.child.outbound_spi in outbound_spis and pair.child.policy.peer == peer
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
        return self._deadlines.earliest

    def handle_timer(self, now: Instant) -> list[SaEffect]:
        """Everything due by now, one effect at most for each pair."""
        due = {*self._deadlines.pop(now), *self._volume_due}
        self._volume_due.clear()
        effects: list[SaEffect] = []
        for pair in sorted(due, key=lambda pair: pair.inbound_conn_id):
            if self.by_spi.get(pair.child.inbound_spi) is not pair:
                continue
            if pair.expiry <= now or pair.volume_spent:
                self._remove([pair])
                effects.append(Expired(pair))
            elif pair.deletion is not None and pair.deletion <= now:
                self._remove([pair])
                effects.append(Replaced(pair))
            elif pair.idle_check is not None and pair.idle_check <= now and self._idle(pair, now):
                self._remove([pair])
                effects.append(Idle(pair))
            elif pair.rekey is not None and pair.rekey <= now:
                pair.rekey = None
                effects.append(NeedRekey(pair.flow.policy, pair))
            self._follow_deadline(pair)
        return effects

    def _follow_deadline(self, pair: SaPair) -> None:
        """Its times may be others than before."""
        if self.by_spi.get(pair.child.inbound_spi) is pair:
            self._deadlines.set(pair, pair.due)

    @staticmethod
    def _idle(pair: SaPair, now: Instant) -> bool:
        """Whether a pair's flow carried nothing for its idle time; else when to look again."""
        patience = pair.child.policy.idle_time
        assert patience is not None
        last = pair.flow.last_traffic()
        since = pair.installed if last is None else max(last, pair.installed)
        pair.idle_check = after(since, patience * SECOND)
        return pair.idle_check <= now

    def _choose(self, now: Instant, flow: Flow, new: SaPair) -> None:
        """Put a new pair beside the flow's others and settle which one carries traffic.

        The newest does. Of two that both ends began at the same time, the one with the lowest
        nonce is redundant, as RFC 7296 2.8.1 has it for IKEv2: both ends decide alike, whatever
        order the pairs were installed in.
        """
        old, flow.current = flow.current, new
        flow.pairs.append(new)
        self._follow_deadline(new)
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
        self._follow_deadline(loser)

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
            self.by_ah_spi.pop(pair.child.inbound_ah_spi, None)
            pair.flow.retire(pair)
            self._deadlines.forget(pair)
            if pair.flow.current is not None:
                self._follow_deadline(pair.flow.current)  # it may have been the replaced one
        return pairs

    def _record_keys(self, child: ChildSa) -> None:
        cipher, integrity, _ = child.proposal.transform
        policy = child.policy
        if not child.proposal.transform.has_esp:
            return  # nothing in the capture is encrypted
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


def _ah_sas(child: ChildSa, replay_window: int | None, lifetime: SaLifetime) -> tuple[AhSa, AhSa]:
    """Inbound and outbound."""
    integrity = child.proposal.transform.ah
    assert integrity is not None
    return (
        AhSa(
            child.inbound_ah_spi,
            integrity,
            child.inbound_ah_key,
            replay_window=replay_window,
            lifetime=lifetime,
        ),
        AhSa(
            child.outbound_ah_spi,
            integrity,
            child.outbound_ah_key,
            replay_window=None,
            lifetime=lifetime,
        ),
    )
