"""Quantities as people write them in labs and transcripts: `90s`, `1ms`, `100mbit`, `2%`."""

import re
from decimal import Decimal

from ioscli.model.instant import Duration

_NUMBER = r"(\d{1,15}(?:\.\d{1,9})?)"
_DURATION = re.compile(_NUMBER + r" ?(us|ms|s|m|min|h)")
_MICROSECONDS = {
    "us": 1,
    "ms": 1_000,
    "s": 10**6,
    "m": 60 * 10**6,
    "min": 60 * 10**6,
    "h": 3600 * 10**6,
}
_BANDWIDTH = re.compile(_NUMBER + r" ?([kmg]?)(?:bit|bps|bit/s|b/s)?", re.IGNORECASE)
_BITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_LOSS = re.compile(_NUMBER + r" ?(%?)")

#: What the parsers below accept; the bounds keep a slip of the keyboard from a day of waiting.
LONGEST = Duration(24 * 3_600_000_000)
BANDWIDTHS = range(1_000, 10**12 + 1)
MTUS = range(68, 65_536)


def parse_duration(text: str, longest: Duration = LONGEST) -> Duration:
    """`90s`, `1.5ms`, `250us`, `2m`, `1h` or `0`; ValueError otherwise."""
    if text == "0":
        return Duration(0)
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("not a time such as 90s, 1ms or 250us")
    value = Duration(round(Decimal(found[1]) * _MICROSECONDS[found[2]]))
    if value > longest:
        raise ValueError(f"longer than {longest // 1_000_000}s")
    return value


def parse_bandwidth(text: str) -> int:
    """Bits a second from `1544kbit`, `100Mbps`, `1g` or a plain number; ValueError otherwise."""
    found = _BANDWIDTH.fullmatch(text)
    if found is None:
        raise ValueError("not a bandwidth such as 10mbit or 1gbit")
    value = round(Decimal(found[1]) * _BITS[found[2].lower()])
    if value not in BANDWIDTHS:
        raise ValueError("not within 1kbit and 1000gbit")
    return value


def parse_mtu(text: str) -> int:
    """Bytes of payload, 68 (RFC 791) to 65535; ValueError otherwise."""
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) not in MTUS:
        raise ValueError(f"not a number of bytes from {MTUS.start} to {MTUS.stop - 1}")
    return int(text)


def parse_loss(text: str) -> float:
    """The share of frames lost from `2%` or `0.02`; ValueError otherwise."""
    found = _LOSS.fullmatch(text)
    if found is not None:
        value = float(found[1]) / (100 if found[2] else 1)
        if value <= 1:
            return value
    raise ValueError("not a share such as 2% or 0.02")
