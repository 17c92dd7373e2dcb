"""Aggressive mode (RFC 2409, 5): three messages, identities in the clear."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import IdPayload, Payload, RawPayload, SaPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, PayloadType
from ioscli.protocols.ike import nat, phase_one, vendor
from ioscli.protocols.ike.authentication import METHODS
from ioscli.protocols.ike.debug_lines import NAT_T_IDS
from ioscli.protocols.ike.effects import State
from ioscli.protocols.ike.exchange import (
    BadMessage,
    Payloads,
    Progress,
    Refusal,
    bodies,
    body,
    nonce,
    only,
)
from ioscli.protocols.ike.main_mode import POLICY_REFUSED
from ioscli.protocols.ike.phase_one import Suite
from ioscli.protocols.ike.phase_one_exchange import COMPLETE, PhaseOneExchange

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


class AggressiveMode(PhaseOneExchange):
    """What both sides do; the number of the next message, 1 to 3, is the state."""

    __slots__ = ()

    kind = ExchangeType.AGGRESSIVE
    name = "Aggressive"
    begun = State.AG_NO_STATE

    @property
    def protected(self) -> bool:
        """Message 3 is encrypted (RFC 2409, 5: both are allowed; IOS does it)."""
        return self.next_message >= 3


class AggressiveModeInitiator(AggressiveMode):
    """Sends messages 1 and 3."""

    __slots__ = ("_identity_sent", "_suites")

    initiator = True

    def __init__(self, sa: "IsakmpSa", suites: list[Suite]) -> None:
        super().__init__(sa)
        # The key exchange is in message 1: all policies offered have one group.
        self._suites = [suite for suite in suites if suite.group == suites[0].group]
        self._identity_sent: IdPayload | None = None

    def build(self) -> Payloads:
        """Message 1: policies, key exchange and identity; 3: proof."""
        number = self.next_message
        self.next_message += 1
        return self._begin() if number == 1 else self._prove()

    def process(self, payloads: Payloads) -> Progress:
        """Message 2: choice, key exchange, identity and proof."""
        sa = self._sa
        sa.debug("processing SA payload. message ID = 0")
        suite = phase_one.accepted(self._suites, only(payloads, SaPayload), sa.trace)
        if suite is None:
            raise BadMessage("the responder's choice was not offered")
        public, peer_nonce = body(payloads, PayloadType.KEY_EXCHANGE), nonce(payloads)
        self._debug_vendor_ids(payloads)
        with sa.undo_unless_taken():
            sa.suite = suite
            payload = self._take_identity(payloads)
            self._learn_vendor_ids(payloads)
            sa.debug("processing KE payload. message ID = 0")
            sa.debug("processing NONCE payload. message ID = 0")
            self._derive(public, peer_nonce)
            self._verify(payloads, payload)
        self._detect_nat(payloads)
        if sa.nat.found:
            sa.local_port = sa.peer_port = nat.NAT_T_PORT
        sa.state = State.AG_AUTH
        self.next_message += 1
        return Progress.REPLY_AND_FINISH

    def left(self) -> None:
        """Debugs: message 3 is sent."""
        if self.next_message > 3:
            self._sa.enter("IKE_MESG_FROM_PEER", "IKE_AM_EXCH", COMPLETE)

    def _begin(self) -> Payloads:
        sa = self._sa
        offer = phase_one.offer(self._suites)
        self._sa_i = offer.build_body()
        dh = self._draw(self._suites[0])
        payload = self._identity_sent = self._identity()
        ids = vendor.INITIATOR_NAT_T if sa.context.config.nat_traversal else ()
        for body_ in ids:
            sa.debug("constructed NAT-T vendor-%s ID", NAT_T_IDS[body_])
        self._debug_own_identity(payload, METHODS[self._suites[0].authentication])
        sa.enter("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_AM", "IKE_I_AM1")
        sa.debug("beginning Aggressive Mode exchange")
        sa.state = State.AG_INIT_EXCH
        return (
            offer,
            RawPayload(PayloadType.KEY_EXCHANGE, dh.public),
            RawPayload(PayloadType.NONCE, self._nonce),
            payload,
            *vendor.vendor_ids(vendor.DEAD_PEER_DETECTION, *ids, vendor.XAUTH),
        )

    def _prove(self) -> Payloads:
        assert self._identity_sent is not None
        contact = self._initial_contact()
        return (self._proof(self._identity_sent), *self._nat_payloads(), *contact)


class AggressiveModeResponder(AggressiveMode):
    """Sends message 2."""

    __slots__ = ("_answer", "_peer_payload")

    initiator = False

    def __init__(self, sa: "IsakmpSa") -> None:
        super().__init__(sa)
        self._answer: SaPayload | None = None
        self._peer_payload: IdPayload | None = None

    def build(self) -> Payloads:
        """Message 2."""
        assert self._answer is not None
        assert self._dh is not None
        self.next_message += 1
        sa = self._sa
        payload = self._identity()
        version = sa.nat_version
        if version is not None:
            sa.debug("constructed NAT-T vendor-%s ID", NAT_T_IDS[version.vendor_id])
        self._debug_own_identity(payload, self.method)
        detection: list[Payload] = self._nat_payloads()
        return (
            self._answer,
            RawPayload(PayloadType.KEY_EXCHANGE, self._dh.public),
            RawPayload(PayloadType.NONCE, self._nonce),
            payload,
            self._proof(payload),
            *vendor.vendor_ids(
                vendor.CISCO_UNITY,
                vendor.DEAD_PEER_DETECTION,
                vendor.XAUTH,
                *(() if version is None else (version.vendor_id,)),
            ),
            *detection,
        )

    def process(self, payloads: Payloads) -> Progress:
        """Message 1: policies, key exchange and identity; 3: the initiator's proof."""
        if self.next_message == 1:
            self._take_offer(payloads)
            self.next_message += 1
            return Progress.REPLY
        assert self._peer_payload is not None
        self._verify(payloads, self._peer_payload)
        self._take_initial_contact(payloads)
        self._detect_nat(payloads)
        self._sa.state = State.AG_AUTH
        self.next_message += 1
        return Progress.FINISH

    def taken(self) -> None:
        """Debugs: message 3 is done with."""
        if self.next_message > 3:
            self._sa.enter("IKE_MESG_FROM_PEER", "IKE_AM_EXCH", COMPLETE)

    def left(self) -> None:
        """Debugs: message 2 is sent."""
        self._sa.enter("IKE_MESG_FROM_PEER", "IKE_AM_EXCH", "IKE_R_AM2")

    def _take_offer(self, payloads: Payloads) -> None:
        sa = self._sa
        sa.debug("processing SA payload. message ID = 0")
        if bodies(payloads, PayloadType.SECURITY_ASSOCIATION):
            raise Refusal(NotifyType.DOI_NOT_SUPPORTED, "SA payload of another DOI")
        offer = only(payloads, SaPayload)
        public, peer_nonce = body(payloads, PayloadType.KEY_EXCHANGE), nonce(payloads)
        self._peer_payload = self._take_identity(payloads)
        self._debug_vendor_ids(payloads)
        sa.find_key_by_identity()
        sa.debug_keys()
        chosen = phase_one.choose(sa.usable_suites(), offer, sa.trace, sa.keyless_suites())
        if chosen is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, POLICY_REFUSED)
        self._answer, suite = chosen
        sa.shortened = phase_one.is_shorter(suite, self._answer)
        self._sa_i = offer.build_body()
        self._learn_vendor_ids(payloads)
        sa.debug("processing KE payload. message ID = 0")
        sa.debug("processing NONCE payload. message ID = 0")
        self._draw(suite)
        with sa.undo_unless_taken():
            sa.suite = suite
            self._derive(public, peer_nonce)
        sa.state = State.AG_INIT_EXCH
