"""NOTIFICATION messages in IOS's words.

How known: `peer in wrong AS`, `hold time expired`, `illegal header length`, `invalid or corrupt AS
path` and the reasons of Cease (RFC 4486) from public logs; the others follow Cisco's system
message guide and have no capture.
"""

_TEXTS = {
    (1, 1): "header synchronization problems",
    (1, 2): "illegal header length",
    (1, 3): "illegal message type",
    (2, 0): "unspecified error",
    (2, 1): "unsupported version number",
    (2, 2): "peer in wrong AS",
    (2, 3): "BGP identifier wrong",
    (2, 4): "unsupported optional parameter",
    (2, 6): "unacceptable hold time",
    (2, 7): "unsupported/disjoint capability",
    (3, 1): "update malformed",
    (3, 2): "unrecognized well-known",
    (3, 3): "missing well-known attrib",
    (3, 4): "attribute flags error",
    (3, 5): "attribute length error",
    (3, 6): "invalid ORIGIN attribute",
    (3, 8): "invalid next hop",
    (3, 9): "optional attribute error",
    (3, 10): "illegal network",
    (3, 11): "invalid or corrupt AS path",
    (4, 0): "hold time expired",
    (5, 0): "FSM error",
    (6, 0): "cease",
    (6, 1): "Maximum Number of Prefixes Reached",
    (6, 2): "Administrative Shutdown",
    (6, 3): "Peer De-configured",
    (6, 4): "Administrative Reset",
    (6, 5): "Connection Rejected",
    (6, 6): "Other Configuration Change",
    (6, 7): "Connection Collision Resolution",
    (6, 8): "Out of Resources",
}


def notification_name(code: int, subcode: int) -> str:
    """`peer in wrong AS`."""
    return _TEXTS.get((code, subcode)) or _TEXTS.get((code, 0), "unknown")


def notification_text(code: int, subcode: int, data: bytes) -> str:
    """`2/2 (peer in wrong AS) 2 bytes FDE8`."""
    text = notification_name(code, subcode)
    dump = hexadecimal(data)
    return f"{code}/{subcode} ({text}) {len(data)} bytes {dump}".rstrip()


def hexadecimal(data: bytes) -> str:
    """Bytes in groups of two, as IOS dumps them."""
    digits = data.hex().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
