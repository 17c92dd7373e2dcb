"""The IKE machine of one router: all its ISAKMP SAs, without I/O."""

import random
from collections.abc import Sequence
from ipaddress import IPv4Address

from ioscli.codec.errors import DecodeError
from ioscli.codec.esp import NON_ESP_MARKER
from ioscli.codec.isakmp import NO_COOKIE, VERSION_1, DeletePayload, IsakmpHeader
from ioscli.codec.isakmp.numbers import ExchangeType, ProtocolId
from ioscli.model.crypto import ChildPolicy, IsakmpSaState, Spi
from ioscli.model.instant import Instant
from ioscli.model.isakmp import IsakmpConfig
from ioscli.protocols.ike import logs, phase_one
from ioscli.protocols.ike.context import Context
from ioscli.protocols.ike.effects import (
    ChildFailed,
    Effect,
    IkeCounters,
    IkeKeyRecord,
)
from ioscli.protocols.ike.nat import IKE_PORT, NAT_T_PORT, Endpoint
from ioscli.protocols.ike.sa import Arrival, IsakmpSa, Role

#: Main modes begun by peers that are not authenticated (or refused and not purged yet), at most;
#: the default of `crypto call admission limit ike in-negotiation-sa`.
HALF_OPEN_LIMIT = 1_000


class Isakmp:
    """All ISAKMP SAs of one router (RFC 2408; main mode and quick mode of RFC 2409).

    Every input returns the effects to carry out, in that order; `next_deadline` says when
    `handle_timer` is due. Nothing a peer sends raises: it is counted in `counters`.
    """

    def __init__(self, source: random.Random) -> None:
        self._context = Context(source)

    @property
    def counters(self) -> IkeCounters:
        """Messages that led to nothing."""
        return self._context.counters

    def configure(self, config: IsakmpConfig) -> None:
        """Policies and keys; SAs that are up keep what they agreed."""
        self._context.config = config

    def set_child_policies(self, policies: Sequence[ChildPolicy]) -> None:
        """What may be negotiated with whom when a peer begins quick mode."""
        self._context.child_policies = tuple(policies)

    def initiate(self, now: Instant, policy: ChildPolicy) -> list[Effect]:
        """Get a pair of ESP SAs for a policy.

        An ISAKMP SA with the peer that is up, whoever began it, or one that this router is
        negotiating serves; else main mode starts. While that is under way a second call does
        nothing. What comes of it is an InstallChild or a ChildFailed effect.
        """
        context = self._context
        ends = (policy.local, policy.peer)
        own = [sa for sa in self._alive() if (sa.local, sa.peer) == ends]
        if any(sa.negotiating(policy) for sa in own):
            return []
        ready = self._up(now, policy) or [sa for sa in own if sa.role is Role.INITIATOR]
        if ready:
            return ready[0].request(now, policy)
        if context.key_for(policy.peer) is None:
            return [ChildFailed(policy, f"No pre-shared key with {policy.peer}!")]
        suites = phase_one.usable_suites(context.config)
        if not suites:
            return [ChildFailed(policy, "Can not start Main mode")]
        local, remote = (Endpoint(address, IKE_PORT) for address in ends)
        sa = IsakmpSa.to_initiate(context, now, local, remote, suites)
        context.sas[sa.initiator_cookie] = sa
        return [*sa.start(now), *sa.request(now, policy)]

    def receive(
        self,
        now: Instant,
        datagram: bytes,
        source: IPv4Address,
        source_port: int,
        destination: IPv4Address,
        *,
        destination_port: int = IKE_PORT,
    ) -> list[Effect]:
        """Take the payload of a UDP datagram.

        On port 4500 it begins with the non-ESP marker; what begins otherwise there is ESP and
        not for this machine.
        """
        if destination_port == NAT_T_PORT:
            if not datagram.startswith(NON_ESP_MARKER):
                self.counters.malformed += 1
                return []
            datagram = datagram[len(NON_ESP_MARKER) :]
        try:
            header, body = IsakmpHeader.parse(datagram)
        except DecodeError:
            self.counters.malformed += 1
            return []
        if header.version >> 4 != VERSION_1 >> 4:
            self.counters.unsupported += 1
            return []
        remote = Endpoint(source, source_port)
        arrival = Arrival(header, body, datagram, remote, destination_port)
        sa = self._context.sas.get(header.initiator_cookie)
        if sa is not None and sa.matches(header, remote):
            return sa.receive(now, arrival)
        if sa is None and _begins(header):
            return self._begin(now, arrival, Endpoint(destination, destination_port))
        self.counters.unknown_sa += 1
        return [logs.no_sa(source)]

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` is due; None: not before the next input."""
        times = (sa.next_deadline() for sa in self._context.sas.values())
        return min((time for time in times if time is not None), default=None)

    def handle_timer(self, now: Instant) -> list[Effect]:
        """Do all that is due: repeat messages, give up, expire, purge."""
        effects: list[Effect] = []
        for sa in list(self._context.sas.values()):
            effects += sa.handle_timer(now)
            if sa.purge_at is not None and sa.purge_at <= now:
                del self._context.sas[sa.initiator_cookie]
        return effects

    def delete_child(
        self, now: Instant, policy: ChildPolicy, inbound_spis: Sequence[Spi]
    ) -> list[Effect]:
        """Tell the peer that ESP SAs are gone (RFC 2408, 3.15), if an ISAKMP SA is up for it."""
        context = self._context
        for spi in inbound_spis:
            context.children.pop(spi, None)
        up = self._up(now, policy)
        if not up or not inbound_spis:
            return []
        spis = tuple(spi.to_bytes(4) for spi in inbound_spis)
        return [up[0].inform((DeletePayload(ProtocolId.ESP, spis),))]

    def clear(
        self, now: Instant, conn_id: int | None = None, peer: IPv4Address | None = None
    ) -> list[Effect]:
        """`clear crypto isakmp`: end all ISAKMP SAs, or those with a conn id or a peer."""
        effects: list[Effect] = []
        for sa in self._alive():
            if conn_id in (None, sa.conn_id) and peer in (None, sa.peer):
                effects += sa.delete(now, "cleared by the operator", tell_peer=True)
        return effects

    def sas(self, now: Instant) -> list[IsakmpSaState]:
        """All SAs, newest first: by conn id, those without one yet before."""
        views = [sa.view(now) for sa in reversed(self._context.sas.values())]
        return sorted(views, key=lambda view: (view.conn_id != 0, -view.conn_id))

    def keys(self) -> tuple[IkeKeyRecord, ...]:
        """Keys of all SAs there ever were, for Wireshark's ikev1_decryption_table."""
        return tuple(self._context.keys)

    def _alive(self) -> list[IsakmpSa]:
        return [sa for sa in self._context.sas.values() if not sa.deleted]

    def _up(self, now: Instant, policy: ChildPolicy) -> list[IsakmpSa]:
        """The ISAKMP SAs that can carry an exchange for a policy, newest first."""
        established = self._context.established(policy.local, policy.peer)
        return [sa for sa in established if sa.expires is not None and sa.expires > now]

    def _begin(self, now: Instant, arrival: Arrival, local: Endpoint) -> list[Effect]:
        """A peer begins phase 1."""
        context, peer = self._context, arrival.remote.address
        if arrival.header.exchange == ExchangeType.AGGRESSIVE:
            context.counters.unsupported += 1
            return [logs.mode_failure("Aggressive", peer)]
        if sum(sa.half_open for sa in context.sas.values()) >= HALF_OPEN_LIMIT:
            context.counters.half_open_limit += 1
            return []
        sa = IsakmpSa.to_respond(context, now, arrival, local)
        effects = sa.receive(now, arrival)
        if sa.suite is not None or sa.deleted:
            # A refused one stays too, to answer its repetitions and to be shown.
            context.sas[sa.initiator_cookie] = sa
        return effects


def _begins(header: IsakmpHeader) -> bool:
    """Whether a message without an SA can begin one."""
    return (
        header.exchange in (ExchangeType.MAIN_MODE, ExchangeType.AGGRESSIVE)
        and header.responder_cookie == NO_COOKIE
        and header.initiator_cookie != NO_COOKIE
        and not header.encrypted
        and header.message_id == 0
    )
