"""ISAKMP messages (RFC 2408) with the IPsec DOI (RFC 2407), IKEv1 (RFC 2409) and NAT-T (RFC 3947).

- numbers: code points
- header: the fixed header of every message
- proposal: proposals, transforms and attributes of an SA payload
- payloads: the payloads, their chain and the registry of parsers
- message: header and payloads together

Ciphertext is opaque here: who has the keys decrypts, and parses what comes out.
"""

from ioscli.codec.isakmp.header import HEADER_LENGTH, NO_COOKIE, VERSION_1, IsakmpHeader
from ioscli.codec.isakmp.message import IsakmpMessage
from ioscli.codec.isakmp.payloads import (
    DeletePayload,
    IdPayload,
    NotifyPayload,
    Payload,
    RawPayload,
    SaPayload,
    build_payloads,
    parse_payloads,
)
from ioscli.codec.isakmp.proposal import (
    Attribute,
    Proposal,
    Transform,
    build_attributes,
    parse_attributes,
)

__all__ = [
    "HEADER_LENGTH",
    "NO_COOKIE",
    "VERSION_1",
    "Attribute",
    "DeletePayload",
    "IdPayload",
    "IsakmpHeader",
    "IsakmpMessage",
    "NotifyPayload",
    "Payload",
    "Proposal",
    "RawPayload",
    "SaPayload",
    "Transform",
    "build_attributes",
    "build_payloads",
    "parse_attributes",
    "parse_payloads",
]
