"""Quick mode (RFC 2409, 5.5): a pair of ESP SAs under an ISAKMP SA."""

from collections.abc import Callable
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
from ioscli.codec.isakmp.numbers import ExchangeType, IdType, NotifyType, PayloadType, ProtocolId
from ioscli.model.crypto import ChildPolicy, ChildProposal, ChildSa, Mode, Selector, Spi
from ioscli.protocols.ike import debug_lines, keys, phase_two
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
    from ioscli.protocols.ike.context import Context
    from ioscli.protocols.ike.protection import Protection
    from ioscli.protocols.ike.sa import IsakmpSa


Judged = Callable[[ChildProposal, bool], None]
"""Hears of an offer, and whether it fits the policy."""


class QuickMode(Exchange):
    """What both sides do; the number of the next message, 1 to 3, is the state."""

    __slots__ = (
        "_accepted",
        "_dh",
        "_fsm",
        "_ni",
        "_nr",
        "_sa",
        "_secret",
        "next_message",
        "peer_protocol",
        "peer_spi",
        "policy",
        "spis",
    )

    kind = ExchangeType.QUICK_MODE
    name = "Quick"
    initiator: bool

    def __init__(self, sa: "IsakmpSa", message_id: int, policy: ChildPolicy | None) -> None:
        super().__init__(message_id)
        self.policy = policy
        """None until the responder has found it."""
        self.next_message = 1
        self.spis = phase_two.Spis(Spi(0), Spi(0))
        """Of the inbound SAs: drawn by this side."""
        self.peer_protocol: int = ProtocolId.ESP
        self.peer_spi = Spi(0)
        """What a notification about the peer's offer names."""
        self._sa = sa
        self._fsm = "IKE_QM_READY"
        self._ni = b""
        self._nr = b""
        self._dh: DhKey | None = None
        self._secret = b""
        self._accepted: phase_two.Accepted | None = None

    @property
    def protected(self) -> bool:
        """Every message of quick mode is encrypted."""
        return True

    @property
    def spi(self) -> Spi:
        """That of ESP, or of AH where it stands alone."""
        return self.spis.esp or self.spis.ah

    def _draw_spis(self, context: "Context", policy: ChildPolicy) -> phase_two.Spis:
        """SPIs for what a policy may lead to."""
        transforms = [proposal.transform for proposal in policy.proposals]
        esp = any(transform.has_esp for transform in transforms)
        ah = any(transform.ah is not None for transform in transforms)
        none = Spi(0)
        return phase_two.Spis(context.new_spi() if esp else none, context.new_spi() if ah else none)

    def outcome(self) -> list[Effect]:
        """Install what was agreed."""
        return [InstallChild(self._child())]

    def _enter(self, kind: str, event: str, state: str) -> None:
        """Move the state machine that debugs print: quick mode's are nodes of the SA."""
        sa = self._sa
        if sa.context.debugged:
            sa.debug("Node %d, Input = %s, %s", self.message_id, kind, event)
            sa.debug("Old State = %s  New State = %s", self._fsm, state)
        self._fsm = state

    def _debug_install(self) -> None:
        sa = self._sa
        if "ipsec" in sa.context.debugging:
            for line in sa.context.creating(self._child()):
                sa.context.debug_ipsec(line)
        for _ in range(2):
            sa.context.debug_engine("ipsec allocate flow 0")
        if sa.context.debugged:
            sa.debug("Received IPSec Install callback... proceeding with the negotiation")
            interface = sa.context.interface_of(sa.local)
            sa.debug("Successfully installed IPSEC SA (SPI:0x%X) on %s", self.spi, interface)

    def _validation(
        self, selectors: tuple[Selector, Selector], policy: ChildPolicy | None
    ) -> Judged | None:
        """What `debug crypto ipsec` hears of each offer; None: nobody listens.

        policy: None where none has these selectors.
        """
        sa = self._sa
        context = sa.context
        if not context.ipsec_debugged and "engine" not in context.debugging:
            return None

        def judged(proposal: ChildProposal, fits: bool) -> None:
            ends = sa.local, sa.peer
            in_udp = sa.nat_in_use is not None
            context.debug_engine("validate proposal 0")
            context.debug_engine("validate proposal request 0")
            debug_lines.validate_proposal(context, ends, selectors, proposal, in_udp=in_udp)
            context.debug_ipsec(debug_lines.proxy_match(selectors))
            if policy is None:
                context.debug_ipsec("map_db_find_best did not find matching map")
            elif not fits:
                context.debug_ipsec_error(
                    "IPSEC(ipsec_process_proposal): transform proposal not supported for"
                    " identity: \n    {%s }",
                    debug_lines.transform_words(proposal),
                )
            elif not self.initiator:
                context.debug_ipsec(
                    "(ipsec_process_proposal)Map Accepted: %s", context.map_of(policy)
                )

        return judged

    def _nat_originals(self, mode: Mode) -> list[Payload]:
        """NAT-OA payloads: the ends as this side sees them (RFC 3947, 5.2), transport mode only."""
        sa = self._sa
        version = sa.nat_in_use
        if version is None or mode is not Mode.TRANSPORT:
            return []
        ends = (sa.local, sa.peer) if self.initiator else (sa.peer, sa.local)
        return [RawPayload(version.original_address, _IPV4_ADDRESS + end.packed) for end in ends]

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
        self._sa.debug_engine("generate hmac context")
        prf, _, material = self._protection
        return keys.hash_1(prf, material.skeyid_a, self.message_id, build_payloads(rest)[1])

    def _hash_2(self, rest: Payloads) -> bytes:
        self._sa.debug_engine("generate hmac context")
        prf, _, material = self._protection
        _, plain = build_payloads(rest)
        return keys.hash_2(prf, material.skeyid_a, self.message_id, self._ni, plain)

    def _hash_3(self) -> bytes:
        self._sa.debug_engine("generate hmac context")
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
        transform = terms.proposal.transform
        ours, theirs = self.spis, accepted.peer_spis
        inbound, outbound = self._esp_keys(ours.esp), self._esp_keys(theirs.esp)
        return ChildSa(
            policy=policy,
            proposal=terms.proposal,
            inbound_spi=ours.esp if transform.has_esp else ours.ah,
            outbound_spi=theirs.esp if transform.has_esp else theirs.ah,
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
            local_port=self._sa.local_port,
            udp_encapsulated=self._sa.nat_in_use is not None,
            inbound_ah_spi=Spi(0) if transform.ah is None else ours.ah,
            outbound_ah_spi=Spi(0) if transform.ah is None else theirs.ah,
            inbound_ah_key=self._ah_key(ours.ah),
            outbound_ah_key=self._ah_key(theirs.ah),
        )

    def _esp_keys(self, spi: Spi) -> tuple[bytes, bytes]:
        """Encryption and authentication key of the direction whose receiver chose the SPI."""
        assert self._accepted is not None
        transform = self._accepted.terms.proposal.transform
        if not transform.has_esp:
            return b"", b""
        cipher_size = transform.encryption_key_length
        size = cipher_size + transform.authentication_key_length
        keymat = self._keymat(ProtocolId.ESP, spi, size)
        return keymat[:cipher_size], keymat[cipher_size:]

    def _ah_key(self, spi: Spi) -> bytes:
        assert self._accepted is not None
        ah = self._accepted.terms.proposal.transform.ah
        return b"" if ah is None else self._keymat(ProtocolId.AH, spi, ah.key_length)

    def _keymat(self, protocol: ProtocolId, spi: Spi, size: int) -> bytes:
        """Each protocol and direction has KEYMAT of its own (RFC 2409, 5.5)."""
        prf, _, material = self._protection
        return keys.keymat(
            prf,
            material.skeyid_d,
            protocol=protocol,
            spi=spi,
            ni=self._ni,
            nr=self._nr,
            size=size,
            secret=self._secret,
        )


class QuickModeInitiator(QuickMode):
    """Sends messages 1 and 3; has the keys after message 2."""

    __slots__ = ("awaits_connected",)

    initiator = True

    def __init__(self, sa: "IsakmpSa", message_id: int, policy: ChildPolicy) -> None:
        super().__init__(sa, message_id, policy)
        self.awaits_connected = False
        """Whether the responder has set the commit bit, and is to say when it is ready."""

    def build(self) -> Payloads:
        """Message 1: the offer; 3: proof of liveness."""
        number = self.next_message
        self.next_message += 1
        if number == 1:
            return self._offer()
        return (RawPayload(PayloadType.HASH, self._hash_3()),)

    def left(self) -> None:
        """Debugs: message 1 or 3 is sent."""
        if self.next_message == 2:
            self._enter("IKE_MESG_INTERNAL", "IKE_INIT_QM", "IKE_QM_I_QM1")
            return
        self._sa.debug('deleting node %d error FALSE reason "No Error"', self.message_id)
        self._enter("IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE", "IKE_QM_PHASE2_COMPLETE")

    def taken(self) -> None:
        """Debugs: message 2 is done with."""
        self._enter("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_IPSEC_INSTALL_AWAIT")
        self._debug_install()

    def process(self, payloads: Payloads) -> Progress:
        """Message 2: the responder's choice."""
        self._verify(payloads, self._hash_2(payloads[1:]))
        policy, sa = self.policy, self._sa
        assert policy is not None
        _debug_payloads(sa, self.message_id, ("HASH", "SA"))
        accepted = phase_two.accepted(policy, only(payloads, SaPayload), sa.nat_in_use, sa.trace)
        if accepted is None:
            raise Refusal(NotifyType.BAD_PROPOSAL_SYNTAX, "the responder's choice was not offered")
        judged = self._validation((policy.local_selector, policy.remote_selector), policy)
        if judged is not None:
            judged(accepted.terms.proposal, True)
        identities = [payload for payload in payloads if isinstance(payload, IdPayload)]
        if identities and identities != self._identities():
            raise Refusal(NotifyType.INVALID_ID_INFORMATION, "the responder changed an identity")
        self._nr = nonce(payloads)
        _debug_payloads(sa, self.message_id, ("NONCE", "ID", "ID"))
        if self._dh is not None:
            self._secret = self._dh.shared(body(payloads, PayloadType.KEY_EXCHANGE))
        self._accepted = _shortened(accepted, payloads)
        self.next_message += 1
        return Progress.REPLY_AND_FINISH

    def _offer(self) -> Payloads:
        policy, sa = self.policy, self._sa
        assert policy is not None
        self.spis = self._draw_spis(sa.context, policy)
        self._ni = sa.context.new_nonce()
        sa.debug("beginning Quick Mode exchange, M-ID of %d", self.message_id)
        sa.debug("QM Initiator gets spi")
        mode = phase_two.offered_mode(policy, policy.proposals[0])
        rest: Payloads = (
            phase_two.offer(policy, self.spis, sa.nat_in_use),
            RawPayload(PayloadType.NONCE, self._ni),
            *self._key_exchange(policy.pfs_group),
            *self._identities(),
            *self._nat_originals(mode),
        )
        return (RawPayload(PayloadType.HASH, self._hash_1(rest)), *rest)


class QuickModeResponder(QuickMode):
    """Sends message 2; installs when message 3 proves that the initiator is alive."""

    __slots__ = ()

    initiator = False

    def taken(self) -> None:
        """Debugs: message 1 or 3 is done with."""
        if self.next_message == 2:
            self._sa.debug("QM Responder gets spi")
            self._enter("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_SPI_STARVE")
            self._enter("IKE_MESG_INTERNAL", "IKE_GOT_SPI", "IKE_QM_IPSEC_INSTALL_AWAIT")
            self._debug_install()
            return
        self._sa.debug('deleting node %d error FALSE reason "QM done (await)"', self.message_id)
        self._enter("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_PHASE2_COMPLETE")

    def spoiled(self) -> None:
        """Debugs: an offer was refused."""
        self._enter("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", self._fsm)

    def left(self) -> None:
        """Debugs: message 2 is sent."""
        self._enter("IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE", "IKE_QM_R_QM2")

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
            *self._nat_originals(accepted.terms.proposal.mode),
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
        _debug_payloads(sa, self.message_id, ("HASH", "SA"))
        if bodies(payloads, PayloadType.SECURITY_ASSOCIATION):
            raise Refusal(NotifyType.DOI_NOT_SUPPORTED, "SA payload of another DOI")
        offer = only(payloads, SaPayload)
        # Kept for the notification, should the offer be refused.
        self.peer_protocol = offer.proposals[0].protocol
        self.peer_spi = Spi(int.from_bytes(offer.proposals[0].spi[:4]))
        policy = self._find_policy(payloads, offer)
        spis = self._draw_spis(sa.context, policy)
        judged = self._validation((policy.local_selector, policy.remote_selector), policy)
        accepted = phase_two.choose(policy, offer, spis, sa.nat_in_use, sa.trace, judged)
        if accepted is None:
            raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "phase 2 SA policy not acceptable!")
        _debug_payloads(sa, self.message_id, ("NONCE", "ID", "ID"))
        self._ni, self._nr = nonce(payloads), sa.context.new_nonce()
        self._exchange_keys(accepted.terms.pfs_group, payloads)
        self.policy, self.spis, self._accepted = policy, spis, accepted

    def _exchange_keys(self, group: int | None, payloads: Payloads) -> None:
        if group is None:
            return
        self._key_exchange(group)
        assert self._dh is not None
        self._secret = self._dh.shared(body(payloads, PayloadType.KEY_EXCHANGE))

    def _find_policy(self, payloads: Payloads, offer: SaPayload) -> ChildPolicy:
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
                local=sa.local,
                peer=sa.peer,
                local_selector=local,
                remote_selector=remote,
                profile=sa.profile,
            )
            if policy is not None:
                return policy
            judged = self._validation((local, remote), None)
            if judged is not None or sa.context.debugged:
                phase_two.debug_offer(offer, sa.nat_in_use, sa.trace, judged or _unheard)
        sa.context.debug_ipsec_error(
            "IPSEC(ipsec_process_proposal): proxy identities not supported"
        )
        sa.debug_error("IPSec policy invalidated proposal with error 32")
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, "proxy identities not supported")

    def _responder_lifetime(self, accepted: phase_two.Accepted) -> list[Payload]:
        """Tell the initiator that this side's lifetimes are shorter (RFC 2407, 4.6.3.1)."""
        if not accepted.shortened:
            return []
        terms = accepted.terms
        data = build_attributes(phase_two.lifetime_attributes(terms.seconds, terms.kilobytes))
        spi = self.spi.to_bytes(phase_two.SPI_SIZE)
        protocol = ProtocolId.ESP if terms.proposal.transform.has_esp else ProtocolId.AH
        return [NotifyPayload(NotifyType.RESPONDER_LIFETIME, protocol, spi, data)]


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


def _unheard(_proposal: ChildProposal, _fits: bool) -> None:
    pass


def _debug_payloads(sa: "IsakmpSa", message_id: int, names: tuple[str, ...]) -> None:
    for name in names:
        sa.debug("processing %s payload. message ID = %d", name, message_id)


_IPV4_ADDRESS = bytes((IdType.IPV4_ADDR, 0, 0, 0))
"""What stands before the address in a NAT-OA payload (RFC 3947, 5.2)."""
