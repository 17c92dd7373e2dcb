"""Main mode with pre-shared keys (RFC 2409, 5.4), its messages those of IOS."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import IdPayload, NotifyPayload, Payload, RawPayload, SaPayload
from ioscli.codec.isakmp.numbers import (
    ExchangeType,
    IdType,
    NotifyType,
    PayloadType,
    ProtocolId,
)
from ioscli.protocols.ike import keys, nat, phase_one, vendor
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS
from ioscli.protocols.ike.dh import GROUPS, DhKey
from ioscli.protocols.ike.effects import State
from ioscli.protocols.ike.exchange import (
    BadMessage,
    Exchange,
    Payloads,
    Progress,
    Refusal,
    bodies,
    body,
    nonce,
    only,
)
from ioscli.protocols.ike.phase_one import Suite
from ioscli.protocols.ike.protection import Protection

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa

_UDP = 17


class MainMode(Exchange):
    """What both sides do; the number of the next message, 1 to 6, is the state."""

    __slots__ = ("_dh", "_nonce", "_sa", "_sa_i", "_transcript", "initial_contact", "next_message")

    kind = ExchangeType.MAIN_MODE
    name = "Main"

    def __init__(self, sa: "IsakmpSa") -> None:
        super().__init__(message_id=0)
        self.next_message = 1
        self.initial_contact = False
        """Whether the peer says that it has no other SA with this router."""
        self._sa = sa
        self._sa_i = b""
        self._nonce = b""
        self._dh: DhKey | None = None
        self._transcript: keys.Transcript | None = None

    @property
    def protected(self) -> bool:
        """Messages 5 and 6 are encrypted."""
        return self.next_message >= 5

    def _draw(self, suite: Suite) -> DhKey:
        """Draw the private value and nonce of this side."""
        self._nonce = self._sa.context.new_nonce()
        self._dh = GROUPS[suite.group].generate(self._sa.context.source)
        return self._dh

    def _derive(self, dh: DhKey, peer_public: bytes, peer_nonce: bytes, *, initiator: bool) -> None:
        """All keys of the SA, once both public values and nonces are known."""
        sa = self._sa
        suite = sa.agreed
        key = sa.context.key_for(sa.peer)
        if key is None:
            raise BadMessage(f"No pre-shared key with {sa.peer}!")
        secret = dh.shared(peer_public)
        prf, cipher = PRFS[suite.hash], CIPHERS[suite.encryption]
        mine, theirs = (dh.public, self._nonce), (peer_public, peer_nonce)
        (g_xi, ni), (g_xr, nr) = (mine, theirs) if initiator else (theirs, mine)
        skeyid = keys.skeyid_of_pre_shared_key(prf, key.key.encode(), ni, nr)
        material = keys.phase_one_keys(
            prf,
            skeyid,
            secret,
            cky_i=sa.initiator_cookie,
            cky_r=sa.responder_cookie,
            key_size=cipher.key_size,
        )
        self._transcript = keys.Transcript(
            g_xi, g_xr, sa.initiator_cookie, sa.responder_cookie, self._sa_i
        )
        self.iv = keys.phase_one_iv(prf, g_xi, g_xr, cipher.block)
        sa.protect(Protection(prf, cipher, material))

    def _nat_payloads(self) -> list[Payload]:
        sa = self._sa
        if sa.nat_version is None:
            return []
        return nat.detection_payloads(
            sa.nat_version, PRFS[sa.agreed.hash], sa.cookies, sa.remote_end, sa.local_end
        )

    def _detect_nat(self, payloads: Payloads) -> None:
        sa = self._sa
        if sa.nat_version is None:
            return
        prf = PRFS[sa.agreed.hash]
        sa.nat_found = nat.nat_found(
            bodies(payloads, sa.nat_version.detection),
            local_hash=nat.nat_hash(prf, sa.cookies, sa.local_end),
            remote_hash=nat.nat_hash(prf, sa.cookies, sa.remote_end),
        )

    def _identity(self) -> IdPayload:
        """IOS names UDP port 500, and no port once it has moved to 4500."""
        sa = self._sa
        port = 0 if sa.nat_found else nat.IKE_PORT
        return IdPayload(IdType.IPV4_ADDR, _UDP, port, sa.local.packed)

    def _authenticate(self, payloads: Payloads, *, by_initiator: bool) -> None:
        """Check identity and hash of message 5 or 6; what a wrong key made of them fails here."""
        identity = only(payloads, IdPayload)
        if (identity.protocol, identity.port) not in _PHASE_ONE_PORTS or identity.reserved:
            raise BadMessage("reserved not zero on ID payload!" if identity.reserved else "ID port")
        compute = keys.hash_i if by_initiator else keys.hash_r
        if body(payloads, PayloadType.HASH) != self._hash(compute, identity):
            raise BadMessage("hash does not verify")

    def _hash(self, compute: keys.IdentityHash, identity: IdPayload) -> bytes:
        protection = self._sa.protection
        assert protection is not None
        assert self._transcript is not None
        return compute(
            protection.prf, protection.keys.skeyid, self._transcript, identity.build_body()
        )

    def _identity_and_hash(self, compute: keys.IdentityHash) -> list[Payload]:
        identity = self._identity()
        return [identity, RawPayload(PayloadType.HASH, self._hash(compute, identity))]


class MainModeInitiator(MainMode):
    """Sends messages 1, 3 and 5."""

    __slots__ = ("_suites",)

    def __init__(self, sa: "IsakmpSa", suites: list[Suite]) -> None:
        super().__init__(sa)
        self._suites = suites

    def build(self) -> Payloads:
        """Message 1: policies; 3: key exchange; 5: identity and proof."""
        number = self.next_message
        self.next_message += 1
        match number:
            case 1:
                return self._offer()
            case 3:
                return self._key_exchange()
            case _:
                return self._proof()

    def process(self, payloads: Payloads) -> Progress:
        """Message 2: the choice; 4: key exchange; 6: the responder's proof."""
        match self.next_message:
            case 2:
                self._take_choice(payloads)
            case 4:
                self._take_key_exchange(payloads)
            case _:
                self._authenticate(payloads, by_initiator=False)
                self._sa.state = State.MM_KEY_AUTH
                self.next_message += 1
                return Progress.FINISH
        self.next_message += 1
        return Progress.REPLY

    def _offer(self) -> Payloads:
        offer = phase_one.offer(self._suites)
        self._sa_i = offer.build_body()
        return (offer, *vendor.vendor_ids(*vendor.INITIATOR_NAT_T))

    def _take_choice(self, payloads: Payloads) -> None:
        suite = phase_one.accepted(self._suites, only(payloads, SaPayload))
        if suite is None:
            raise BadMessage("the responder's choice was not offered")
        sa = self._sa
        sa.suite = suite
        sa.nat_version = nat.best_version(vendor.announced(payloads))
        sa.state = State.MM_SA_SETUP

    def _key_exchange(self) -> Payloads:
        dh = self._draw(self._sa.agreed)
        return (
            RawPayload(PayloadType.KEY_EXCHANGE, dh.public),
            RawPayload(PayloadType.NONCE, self._nonce),
            *vendor.vendor_ids(vendor.DEAD_PEER_DETECTION, vendor.XAUTH),
            *self._nat_payloads(),
        )

    def _take_key_exchange(self, payloads: Payloads) -> None:
        assert self._dh is not None
        public = body(payloads, PayloadType.KEY_EXCHANGE)
        self._derive(self._dh, public, nonce(payloads), initiator=True)
        self._detect_nat(payloads)
        if self._sa.nat_found:
            # From message 5 on, both sides use port 4500 (RFC 3947, 4).
            self._sa.local_port = self._sa.peer_port = nat.NAT_T_PORT
        self._sa.state = State.MM_KEY_EXCH

    def _proof(self) -> Payloads:
        sa = self._sa
        payloads = self._identity_and_hash(keys.hash_i)
        if not sa.had_children and not sa.context.established(sa.local, sa.peer):
            payloads.append(
                NotifyPayload(NotifyType.INITIAL_CONTACT, ProtocolId.ISAKMP, b"".join(sa.cookies))
            )
        return tuple(payloads)


class MainModeResponder(MainMode):
    """Sends messages 2, 4 and 6."""

    __slots__ = ("_answer",)

    def __init__(self, sa: "IsakmpSa") -> None:
        super().__init__(sa)
        self._answer: SaPayload | None = None

    def build(self) -> Payloads:
        """Message 2: the choice; 4: key exchange; 6: identity and proof."""
        number = self.next_message
        self.next_message += 1
        match number:
            case 2:
                return self._choice()
            case 4:
                return self._key_exchange()
            case _:
                return tuple(self._identity_and_hash(keys.hash_r))

    def process(self, payloads: Payloads) -> Progress:
        """Message 1: policies; 3: key exchange; 5: the initiator's proof."""
        match self.next_message:
            case 1:
                self._take_offer(payloads)
            case 3:
                self._take_key_exchange(payloads)
            case _:
                self._take_proof(payloads)
                self.next_message += 1
                return Progress.REPLY_AND_FINISH
        self.next_message += 1
        return Progress.REPLY

    def _take_offer(self, payloads: Payloads) -> None:
        sa = self._sa
        if bodies(payloads, PayloadType.SECURITY_ASSOCIATION):
            raise Refusal(NotifyType.DOI_NOT_SUPPORTED, "SA payload of another DOI")
        offer = only(payloads, SaPayload)
        if sa.context.key_for(sa.peer) is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"No pre-shared key with {sa.peer}!")
        chosen = phase_one.choose(phase_one.usable_suites(sa.context.config), offer)
        if chosen is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "no offers accepted!")
        self._answer, sa.suite = chosen
        self._sa_i = offer.build_body()
        sa.nat_version = nat.best_version(vendor.announced(payloads))
        sa.state = State.MM_SA_SETUP

    def _choice(self) -> Payloads:
        assert self._answer is not None
        version = self._sa.nat_version
        return (self._answer, *vendor.vendor_ids(*([version.vendor_id] if version else [])))

    def _take_key_exchange(self, payloads: Payloads) -> None:
        public, peer_nonce = body(payloads, PayloadType.KEY_EXCHANGE), nonce(payloads)
        dh = self._draw(self._sa.agreed)
        self._derive(dh, public, peer_nonce, initiator=False)
        self._detect_nat(payloads)
        self._sa.state = State.MM_KEY_EXCH

    def _key_exchange(self) -> Payloads:
        assert self._dh is not None
        return (
            RawPayload(PayloadType.KEY_EXCHANGE, self._dh.public),
            RawPayload(PayloadType.NONCE, self._nonce),
            *vendor.vendor_ids(vendor.CISCO_UNITY, vendor.DEAD_PEER_DETECTION, vendor.XAUTH),
            *self._nat_payloads(),
        )

    def _take_proof(self, payloads: Payloads) -> None:
        self._authenticate(payloads, by_initiator=True)
        # HASH_I does not cover what follows it: a notification of this SA names its cookies
        # (RFC 2407, 4.6.3.3), and one that does not was changed on its way.
        cookies = b"".join(self._sa.cookies)
        for payload in payloads:
            if (
                isinstance(payload, NotifyPayload)
                and payload.notify_type == NotifyType.INITIAL_CONTACT
            ):
                if payload.spi != cookies:
                    raise BadMessage("INITIAL-CONTACT about another SA")
                self.initial_contact = True
        self._sa.state = State.MM_KEY_AUTH


#: RFC 2407, 4.6.2: none or UDP 500 in phase 1; UDP 0 and 4500 are seen with NAT-T.
_PHASE_ONE_PORTS = {(0, 0), (_UDP, nat.IKE_PORT), (_UDP, 0), (_UDP, nat.NAT_T_PORT)}
