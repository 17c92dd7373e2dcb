"""What informational messages say, once authenticated (RFC 2408, 4.8; RFC 2407, 4.6.3)."""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import DeletePayload, NotifyPayload
from ioscli.codec.isakmp.numbers import NotifyType, ProtocolId
from ioscli.model.crypto import Spi
from ioscli.model.instant import Instant
from ioscli.protocols.ike.effects import DeleteChild, Effect
from ioscli.protocols.ike.exchange import Payloads

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


def process(sa: "IsakmpSa", now: Instant, payloads: Payloads) -> list[Effect]:
    """Act on the notifications and deletions of one message under `sa`."""
    effects: list[Effect] = []
    for payload in payloads:
        if isinstance(payload, DeletePayload):
            effects += _delete(sa, now, payload)
        elif isinstance(payload, NotifyPayload):
            effects += _notify(sa, now, payload)
    return effects


def initial_contact(sa: "IsakmpSa", now: Instant) -> list[Effect]:
    """The peer knows of no other SA: drop what it has forgotten (RFC 2407, 4.6.3.3).

    Only what was there before `sa` was begun: when both sides start at the same time, each says
    INITIAL_CONTACT while the other's SA is being made, and both SAs shall stay.
    """
    context = sa.context
    effects: list[Effect] = []
    for other in context.established(sa.local, sa.peer):
        if other is not sa and _before(other.established_at, sa.created):
            effects += other.delete(now, "Receive initial contact", tell_peer=False)
    gone = [
        record
        for record in context.children.values()
        if (record.local, record.peer) == (sa.local, sa.peer) and record.installed < sa.created
    ]
    for record in gone:
        del context.children[record.inbound_spi]
    if gone:
        effects.append(DeleteChild(sa.peer, tuple(record.outbound_spi for record in gone)))
    return effects


def notify_name(code: int) -> str:
    """A notification's name as IOS's debug writes it."""
    if code == NotifyType.NO_PROPOSAL_CHOSEN:
        return "PROPOSAL_NOT_CHOSEN"
    return NotifyType(code).name if code in _KNOWN else f"NOTIFY {code}"


def _delete(sa: "IsakmpSa", now: Instant, payload: DeletePayload) -> list[Effect]:
    context = sa.context
    if payload.protocol == ProtocolId.ISAKMP:
        effects: list[Effect] = []
        for cookies in payload.spis:
            other = context.sas.get(cookies[:8])
            if other is not None and other.peer == sa.peer and b"".join(other.cookies) == cookies:
                reason = "Receive delete from peer"
                effects += other.delete(now, reason, tell_peer=False)
        return effects
    if payload.protocol != ProtocolId.ESP or len(payload.spis[0]) != 4:
        context.counters.unsupported += 1
        return []
    gone = {Spi(int.from_bytes(spi)) for spi in payload.spis}
    for record in list(context.children.values()):
        if record.peer == sa.peer and record.outbound_spi in gone:
            del context.children[record.inbound_spi]
    return [DeleteChild(sa.peer, tuple(Spi(int.from_bytes(spi)) for spi in payload.spis))]


def _notify(sa: "IsakmpSa", now: Instant, payload: NotifyPayload) -> list[Effect]:
    kind = payload.notify_type
    if kind == NotifyType.INITIAL_CONTACT:
        return initial_contact(sa, now)
    if kind == NotifyType.R_U_THERE and sa.established_at is not None:
        # RFC 3706, 5.3: the acknowledgement carries the same sequence number.
        return [sa.inform((payload._replace(notify_type=NotifyType.R_U_THERE_ACK),))]
    if kind <= NotifyType.LAST_ERROR and payload.protocol == ProtocolId.ESP:
        return sa.quick_mode_refused(now, payload)
    return []


def _before(first: Instant | None, second: Instant) -> bool:
    return first is not None and first < second


_KNOWN = {int(code) for code in NotifyType}
