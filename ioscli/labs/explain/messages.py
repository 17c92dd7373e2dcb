"""The messages of IKE that were on the links: how far each exchange came."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.codec.isakmp import NO_COOKIE, IsakmpHeader, IsakmpMessage, NotifyPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType
from ioscli.labs.explain.ends import End
from ioscli.labs.explain.path import ipv4_of
from ioscli.labs.explain.watch import Frame, Watch

_IKE_PORT, _NAT_T_PORT = 500, 4500
_PHASES: dict[int, tuple[str, int]] = {
    ExchangeType.MAIN_MODE: ("main mode", 6),
    ExchangeType.AGGRESSIVE: ("aggressive mode", 3),
    ExchangeType.QUICK_MODE: ("quick mode", 3),
}
"""What exchanges are called, and how many messages they have (RFC 2409, 5)."""


class IkeSeen(NamedTuple):
    """A message of IKE on a link."""

    frame: Frame
    source: IPv4Address
    destination: IPv4Address
    header: IsakmpHeader
    octets: bytes

    @property
    def cookie(self) -> bytes:
        """The initiator's: it names the SA, whatever NAT makes of addresses."""
        return self.header.initiator_cookie


def ike_messages(watch: Watch) -> Iterator[IkeSeen]:
    """Every IKE message, on each link that it took."""
    for frame in watch.frames:
        packet = ipv4_of(frame)
        if packet is None:
            continue
        outer, payload = packet
        start = _ike_start(outer, payload)
        if start is not None:
            octets = payload[start:]
            try:
                header, _ = IsakmpHeader.parse(octets)
            except DecodeError:
                continue
            yield IkeSeen(frame, outer.source, outer.destination, header, octets)


def _ike_start(header: IPv4Header, payload: bytes) -> int | None:
    """Where IKE's own header begins behind UDP's, and a marker in port 4500 (RFC 3948)."""
    if header.protocol != IpProtocol.UDP or header.fragment_offset or len(payload) < 8:
        return None
    ports = {int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")}
    if _IKE_PORT in ports:
        return 8
    if _NAT_T_PORT in ports and payload[8:12] == bytes(4):
        return 12
    return None


def exchanges(watch: Watch, own: End, peer: str, seen: IPv4Address) -> tuple[str, ...]:
    """How far the exchanges of two ends came, those that were watched from their beginning.

    seen: the address that the peer knows us by.
    """
    ends = {own.policy.local, own.policy.peer, seen}
    sent: dict[tuple[bytes, int], list[IkeSeen]] = {}
    for it in ike_messages(watch):
        if it.frame.sender.node in (own.node, peer) and {it.source, it.destination} <= ends:
            sent.setdefault((it.cookie, it.header.message_id), []).append(it)
    told: dict[str, int] = {}
    for messages in sent.values():
        said = _exchange(messages, [it for those in sent.values() for it in those])
        if said:
            told[said] = told.get(said, 0) + 1
    return tuple(said if times == 1 else f"{said} ({times} times)" for said, times in told.items())


def _exchange(messages: list[IkeSeen], everything: list[IkeSeen]) -> str:
    """Of one message ID; empty for informational ones, and where the beginning was missed."""
    first = messages[0]
    name, whole = _PHASES.get(first.header.exchange, ("", 0))
    phase_one = not first.header.message_id
    if not name or (phase_one and first.header.responder_cookie != NO_COOKIE):
        return ""
    ours = [it for it in messages if it.header.exchange == first.header.exchange]
    once = {it.octets for it in ours}
    said = f"{first.frame.sender.node} began {name}: {len(once)} of {whole} messages"
    if len(once) < whole:
        again = len(ours) - len(once)
        said += f", {again} sent again" if again else ""
        said += _answer(ours[-1], everything)
    return said


def _answer(last: IkeSeen, everything: list[IkeSeen]) -> str:
    """An informational message of the other end about an exchange that came no further."""
    for it in everything:
        if (
            it.cookie == last.cookie
            and it.header.exchange == ExchangeType.INFORMATIONAL
            and it.frame.at >= last.frame.at
            and it.frame.sender.node != last.frame.sender.node
        ):
            return f"; {it.frame.sender.node} answered {_notification(it)}"
    return ""


def _notification(message: IkeSeen) -> str:
    if message.header.encrypted:
        return "with an encrypted notification"
    try:
        payloads = IsakmpMessage.parse(message.octets).payloads
    except DecodeError:
        return "with a notification"
    for payload in payloads:
        if isinstance(payload, NotifyPayload):
            try:
                return NotifyType(payload.notify_type).name.replace("_", "-")
            except ValueError:
                return f"with notification {payload.notify_type}"
    return "with a notification"
