"""One ISAKMP SA: runs its exchanges, encrypts, sends, repeats, gives up (RFC 2408, RFC 2409)."""

from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.esp import NON_ESP_MARKER
from ioscli.codec.isakmp import (
    NO_COOKIE,
    DeletePayload,
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
)
from ioscli.codec.isakmp.numbers import (
    ExchangeType,
    Flags,
    NotifyType,
    ProtocolId,
)
from ioscli.model.crypto import ChildPolicy
from ioscli.model.instant import MINUTE, SECOND, Instant, after
from ioscli.protocols.ike import informational, logs, retransmission
from ioscli.protocols.ike.context import ChildRecord, Context
from ioscli.protocols.ike.dead_peer import DeadPeerDetection
from ioscli.protocols.ike.effects import (
    ChildFailed,
    Endpoint,
    InstallChild,
    PeerMoved,
    Send,
    State,
)
from ioscli.protocols.ike.exchange import BadMessage, Exchange, Payloads, Progress, Refusal
from ioscli.protocols.ike.nat import NAT_T_PORT
from ioscli.protocols.ike.nat_keepalive import NatKeepalive
from ioscli.protocols.ike.phase_one_exchange import COMPLETE
from ioscli.protocols.ike.quick_mode import QuickMode, QuickModeInitiator, QuickModeResponder
from ioscli.protocols.ike.sa_record import Role, SaRecord
from ioscli.protocols.ike.transmission import RETRANSMIT_ATTEMPTS

#: How long a dead SA stays in `show crypto isakmp sa`, and a finished exchange answers duplicates.
PURGE_DELAY = MINUTE


class Arrival(NamedTuple):
    """A message that came in."""

    header: IsakmpHeader
    body: bytes
    datagram: bytes
    remote: Endpoint
    local_port: int


class IsakmpSa(SaRecord):
    """An ISAKMP SA from its first message to its purge."""

    def __init__(
        self, context: Context, now: Instant, role: Role, local: Endpoint, remote: Endpoint
    ) -> None:
        super().__init__(context, now, role, local, remote)
        self.keepalive: NatKeepalive | None = None
        self.planned: Instant | None = None
        """When it is to be looked at, as `Deadlines` knows it."""
        self.found_by = self.local, self.peer
        """The ends by which `Context` finds it."""
        self._errors = 0
        self._quick: dict[int, QuickMode] = {}
        self._waiting: list[ChildPolicy] = []
        self._postponed: list[Payloads] = []
        self._seen: set[int] = set()
        """Message IDs that authenticated messages bore: none is taken up twice."""

    # What the router's machine asks.

    @property
    def half_open(self) -> bool:
        """Whether a peer began it and never proved who it is."""
        return self.role is Role.RESPONDER and self.established_at is None

    def serves(self, policy: ChildPolicy) -> bool:
        """Whether quick mode for a policy can run under it."""
        wanted = policy.isakmp_profile
        return (self.local, self.peer) == (policy.local, policy.peer) and (
            wanted is None or (self.profile is not None and self.profile.name == wanted)
        )

    def negotiating(self, policy: ChildPolicy) -> bool:
        """Whether this side's quick mode for a policy is under way or waits for phase 1."""
        return policy in self._waiting or any(
            exchange.policy == policy for exchange in self._own_quick_modes()
        )

    def start(self, now: Instant) -> None:
        """Send message 1."""
        self.context.touch(self)
        self.state = self.phase_one.begun
        self._send_next(now, self.phase_one, awaits=True)

    def request(self, now: Instant, policy: ChildPolicy) -> None:
        """Negotiate a pair of ESP SAs, now or as soon as phase 1 is done."""
        self.context.touch(self)
        if self.established_at is None:
            self._waiting.append(policy)
            return
        message_id = self.take_message_id()
        exchange = QuickModeInitiator(self, message_id, policy)
        exchange.iv = self.first_iv(message_id)
        self._quick[message_id] = exchange
        self._send_next(now, exchange, awaits=True)

    def notify(self, payloads: Payloads) -> None:
        """Tell the peer something, now or as soon as phase 1 is done."""
        if self.established_at is None:
            self._postponed.append(payloads)
        else:
            self.inform(payloads)

    def matches(self, header: IsakmpHeader, remote: Endpoint) -> bool:
        """Whether a message with this SA's initiator cookie is indeed for it.

        The initiator learns the responder's cookie from message 2; message 1, repeated, and
        only that, comes without one. A peer behind a NAT may come from another address than
        before, which its message has to prove.
        """
        if remote.address != self.peer and not (self.nat.peer and header.encrypted):
            return False
        if header.responder_cookie == self.responder_cookie:
            return True
        unset = self.responder_cookie if self.role is Role.INITIATOR else header.responder_cookie
        return unset == NO_COOKIE

    def receive(self, now: Instant, arrival: Arrival) -> None:
        """Take a message for this SA."""
        self.context.touch(self)
        context, counters = self.context, self.context.counters
        if context.debugged:
            fresh = self.half_open and self.suite is None and not self.deleted
            context.debug_packet(
                self.conn_id,
                "received packet from %s dport %d sport %d Global %s",
                arrival.remote.address,
                arrival.local_port,
                arrival.remote.port,
                "(N) NEW SA" if fresh else self.place,
            )
            if fresh:
                self.debug_new_peer("crypto_isakmp_process_block")
        if self.deleted and self.established_at is not None:
            counters.unexpected += 1
            return
        match arrival.header.exchange:
            case self.phase_one.kind:
                self._step(now, self.phase_one, arrival)
            case ExchangeType.QUICK_MODE if not self.deleted:
                self._quick_mode(now, arrival)
            case ExchangeType.INFORMATIONAL if not self.deleted:
                informational.receive(self, now, arrival)
            case ExchangeType.QUICK_MODE | ExchangeType.INFORMATIONAL:
                counters.unexpected += 1
            case _:
                counters.unsupported += 1

    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do."""
        times = [self.expires, self.purge_at]
        if self.dead_peer is not None:
            times.append(self.dead_peer.due)
        if self.keepalive is not None:
            times.append(self.keepalive.due)
        for exchange in (self.phase_one, *self._quick.values()):
            times += (exchange.transmission.due, exchange.purge_at)
        return min((time for time in times if time is not None), default=None)

    def handle_timer(self, now: Instant) -> None:
        """Repeat what is unanswered, ask, give up, expire."""
        self.context.touch(self)
        if self.expires is not None and self.expires <= now:
            self.delete(now, "IKE SA Lifetime Exceeded", tell_peer=True)
        for exchange in (self.phase_one, *self._quick.values()):
            due = exchange.transmission.due
            if due is not None and due <= now:
                retransmission.repeat(self, now, exchange)
            if exchange.purge_at is not None and exchange.purge_at <= now:
                self._purge(exchange)
        watch = self.dead_peer
        if watch is not None and watch.due is not None and watch.due <= now:
            watch.run(now)
        keepalive = self.keepalive
        if keepalive is not None and keepalive.due is not None and keepalive.due <= now:
            keepalive.run(now)

    def _purge(self, exchange: Exchange) -> None:
        if self._quick.pop(exchange.message_id, None) is not None:
            self.debug("purging node %d", exchange.message_id)

    def delete(self, now: Instant, reason: str, *, tell_peer: bool) -> None:
        """End the SA; its ESP SAs live on (RFC 2409, 5.5 has them independent of it)."""
        if self.deleted:
            return
        self.context.touch(self)
        place = self.place
        self.debug("peer does not do paranoid keepalives.")
        self.debug_error('deleting SA reason "%s" state %s (peer %s)', reason, place, self.peer)
        if tell_peer and self.established_at is not None:
            gone = DeletePayload(ProtocolId.ISAKMP, (b"".join(self.cookies),))
            self.inform((gone,))
        self.enter("IKE_MESG_INTERNAL", "IKE_PHASE1_DEL", "IKE_DEST_SA")
        self.debug_error('deleting SA reason "%s" state %s (peer %s) ', reason, place, self.peer)
        self.context.debug(
            0,
            "Unlocking peer struct 0x%X for isadb_mark_sa_deleted(), count 0",
            self.peer_address,
        )
        self.context.debug(
            0, "Deleting peer node by peer_reap for %s: %X", self.peer, self.peer_address
        )
        for message_id in self._quick:
            self.debug('deleting node %d error FALSE reason "IKE deleted"', message_id)
        emit = self.context.emit
        for policy in self._waiting:
            emit(ChildFailed(policy, reason))
        for exchange in self._own_quick_modes():
            if exchange.policy is not None:
                emit(ChildFailed(exchange.policy, reason))
        self._waiting.clear()
        self._postponed.clear()
        self._quick.clear()
        self.phase_one.transmission.stop()
        self.state = self.phase_one.begun
        self.expires = self.keepalive = None
        if self.dead_peer is not None:
            self.dead_peer.due = None
        self.purge_at = after(now, PURGE_DELAY)

    def inform(self, payloads: Payloads) -> None:
        """Send an informational message; phase 1 is done."""
        informational.send(self, payloads)

    def quick_mode_refused(self, now: Instant, notification: NotifyPayload) -> None:
        """The peer turns one of our quick modes down: the one whose SPI it names."""
        spi = int.from_bytes(notification.spi)
        for exchange in self._own_quick_modes():
            if exchange.policy and spi and spi in exchange.spis:
                self.debug("deleting spi %d message ID = %d", exchange.spi, exchange.message_id)
                self.debug_error(
                    'deleting node %d error TRUE reason "Delete Larval"', exchange.message_id
                )
                self.end(now, exchange)
                reason = informational.notify_name(notification.notify_type)
                self.context.emit(ChildFailed(exchange.policy, f"{reason} from {self.peer}"))
                return

    def shorten(self, now: Instant, seconds: int) -> None:
        """The responder's lifetime is shorter (RFC 2407, 4.6.3.1)."""
        if self.expires is not None and seconds:
            self.debug("restart ike sa timer to %d secs", seconds)
            self.expires = min(self.expires, after(now, seconds * SECOND))

    # Exchanges.

    def _quick_mode(self, now: Instant, arrival: Arrival) -> None:
        counters = self.context.counters
        message_id = arrival.header.message_id
        if self.established_at is None:
            counters.unexpected += 1
            self.context.emit(logs.sa_not_authenticated(self.peer))
            return
        exchange = self._quick.get(message_id)
        if exchange is not None:
            self._step(now, exchange, arrival)
            return
        if message_id in self._seen or message_id == 0:
            counters.duplicates += 1
            return
        exchange = QuickModeResponder(self, message_id, None)
        exchange.iv = self.first_iv(message_id)
        self.debug("set new node %d to QM_IDLE      ", message_id)
        self._step(now, exchange, arrival)
        if exchange.transmission.is_duplicate(arrival.datagram):
            # It was accepted, and so is an exchange of its own from now on.
            self._seen.add(message_id)
            self._quick[message_id] = exchange

    def _step(self, now: Instant, exchange: Exchange, arrival: Arrival) -> None:
        """One message of phase 1 or of a quick mode: dispatch it and answer it."""
        counters, transmission = self.context.counters, exchange.transmission
        if transmission.is_duplicate(arrival.datagram):
            counters.duplicates += 1
            retransmission.answer_again(self, now, exchange, arrival.datagram)
            return
        if exchange.finished or self.deleted:
            counters.unexpected += 1
            return
        protected = exchange.protected
        if protected and not arrival.header.encrypted:
            counters.unexpected += 1
            self.context.emit(logs.not_encrypted(self.peer))
            return
        exchange.arrived()
        before = self._where
        try:
            payloads, iv = self._open(exchange, arrival)
            if self.role_initiator:
                # Message 2 brings it; afterwards it is the same one.
                self.responder_cookie = arrival.header.responder_cookie
            if protected:
                # Message 3 of aggressive mode speaks of the ports by which it came.
                self._where = arrival.remote, arrival.local_port, self.responder_cookie
            progress = exchange.process(payloads)
        except (DecodeError, BadMessage) as error:
            self._where = before
            self._spoiled(exchange, error)
            return
        except Refusal as refusal:
            transmission.received(arrival.datagram, final=False)
            self._refuse(now, exchange, refusal)
            return
        if protected:
            # Only now is it sure that the peer sent it, and where from (RFC 3947, 4).
            exchange.iv = iv
            self._alive(now, before)
        transmission.received(arrival.datagram, final=progress is Progress.FINISH)
        if exchange is self.phase_one and progress is not Progress.REPLY:
            self._authenticated(now, before[0])
        exchange.taken()
        if isinstance(exchange, QuickModeInitiator) and arrival.header.flags & Flags.COMMIT:
            # RFC 2408, 3.1: wait for its CONNECTED; message 3 is repeated until then.
            exchange.awaits_connected = True
            progress = Progress.REPLY
        if progress is not Progress.FINISH:
            try:
                self._send_next(now, exchange, awaits=progress is Progress.REPLY)
            except Refusal as refusal:
                # This side cannot prove itself after all: its key pair is gone or too short.
                self._refuse(now, exchange, refusal)
                return
        if progress is not Progress.REPLY:
            self._finish(now, exchange)

    def _spoiled(self, exchange: Exchange, error: Exception) -> None:
        """A message that makes no sense, or that its sender cannot have sent: dropped."""
        counters = self.context.counters
        if isinstance(error, DecodeError):
            counters.malformed += 1
            if exchange is self.phase_one and exchange.protected:
                # IOS's sanity check: with a wrong key the first payload decrypts to noise.
                self.debug_error("reserved not zero on ID payload!")
        else:
            counters.unauthenticated += 1
        self.context.emit(logs.bad_message(self.peer))
        self._errors += 1
        self.debug(
            "incrementing error counter on sa, attempt %d of %d: PAYLOAD_MALFORMED",
            min(self._errors, RETRANSMIT_ATTEMPTS),
            RETRANSMIT_ATTEMPTS,
        )
        exchange.spoiled()

    @property
    def _where(self) -> tuple[Endpoint, int, bytes]:
        """Where the peer is, and what its cookie is: a message changes that only when good."""
        return self.remote_end, self.local_port, self.responder_cookie

    @_where.setter
    def _where(self, value: tuple[Endpoint, int, bytes]) -> None:
        (self.peer, self.peer_port), self.local_port, self.responder_cookie = value

    def _alive(self, now: Instant, before: tuple[Endpoint, int, bytes]) -> None:
        """An authenticated message came; before: where the peer was until then."""
        if self.dead_peer is not None:
            self.dead_peer.heard(now)
        self._moved(before[0])

    def _moved(self, old: Endpoint) -> None:
        new = self.remote_end
        if old.address != new.address:
            self.context.move_sa(self)
        if new == old or self.established_at is None:
            return
        if old.address != new.address:
            for spi, record in list(self.context.children.items()):
                if (record.local, record.peer) == (self.local, old.address):
                    self.context.children[spi] = record._replace(peer=new.address)
        self.debug("Detected port floating to port = %d", new.port)
        self.context.emit(PeerMoved(old, new, self.local))

    def _open(self, exchange: Exchange, arrival: Arrival) -> tuple[Payloads, bytes]:
        """The payloads of a message and the IV after it."""
        header = arrival.header
        if not exchange.protected:
            message = IsakmpMessage.parse(arrival.datagram)
            if header.encrypted or header.message_id:
                raise BadMessage("encrypted before there are keys")
            if self.role is Role.INITIATOR and header.responder_cookie == NO_COOKIE:
                raise BadMessage("no responder cookie")
            return message.payloads, exchange.iv
        assert self.protection is not None
        return self.protection.open(header, arrival.body, exchange.iv)

    def _send_next(self, now: Instant, exchange: Exchange, *, awaits: bool) -> None:
        protected = exchange.protected
        payloads = exchange.build()
        header = IsakmpHeader(*self.cookies, 0, exchange.kind, 0, exchange.message_id)
        if protected:
            assert self.protection is not None
            message, exchange.iv = self.protection.seal(header, payloads, exchange.iv)
        else:
            message = IsakmpMessage(header, payloads).build()
        send = self._datagram(message)
        exchange.transmission.sent(now, send, awaits=awaits)
        if self.keepalive is not None:
            self.keepalive.sent(now)
        self.transmit(send)
        exchange.left()

    def transmit(self, send: Send) -> None:
        """Send a message, or send it once more."""
        self.context.debug_packet(
            self.conn_id,
            "sending packet to %s my_port %d peer_port %d %s",
            send.peer,
            send.local_port,
            send.peer_port,
            self.place,
        )
        self.debug("Sending an IKE IPv4 Packet.")
        self.context.emit(send)

    def dispatch(self, message: bytes) -> None:
        """Send a message that is not repeated."""
        self.transmit(self._datagram(message))

    def _datagram(self, message: bytes) -> Send:
        marker = NON_ESP_MARKER if self.local_port == NAT_T_PORT else b""
        return Send(self.local, self.peer, self.local_port, self.peer_port, marker + message)

    def _finish(self, now: Instant, exchange: Exchange) -> None:
        if exchange is self.phase_one:
            exchange.finished = True
            self._establish(now)
            return
        self.end(now, exchange)
        for effect in exchange.outcome():
            if isinstance(effect, InstallChild):
                child = effect.child
                record = ChildRecord(
                    self.local,
                    self.peer,
                    self.peer_identity,
                    child.inbound_spi,
                    child.outbound_spi,
                    now,
                    after(now, child.lifetime_seconds * SECOND),
                    child.proposal.transform.has_esp,
                    child.inbound_ah_spi,
                    child.outbound_ah_spi,
                    child.policy.owner,
                )
                self.context.add_child(now, record)
            self.context.emit(effect)

    def _authenticated(self, now: Instant, before: Endpoint) -> None:
        """The peer has proved who it is; before: where it was until then."""
        debug = self.debug
        debug("SA authentication status:\n        authenticated")
        debug("SA has been authenticated with %s", self.peer)
        if self.peer_port != before.port:
            debug("Detected port floating to port = %d", self.peer_port)
        if self.phase_one.initial_contact:
            debug(
                "Process initial contact,\nbring down existing phase 1 and 2 SA's with local %s"
                " remote %s remote port %d",
                self.local,
                self.peer,
                self.peer_port,
            )
            informational.initial_contact(self, now)
        self.context.debug(
            0, "Trying to insert a peer %s/%s/%d/, ", self.local, self.peer, self.peer_port
        )
        self.context.debug(0, " and inserted successfully %X.", self.peer_address)

    def _establish(self, now: Instant) -> None:
        """Phase 1 is done: begin what waited for it."""
        config = self.context.config
        self.state = State.QM_IDLE
        self.established_at = now
        self.debug_engine("clear dh number")
        self.expires = after(now, self.agreed.lifetime * SECOND)
        keepalive = config.keepalive
        if self.profile is not None and self.profile.keepalive is not None:
            keepalive = self.profile.keepalive
        asks = keepalive if self.peer_detects_death else None
        self.dead_peer = DeadPeerDetection(self, now, asks)
        if config.nat_keepalive and self.nat.local:
            self.keepalive = NatKeepalive(self, now)
        if self.shortened:
            informational.send_lifetime(self)
        waiting, self._waiting = self._waiting, []
        for policy in waiting:
            self.request(now, policy)
        postponed, self._postponed = self._postponed, []
        for payloads in postponed:
            self.inform(payloads)
        self.enter("IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE", COMPLETE)

    def _refuse(self, now: Instant, exchange: Exchange, refusal: Refusal) -> None:
        """Tell the peer and end: the SA with phase 1, only the exchange with quick mode."""
        emit = self.context.emit
        self.context.counters.refused += 1
        failure = logs.mode_failure(exchange.name, self.peer)
        if isinstance(exchange, QuickMode):
            self.debug_error(
                "phase 2 SA policy not acceptable! (local %s remote %s)", self.local, self.peer
            )
            spi = exchange.peer_spi.to_bytes(4)
            self.inform((NotifyPayload(refusal.notify_type, exchange.peer_protocol, spi),))
            self.debug_error(
                'deleting node %d error TRUE reason "QM rejected"', exchange.message_id
            )
            exchange.spoiled()
            self.end(now, exchange)
            emit(failure)
            if exchange.initiator and exchange.policy is not None:
                emit(ChildFailed(exchange.policy, refusal.reason))
            return
        if refusal.notify_type == NotifyType.NO_PROPOSAL_CHOSEN:
            self.debug_error(
                "phase 1 SA policy not acceptable! (local %s remote %s)", self.local, self.peer
            )
            self.debug(
                "incrementing error counter on sa, attempt 1 of %d: construct_fail_ag_init",
                RETRANSMIT_ATTEMPTS,
            )
            self.debug_error("Failed to construct AG informational message.")
        notify = NotifyPayload(refusal.notify_type, ProtocolId.ISAKMP, b"".join(self.cookies))
        header = IsakmpHeader(*self.cookies, 0, ExchangeType.INFORMATIONAL)
        send = self._datagram(IsakmpMessage(header, (notify,)).build())
        exchange.transmission.sent(now, send, awaits=False)
        self.transmit(send)
        emit(failure)
        self.debug("FSM action returned error: 2")
        self.delete(now, refusal.reason, tell_peer=False)

    @staticmethod
    def end(now: Instant, exchange: Exchange) -> None:
        """An exchange is over; for a while it still answers duplicates."""
        exchange.finished = True
        exchange.transmission.stop()
        exchange.purge_at = after(now, PURGE_DELAY)

    def has_seen(self, message_id: int) -> bool:
        """Whether an authenticated message bore this ID before."""
        return message_id in self._seen

    def awaits_connected(self, message_id: int) -> bool:
        """Whether one of this side's quick modes waits for the responder's CONNECTED."""
        exchange = self._quick.get(message_id)
        return (
            isinstance(exchange, QuickModeInitiator)
            and exchange.awaits_connected
            and not exchange.finished
        )

    def connected(self, now: Instant, message_id: int) -> None:
        """The responder of a quick mode is ready (RFC 2409, 5.5)."""
        if self.awaits_connected(message_id):
            self._finish(now, self._quick[message_id])

    def take_message_id(self) -> int:
        """A message ID for an exchange of this side."""
        message_id = self.context.new_message_id()
        while message_id in self._seen:
            message_id = self.context.new_message_id()
        self._seen.add(message_id)
        return message_id

    def authentic(self, arrival: Arrival) -> None:
        """An informational message is authenticated: it is taken once, and shows where from."""
        self._seen.add(arrival.header.message_id)
        old = self.remote_end
        self._where = arrival.remote, arrival.local_port, self.responder_cookie
        self._moved(old)

    def _own_quick_modes(self) -> list[QuickModeInitiator]:
        return [
            exchange
            for exchange in self._quick.values()
            if isinstance(exchange, QuickModeInitiator) and not exchange.finished
        ]

    def first_iv(self, message_id: int) -> bytes:
        """The IV of an exchange after phase 1."""
        assert self.protection is not None
        return self.protection.exchange_iv(self.phase_one.iv, message_id)
