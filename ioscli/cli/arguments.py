"""Typed arguments: from the form that IOS displays (`<1-99>`, `A.B.C.D`, `WORD`) to behaviour.

A matcher takes the whole line and the position where a word begins, and returns where the value
ends, or -1: so `Gig 0/0` is one INTERFACE and LINE takes the rest of the line. Types are made when
a line first needs them, for a console starts faster that way.
"""

import re
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Any, NamedTuple, TypeAlias

from ioscli.cli.interface_argument import canonical_name, interface_matcher, interface_name

Matcher: TypeAlias = Callable[[str, int], int]

#: Ranks: a lower one wins where several types fit a word.
SPECIFIC, ANY_WORD, ANY_LINE = 1, 2, 3


class ArgumentType(NamedTuple):
    """What a display form means."""

    display: str
    """What help shows."""
    rank: int
    match: Matcher
    """(line, position) -> end of the value that begins there, or -1."""
    convert: Callable[[str], Any]
    """From the matched text to the value that handlers get."""
    could_begin: Callable[[str], bool]
    """Whether a text may be the beginning of a value: for `word?`."""
    canonical: Callable[[str], str] | None = None
    """How the value is written back; None: as typed."""


class UnknownFormError(ValueError):
    """A display form that stands for no type."""


INTERFACE = "INTERFACE"


@cache
def argument_type(form: str) -> ArgumentType:
    """The type that a display form names; raises UnknownFormError."""
    make = _FORMS.get(form)
    if make is not None:
        return make()
    found = re.fullmatch(r"<(-?[0-9]+)-(-?[0-9]+)>", form)
    if found is not None:
        return _number(form, int(found[1]), int(found[2]))
    found = re.fullmatch(r"<(?:0x)?([0-9A-Fa-f]+)-(?:0x)?([0-9A-Fa-f]+)>", form)
    if found is not None:
        return _hexadecimal(form, int(found[1], 16), int(found[2], 16))
    raise UnknownFormError(f"unknown argument form {form!r}")


def address(text: str) -> IPv4Address:
    """A dotted quad that a matcher has already seen to be one: no checks, so it is quick."""
    a, b, c, d = text.split(".")
    return IPv4Address(int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d))


# --- numbers ---------------------------------------------------------------------------------

#: int() refuses thousands of digits by raising; 64 bits have no more than these.
_MOST_DIGITS = 20


def _number(form: str, low: int, high: int) -> ArgumentType:
    def match(line: str, position: int) -> int:
        end = line.find(" ", position)
        if end < 0:
            end = len(line)
        digits = line[position:end].removeprefix("-") if low < 0 else line[position:end]
        # isdigit() alone would take other scripts' digits.
        if not (digits.isdigit() and digits.isascii() and len(digits) <= _MOST_DIGITS):
            return -1
        return end if low <= int(line[position:end]) <= high else -1

    begins = _made_of(
        "-0123456789" if low < 0 else "0123456789", max(len(str(low)), len(str(high)))
    )
    return ArgumentType(form, SPECIFIC, match, int, begins)


def _hexadecimal(form: str, low: int, high: int) -> ArgumentType:
    digits = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{1,16})(?![^ ])").match

    def match(line: str, position: int) -> int:
        found = digits(line, position)
        return found.end() if found is not None and low <= int(found[1], 16) <= high else -1

    begins = _made_of("xX0123456789abcdefABCDEF", 2 + len(f"{high:x}"))
    return ArgumentType(form, SPECIFIC, match, lambda text: int(text, 16), begins)


def _made_of(characters: str, most: int) -> Callable[[str], bool]:
    """Whether a text holds no other characters, and not too many: good enough for `word?`."""
    return lambda text: len(text) <= most and not text.strip(characters)


# --- patterns --------------------------------------------------------------------------------

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_QUAD = rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}"


@cache
def _regex_matcher(pattern: str) -> Matcher:
    # A word ends at a blank or at the end of the line.
    regex = re.compile(pattern + r"(?![^ ])").match

    def match(line: str, position: int) -> int:
        found = regex(line, position)
        return -1 if found is None else found.end()

    return match


def _pattern(
    display: str, pattern: str, convert: Callable[[str], Any], characters: str, most: int
) -> ArgumentType:
    match = _regex_matcher(pattern)
    return ArgumentType(display, SPECIFIC, match, convert, _made_of(characters, most))


def _quad() -> ArgumentType:
    return _pattern("A.B.C.D", _QUAD, address, "0123456789.", 15)


def _prefix() -> ArgumentType:
    pattern = _QUAD + "/(?:3[0-2]|[12]?[0-9])"
    return _pattern("A.B.C.D/nn", pattern, IPv4Interface, "0123456789./", 18)


def _hardware_address() -> ArgumentType:
    def convert(text: str) -> bytes:
        return bytes.fromhex("".join(part.zfill(4) for part in text.split(".")))

    pattern = r"[0-9A-Fa-f]{1,4}\.[0-9A-Fa-f]{1,4}\.[0-9A-Fa-f]{1,4}"
    return _pattern("H.H.H", pattern, convert, "0123456789abcdefABCDEF.", 14)


def _time() -> ArgumentType:
    def convert(text: str) -> tuple[int, int, int]:
        hours, minutes, seconds = map(int, text.split(":"))
        return hours, minutes, seconds

    pattern = "(?:2[0-3]|[01]?[0-9]):[0-5]?[0-9]:[0-5]?[0-9]"
    return _pattern("hh:mm:ss", pattern, convert, "0123456789:", 8)


def _time_of_day() -> ArgumentType:
    def convert(text: str) -> tuple[int, int]:
        hours, minutes = map(int, text.split(":"))
        return hours, minutes

    return _pattern("hh:mm", "(?:2[0-3]|[01]?[0-9]):[0-5]?[0-9]", convert, "0123456789:", 5)


def _ipv6(display: str, kind: Callable[[str], object], pattern: str) -> ArgumentType:
    # The pattern only keeps from ipaddress, which is slow to refuse, what is no address at all.
    looks_right = _regex_matcher(pattern)

    def match(line: str, position: int) -> int:
        end = looks_right(line, position)
        if end >= 0:
            try:
                kind(line[position:end])
            except ValueError:
                return -1
        return end

    return ArgumentType(display, SPECIFIC, match, kind, _made_of("0123456789abcdefABCDEF:./", 49))


def _interface() -> ArgumentType:
    # `word?` and Tab know the kinds of interfaces by themselves.
    return ArgumentType(
        INTERFACE, SPECIFIC, interface_matcher(), interface_name, lambda _: False, canonical_name
    )


def _notation(display: str, pattern: str, characters: str, most: int) -> ArgumentType:
    """A number in a notation of its own, kept as text."""
    return _pattern(display, pattern, str, characters, most)


# --- words -----------------------------------------------------------------------------------


def _word(line: str, position: int) -> int:
    end = line.find(" ", position)
    return len(line) if end < 0 else end


def _rest(line: str, position: int) -> int:
    return max(len(line.rstrip(" ")), position)


def _text(display: str, rank: int, match: Matcher, convert: Callable[[str], Any]) -> ArgumentType:
    return ArgumentType(display, rank, match, convert, lambda _: True)


def _host(text: str) -> IPv4Address | str:
    return address(text) if _regex_matcher(_QUAD)(text, 0) == len(text) else text


_FORMS: dict[str, Callable[[], ArgumentType]] = {
    "A.B.C.D": _quad,
    # IOS takes any dotted quad for a mask and complains about a bad one by itself.
    "MASK": _quad,
    "WILDCARD": _quad,
    "A.B.C.D/nn": _prefix,
    "H.H.H": _hardware_address,
    "hh:mm:ss": _time,
    "hh:mm": _time_of_day,
    "X:X:X:X::X": lambda: _ipv6("X:X:X:X::X", IPv6Address, "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*"),
    "X:X:X:X::X/<0-128>": lambda: _ipv6(
        "X:X:X:X::X/<0-128>", IPv6Interface, "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*/[0-9]+"
    ),
    # An AS number in asdot notation (RFC 5396), a community, a route target or distinguisher, a
    # network entity title (ISO 10589).
    "<1.0-XX.YY>": lambda: _notation("<1.0-XX.YY>", r"[0-9]{1,5}\.[0-9]{1,5}", "0123456789.", 11),
    # The circuit of an ATM interface.
    "VPI/VCI": lambda: _notation("<0-255>", "(?:[0-9]{1,3}/)?[0-9]{1,5}", "0123456789/", 9),
    "/nn": lambda: _notation("/nn", "/(?:3[0-2]|[12]?[0-9])", "/0123456789", 3),
    "SIGNED": lambda: _notation("+/-<metric>", "[+-][0-9]{1,10}", "+-0123456789", 11),
    "aa:nn": lambda: _notation("aa:nn", "[0-9]{1,5}:[0-9]{1,5}", "0123456789:", 11),
    "ASN:nn": lambda: _notation(
        "ASN:nn or IP-address:nn",
        rf"(?:{_QUAD}|[0-9]{{1,5}}\.[0-9]{{1,5}}|[0-9]{{1,10}}):[0-9]{{1,10}}",
        "0123456789.:",
        26,
    ),
    "XX.XXXX": lambda: _notation(
        "XX.XXXX. ... .XXX.XX",
        r"[0-9A-Fa-f]{2}(?:\.[0-9A-Fa-f]{2,4}){3,}",
        "0123456789abcdefABCDEF.",
        60,
    ),
    INTERFACE: _interface,
    "WORD": lambda: _text("WORD", ANY_WORD, _word, str),
    # A name or an address: IOS displays WORD.
    "HOST": lambda: _text("WORD", ANY_WORD, _word, _host),
    "LINE": lambda: _text("LINE", ANY_LINE, _rest, str),
}
