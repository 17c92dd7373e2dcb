"""Bytes of a terminal into keys.

A key is a short text: one character (`a`, `\\x01` for Ctrl-A), `\\r` for Enter however the
terminal writes it (CR, LF, CR LF, CR NUL), or a whole escape sequence (`\\x1bb` for Esc-B,
`\\x1b[A` for the up arrow). Sequences may be cut between two readings.
"""

from collections.abc import Iterator

ENTER = "\r"
INTERRUPT = ("\x03", "\x1e")
"""Ctrl-C and Ctrl-Shift-6, which terminals send as Ctrl-^."""
SUSPEND = "\x1a"
"""Ctrl-Z."""
QUOTE = "\x16"
"""Ctrl-V: the next key is a character."""

_ESCAPE = "\x1b"
#: An escape sequence longer than this is none: it is dropped.
_LONGEST_SEQUENCE = 16


class KeyReader:
    """Cuts what a terminal sends into keys.

    IOS reads lines with seven bits a character (`exec-character-bits 7`); bytes of another
    character set come out as one key each, above 127, which the editor refuses.
    """

    def __init__(self) -> None:
        self._sequence = ""
        self._after_return = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The keys that are complete now."""
        for character in data.decode("latin-1"):
            key = self._take(character)
            if key:
                yield key

    def _take(self, character: str) -> str:
        if self._sequence:
            return self._continue(character)
        after_return, self._after_return = self._after_return, character == "\r"
        if after_return and character in "\n\0":
            return ""
        if character == _ESCAPE:
            self._sequence = character
            return ""
        return ENTER if character == "\n" else character

    def _continue(self, character: str) -> str:
        """One more character of an escape sequence."""
        if character == _ESCAPE:  # Esc typed twice: begin again
            self._sequence = character
            return ""
        sequence = self._sequence + character
        # ECMA-48 5.4: after `[`, parameters and intermediates up to 3F, then one final byte.
        more = character in "[O" if len(sequence) == 2 else " " <= character <= "?"
        if more and len(sequence) < _LONGEST_SEQUENCE:
            self._sequence = sequence
            return ""
        self._sequence = ""
        return "" if more else sequence
