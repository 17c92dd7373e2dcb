"""Line editing as IOS does it, for a terminal that knows no escape sequences.

Keys go in, text to draw comes out: characters, `\\b`, blanks and BEL, nothing else. The keys are
those of Cisco's configuration fundamentals ("Using the Command-Line Interface"). A line longer
than the screen is shifted ten characters at a time, with `$` where it goes on: a capture of an
89-character ping on 80 columns shows it from its 22nd character on, behind one `$`.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto

from ioscli.cli.keys import ENTER, INTERRUPT, QUOTE, SUSPEND

BELL = "\a"
_SHIFT = 10
#: A line that goes on and on rings the bell instead of filling the memory.
_LONGEST_LINE = 32_768
#: Deletions that Esc-Y can bring back, newest last.
_MOST_KILLS = 10
_CONTROLS = {code: f"^{chr(code ^ 0x40)}" for code in (*range(32), 127)}


class Outcome(Enum):
    """What a key did."""

    EDITED = auto()
    ENTERED = auto()
    """Enter: the line is complete."""
    SUSPENDED = auto()
    """Ctrl-Z."""
    INTERRUPTED = auto()
    """Ctrl-C or Ctrl-Shift-6."""
    HELP = auto()
    """`?`: the owner answers, then calls `redraw`."""
    TAB = auto()
    """Tab: the owner may `replace` what stands before the cursor."""


class LineEditor:
    """One line being typed after a prompt.

    write: receives what is to be drawn. width: columns of the screen; 0: a line never ends.
    """

    def __init__(self, write: Callable[[str], object], width: int = 80) -> None:
        self.width = width
        self.text = ""
        self.cursor = 0
        self.prompt = ""
        self._write = write
        self._secret = False
        self._quoting = False
        self._history: Sequence[str] = ()
        self._place = 0
        self._draft = ""
        self._kills: list[str] = []
        self._yanked: tuple[int, int] | None = None
        """Where the text of the last Ctrl-Y stands, and how many deletions back it comes from."""
        self._offset = 0
        self._drawn = ""
        self._column = 0
        self._broken = False

    def begin(
        self,
        prompt: str,
        history: Sequence[str] = (),
        text: str = "",
        *,
        cursor: int | None = None,
        secret: bool = False,
    ) -> None:
        """Show a prompt, and edit a text after it.

        history: earlier lines, oldest first. secret: nothing of the line is shown.
        """
        self.prompt = prompt
        self.text = text
        self.cursor = len(text) if cursor is None else cursor
        self._secret = secret
        self._quoting = False
        self._history = history
        self._place = len(history)
        self._draft = text
        self._yanked = None
        self.redraw()

    def redraw(self) -> None:
        """Show prompt and text at the start of a fresh line."""
        self._write(self.prompt)
        self._broken = False
        self._offset = self._column = 0
        self._drawn = ""
        self._draw()

    def break_off(self) -> None:
        """Something else was printed: typing goes on below it, without prompt, as on IOS."""
        self._broken = True
        self._offset = self._shown(self.text[: self.cursor])[1]
        self._drawn = ""
        self._column = 0

    @property
    def at_line_start(self) -> bool:
        """Whether nothing stands before the cursor, not even a prompt."""
        return self._column == 0 and (self._broken or not self.prompt)

    def end(self, mark: str = "") -> None:
        """Leave the line: `mark` (`^C`) and a line end follow its last character."""
        self.cursor = len(self.text)
        self._draw()
        self._write(mark + "\n")

    def replace(self, text: str) -> None:
        """Put a text in place of what stands before the cursor."""
        self.text = text + self.text[self.cursor :]
        self.cursor = len(text)
        self._draw()

    def bell(self) -> None:
        """Refuse a key."""
        self._write(BELL)

    # -- keys ----------------------------------------------------------------------------------

    def key(self, key: str, *, plain: bool = False) -> Outcome:
        """Take one key; plain: an answer is being typed, for which `?` and Tab mean nothing."""
        if self._quoting:
            self._quoting = False
            self._insert(key)
            return Outcome.EDITED
        if key in _ENDS:
            return _ENDS[key]
        if key == "?" and not plain:
            return Outcome.HELP
        if key == "\t":
            return Outcome.EDITED if plain else Outcome.TAB
        yanked, self._yanked = self._yanked, None
        action = _ACTIONS.get(key)
        if action is not None:
            if key == _YANK_EARLIER:
                self._yanked = yanked
            action(self)
        elif len(key) == 1 and " " <= key <= "~":
            self._insert(key)
        else:
            self.bell()
        return Outcome.EDITED

    def _insert(self, text: str) -> None:
        if len(self.text) + len(text) > _LONGEST_LINE or not text.isascii():
            self.bell()
            return
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)
        self._draw()

    def _quote(self) -> None:
        """Ctrl-V: the next key is a character of the line (`?`, or a control character)."""
        self._quoting = True

    # moving

    def _move(self, position: int) -> None:
        if 0 <= position <= len(self.text):
            self.cursor = position
            self._draw()
        else:
            self.bell()

    def _home(self) -> None:
        self._move(0)

    def _end(self) -> None:
        self._move(len(self.text))

    def _back(self) -> None:
        self._move(self.cursor - 1)

    def _forward(self) -> None:
        self._move(self.cursor + 1)

    def _back_word(self) -> None:
        self._move(self._word_start())

    def _forward_word(self) -> None:
        self._move(self._word_end())

    def _word_start(self) -> int:
        """Where the word before the cursor begins."""
        before = self.text[: self.cursor].rstrip(" ")
        return before.rfind(" ") + 1

    def _word_end(self) -> int:
        """Where the word at or after the cursor ends."""
        after = self.text[self.cursor :]
        blanks = len(after) - len(after.lstrip(" "))
        end = after.find(" ", blanks)
        return len(self.text) if end < 0 else self.cursor + end

    # deleting and bringing back

    def _delete(self, start: int, end: int, *, keep: bool = True) -> None:
        """Take characters out; keep: Ctrl-Y can bring them back."""
        if start == end:
            return
        if keep:
            self._kills.append(self.text[start:end])
            del self._kills[:-_MOST_KILLS]
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start
        self._draw()

    def _erase(self) -> None:
        if self.cursor:
            self._delete(self.cursor - 1, self.cursor, keep=False)
        else:
            self.bell()

    def _delete_here(self) -> None:
        if self.cursor < len(self.text):
            self._delete(self.cursor, self.cursor + 1, keep=False)

    def _delete_to_start(self) -> None:
        self._delete(0, self.cursor)

    def _delete_to_end(self) -> None:
        self._delete(self.cursor, len(self.text))

    def _delete_word_before(self) -> None:
        self._delete(self._word_start(), self.cursor)

    def _delete_word_after(self) -> None:
        self._delete(self.cursor, self._word_end())

    def _yank(self) -> None:
        """Ctrl-Y: bring the newest deletion back."""
        if not self._kills:
            self.bell()
            return
        start = self.cursor
        self._insert(self._kills[-1])
        self._yanked = start, 1

    def _yank_earlier(self) -> None:
        """Esc-Y after Ctrl-Y: the deletion before the one brought back instead of it."""
        if self._yanked is None:
            self.bell()
            return
        start, back = self._yanked
        back = back % len(self._kills) + 1
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start
        self._insert(self._kills[-back])
        self._yanked = start, back

    # changing

    def _transpose(self) -> None:
        """Ctrl-T: exchange the character at the cursor with the one before it."""
        right = min(self.cursor, len(self.text) - 1)
        if right < 1:
            self.bell()
            return
        text = self.text
        self.text = text[: right - 1] + text[right] + text[right - 1] + text[right + 1 :]
        self.cursor = right + 1
        self._draw()

    def _recase(self, change: Callable[[str], str]) -> None:
        """Change the letters from the cursor to the end of the word."""
        end = self._word_end()
        self.text = (
            self.text[: self.cursor] + change(self.text[self.cursor : end]) + self.text[end:]
        )
        self.cursor = end
        self._draw()

    def _capitalize(self) -> None:
        self._recase(_capitalized)

    def _lower(self) -> None:
        self._recase(str.lower)

    def _upper(self) -> None:
        self._recase(str.upper)

    # history

    def _recall(self, step: int) -> None:
        place = self._place + step
        if not 0 <= place <= len(self._history):
            self.bell()
            return
        if self._place == len(self._history):
            self._draft = self.text
        self._place = place
        self.text = self._draft if place == len(self._history) else self._history[place]
        self.cursor = len(self.text)
        self._draw()

    def _earlier(self) -> None:
        self._recall(-1)

    def _later(self) -> None:
        self._recall(1)

    def _refresh(self) -> None:
        """Ctrl-L and Ctrl-R: show the line again, below."""
        self._write("\n")
        self.redraw()

    # -- drawing -------------------------------------------------------------------------------

    def _shown(self, text: str) -> tuple[str, int]:
        """A text as it looks, and its columns: control characters take two, `^C`."""
        if self._secret:
            return "", 0
        if not text.isprintable():
            text = text.translate(_CONTROLS)
        return text, len(text)

    def _draw(self) -> None:
        """Draw what differs from what stands on the screen, and put the cursor in its place."""
        line, length = self._shown(self.text)
        _, cursor = self._shown(self.text[: self.cursor])
        indent = 0 if self._broken else len(self.prompt)
        room = max(self.width - indent - 1, _SHIFT + 2) if self.width else length + 1
        if cursor - self._offset > room:
            self._offset += -(-(cursor - self._offset - room) // _SHIFT) * _SHIFT
        elif cursor <= self._offset and self._offset and not self._broken:
            self._offset = max(0, (cursor - 1) // _SHIFT * _SHIFT)
        elif cursor < self._offset:
            self._offset = cursor
        wanted = line[self._offset : self._offset + room]
        if self._offset and not self._broken:
            wanted = "$" + wanted[1:]
        if self._offset + room < length:
            wanted = wanted[:-1] + "$"
        self._redraw_to(wanted, cursor - self._offset)

    def _redraw_to(self, wanted: str, column: int) -> None:
        drawn = self._drawn
        same = 0
        least = min(len(drawn), len(wanted))
        while same < least and drawn[same] == wanted[same]:
            same += 1
        out = []
        at = self._column
        if drawn != wanted:
            out.append("\b" * (at - same) if at > same else wanted[at:same])
            gone = max(0, len(drawn) - len(wanted))
            out.append(wanted[same:] + " " * gone + "\b" * gone)
            at = len(wanted)
        out.append("\b" * (at - column) if at > column else wanted[at:column])
        self._drawn, self._column = wanted, column
        text = "".join(out)
        if text:
            self._write(text)


def _capitalized(text: str) -> str:
    """The first letter in upper case; the others stay (Cisco: "capitalizes the letter")."""
    start = len(text) - len(text.lstrip(" "))
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


_YANK_EARLIER = "\x1by"
_ENDS = {
    ENTER: Outcome.ENTERED,
    SUSPEND: Outcome.SUSPENDED,
    **dict.fromkeys(INTERRUPT, Outcome.INTERRUPTED),
}
_ACTIONS: dict[str, Callable[[LineEditor], None]] = {
    "\x01": LineEditor._home,
    "\x02": LineEditor._back,
    "\x04": LineEditor._delete_here,
    "\x05": LineEditor._end,
    "\x06": LineEditor._forward,
    "\x08": LineEditor._erase,
    "\x0b": LineEditor._delete_to_end,
    "\x0c": LineEditor._refresh,
    "\x0e": LineEditor._later,
    "\x10": LineEditor._earlier,
    "\x12": LineEditor._refresh,
    "\x14": LineEditor._transpose,
    "\x15": LineEditor._delete_to_start,
    QUOTE: LineEditor._quote,
    "\x17": LineEditor._delete_word_before,
    "\x18": LineEditor._delete_to_start,
    "\x19": LineEditor._yank,
    "\x7f": LineEditor._erase,
    "\x1b\x7f": LineEditor._delete_word_before,
    "\x1bb": LineEditor._back_word,
    "\x1bc": LineEditor._capitalize,
    "\x1bd": LineEditor._delete_word_after,
    "\x1bf": LineEditor._forward_word,
    "\x1bl": LineEditor._lower,
    "\x1bu": LineEditor._upper,
    _YANK_EARLIER: LineEditor._yank_earlier,
    # The keys of the cursor block, as ANSI and application mode write them.
    **{f"\x1b{middle}A": LineEditor._earlier for middle in "[O"},
    **{f"\x1b{middle}B": LineEditor._later for middle in "[O"},
    **{f"\x1b{middle}C": LineEditor._forward for middle in "[O"},
    **{f"\x1b{middle}D": LineEditor._back for middle in "[O"},
    **{f"\x1b{middle}H": LineEditor._home for middle in "[O"},
    **{f"\x1b{middle}F": LineEditor._end for middle in "[O"},
    "\x1b[3~": LineEditor._delete_here,
}
