"""Quick mode (RFC 2409, 5.5): a pair of ESP SAs under an ISAKMP SA."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import (
    IdPayload,
    NotifyPayload,
    Payload,
    RawPayload,
    SaPayload,
    build_attributes,
    build_payloads,
    parse_attributes,
)
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, PayloadType, ProtocolId
from ioscli.model.crypto import ChildPolicy, ChildSa, Selector, Spi
from ioscli.protocols.ike import keys, phase_two
from ioscli.protocols.ike.dh import GROUPS, DhKey
from ioscli.protocols.ike.effects import Effect, InstallChild
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

if TYPE_CHECKING:
    from ioscli.protocols.ike.protection import Protection
    from ioscli.protocols.ike.sa import IsakmpSa


class QuickMode(Exchange):
    """What both sides do; the number of the next message, 1 to 3, is the state."""

    __slots__ = (
        "_accepted",
        "_dh",
        "_ni",
        "_nr",
        "_sa",
        "_secret",
        "next_message",
        "peer_spi",
        "policy",
        "spi",
    )

    kind = ExchangeType.QUICK_MODE
    name = "Quick"
    initiator: bool

    def __init__(self, sa: "IsakmpSa", message_id: int, policy: ChildPolicy | None) -> None:
        super().__init__(message_id)
        self.policy = policy
        """None until the responder has found it."""
        self.next_message = 1
        self.spi = Spi(0)
        """Of the inbound SA: drawn by this side."""
        self.peer_spi = Spi(0)
        self._sa = sa
        self._ni = b""
        self._nr = b""
        self._dh: DhKey | None = None
        self._secret = b""
        self._accepted: phase_two.Accepted | None = None

    @property
    def protected(self) -> bool:
        """Every message of quick mode is encrypted."""
        return True

    def outcome(self) -> list[Effect]:
        """Install what was agreed."""
        return [InstallChild(self._child())]

    @property
    def _protection(self) -> "Protection":
        protection = self._sa.protection
        assert protection is not None
        return protection

    def _verify(self, payloads: Payloads, expected: bytes) -> None:
        if self._hash_of(payloads) != expected:
            raise BadMessage("hash does not verify")

    @staticmethod
    def _hash_of(payloads: Payloads) -> bytes:
        """The HASH payload, which must be the first (RFC 2409, 5.5)."""
        if not payloads or payloads[0].type != PayloadType.HASH:
            raise BadMessage("no HASH payload first")
        return body(payloads, PayloadType.HASH)

    def _hash_1(self, rest: Payloads) -> bytes:
        prf, _, material = self._protection
        return keys.hash_1(prf, material.skeyid_a, self.message_id, build_payloads(rest)[1])

    def _hash_2(self, rest: Payloads) -> bytes:
        prf, _, material = self._protection
        _, plain = build_payloads(rest)
        return keys.hash_2(prf, material.skeyid_a, self.message_id, self._ni, plain)

    def _hash_3(self) -> bytes:
        prf, _, material = self._protection
        return keys.hash_3(prf, material.skeyid_a, self.message_id, self._ni, self._nr)

    def _key_exchange(self, group: int | None) -> list[Payload]:
        """A KE payload where perfect forward secrecy is wanted."""
        if group is None:
            return []
        self._dh = GROUPS[group].generate(self._sa.context.source)
        return [RawPayload(PayloadType.KEY_EXCHANGE, self._dh.public)]

    def _identities(self) -> list[Payload]:
        """IDci and IDcr: the initiator's traffic first."""
        assert self.policy is not None
        own = phase_two.identity(self.policy.local_selector)
        other = phase_two.identity(self.policy.remote_selector)
        return [own, other] if self.initiator else [other, own]

    def _child(self) -> ChildSa:
        policy, accepted = self.policy, self._accepted
        assert policy is not None
        assert accepted is not None
        terms = accepted.terms
        inbound, outbound = self._keys(self.spi), self._keys(accepted.peer_spi)
        return ChildSa(
            policy=policy,
            proposal=terms.proposal,
            inbound_spi=self.spi,
            outbound_spi=accepted.peer_spi,
            inbound_encryption_key=inbound[0],
            inbound_authentication_key=inbound[1],
            outbound_encryption_key=outbound[0],
            outbound_authentication_key=outbound[1],
            pfs_group=terms.pfs_group,
            lifetime_seconds=terms.seconds,
            lifetime_kilobytes=terms.kilobytes,
            initiator=self.initiator,
            isakmp_conn_id=self._sa.conn_id,
            nonces=(self._ni, self._nr),
            peer_port=self._sa.peer_port,
        )

    def _keys(self, spi: Spi) -> tuple[bytes, bytes]:
        """Encryption and authentication key of the direction whose receiver chose the SPI."""
        assert self._accepted is not None
        transform = self._accepted.terms.proposal.transform
        cipher_size = transform.encryption_key_length
        size = cipher_size + transform.authentication_key_length
        prf, _, material = self._protection
        keymat = keys.keymat(
            prf,
            material.skeyid_d,
            protocol=ProtocolId.ESP,
            spi=spi,
            ni=self._ni,
            nr=self._nr,
            size=size,
            secret=self._secret,
        )
        return keymat[:cipher_size], keymat[cipher_size:]


class QuickModeInitiator(QuickMode):
    """Sends messages 1 and 3; has the keys after message 2."""

    __slots__ = ()

    initiator = True

    def build(self) -> Payloads:
        """Message 1: the offer; 3: proof of liveness."""
        number = self.next_message
        self.next_message += 1
        if number == 1:
            return self._offer()
        return (RawPayload(PayloadType.HASH, self._hash_3()),)

    def process(self, payloads: Payloads) -> Progress:
        """Message 2: the responder's choice."""
        self._verify(payloads, self._hash_2(payloads[1:]))
        policy, sa = self.policy, self._sa
        assert policy is not None
        accepted = phase_two.accepted(policy, only(payloads, SaPayload), sa.nat_in_use)
        if accepted is None:
            raise Refusal(NotifyType.BAD_PROPOSAL_SYNTAX, "the responder's choice was not offered")
        identities = [payload for payload in payloads if isinstance(payload, IdPayload)]
        if identities and identities != self._identities():
            raise Refusal(NotifyType.INVALID_ID_INFORMATION, "the responder changed an identity")
        self._nr = nonce(payloads)
        if self._dh is not None:
            self._secret = self._dh.shared(body(payloads, PayloadType.KEY_EXCHANGE))
        self._accepted = _shortened(accepted, payloads)
        self.peer_spi = accepted.peer_spi
        self.next_message += 1
        return Progress.REPLY_AND_FINISH

    def _offer(self) -> Payloads:
        policy, sa = self.policy, self._sa
        assert policy is not None
        self.spi = sa.context.new_spi()
        self._ni = sa.context.new_nonce()
        rest: Payloads = (
            phase_two.offer(policy, self.spi, sa.nat_in_use),
            RawPayload(PayloadType.NONCE, self._ni),
            *self._key_exchange(policy.pfs_group),
            *self._identities(),
        )
        return (RawPayload(PayloadType.HASH, self._hash_1(rest)), *rest)


class QuickModeResponder(QuickMode):
    """Sends message 2; installs when message 3 proves that the initiator is alive."""

    __slots__ = ()

    initiator = False

    def build(self) -> Payloads:
        """Message 2."""
        assert self._accepted is not None
        accepted = self._accepted
        self.next_message += 1
        # The key exchange was made in process(), where the peer's public value is checked.
        ours = [RawPayload(PayloadType.KEY_EXCHANGE, self._dh.public)] if self._dh else []
        rest: Payloads = (
            accepted.answer,
            RawPayload(PayloadType.NONCE, self._nr),
            *ours,
            *self._identities(),
            *self._responder_lifetime(accepted),
        )
        return (RawPayload(PayloadType.HASH, self._hash_2(rest)), *rest)

    def process(self, payloads: Payloads) -> Progress:
        """Message 1: the offer; 3: proof of liveness."""
        if self.next_message == 1:
            self._take_offer(payloads)
            self.next_message += 1
            return Progress.REPLY
        self._verify(payloads, self._hash_3())
        self.next_message += 1
        return Progress.FINISH

    def _take_offer(self, payloads: Payloads) -> None:
        self._verify(payloads, self._hash_1(payloads[1:]))
        sa = self._sa
        if bodies(payloads, PayloadType.SECURITY_ASSOCIATION):
            raise Refusal(NotifyType.DOI_NOT_SUPPORTED, "SA payload of another DOI")
        offer = only(payloads, SaPayload)
        # Kept for the notification, should the offer be refused.
        self.peer_spi = Spi(int.from_bytes(offer.proposals[0].spi[:4]))
        policy = self._find_policy(payloads)
        spi = sa.context.new_spi()
        accepted = phase_two.choose(policy, offer, spi, sa.nat_in_use)
        if accepted is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "phase 2 SA policy not acceptable!")
        self._ni, self._nr = nonce(payloads), sa.context.new_nonce()
        self._exchange_keys(accepted.terms.pfs_group, payloads)
        self.policy, self.spi, self._accepted = policy, spi, accepted
        self.peer_spi = accepted.peer_spi

    def _exchange_keys(self, group: int | None, payloads: Payloads) -> None:
        if group is None:
            return
        self._key_exchange(group)
        assert self._dh is not None
        self._secret = self._dh.shared(body(payloads, PayloadType.KEY_EXCHANGE))

    def _find_policy(self, payloads: Payloads) -> ChildPolicy:
        """The policy whose identities mirror the initiator's.

        IOS answers PROPOSAL_NOT_CHOSEN to unknown identities too. Without identities the
        endpoints themselves are meant (RFC 2409, 5.5).
        """
        sa = self._sa
        identities = [payload for payload in payloads if isinstance(payload, IdPayload)]
        remote: Selector | None
        local: Selector | None
        if not identities:
            remote, local = sa.host_selectors
        elif len(identities) == 2:
            remote, local = map(phase_two.selector_of, identities)
        else:
            raise BadMessage(f"{len(identities)} identities")
        if remote is not None and local is not None:
            policy = sa.context.policy_for(
                local=sa.local, peer=sa.peer, local_selector=local, remote_selector=remote
            )
            if policy is not None:
                return policy
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "proxy identities not supported")

    def _responder_lifetime(self, accepted: phase_two.Accepted) -> list[Payload]:
        """Tell the initiator that this side's lifetimes are shorter (RFC 2407, 4.6.3.1)."""
        if not accepted.shortened:
            return []
        terms = accepted.terms
        data = build_attributes(phase_two.lifetime_attributes(terms.seconds, terms.kilobytes))
        spi = self.spi.to_bytes(phase_two.SPI_SIZE)
        return [NotifyPayload(NotifyType.RESPONDER_LIFETIME, ProtocolId.ESP, spi, data)]


def _shortened(accepted: phase_two.Accepted, payloads: Payloads) -> phase_two.Accepted:
    """What was agreed, with the shorter lifetimes that a RESPONDER-LIFETIME notification names."""
    terms = accepted.terms
    for payload in payloads:
        if (
            isinstance(payload, NotifyPayload)
            and payload.notify_type == NotifyType.RESPONDER_LIFETIME
        ):
            seconds, kilobytes = phase_two.read_lifetimes(parse_attributes(payload.data))
            terms = phase_two.shorter(terms, seconds, kilobytes)
    return accepted._replace(terms=terms)
