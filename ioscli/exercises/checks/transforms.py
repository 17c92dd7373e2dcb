"""Transforms as `crypto ipsec transform-set` takes them, from text."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from ioscli.model.crypto import AhIntegrity, EspCipher, EspIntegrity, EspTransform

_E = TypeVar("_E", bound=Enum)


def parse_transform(text: str) -> EspTransform:
    """`esp-aes 256 esp-sha-hmac`, in any order. Raises ValueError."""
    parts: list[str] = []
    for word in text.split():
        if word.isdigit() and parts:
            parts[-1] += "" if word == "128" else f" {word}"
        else:
            parts.append(word)
    cipher = _only(parts, EspCipher)
    integrity = _only(parts, EspIntegrity)
    ah = _only(parts, AhIntegrity)
    if not parts or any(parts.count(part) > 1 for part in parts):
        raise ValueError(text)
    if len(parts) != sum(it is not None for it in (cipher, integrity, ah)):
        raise ValueError(text)
    return EspTransform(EspCipher.NULL if cipher is None else cipher, integrity, ah)


def _only(parts: list[str], kind: type[_E]) -> _E | None:
    found = [it for it in kind if it.value in parts]
    return found[0] if found else None
