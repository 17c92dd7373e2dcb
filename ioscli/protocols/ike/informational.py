"""What informational messages say, once authenticated (RFC 2408, 4.8; RFC 2407, 4.6.3)."""

from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp import (
    Attribute,
    DeletePayload,
    IsakmpHeader,
    NotifyPayload,
    RawPayload,
    build_attributes,
    build_payloads,
    parse_attributes,
    parse_payloads,
)
from ioscli.codec.isakmp.numbers import (
    ExchangeType,
    LifeType,
    NotifyType,
    PayloadType,
    PhaseTwoAttribute,
    ProtocolId,
)
from ioscli.model.crypto import Spi
from ioscli.model.instant import Instant
from ioscli.protocols.ike import logs
from ioscli.protocols.ike.effects import DeleteChild
from ioscli.protocols.ike.exchange import Payloads
from ioscli.protocols.ike.identity import PeerIdentity
from ioscli.protocols.ike.keys import hash_1
from ioscli.protocols.ike.phase_one import duration, lifetimes

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import Arrival, IsakmpSa


def send(sa: "IsakmpSa", payloads: Payloads) -> None:
    """An informational exchange of our own (RFC 2409, 5.7): encrypted, never repeated."""
    protection = sa.protection
    assert protection is not None
    message_id = sa.take_message_id()
    _, plain = build_payloads(payloads)
    proof = hash_1(protection.prf, protection.keys.skeyid_a, message_id, plain)
    message, _ = protection.seal(
        IsakmpHeader(*sa.cookies, 0, ExchangeType.INFORMATIONAL, 0, message_id),
        (RawPayload(PayloadType.HASH, proof), *payloads),
        sa.first_iv(message_id),
    )
    if sa.context.debugged:
        sa.debug("set new node %d to QM_IDLE      ", message_id)
        for payload in payloads:
            if isinstance(payload, NotifyPayload):
                sa.debug(
                    "Sending NOTIFY %s protocol %d\n        spi %d, message ID = %d",
                    notify_name(payload.notify_type),
                    payload.protocol,
                    int.from_bytes(payload.spi[:4]),
                    message_id,
                )
    sa.dispatch(message)
    sa.debug("purging node %d", message_id)


def send_lifetime(sa: "IsakmpSa") -> None:
    """Tell the initiator how long the ISAKMP SA lasts here (RFC 2407, 4.6.3.1).

    The transform goes back to it unchanged, so this is how it learns of a shorter lifetime; IOS
    sends it right after phase 1.
    """
    attributes = (
        Attribute(PhaseTwoAttribute.SA_LIFE_TYPE, LifeType.SECONDS),
        Attribute(PhaseTwoAttribute.SA_LIFE_DURATION, duration(sa.agreed.lifetime)),
    )
    cookies, data = b"".join(sa.cookies), build_attributes(attributes)
    send(sa, (NotifyPayload(NotifyType.RESPONDER_LIFETIME, ProtocolId.ISAKMP, cookies, data),))


def receive(sa: "IsakmpSa", now: Instant, arrival: "Arrival") -> None:
    """Take an informational message: authenticated ones are acted upon, once."""
    context, header, protection = sa.context, arrival.header, sa.protection
    counters = context.counters
    if not header.encrypted:
        _unprotected(sa, arrival)
        return
    if protection is None or sa.established_at is None:
        # With signatures the keys alone prove nothing: whoever has done a Diffie-Hellman exchange
        # has them. Nothing is believed before phase 1 is over.
        counters.unexpected += 1
        return
    # CONNECTED bears the message ID of its quick mode (RFC 2409, 5.5).
    if sa.has_seen(header.message_id) and not sa.awaits_connected(header.message_id):
        counters.duplicates += 1
        return
    try:
        payloads, _ = protection.open(header, arrival.body, sa.first_iv(header.message_id))
    except DecodeError:
        counters.malformed += 1
        context.emit(logs.bad_message(sa.peer))
        return
    _, plain = build_payloads(payloads[1:])
    proof = hash_1(protection.prf, protection.keys.skeyid_a, header.message_id, plain)
    if not payloads or payloads[0] != RawPayload(PayloadType.HASH, proof):
        counters.unauthenticated += 1
        context.emit(logs.mode_failure("Informational", sa.peer))
        return
    sa.authentic(arrival)
    process(sa, now, header.message_id, payloads[1:])


def _unprotected(sa: "IsakmpSa", arrival: "Arrival") -> None:
    """Anyone could have sent it: never acted upon."""
    context = sa.context
    try:
        parse_payloads(arrival.header.next_payload, arrival.body)
    except DecodeError:
        context.counters.malformed += 1
        context.emit(logs.bad_message(sa.peer))
        return
    context.counters.unauthenticated += 1
    sa.debug_error("Notify has no hash. Rejected.")
    sa.debug_error("Unknown Input IKE_MESG_FROM_PEER, IKE_INFO_NOTIFY:  state = %s", sa.fsm)
    sa.enter("IKE_MESG_FROM_PEER", "IKE_INFO_NOTIFY", sa.fsm)
    context.emit(logs.mode_failure("Informational", sa.peer))


def process(sa: "IsakmpSa", now: Instant, message_id: int, payloads: Payloads) -> None:
    """Act on the notifications and deletions of one message under `sa`."""
    sa.debug("set new node %d to QM_IDLE      ", message_id)
    sa.debug("processing HASH payload. message ID = %d", message_id)
    answers = any(
        isinstance(payload, NotifyPayload) and payload.notify_type == NotifyType.R_U_THERE_ACK
        for payload in payloads
    )
    if sa.dead_peer is not None and not answers:
        sa.dead_peer.heard(now)
    notified = False
    for payload in payloads:
        if isinstance(payload, DeletePayload):
            sa.debug("processing DELETE payload. message ID = %d", message_id)
            _delete(sa, now, payload)
        elif isinstance(payload, NotifyPayload):
            notified = True
            sa.debug(
                "processing NOTIFY %s protocol %d\n        spi %d, message ID = %d, sa = 0x%X",
                notify_name(payload.notify_type),
                payload.protocol,
                int.from_bytes(payload.spi[:4]),
                message_id,
                sa.address,
            )
            if payload.notify_type == NotifyType.CONNECTED:
                sa.connected(now, message_id)
            else:
                _notify(sa, now, payload)
    sa.debug('deleting node %d error FALSE reason "Informational (in) state 1"', message_id)
    if notified and not sa.deleted:
        sa.enter("IKE_MESG_FROM_PEER", "IKE_INFO_NOTIFY", sa.fsm)


def initial_contact(sa: "IsakmpSa", now: Instant) -> None:
    """The peer knows of no other SA: drop what it has forgotten (RFC 2407, 4.6.3.3).

    Only what was there before `sa` was begun: when both sides start at the same time, each says
    INITIAL_CONTACT while the other's SA is being made, and both SAs shall stay.
    A NAT's address is that of many peers, and its ports change: there the identity counts too.
    """
    context = sa.context

    def same_peer(identity: PeerIdentity | None) -> bool:
        return not sa.nat.peer or identity == sa.peer_identity

    for other in context.established(sa.local, sa.peer):
        if (
            other is not sa
            and _before(other.established_at, sa.created)
            and same_peer(other.peer_identity)
        ):
            other.delete(now, "Receive initial contact", tell_peer=False)
    gone = [
        record
        for record in context.children.values()
        if record.peer == sa.peer
        and record.local == sa.local
        and record.installed < sa.created
        and same_peer(record.identity)
    ]
    for record in gone:
        del context.children[record.inbound_spi]
    if gone:
        context.emit(DeleteChild(sa.peer, tuple(record.outbound_spi for record in gone)))


def notify_name(code: int) -> str:
    """A notification's name as IOS's debug writes it."""
    return _NAMES.get(code) or (NotifyType(code).name if code in _KNOWN else f"NOTIFY {code}")


def _delete(sa: "IsakmpSa", now: Instant, payload: DeletePayload) -> None:
    context = sa.context
    if payload.protocol == ProtocolId.ISAKMP:
        for cookies in payload.spis:
            other = context.sas.get(cookies[:8])
            if other is not None and other.peer == sa.peer and b"".join(other.cookies) == cookies:
                other.delete(now, "No reason", tell_peer=False)
        return
    if payload.protocol not in _IPSEC or len(payload.spis[0]) != 4:
        context.counters.unsupported += 1
        return
    sa.debug("peer does not do paranoid keepalives.")
    spis = tuple(Spi(int.from_bytes(spi)) for spi in payload.spis)
    for spi in spis:
        sa.debug("Enqueued KEY_MGR_DELETE_SAS for IPSEC SA (SPI:0x%X)", spi)
    if payload.protocol == ProtocolId.AH:
        # AH goes with its ESP: the pair is known by ESP's SPI where there is any.
        spis = tuple(
            record.outbound_spi
            for record in context.children.values()
            if record.peer == sa.peer and record.outbound_ah_spi and record.outbound_ah_spi in spis
        )
    if spis:
        _forget(sa, spis)


def _forget(sa: "IsakmpSa", spis: tuple[Spi, ...]) -> None:
    """The peer has no SAs with these SPIs, which this router sends with."""
    children = sa.context.children
    for record in list(children.values()):
        if record.outbound_spi in spis and record.peer == sa.peer:
            del children[record.inbound_spi]
    sa.context.emit(DeleteChild(sa.peer, spis))


def _notify(sa: "IsakmpSa", now: Instant, payload: NotifyPayload) -> None:
    kind = payload.notify_type
    watch = sa.dead_peer
    if kind == NotifyType.INITIAL_CONTACT:
        initial_contact(sa, now)
    elif kind == NotifyType.R_U_THERE and watch is not None:
        watch.question(payload)
    elif kind == NotifyType.R_U_THERE_ACK and watch is not None:
        watch.answer(now, payload)
    elif kind == NotifyType.RESPONDER_LIFETIME and payload.protocol == ProtocolId.ISAKMP:
        _responder_lifetime(sa, now, payload)
    elif kind == NotifyType.INVALID_SPI and payload.protocol == ProtocolId.ESP:
        if len(payload.spi) == 4:
            _forget(sa, (Spi(int.from_bytes(payload.spi)),))
    elif kind <= NotifyType.LAST_ERROR and payload.protocol in _IPSEC:
        sa.quick_mode_refused(now, payload)


def _responder_lifetime(sa: "IsakmpSa", now: Instant, payload: NotifyPayload) -> None:
    """Only the responder may shorten the lifetime so (RFC 2407, 4.6.3.1)."""
    if not sa.role_initiator:
        return
    try:
        attributes = parse_attributes(payload.data)
    except DecodeError:
        sa.context.counters.malformed += 1
        return
    sa.debug("processing responder lifetime")
    sa.debug("start processing isakmp responder lifetime")
    found = lifetimes(
        attributes, PhaseTwoAttribute.SA_LIFE_TYPE, PhaseTwoAttribute.SA_LIFE_DURATION
    )
    sa.shorten(now, found.get(LifeType.SECONDS, 0))


def _before(first: Instant | None, second: Instant) -> bool:
    return first is not None and first < second


_KNOWN = {int(code) for code in NotifyType}

_IPSEC = (ProtocolId.ESP, ProtocolId.AH)

_NAMES = {
    int(NotifyType.NO_PROPOSAL_CHOSEN): "PROPOSAL_NOT_CHOSEN",
    int(NotifyType.R_U_THERE): "DPD/R_U_THERE",
    int(NotifyType.R_U_THERE_ACK): "DPD/R_U_THERE_ACK",
}
