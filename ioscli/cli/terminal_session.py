"""A session at a plain terminal: bytes from the operator's keyboard in, bytes for the screen out.

What Telnet and every other line without a screen of its own have in common: prompts, echo,
editing, `?`, Tab, ` --More-- `, questions, and messages that break into a line being typed. No
escape sequences are sent; `terminal length` and `terminal width` count, never the real window.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ioscli.cli.keys import ENTER, INTERRUPT, QUOTE, KeyReader
from ioscli.cli.line_editor import LineEditor, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from ioscli.cli.operator_session import OperatorSession

    OpenSession = Callable[[Callable[[str], None], Callable[[], None]], OperatorSession]

#: Keys typed ahead while a command runs; those that come after ring the bell.
_MOST_AHEAD = 100_000


class TerminalSession:
    """One session and the plain terminal in front of it.

    open_session: makes the session, given where its output goes and what to call when a command
    moved on. write: receives what the terminal is to show, with CR LF at line ends. columns: how
    wide the screen really is, where that is known; lines are shifted at the narrower of it and
    `terminal width`. takes_key, takes_line: offered every key and every command line in its turn;
    what they take does not reach the session.
    """

    def __init__(
        self,
        open_session: OpenSession,
        write: Callable[[bytes], object],
        *,
        columns: Callable[[], int] = lambda: 0,
        takes_key: Callable[[str], bool] = lambda _key: False,
        takes_line: Callable[[str], bool] = lambda _line: False,
    ) -> None:
        self._write_bytes = write
        self._columns = columns
        self._takes_key = takes_key
        self._takes_line = takes_line
        self._keys = KeyReader()
        self._ahead: deque[str] = deque()
        self._editor = LineEditor(self._write)
        self._editing = False
        self._asking_key = False
        self._kept: tuple[str, int] | None = None
        """Text and cursor that come back under the prompt when the help was shown."""
        self.session = open_session(self._show, self._changed)

    def start(self) -> None:
        """Show the first prompt."""
        self._settle()

    @property
    def closed(self) -> bool:
        """Whether the operator left (`exit`): the connection is to be closed."""
        return self.session.closed

    @property
    def line_begun(self) -> bool:
        """Whether something stands on the line being typed."""
        return self._editing and bool(self._editor.text)

    def refresh(self) -> None:
        """Show what stands at the cursor again, at the start of a fresh line."""
        if self._editing:
            self._editor.redraw()
        elif self.session.paging:
            self.session.show_marker()
        elif self._asking_key:
            self._asking_key = False
            self._settle()

    def announce(self, text: str) -> None:
        """Show lines from beside the session; what stands in the cursor's line comes back."""
        if self._editing and self._editor.at_line_start:
            self._write(text)
        else:
            self._write("\n" + text)
        self.refresh()

    def paste(self, text: str) -> None:
        """Take pasted text: `?` and Tab are characters of the lines, not keys."""
        text = text.replace("\r\n", "\r").replace("\n", "\r").replace("\t", " ")
        self.feed(text.replace("?", f"{QUOTE}?").encode("latin-1", "replace"))

    def feed(self, data: bytes) -> None:
        """Take what the terminal sent; sequences may be cut anywhere."""
        self.session.touch()
        for key in self._keys.feed(data):
            if self.session.busy and key in INTERRUPT:
                self._ahead.clear()
                self.session.interrupt()
                self._settle()
            elif len(self._ahead) < _MOST_AHEAD:
                self._ahead.append(key)
            else:
                self._editor.bell()
            self._drain()

    # -- keys ----------------------------------------------------------------------------------

    def _drain(self) -> None:
        """Take the keys that wait, as far as the session takes any."""
        while self._ahead and not self.session.busy and not self.session.closed:
            self._take(self._ahead.popleft())

    def _take(self, key: str) -> None:
        session = self.session
        if session.remote:
            session.send_keys(key)
            self._settle()
            return
        if self._takes_key(key):
            return
        if session.paging:
            session.page(key)
            self._settle()
        elif self._asking_key:
            self._answer_key(key)
        else:
            self._type(key)

    def _answer_key(self, key: str) -> None:
        """The one key that answers `[confirm]`."""
        self._asking_key = False
        self._write("\n")
        if key in INTERRUPT:
            self.session.interrupt()
        else:
            self.session.feed("" if key == ENTER else key)
        self._settle()

    def _type(self, key: str) -> None:
        """A key into the line."""
        editor, session = self._editor, self.session
        editor.width = self._width
        match editor.key(key, plain=self._is_answer or (session.literal and key == "?")):
            case Outcome.HELP:
                text, cursor = editor.text, editor.cursor
                self._leave("?")
                self._kept = text, cursor
                session.show_help(text[:cursor])
                self._settle()
            case Outcome.TAB:
                self._complete()
            case Outcome.ENTERED:
                command = not self._is_answer
                self._leave()
                if not (command and self._takes_line(editor.text)):
                    session.feed(editor.text)
                self._settle()
            case Outcome.SUSPENDED:
                self._leave("^Z")
                session.end_key(editor.text)
                self._settle()
            case Outcome.INTERRUPTED:
                self._leave("^C" if key == INTERRUPT[0] else "")
                session.interrupt()
                self._settle()

    def _complete(self) -> None:
        """Tab: IOS shows the line again below, completed or not."""
        editor = self._editor
        completed = self.session.complete(editor.text[: editor.cursor])
        self._write("\n")
        if completed is not None:
            editor.text = completed + editor.text[editor.cursor :]
            editor.cursor = len(completed)
        editor.redraw()

    def _leave(self, mark: str = "") -> None:
        self._editing = False
        self._editor.end(mark)

    @property
    def _width(self) -> int:
        """Columns at which a line is shifted; 0: never."""
        widths = (self.session.terminal.width, self._columns())
        return min((width for width in widths if width), default=0)

    @property
    def _is_answer(self) -> bool:
        """Whether an answer or a banner's text is being typed rather than a command."""
        return self.session.asking is not None or not self.session.prompt

    # -- what the session does -----------------------------------------------------------------

    def _settle(self) -> None:
        """Show what the session waits for: a prompt or a question."""
        session = self.session
        if session.remote:
            self._editing = False  # a line for a program that takes keys from now on
            return
        if self._editing or session.closed or session.busy or session.paging:
            return
        question = session.asking
        if question is not None and session.asking_key:
            if not self._asking_key:
                self._asking_key = True
                self._write(question)
            return
        self._editing = True
        self._editor.width = self._width
        if question is not None:
            self._editor.begin(question, secret=session.asking_secret)
            return
        kept, self._kept = self._kept, None
        text, cursor = ("", 0) if kept is None else kept
        self._editor.begin(session.prompt, session.history, text, cursor=cursor)

    def _changed(self) -> None:
        """A command that was under way ended, or asks."""
        self._settle()
        self._drain()

    def _show(self, text: str) -> None:
        """Output of the session; while a line is being typed, a message that breaks into it."""
        if not self._editing:
            self._write(text)
            return
        self._write(text if self._editor.at_line_start else "\n" + text)
        if self.session.terminal.synchronous:
            self._editor.redraw()
        else:
            self._editor.break_off()

    def _write(self, text: str) -> None:
        # What was typed is ASCII; a banner read from a file may hold more.
        self._write_bytes(text.replace("\n", "\r\n").encode())
