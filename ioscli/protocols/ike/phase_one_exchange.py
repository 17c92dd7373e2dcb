"""What main mode and aggressive mode have in common (RFC 2409, 5): keys, identities, proofs."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import IdPayload, NotifyPayload, Payload, RawPayload
from ioscli.codec.isakmp.numbers import NotifyType, PayloadType, ProtocolId
from ioscli.model.isakmp import Identity
from ioscli.protocols.ike import debug_lines, identity, keyrings, keys, nat, vendor
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS
from ioscli.protocols.ike.authentication import METHODS, Exchanged, Method
from ioscli.protocols.ike.dh import GROUPS, DhKey
from ioscli.protocols.ike.effects import State
from ioscli.protocols.ike.exchange import (
    BadMessage,
    Exchange,
    Payloads,
    Refusal,
    bodies,
    body,
    only,
)
from ioscli.protocols.ike.protection import Protection

if TYPE_CHECKING:
    from ioscli.protocols.ike.phase_one import Suite
    from ioscli.protocols.ike.sa import IsakmpSa

#: Phase 1 is over: where all exchanges of it lead.
COMPLETE = "IKE_P1_COMPLETE"


class PhaseOneExchange(Exchange):
    """The number of the next message is the state."""

    __slots__ = (
        "_dh",
        "_nonce",
        "_sa",
        "_sa_i",
        "_transcript",
        "initial_contact",
        "next_message",
    )

    initiator: bool
    begun: State
    """Of an SA that has got nowhere yet, or nowhere in the end."""

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
    def method(self) -> Method:
        """The authentication method agreed."""
        return METHODS[self._sa.agreed.authentication](self._sa)

    # Keys.

    def _draw(self, suite: "Suite") -> DhKey:
        """Draw the private value and nonce of this side."""
        self._nonce = self._sa.context.new_nonce()
        self._dh = GROUPS[suite.group].generate(self._sa.context.source)
        self._debug_dh()
        return self._dh

    def _derive(self, peer_public: bytes, peer_nonce: bytes) -> None:
        """All keys of the SA, once both public values and nonces are known."""
        sa, dh = self._sa, self._dh
        assert dh is not None
        suite = sa.agreed
        secret = dh.shared(peer_public)
        self._debug_dh()
        prf, cipher = PRFS[suite.hash], CIPHERS[suite.encryption]
        mine, theirs = (dh.public, self._nonce), (peer_public, peer_nonce)
        (g_xi, ni), (g_xr, nr) = (mine, theirs) if self.initiator else (theirs, mine)
        skeyid = self.method.skeyid(prf, Exchanged(ni, nr, secret))
        if sa.key is not None:
            sa.debug("found peer pre-shared key matching %s", sa.peer)
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

    def _debug_dh(self) -> None:
        """`debug crypto engine`: one step of Diffie-Hellman."""
        context = self._sa.context
        context.debug_engine("CryptoEngine0: generate alg parameter")
        context.debug_engine("CRYPTO_ENGINE: Dh phase 1 status: 0")

    # Vendor IDs and NAT.

    def _learn_vendor_ids(self, payloads: Payloads) -> None:
        """Note what the peer can do; main mode announces some in message 1, some in 3."""
        sa = self._sa
        ids = vendor.announced(payloads)
        if vendor.DEAD_PEER_DETECTION in ids:
            sa.peer_detects_death = True
        if sa.nat_version is None and sa.context.config.nat_traversal:
            sa.nat_version = nat.best_version(ids)

    def _debug_vendor_ids(self, payloads: Payloads) -> None:
        if self._sa.context.debugged:
            debug_lines.vendor_ids(self._sa, bodies(payloads, PayloadType.VENDOR_ID))

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
        received = bodies(payloads, sa.nat_version.detection)
        sa.nat = nat.nat_found(
            received,
            local_hash=nat.nat_hash(prf, sa.cookies, sa.local_end),
            remote_hash=nat.nat_hash(prf, sa.cookies, sa.remote_end),
        )
        if received and sa.context.debugged:
            debug_lines.nat_detection(sa, sa.nat_version.detection, sa.nat)

    # Identities and proofs.

    def _identity(self) -> IdPayload:
        """IOS names UDP port 500, and no port once it has moved to 4500."""
        sa = self._sa
        config = sa.context.config
        wanted = Identity(config.identity)
        endpoint = config.aggressive_peers.get(sa.peer)
        if sa.profile is not None and sa.profile.self_identity is not None:
            wanted = sa.profile.self_identity
        elif self.initiator and endpoint is not None and endpoint.client_endpoint is not None:
            wanted = endpoint.client_endpoint
        port = 0 if sa.nat.found else nat.IKE_PORT
        return identity.build(wanted, config, sa.local, port)

    def _take_identity(self, payloads: Payloads) -> IdPayload:
        """The peer's identity, and the ISAKMP profile that goes with it."""
        sa = self._sa
        payload = only(payloads, IdPayload)
        sa.debug("processing ID payload. message ID = 0")
        try:
            sa.peer_identity = identity.read(payload)
        except BadMessage as error:
            sa.debug_error("%s", error)
            raise
        if sa.context.debugged:
            following = PayloadType.HASH if sa.suite is None else self.method.proof
            for line in identity.payload_lines(payload, following):
                sa.debug("%s", line)
        self._take_profile(sa.peer_identity)
        return payload

    def _take_profile(self, peer: identity.PeerIdentity) -> None:
        sa = self._sa
        context = sa.context
        found = identity.matching_profile(context.config, peer, sa.local)
        if found is None:
            context.debug(0, "peer matches *none* of the profiles")
        else:
            context.debug(0, "peer matches %s profile", found.name)
        if sa.profile is not None and sa.role_initiator:
            if found is not sa.profile and sa.profile.matches:
                sa.debug_error("Profile %s does not match identity", sa.profile.name)
                raise Refusal(NotifyType.INVALID_ID_INFORMATION, "profile mismatch")
            return
        sa.profile = found

    def _check_key(self) -> None:
        """The key by which the peer proved itself has to be one of its profile's.

        The responder of main mode picks a key before it knows the identity (document 117337).
        """
        sa = self._sa
        if sa.profile is None or sa.key is None or self.method.proof != PayloadType.HASH:
            return
        context = sa.context
        own = keyrings.key_by_address(
            context.config, sa.profile, sa.local, sa.peer, context.resolve
        )
        if own is None or own.secret != sa.key.secret:
            sa.debug_error(
                "key not found in keyrings of profile %s, aborting exchange", sa.profile.name
            )
            raise Refusal(NotifyType.AUTHENTICATION_FAILED, "key not found in keyrings of profile")
        sa.debug("Found ADDRESS key in keyring %s", own.keyring)

    def _digest(self, payload: IdPayload, *, by_initiator: bool) -> bytes:
        protection = self._sa.protection
        assert protection is not None
        assert self._transcript is not None
        self._sa.debug_engine("generate hmac context")
        compute = keys.hash_i if by_initiator else keys.hash_r
        skeyid = protection.keys.skeyid
        return compute(protection.prf, skeyid, self._transcript, payload.build_body())

    def _proof(self, payload: IdPayload) -> Payload:
        """HASH or SIG payload of this side."""
        digest = self._digest(payload, by_initiator=self.initiator)
        return RawPayload(self.method.proof, self.method.prove(digest))

    def _verify(self, payloads: Payloads, payload: IdPayload) -> None:
        """The peer's HASH or SIG payload; what a wrong key made of it fails here."""
        sa, method = self._sa, self.method
        name = "HASH" if method.proof == PayloadType.HASH else "SIG"
        sa.debug("processing %s payload. message ID = 0", name)
        digest = self._digest(payload, by_initiator=not self.initiator)
        method.verify(digest, body(payloads, method.proof))

    def _debug_own_identity(self, payload: IdPayload, method: Method | type[Method]) -> None:
        sa = self._sa
        if not sa.context.debugged:
            return
        kind = identity.TYPE_NAMES[payload.id_type]
        sa.debug("SA is doing ")
        sa.debug("%s authentication using id type %s", method.words, kind)
        for line in identity.payload_lines(payload, method.proof):
            sa.debug("%s", line)
        sa.debug("Total payload length: %d", len(payload.data) + 8)

    # Initial contact.

    def _initial_contact(self) -> list[Payload]:
        """The notification, where this router knows of no other SA with the peer."""
        sa = self._sa
        if sa.had_children or sa.context.established(sa.local, sa.peer):
            return []
        sa.debug("Send initial contact")
        cookies = b"".join(sa.cookies)
        return [NotifyPayload(NotifyType.INITIAL_CONTACT, ProtocolId.ISAKMP, cookies)]

    def _take_initial_contact(self, payloads: Payloads) -> None:
        """HASH_I does not cover what follows it: a notification of this SA names its cookies

        (RFC 2407, 4.6.3.3), and one that does not was changed on its way.
        """
        sa = self._sa
        for payload in payloads:
            if (
                isinstance(payload, NotifyPayload)
                and payload.notify_type == NotifyType.INITIAL_CONTACT
            ):
                sa.debug(
                    "processing NOTIFY INITIAL_CONTACT protocol 1\n"
                    "        spi 0, message ID = 0, sa = 0x%X",
                    sa.address,
                )
                if payload.spi != b"".join(sa.cookies):
                    raise BadMessage("INITIAL-CONTACT about another SA")
                self.initial_contact = True
