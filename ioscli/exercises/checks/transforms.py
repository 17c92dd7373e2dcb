"""Transforms as `crypto ipsec transform-set` takes them, from text."""

from __future__ import annotations

from enum import Enum
from itertools import product
from typing import TypeVar

from ioscli.cli.commands.ipsec import transform_words
from ioscli.exercises.config_text import matches
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


def parse_pattern(text: str) -> str:
    """A pattern of `transform_words`: `esp-aes 256 *`, or a transform in any order.

    See `config_text.matches`. Raises ValueError where no transform fits.
    """
    if "*" not in text:
        return transform_words(parse_transform(text))
    pattern = " ".join(text.split())
    known = product(EspCipher, (None, *EspIntegrity), (None, *AhIntegrity))
    if not any(matches(pattern, transform_words(EspTransform(*parts))) for parts in known):
        raise ValueError(text)
    return pattern


def _only(parts: list[str], kind: type[_E]) -> _E | None:
    found = [it for it in kind if it.value in parts]
    return found[0] if found else None
