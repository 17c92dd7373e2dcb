"""The IKE machine of one router: all its ISAKMP SAs, without I/O."""

import random
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.esp import NON_ESP_MARKER
from ioscli.codec.isakmp import NO_COOKIE, VERSION_1, DeletePayload, IsakmpHeader, NotifyPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, ProtocolId
from ioscli.model.crypto import ChildPolicy, ChildSa, ChildTemplate, IsakmpSaState, Spi
from ioscli.model.instant import Instant
from ioscli.model.isakmp import IsakmpConfig, IsakmpProfile, PreSharedKey
from ioscli.protocols.ike import debug_lines, logs
from ioscli.protocols.ike.aggressive_mode import AggressiveModeInitiator, AggressiveModeResponder
from ioscli.protocols.ike.context import Context
from ioscli.protocols.ike.effects import (
    ChildFailed,
    Effect,
    Endpoint,
    IkeCounters,
    IkeKeyRecord,
    Traffic,
)
from ioscli.protocols.ike.keyrings import FoundKey
from ioscli.protocols.ike.main_mode import MainModeInitiator, MainModeResponder
from ioscli.protocols.ike.nat import IKE_PORT, KEEPALIVE, NAT_T_PORT
from ioscli.protocols.ike.sa import Arrival, IsakmpSa
from ioscli.protocols.ike.sa_record import Role

if TYPE_CHECKING:
    from ioscli.codec.rsa import RsaKey

#: Main modes begun by peers that are not authenticated (or refused and not purged yet), at most;
#: the default of `crypto call admission limit ike in-negotiation-sa`.
HALF_OPEN_LIMIT = 1_000


class Isakmp:
    """All ISAKMP SAs of one router (RFC 2408; main, aggressive and quick mode of RFC 2409).

    Every input returns the effects to carry out, in that order; `next_deadline` says when
    `handle_timer` is due. Nothing a peer sends raises: it is counted in `counters`.
    """

    def __init__(self, source: random.Random) -> None:
        self._context = Context(source)

    @property
    def counters(self) -> IkeCounters:
        """Messages that led to nothing."""
        return self._context.counters

    @property
    def debugging(self) -> set[str]:
        """What is debugged: of `isakmp`, `ipsec`, `engine`, and `isakmp error`, `ipsec error`.

        The router changes the set.
        """
        return self._context.debugging

    @debugging.setter
    def debugging(self, topics: set[str]) -> None:
        self._context.debugging = topics

    @property
    def traffic(self) -> Callable[[IPv4Address, IPv4Address], Traffic]:
        """When ESP last came from and went to a peer, by local and peer address."""
        return self._context.traffic

    @traffic.setter
    def traffic(self, traffic: Callable[[IPv4Address, IPv4Address], Traffic]) -> None:
        self._context.traffic = traffic

    @property
    def resolve(self) -> Callable[[str], IPv4Address | None]:
        """The address of a host name, for keys that go by name; None where it is not known."""
        return self._context.resolve

    @resolve.setter
    def resolve(self, resolve: Callable[[str], IPv4Address | None]) -> None:
        self._context.resolve = resolve

    @property
    def interface_of(self) -> Callable[[IPv4Address], str]:
        """The name of the interface with an address of this router's, for debugs."""
        return self._context.interface_of

    @interface_of.setter
    def interface_of(self, interface_of: Callable[[IPv4Address], str]) -> None:
        self._context.interface_of = interface_of

    def told_by(
        self,
        map_of: Callable[[ChildPolicy], str],
        creating: Callable[[ChildSa], Iterable[str]],
    ) -> None:
        """Who words what `debug crypto ipsec` says of a router's own.

        map_of: the crypto map of a policy, `VPN, 10`; creating: the lines about a pair of SAs that
        is agreed, which come where IOS makes them, before the peer hears of it.
        """
        self._context.map_of = map_of
        self._context.creating = creating

    def set_private_key(self, key: "RsaKey | None") -> None:
        """The router's RSA key pair, for `authentication rsa-sig`."""
        self._context.private_key = key

    def configure(self, config: IsakmpConfig) -> None:
        """Policies, keys, profiles and timers; SAs that are up keep what they agreed."""
        self._context.config = config

    def set_child_policies(
        self, policies: Sequence[ChildPolicy], templates: Sequence[ChildTemplate] = ()
    ) -> None:
        """What may be negotiated with whom when a peer begins quick mode.

        templates: what peers may ask for that no policy names in just these words.
        """
        self._context.set_policies(policies)
        self._context.child_templates = tuple(templates)

    def initiate(self, now: Instant, policy: ChildPolicy) -> list[Effect]:
        """Get a pair of ESP SAs for a policy.

        An ISAKMP SA with the peer that is up, whoever began it, or one that this router is
        negotiating serves; else main or aggressive mode starts. While that is under way a second
        call does nothing. What comes of it is an InstallChild or a ChildFailed effect.
        """
        context = self._context
        own = [
            sa
            for sa in context.sas_with(policy.local, policy.peer)
            if not sa.deleted and sa.serves(policy)
        ]
        if any(sa.negotiating(policy) for sa in own):
            return []
        if "ipsec" in context.debugging:
            context.debug_ipsec("%s", debug_lines.sa_request(policy))
        ready = self._up(now, policy) or [sa for sa in own if sa.role is Role.INITIATOR]
        if ready:
            if ready[0].established_at is not None:
                _debug_idle(ready[0])
            ready[0].request(now, policy)
            return context.drain()
        profile = context.config.profiles.get(policy.isakmp_profile or "")
        context.debug(0, "SA request profile is %s", profile.name if profile else "(NULL)")
        sa, reason = self._new_sa(now, policy.local, policy.peer, profile)
        if sa is None:
            context.emit(ChildFailed(policy, reason))
            return context.drain()
        sa.start(now)
        sa.request(now, policy)
        return context.drain()

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

        On port 4500 it begins with the non-ESP marker, or is a NAT keepalive; what else comes
        there is ESP and not for this machine.
        """
        if destination_port == NAT_T_PORT:
            if datagram == KEEPALIVE:
                self.counters.keepalives += 1
                return []
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
            sa.receive(now, arrival)
        elif sa is None and _begins(header):
            self._begin(now, arrival, Endpoint(destination, destination_port))
        else:
            self.counters.unknown_sa += 1
            self._context.emit(logs.no_sa(source))
        return self._context.drain()

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` is due; None: not before the next input."""
        return self._context.deadlines.earliest

    def handle_timer(self, now: Instant) -> list[Effect]:
        """Do all that is due: repeat messages, ask peers, give up, expire, purge."""
        for sa in self._context.deadlines.due(now):
            sa.handle_timer(now)
            if sa.purge_at is not None and sa.purge_at <= now:
                self._context.remove_sa(sa)
        return self._context.drain()

    def delete_child(
        self, now: Instant, policy: ChildPolicy, inbound_spis: Sequence[Spi]
    ) -> list[Effect]:
        """Tell the peer that SAs are gone (RFC 2408, 3.15), if an ISAKMP SA is up for it.

        AH goes with the ESP that it protects: it is told for both.
        """
        context = self._context
        up = self._up(now, policy)
        alone = not any(proposal.transform.has_esp for proposal in policy.proposals)
        esp: list[bytes] = []
        ah: list[bytes] = []
        for spi in inbound_spis:
            record = context.children.pop(spi, None)
            if record.has_esp if record is not None else not alone:
                esp.append(spi.to_bytes(4))
            else:
                ah.append(spi.to_bytes(4))
            if record is not None and record.has_esp and record.inbound_ah_spi:
                ah.append(record.inbound_ah_spi.to_bytes(4))
        if not inbound_spis:
            return []
        if not up:
            for spi in inbound_spis:
                self._debug_no_sa(policy.local, policy.peer, spi)
            return context.drain()
        gone = ((ProtocolId.ESP, esp), (ProtocolId.AH, ah))
        up[0].inform(tuple(DeletePayload(kind, tuple(spis)) for kind, spis in gone if spis))
        return context.drain()

    def invalid_spi(
        self, now: Instant, local: IPv4Address, peer: IPv4Address, spi: Spi
    ) -> list[Effect]:
        """ESP came with an SPI that no SA has.

        The peer is told when an ISAKMP SA with it is up. Without one, a new one is begun to tell
        it, where `crypto isakmp invalid-spi-recovery` is configured (Cisco, "Invalid Security
        Parameter Index Recovery"): the peer's INITIAL_CONTACT and the notification clean up.
        """
        context = self._context
        notification = (NotifyPayload(NotifyType.INVALID_SPI, ProtocolId.ESP, spi.to_bytes(4)),)
        up = [sa for sa in context.established(local, peer) if not _expired(sa, now)]
        if up:
            up[0].inform(notification)
            return context.drain()
        self._debug_no_sa(local, peer, spi)
        if not context.config.invalid_spi_recovery:
            return context.drain()
        if any(not sa.deleted for sa in context.sas_with(local, peer)):
            return context.drain()
        sa, _ = self._new_sa(now, local, peer, None)
        if sa is not None:
            sa.start(now)
            sa.notify(notification)
        return context.drain()

    def clear(
        self, now: Instant, conn_id: int | None = None, peer: IPv4Address | None = None
    ) -> list[Effect]:
        """`clear crypto isakmp`: end all ISAKMP SAs, or those with a conn id or a peer."""
        for sa in self._alive():
            if conn_id in (None, sa.conn_id) and peer in (None, sa.peer):
                sa.delete(now, "BY user command", tell_peer=True)
        return self._context.drain()

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
        """The ISAKMP SAs that can carry an exchange for a policy, newest first.

        Behind a NAT's address there may be several peers: of those, that which has SAs already.
        """
        context = self._context
        established = context.established(policy.local, policy.peer)
        found = [sa for sa in established if not _expired(sa, now) and sa.serves(policy)]
        if len(found) < 2 or not any(sa.nat.peer for sa in found):
            return found
        owner = policy.owner
        whose = {it.identity for it in context.children.values() if it.owner == owner}
        return [sa for sa in found if not whose or sa.peer_identity in whose]

    def _new_sa(
        self, now: Instant, local: IPv4Address, peer: IPv4Address, profile: IsakmpProfile | None
    ) -> tuple[IsakmpSa | None, str]:
        """An ISAKMP SA to begin, or None and why there can be none."""
        context = self._context
        config = context.config
        sa = IsakmpSa(
            context, now, Role.INITIATOR, Endpoint(local, IKE_PORT), Endpoint(peer, IKE_PORT)
        )
        sa.profile = profile
        attributes = config.aggressive_peers.get(peer)
        aggressive = attributes is not None or (profile is not None and profile.aggressive)
        if aggressive and config.aggressive_disabled:
            context.emit(logs.aggressive_disabled())
            return None, "Aggressive mode is disabled"
        sa.find_key()
        if attributes is not None and attributes.password is not None:
            sa.key = FoundKey(PreSharedKey(attributes.password, None), "aggressive-mode")
        suites = sa.usable_suites()
        if not suites:
            return None, _cannot_start(sa, aggressive=aggressive)
        sa.debug_new_peer("isakmp_initiator")
        if not aggressive:
            context.debug(0, "Can not start Aggressive mode, trying Main mode.")
        if sa.key is not None:
            context.debug(0, "found peer pre-shared key matching %s", peer)
        sa.initiator_cookie = context.new_cookie()
        sa.phase_one = (
            AggressiveModeInitiator(sa, suites) if aggressive else MainModeInitiator(sa, suites)
        )
        context.add_sa(sa)
        return sa, ""

    def _begin(self, now: Instant, arrival: Arrival, local: Endpoint) -> None:
        """A peer begins phase 1."""
        context = self._context
        aggressive = arrival.header.exchange == ExchangeType.AGGRESSIVE
        if aggressive and context.config.aggressive_disabled:
            context.counters.refused += 1
            context.emit(logs.aggressive_disabled())
            return
        if len(context.sas) >= HALF_OPEN_LIMIT <= sum(sa.half_open for sa in context.sas.values()):
            context.counters.half_open_limit += 1
            return
        sa = IsakmpSa(context, now, Role.RESPONDER, local, arrival.remote)
        sa.initiator_cookie = arrival.header.initiator_cookie
        sa.responder_cookie = context.new_cookie()
        sa.phase_one = AggressiveModeResponder(sa) if aggressive else MainModeResponder(sa)
        sa.state = sa.phase_one.begun
        sa.receive(now, arrival)
        if sa.suite is not None or sa.deleted:
            # A refused one stays too, to answer its repetitions and to be shown.
            context.add_sa(sa)

    def _debug_no_sa(self, local: IPv4Address, peer: IPv4Address, spi: Spi) -> None:
        self._context.debug_error(
            0,
            "ignoring request to send delete notify (no ISAKMP sa) src %s dst %s for SPI 0x%X",
            local,
            peer,
            spi,
        )


def _cannot_start(sa: IsakmpSa, *, aggressive: bool) -> str:
    """Phase 1 cannot even begin: why, as debugs say it (FACTS of IOS 15.x)."""
    error = sa.context.debug_error
    mode = "Aggressive" if aggressive else "Main"
    reason = f"Can not start {mode} mode"
    if sa.key is None:
        reason = f"No pre-shared key with {sa.peer}!"
        error(0, "%s", reason)
        error(0, "No Cert or pre-shared address key.")
    error(0, "construct_initial_message: Can not start %s mode", mode)
    error(0, "Error while processing SA request: Failed to initialize SA")
    error(0, "Error while processing KMI message 0, error 2.")
    return reason


def _debug_idle(sa: IsakmpSa) -> None:
    sa.debug("set new node 0 to QM_IDLE      ")
    sa.debug(
        "SA has outstanding requests  (local %s port %d, remote %s port %d)",
        *sa.local_end,
        *sa.remote_end,
    )
    sa.debug("sitting IDLE. Starting QM immediately (QM_IDLE      )")


def _expired(sa: IsakmpSa, now: Instant) -> bool:
    return sa.expires is None or sa.expires <= now


def _begins(header: IsakmpHeader) -> bool:
    """Whether a message without an SA can begin one."""
    return (
        header.exchange in (ExchangeType.MAIN_MODE, ExchangeType.AGGRESSIVE)
        and header.responder_cookie == NO_COOKIE
        and header.initiator_cookie != NO_COOKIE
        and not header.encrypted
        and header.message_id == 0
    )
