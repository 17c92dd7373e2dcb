"""Main mode (RFC 2409, 5), its messages those of IOS."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import Payload, RawPayload, SaPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, PayloadType
from ioscli.protocols.ike import nat, phase_one, vendor
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
from ioscli.protocols.ike.phase_one import Suite
from ioscli.protocols.ike.phase_one_exchange import COMPLETE, PhaseOneExchange

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


class MainMode(PhaseOneExchange):
    """What both sides do; the number of the next message, 1 to 6, is the state."""

    __slots__ = ()

    kind = ExchangeType.MAIN_MODE
    name = "Main"
    begun = State.MM_NO_STATE

    @property
    def protected(self) -> bool:
        """Messages 5 and 6 are encrypted."""
        return self.next_message >= 5

    def arrived(self) -> None:
        """Debugs: `IKE_I_MM1` becomes `IKE_I_MM2`; message 6 is processed before that."""
        if self.next_message < 6:
            self._enter("IKE_MESG_FROM_PEER", "IKE_MM_EXCH", self.next_message)

    def spoiled(self) -> None:
        """Debugs: the message came to nothing."""
        if self.next_message < 6:
            self._enter("IKE_MESG_INTERNAL", "IKE_PROCESS_ERROR", self.next_message - 1)

    def taken(self) -> None:
        """Debugs: the message is done with."""
        sa, number = self._sa, self.next_message - 1
        if number == 6:
            self._enter("IKE_MESG_FROM_PEER", "IKE_MM_EXCH", number)
        self._enter("IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", number)
        if number == 6:
            sa.enter("IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", COMPLETE)

    def left(self) -> None:
        """Debugs: the answer is sent."""
        sa, number = self._sa, self.next_message - 1
        if number == 6:
            sa.enter("IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", COMPLETE)
        elif number > 1:
            self._enter("IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", number)

    def _enter(self, kind: str, event: str, number: int) -> None:
        letter = "I" if self.initiator else "R"
        self._sa.enter(kind, event, f"IKE_{letter}_MM{number}" if number else "IKE_READY")


class MainModeInitiator(MainMode):
    """Sends messages 1, 3 and 5."""

    __slots__ = ("_suites",)

    initiator = True

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
                return self._identify()

    def process(self, payloads: Payloads) -> Progress:
        """Message 2: the choice; 4: key exchange; 6: the responder's proof."""
        match self.next_message:
            case 2:
                self._take_choice(payloads)
            case 4:
                self._take_key_exchange(payloads)
            case _:
                payload = self._take_identity(payloads)
                self._check_key()
                self._verify(payloads, payload)
                self._sa.state = State.MM_KEY_AUTH
                self.next_message += 1
                return Progress.FINISH
        self.next_message += 1
        return Progress.REPLY

    def _offer(self) -> Payloads:
        sa = self._sa
        offer = phase_one.offer(self._suites)
        self._sa_i = offer.build_body()
        ids = vendor.INITIATOR_NAT_T if sa.context.config.nat_traversal else ()
        for body_ in ids:
            sa.debug("constructed NAT-T vendor-%s ID", NAT_T_IDS[body_])
        sa.enter("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM", "IKE_I_MM1")
        sa.debug("beginning Main Mode exchange")
        return (offer, *vendor.vendor_ids(*ids))

    def _take_choice(self, payloads: Payloads) -> None:
        sa = self._sa
        sa.debug("processing SA payload. message ID = 0")
        self._debug_vendor_ids(payloads)
        sa.debug_keys()
        suite = phase_one.accepted(self._suites, only(payloads, SaPayload), sa.trace)
        if suite is None:
            raise BadMessage("the responder's choice was not offered")
        self._debug_vendor_ids(payloads)
        sa.suite = suite
        self._learn_vendor_ids(payloads)
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
        sa = self._sa
        public, peer_nonce = body(payloads, PayloadType.KEY_EXCHANGE), nonce(payloads)
        sa.debug("processing KE payload. message ID = 0")
        sa.debug("processing NONCE payload. message ID = 0")
        self._derive(public, peer_nonce)
        self._debug_vendor_ids(payloads)
        self._learn_vendor_ids(payloads)
        self._detect_nat(payloads)
        if sa.nat.found:
            # From message 5 on, both sides use port 4500 (RFC 3947, 4).
            sa.local_port = sa.peer_port = nat.NAT_T_PORT
        sa.state = State.MM_KEY_EXCH

    def _identify(self) -> Payloads:
        contact = self._initial_contact()
        payload = self._identity()
        self._debug_own_identity(payload, self.method)
        return (payload, self._proof(payload), *contact)


class MainModeResponder(MainMode):
    """Sends messages 2, 4 and 6."""

    __slots__ = ("_answer",)

    initiator = False

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
                payload = self._identity()
                self._debug_own_identity(payload, self.method)
                return (payload, self._proof(payload))

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
        sa.debug("processing SA payload. message ID = 0")
        self._debug_vendor_ids(payloads)
        if bodies(payloads, PayloadType.SECURITY_ASSOCIATION):
            raise Refusal(NotifyType.DOI_NOT_SUPPORTED, "SA payload of another DOI")
        offer = only(payloads, SaPayload)
        sa.find_key()
        sa.debug_keys()
        chosen = phase_one.choose(sa.usable_suites(), offer, sa.trace, sa.keyless_suites())
        if chosen is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, POLICY_REFUSED)
        self._debug_vendor_ids(payloads)
        self._answer, sa.suite = chosen
        sa.shortened = phase_one.is_shorter(sa.suite, self._answer)
        self._sa_i = offer.build_body()
        self._learn_vendor_ids(payloads)
        sa.state = State.MM_SA_SETUP

    def _choice(self) -> Payloads:
        assert self._answer is not None
        version = self._sa.nat_version
        if version is None:
            return (self._answer,)
        self._sa.debug("constructed NAT-T vendor-%s ID", NAT_T_IDS[version.vendor_id])
        return (self._answer, *vendor.vendor_ids(version.vendor_id))

    def _take_key_exchange(self, payloads: Payloads) -> None:
        sa = self._sa
        public, peer_nonce = body(payloads, PayloadType.KEY_EXCHANGE), nonce(payloads)
        sa.debug("processing KE payload. message ID = 0")
        sa.debug("processing NONCE payload. message ID = 0")
        self._draw(sa.agreed)
        self._derive(public, peer_nonce)
        self._debug_vendor_ids(payloads)
        self._learn_vendor_ids(payloads)
        self._detect_nat(payloads)
        sa.state = State.MM_KEY_EXCH

    def _key_exchange(self) -> Payloads:
        assert self._dh is not None
        nat_payloads: list[Payload] = self._nat_payloads()
        return (
            RawPayload(PayloadType.KEY_EXCHANGE, self._dh.public),
            RawPayload(PayloadType.NONCE, self._nonce),
            *vendor.vendor_ids(vendor.CISCO_UNITY, vendor.DEAD_PEER_DETECTION, vendor.XAUTH),
            *nat_payloads,
        )

    def _take_proof(self, payloads: Payloads) -> None:
        payload = self._take_identity(payloads)
        self._check_key()
        self._verify(payloads, payload)
        self._take_initial_contact(payloads)


POLICY_REFUSED = "Phase1 SA policy proposal not accepted"
"""Why an SA ends whose offer fits no policy, as debugs write it."""
