"""Vendor IDs: what IOS announces about itself in main mode (RFC 2408, 3.16)."""

from collections.abc import Iterable

from ioscli.codec.isakmp import Payload, RawPayload
from ioscli.codec.isakmp.numbers import PayloadType

#: MD5 of "RFC 3947" (RFC 3947, 3.1).
NAT_T_RFC3947 = bytes.fromhex("4a131c81070358455c5728f20e95452f")
#: MD5 of "draft-ietf-ipsec-nat-t-ike-07", "-03" and "-02\n".
NAT_T_DRAFT_07 = bytes.fromhex("439b59f8ba676c4c7737ae22eab8f582")
NAT_T_DRAFT_03 = bytes.fromhex("7d9419a65310ca6f2c179d9215529d56")
NAT_T_DRAFT_02 = bytes.fromhex("90cb80913ebb696e086381b5ec427b1f")
#: RFC 3706, 5.1, version 1.0.
DEAD_PEER_DETECTION = bytes.fromhex("afcad71368a1f1c96b8696fc77570100")
#: draft-ietf-ipsec-isakmp-xauth-06.
XAUTH = bytes.fromhex("09002689dfd6b712")
#: MD5 of "CISCO-UNITY", major and minor version in its last two bytes.
CISCO_UNITY = bytes.fromhex("12f5f28c457168a9702d9fe274cc0100")

#: Message 1 of an IOS initiator; the responder answers with the best that both have.
INITIATOR_NAT_T = (NAT_T_RFC3947, NAT_T_DRAFT_07, NAT_T_DRAFT_03, NAT_T_DRAFT_02)


def vendor_ids(*ids: bytes) -> list[Payload]:
    """Vendor ID payloads."""
    return [RawPayload(PayloadType.VENDOR_ID, body) for body in ids]


def announced(payloads: Iterable[Payload]) -> set[bytes]:
    """The vendor IDs that a message carries."""
    return {
        payload.body
        for payload in payloads
        if isinstance(payload, RawPayload) and payload.type == PayloadType.VENDOR_ID
    }
