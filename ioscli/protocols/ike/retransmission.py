"""What an ISAKMP SA does when messages are lost: repeats, skips repetitions, gives up.

Order and wording of the debugs are those of IOS.
"""

from typing import TYPE_CHECKING

from ioscli.model.instant import MILLISECOND, Instant
from ioscli.protocols.ike.exchange import Exchange
from ioscli.protocols.ike.quick_mode import QuickModeInitiator
from ioscli.protocols.ike.transmission import RETRANSMIT_ATTEMPTS

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


def answer_again(sa: "IsakmpSa", now: Instant, exchange: Exchange, datagram: bytes) -> None:
    """The peer repeats itself: it has not got the answer, or was too hasty."""
    phase = _phase(sa, exchange)
    sa.debug("phase %d packet is a duplicate of a previous packet.", phase)
    sa.debug("retransmitting due to retransmit phase %d", phase)
    since = (now - exchange.transmission.sent_at) // MILLISECOND
    again = exchange.transmission.answer_again(now, datagram)
    if again is not None:
        sa.transmit(again)
        return
    sa.debug("retransmission skipped for phase %d (time since last transmission %d)", phase, since)


def repeat(sa: "IsakmpSa", now: Instant, exchange: Exchange) -> None:
    """No answer in time: the message once more, or the end."""
    again = exchange.transmission.retransmit(now)
    state, message_id = sa.state.value, exchange.message_id
    phase = _phase(sa, exchange)
    if phase == 1:
        sa.debug("retransmitting phase 1 %s...", state)
    else:
        sa.debug("retransmitting phase 2 %s %d ...", state, message_id)
    if again is None:
        _give_up(sa, now, exchange)
        return
    for what in ("sa",) if phase == 1 else ("node", "sa"):
        sa.debug(
            "incrementing error counter on %s, attempt %d of %d: retransmit phase %d",
            what,
            exchange.transmission.attempts,
            RETRANSMIT_ATTEMPTS,
            phase,
        )
    if phase == 1:
        sa.debug("retransmitting phase 1 %s", state)
    else:
        sa.debug("retransmitting phase 2 %d %s", message_id, state)
    if sa.keepalive is not None:
        sa.keepalive.sent(now)
    sa.transmit(again)


def _give_up(sa: "IsakmpSa", now: Instant, exchange: Exchange) -> None:
    """The peer never answered.

    Errors of quick mode count for the SA too ("incrementing error counter on sa"): a peer
    that answers nothing has lost it, and the next request is to begin with main mode.
    """
    if exchange is sa.phase_one:
        sa.delete(now, "Death by retransmission P1", tell_peer=False)
    elif isinstance(exchange, QuickModeInitiator):
        sa.delete(now, "Phase 2 err count exceeded", tell_peer=True)
    else:
        sa.end(now, exchange)


def _phase(sa: "IsakmpSa", exchange: Exchange) -> int:
    return 1 if exchange is sa.phase_one else 2
