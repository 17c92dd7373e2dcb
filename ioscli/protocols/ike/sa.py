"""One ISAKMP SA: runs its exchanges, encrypts, sends, repeats, gives up (RFC 2408, RFC 2409)."""

from enum import Enum, auto
from ipaddress import IPv4Network
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.esp import NON_ESP_MARKER
from ioscli.codec.isakmp import (
    NO_COOKIE,
    DeletePayload,
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
    RawPayload,
    build_payloads,
    parse_payloads,
)
from ioscli.codec.isakmp.numbers import (
    ExchangeType,
    PayloadType,
    ProtocolId,
)
from ioscli.model.crypto import ChildPolicy, IsakmpSaState, Selector
from ioscli.model.instant import MINUTE, SECOND, Instant, after
from ioscli.model.isakmp import IkeEncryption
from ioscli.protocols.ike import informational, logs
from ioscli.protocols.ike.context import ChildRecord, Context
from ioscli.protocols.ike.effects import (
    ChildFailed,
    Effect,
    IkeKeyRecord,
    InstallChild,
    Send,
    State,
)
from ioscli.protocols.ike.exchange import BadMessage, Exchange, Payloads, Progress, Refusal
from ioscli.protocols.ike.keys import hash_1
from ioscli.protocols.ike.main_mode import MainMode, MainModeInitiator, MainModeResponder
from ioscli.protocols.ike.nat import NAT_T_PORT, Endpoint, NatTraversal
from ioscli.protocols.ike.phase_one import Suite
from ioscli.protocols.ike.protection import Protection
from ioscli.protocols.ike.quick_mode import QuickMode, QuickModeInitiator, QuickModeResponder

#: How long a dead SA stays in `show crypto isakmp sa`, and a finished exchange answers duplicates.
PURGE_DELAY = MINUTE


class Role(Enum):
    """Who began."""

    INITIATOR = auto()
    RESPONDER = auto()


class Arrival(NamedTuple):
    """A message that came in."""

    header: IsakmpHeader
    body: bytes
    datagram: bytes
    remote: Endpoint
    local_port: int


class IsakmpSa:
    """An ISAKMP SA from its first message to its purge."""

    def __init__(
        self, context: Context, now: Instant, role: Role, local: Endpoint, remote: Endpoint
    ) -> None:
        self.context = context
        self.role = role
        self.local, self.local_port = local
        self.peer, self.peer_port = remote
        self.initiator_cookie = NO_COOKIE
        self.responder_cookie = NO_COOKIE
        self.state = State.MM_NO_STATE
        self.conn_id = 0
        self.created = now
        self.had_children = context.has_children(now, self.local, self.peer)
        """Whether ESP SAs with the peer were there when it began."""
        self.established_at: Instant | None = None
        self.expires: Instant | None = None
        self.purge_at: Instant | None = None
        self.suite: Suite | None = None
        self.protection: Protection | None = None
        self.nat_version: NatTraversal | None = None
        self.nat_found = False
        self.main: MainMode
        self._quick: dict[int, QuickMode] = {}
        self._waiting: list[ChildPolicy] = []
        self._seen: set[int] = set()
        """Message IDs that authenticated messages bore: none is taken up twice."""

    @classmethod
    def to_initiate(
        cls, context: Context, now: Instant, local: Endpoint, remote: Endpoint, suites: list[Suite]
    ) -> "IsakmpSa":
        """An SA that this router begins: `start` sends message 1."""
        sa = cls(context, now, Role.INITIATOR, local, remote)
        sa.initiator_cookie = context.new_cookie()
        sa.main = MainModeInitiator(sa, suites)
        return sa

    @classmethod
    def to_respond(
        cls, context: Context, now: Instant, arrival: Arrival, local: Endpoint
    ) -> "IsakmpSa":
        """An SA that a peer begins; `receive` takes its message 1."""
        sa = cls(context, now, Role.RESPONDER, local, arrival.remote)
        sa.initiator_cookie = arrival.header.initiator_cookie
        sa.responder_cookie = context.new_cookie()
        sa.main = MainModeResponder(sa)
        return sa

    # What the exchanges read.

    @property
    def agreed(self) -> Suite:
        """The policy agreed; only asked for once there is one."""
        assert self.suite is not None
        return self.suite

    @property
    def cookies(self) -> tuple[bytes, bytes]:
        """Initiator's, responder's."""
        return self.initiator_cookie, self.responder_cookie

    @property
    def local_end(self) -> Endpoint:
        """This router's address and port."""
        return Endpoint(self.local, self.local_port)

    @property
    def remote_end(self) -> Endpoint:
        """The peer's address and port."""
        return Endpoint(self.peer, self.peer_port)

    @property
    def nat_in_use(self) -> NatTraversal | None:
        """The NAT-T version by which ESP is to be encapsulated in UDP, if it is."""
        return self.nat_version if self.nat_found else None

    @property
    def host_selectors(self) -> tuple[Selector, Selector]:
        """Peer and local address as identities."""
        return Selector(IPv4Network(self.peer)), Selector(IPv4Network(self.local))

    def protect(self, protection: Protection) -> None:
        """The keys are known: from now on the SA has its number."""
        self.protection = protection
        self.conn_id = self.context.take_conn_id()
        self.context.keys.append(IkeKeyRecord(self.initiator_cookie, protection.keys.cipher_key))

    # What the router's machine asks.

    @property
    def deleted(self) -> bool:
        """Whether it is over and only waits to be purged."""
        return self.purge_at is not None

    @property
    def half_open(self) -> bool:
        """Whether a peer began it and never proved who it is."""
        return self.role is Role.RESPONDER and self.established_at is None

    def negotiating(self, policy: ChildPolicy) -> bool:
        """Whether this side's quick mode for a policy is under way or waits for phase 1."""
        return policy in self._waiting or any(
            exchange.policy == policy for exchange in self._own_quick_modes()
        )

    def start(self, now: Instant) -> list[Effect]:
        """Send message 1."""
        return [self._send_next(now, self.main, awaits=True)]

    def request(self, now: Instant, policy: ChildPolicy) -> list[Effect]:
        """Negotiate a pair of ESP SAs, now or as soon as phase 1 is done."""
        if self.established_at is None:
            self._waiting.append(policy)
            return []
        message_id = self.context.new_message_id()
        while message_id in self._seen:
            message_id = self.context.new_message_id()
        exchange = QuickModeInitiator(self, message_id, policy)
        exchange.iv = self._first_iv(message_id)
        self._seen.add(message_id)
        self._quick[message_id] = exchange
        return [self._send_next(now, exchange, awaits=True)]

    def matches(self, header: IsakmpHeader, remote: Endpoint) -> bool:
        """Whether a message with this SA's initiator cookie is indeed for it.

        The initiator learns the responder's cookie from message 2; message 1, repeated, and
        only that, comes without one.
        """
        if remote.address != self.peer:
            return False
        if header.responder_cookie == self.responder_cookie:
            return True
        unset = self.responder_cookie if self.role is Role.INITIATOR else header.responder_cookie
        return unset == NO_COOKIE

    def receive(self, now: Instant, arrival: Arrival) -> list[Effect]:
        """Take a message for this SA."""
        counters = self.context.counters
        if self.deleted and self.established_at is not None:
            counters.unexpected += 1
            return []
        match arrival.header.exchange:
            case ExchangeType.MAIN_MODE:
                return self._step(now, self.main, arrival)
            case ExchangeType.QUICK_MODE if not self.deleted:
                return self._quick_mode(now, arrival)
            case ExchangeType.INFORMATIONAL if not self.deleted:
                return self._informational(now, arrival)
            case ExchangeType.QUICK_MODE | ExchangeType.INFORMATIONAL:
                counters.unexpected += 1
            case _:
                counters.unsupported += 1
        return []

    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do."""
        times = [self.expires, self.purge_at]
        for exchange in (self.main, *self._quick.values()):
            times += (exchange.transmission.due, exchange.purge_at)
        return min((time for time in times if time is not None), default=None)

    def handle_timer(self, now: Instant) -> list[Effect]:
        """Repeat what is unanswered, give up, expire."""
        effects: list[Effect] = []
        if self.expires is not None and self.expires <= now:
            effects += self.delete(now, "lifetime expired", tell_peer=True)
        for exchange in (self.main, *self._quick.values()):
            due = exchange.transmission.due
            if due is not None and due <= now:
                again = exchange.transmission.retransmit(now)
                effects += [again] if again else self._give_up(now, exchange)
            if exchange.purge_at is not None and exchange.purge_at <= now:
                self._quick.pop(exchange.message_id, None)
        return effects

    def delete(self, now: Instant, reason: str, *, tell_peer: bool) -> list[Effect]:
        """End the SA; its ESP SAs live on (RFC 2409, 5.5 has them independent of it)."""
        if self.deleted:
            return []
        effects: list[Effect] = []
        if tell_peer and self.established_at is not None:
            gone = DeletePayload(ProtocolId.ISAKMP, (b"".join(self.cookies),))
            effects.append(self.inform((gone,)))
        effects += [ChildFailed(policy, reason) for policy in self._waiting]
        effects += [
            ChildFailed(exchange.policy, reason)
            for exchange in self._own_quick_modes()
            if exchange.policy is not None
        ]
        self._waiting.clear()
        self._quick.clear()
        self.main.transmission.stop()
        self.state = State.MM_NO_STATE
        self.expires = None
        self.purge_at = after(now, PURGE_DELAY)
        return effects

    def inform(self, payloads: Payloads) -> Send:
        """An informational exchange of our own (RFC 2409, 5.7): encrypted, never repeated."""
        protection = self.protection
        assert protection is not None
        message_id = self.context.new_message_id()
        self._seen.add(message_id)
        _, plain = build_payloads(payloads)
        proof = hash_1(protection.prf, protection.keys.skeyid_a, message_id, plain)
        message, _ = protection.seal(
            IsakmpHeader(*self.cookies, 0, ExchangeType.INFORMATIONAL, 0, message_id),
            (RawPayload(PayloadType.HASH, proof), *payloads),
            self._first_iv(message_id),
        )
        return self._datagram(message)

    def quick_mode_refused(self, now: Instant, notification: NotifyPayload) -> list[Effect]:
        """The peer turns one of our quick modes down: the one whose SPI it names."""
        for exchange in self._own_quick_modes():
            if exchange.policy and exchange.spi.to_bytes(4) == notification.spi:
                self._end(now, exchange)
                reason = informational.notify_name(notification.notify_type)
                return [ChildFailed(exchange.policy, f"{reason} from {self.peer}")]
        return []

    def view(self, now: Instant) -> IsakmpSaState:
        """The SA as show commands print it."""
        ours, theirs = self.local, self.peer
        initiated = self.role is Role.INITIATOR
        suite = self.suite
        left = 0 if self.expires is None else max(0, self.expires - now) // SECOND
        return IsakmpSaState(
            destination=theirs if initiated else ours,
            source=ours if initiated else theirs,
            local=ours,
            peer=theirs,
            peer_port=self.peer_port,
            state=self.state.value,
            conn_id=self.conn_id,
            active=True,
            deleted=self.deleted,
            encryption=_SHOWN[suite.encryption] if suite else "",
            hash=suite.hash.value if suite else "",
            authentication="psk" if suite else "",
            group=suite.group if suite else 0,
            lifetime_left=left,
        )

    # Exchanges.

    def _quick_mode(self, now: Instant, arrival: Arrival) -> list[Effect]:
        counters = self.context.counters
        message_id = arrival.header.message_id
        if self.established_at is None:
            counters.unexpected += 1
            return [logs.sa_not_authenticated(self.peer)]
        exchange = self._quick.get(message_id)
        if exchange is not None:
            return self._step(now, exchange, arrival)
        if message_id in self._seen or message_id == 0:
            counters.duplicates += 1
            return []
        exchange = QuickModeResponder(self, message_id, None)
        exchange.iv = self._first_iv(message_id)
        effects = self._step(now, exchange, arrival)
        if exchange.transmission.is_duplicate(arrival.datagram):
            # It was accepted, and so is an exchange of its own from now on.
            self._seen.add(message_id)
            self._quick[message_id] = exchange
        return effects

    def _step(self, now: Instant, exchange: Exchange, arrival: Arrival) -> list[Effect]:
        """One message of a main or quick mode: dispatch it and answer it."""
        counters, transmission = self.context.counters, exchange.transmission
        if transmission.is_duplicate(arrival.datagram):
            counters.duplicates += 1
            again = transmission.answer_again(now, arrival.datagram)
            return [again] if again else []
        if exchange.finished or self.deleted:
            counters.unexpected += 1
            return []
        protected = exchange.protected
        if protected and not arrival.header.encrypted:
            counters.unexpected += 1
            return [logs.not_encrypted(self.peer)]
        try:
            payloads, iv = self._open(exchange, arrival)
            progress = exchange.process(payloads)
        except DecodeError:
            counters.malformed += 1
            return [logs.bad_message(self.peer)]
        except BadMessage:
            counters.unauthenticated += 1
            return [logs.bad_message(self.peer)]
        except Refusal as refusal:
            transmission.received(arrival.datagram, final=False)
            return self._refuse(now, exchange, refusal)
        if protected:
            # Only now is it sure that the peer sent it, and where from (RFC 3947, 4).
            exchange.iv = iv
            self.peer_port, self.local_port = arrival.remote.port, arrival.local_port
        if self.role is Role.INITIATOR:
            # Message 2 brings it; afterwards it is the same one.
            self.responder_cookie = arrival.header.responder_cookie
        transmission.received(arrival.datagram, final=progress is Progress.FINISH)
        effects: list[Effect] = []
        if progress is not Progress.FINISH:
            effects.append(self._send_next(now, exchange, awaits=progress is Progress.REPLY))
        if progress is not Progress.REPLY:
            effects += self._finish(now, exchange)
        return effects

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

    def _send_next(self, now: Instant, exchange: Exchange, *, awaits: bool) -> Send:
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
        return send

    def _datagram(self, message: bytes) -> Send:
        marker = NON_ESP_MARKER if self.local_port == NAT_T_PORT else b""
        return Send(self.local, self.peer, self.local_port, self.peer_port, marker + message)

    def _finish(self, now: Instant, exchange: Exchange) -> list[Effect]:
        if exchange is self.main:
            exchange.finished = True
            return self._establish(now)
        self._end(now, exchange)
        effects = exchange.outcome()
        for effect in effects:
            if isinstance(effect, InstallChild):
                child = effect.child
                expires = after(now, child.lifetime_seconds * SECOND)
                self.context.add_child(
                    now,
                    ChildRecord(
                        self.local,
                        self.peer,
                        child.inbound_spi,
                        child.outbound_spi,
                        now,
                        expires,
                    ),
                )
        return effects

    def _establish(self, now: Instant) -> list[Effect]:
        """Phase 1 is done: begin what waited for it."""
        self.state = State.QM_IDLE
        self.established_at = now
        self.expires = after(now, self.agreed.lifetime * SECOND)
        effects: list[Effect] = []
        if self.main.initial_contact:
            effects += informational.initial_contact(self, now)
        waiting, self._waiting = self._waiting, []
        for policy in waiting:
            effects += self.request(now, policy)
        return effects

    def _refuse(self, now: Instant, exchange: Exchange, refusal: Refusal) -> list[Effect]:
        """Tell the peer and end: the SA with main mode, only the exchange with quick mode."""
        self.context.counters.refused += 1
        failure = logs.mode_failure(exchange.name, self.peer)
        if isinstance(exchange, QuickMode):
            spi = exchange.peer_spi.to_bytes(4)
            send = self.inform((NotifyPayload(refusal.notify_type, ProtocolId.ESP, spi),))
            exchange.transmission.sent(now, send, awaits=False)
            self._end(now, exchange)
            failed = exchange.policy if exchange.initiator else None
            return [send, failure, *([ChildFailed(failed, refusal.reason)] if failed else [])]
        notify = NotifyPayload(refusal.notify_type, ProtocolId.ISAKMP, b"".join(self.cookies))
        header = IsakmpHeader(*self.cookies, 0, ExchangeType.INFORMATIONAL)
        send = self._datagram(IsakmpMessage(header, (notify,)).build())
        exchange.transmission.sent(now, send, awaits=False)
        return [send, failure, *self.delete(now, refusal.reason, tell_peer=False)]

    def _give_up(self, now: Instant, exchange: Exchange) -> list[Effect]:
        """The peer never answered.

        Errors of quick mode count for the SA too ("incrementing error counter on sa"): a peer
        that answers nothing has lost it, and the next request is to begin with main mode.
        """
        if exchange is self.main:
            return self.delete(now, "death by retransmission P1", tell_peer=False)
        if isinstance(exchange, QuickModeInitiator):
            return self.delete(now, "Phase 2 err count exceeded", tell_peer=True)
        self._end(now, exchange)
        return []

    @staticmethod
    def _end(now: Instant, exchange: Exchange) -> None:
        """An exchange is over; for a while it still answers duplicates."""
        exchange.finished = True
        exchange.transmission.stop()
        exchange.purge_at = after(now, PURGE_DELAY)

    def _informational(self, now: Instant, arrival: Arrival) -> list[Effect]:
        counters, header, protection = self.context.counters, arrival.header, self.protection
        if not header.encrypted:
            return self._unprotected_informational(arrival)
        if protection is None:
            counters.unexpected += 1
            return []
        if header.message_id in self._seen:
            counters.duplicates += 1
            return []
        try:
            payloads, _ = protection.open(header, arrival.body, self._first_iv(header.message_id))
        except DecodeError:
            counters.malformed += 1
            return [logs.bad_message(self.peer)]
        _, plain = build_payloads(payloads[1:])
        proof = hash_1(protection.prf, protection.keys.skeyid_a, header.message_id, plain)
        if not payloads or payloads[0] != RawPayload(PayloadType.HASH, proof):
            counters.unauthenticated += 1
            return [logs.mode_failure("Informational", self.peer)]
        self._seen.add(header.message_id)
        return informational.process(self, now, payloads[1:])

    def _unprotected_informational(self, arrival: Arrival) -> list[Effect]:
        """Anyone could have sent it: never acted upon ("Notify has no hash. Rejected.")."""
        counters = self.context.counters
        try:
            parse_payloads(arrival.header.next_payload, arrival.body)
        except DecodeError:
            counters.malformed += 1
            return [logs.bad_message(self.peer)]
        counters.unauthenticated += 1
        return [logs.mode_failure("Informational", self.peer)]

    def _own_quick_modes(self) -> list[QuickModeInitiator]:
        return [
            exchange
            for exchange in self._quick.values()
            if isinstance(exchange, QuickModeInitiator) and not exchange.finished
        ]

    def _first_iv(self, message_id: int) -> bytes:
        assert self.protection is not None
        return self.protection.exchange_iv(self.main.iv, message_id)


_SHOWN = {
    IkeEncryption.DES: "des",
    IkeEncryption.TRIPLE_DES: "3des",
    IkeEncryption.AES_128: "aes",
    IkeEncryption.AES_192: "aes",
    IkeEncryption.AES_256: "aes",
}
