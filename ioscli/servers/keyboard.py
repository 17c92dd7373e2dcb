"""The console at a real terminal, by prompt_toolkit: keys, line editing, drawing.

One line is edited at a time by a prompt of prompt_toolkit; while a command runs, keys are read
raw. A ticker moves simulated time all along. What a session is stands in `ioscli.cli.session`;
here is only what a terminal adds.
"""

import asyncio
import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_or_none, run_in_terminal
from prompt_toolkit.application.current import get_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output.vt100 import Vt100_Output

from ioscli.servers.desk import FAREWELL, SWITCH_SIGN, Desk
from ioscli.servers.pace import Clock, Turn

#: Wall seconds between two looks at the simulation while nothing is due.
_LONGEST_SLEEP = 0.25

_INTERRUPT_KEYS = (Keys.ControlC, Keys.ControlCircumflex)
_SWITCH_KEY = Keys.ControlSquareClose


#: Keys of prompt_toolkit's emacs mode that mean nothing to IOS: incremental search, undo.
_NOT_ON_IOS = ("c-s", "c-o", "c-_", "c-q", "c-g")


class _Leave(Exception):  # noqa: N818 - the operator's wish
    """The operator left, or the terminal went away."""


class _Unseen(Processor):
    """Shows nothing of the line: a password is being typed."""

    def apply_transformation(self, _given: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda _: 0, display_to_source=lambda _: 0)


def _ring(event: KeyPressEvent) -> None:
    """Refuse a key."""
    event.app.output.bell()


def _is_typed(character: str) -> bool:
    """Whether a pasted character is one that a line takes."""
    return character in "\n\t" or (character.isascii() and character.isprintable())


class Keyboard:
    """One terminal in front of a desk of consoles."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wakened: asyncio.Event | None = None
        self._pasted: deque[str] = deque()
        self._pending: list[str] = []
        self._flushing: asyncio.Task[None] | None = None
        self._ended = "enter"
        self._message = ""
        self._desk: Desk
        self._keys = self._bindings()
        self._input: Input
        # Never ask the terminal where its cursor is: the answer would come among the keys.
        pty = Vt100_Output.from_pty(sys.stdout)
        self._output = Vt100_Output(sys.stdout, pty.get_size, enable_cpr=False)

    # -- what the desk calls -------------------------------------------------------------------

    def show(self, text: str) -> None:
        """Show output: at once while nothing is being typed, above the prompt otherwise."""
        app = get_app_or_none()
        self._pending.append(text)
        if app is None or not app.is_running:
            self._write()
            return
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    def wake(self) -> None:
        """A command under way ended, or asks."""
        if self._wakened is not None:
            self._wakened.set()

    # -- running -------------------------------------------------------------------------------

    def converse(self, desk: Desk, notes: Sequence[str]) -> None:
        """Let the operator type until Ctrl-D or the end of the terminal."""
        self._desk = desk
        print(f"{len(desk.consoles)} routers: {desk.listing()}.", end=" ")
        print(f"Ctrl-] or {SWITCH_SIGN}NAME looks at another one, Ctrl-D leaves.")
        for note in notes:
            print(note)
        gc.freeze()
        gc.enable()
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._wakened = asyncio.Event()
        self._input = get_app_session().input
        loop = asyncio.get_running_loop()
        work = loop.create_task(self._serve())
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, work.cancel)
        loop.add_signal_handler(signal.SIGINT, self._stop_command)
        ticker = loop.create_task(self._tick(work))
        try:
            with suppress(_Leave, EOFError, asyncio.CancelledError):
                await work
        finally:
            ticker.cancel()
            with suppress(asyncio.CancelledError):
                await ticker

    async def _tick(self, work: "asyncio.Task[None]") -> None:
        """Move simulated time with the wall clock, until the terminal is gone."""
        descriptor = self._input.fileno()
        while True:
            if self._clock.advance(self._desk.busy) is Turn.MORE_TO_DO:
                await asyncio.sleep(0)
                continue
            if not os.isatty(descriptor):
                work.cancel()
                return
            ahead = self._clock.seconds_to_next()
            await asyncio.sleep(min(_LONGEST_SLEEP, _LONGEST_SLEEP if ahead is None else ahead))

    def _stop_command(self) -> None:
        """An interrupt signal from outside (keys are read raw) stops what runs."""
        if self._desk.session.busy:
            self._desk.session.interrupt()
            self.wake()

    async def _serve(self) -> None:
        while True:
            session = self._desk.session
            if session.closed:
                self.show(FAREWELL.format(name=session.router.hostname))
                await self._key()
                self._desk.current.reopen()
            elif session.paging:
                session.page(await self._key())
            elif session.asking is not None and session.asking_key:
                self.show(session.asking)
                key = await self._key()
                self.show("\n")
                session.feed("" if key in "\r\n" else key)
            elif session.busy:
                await self._while_busy()
            else:
                await self._line()

    # -- a line --------------------------------------------------------------------------------

    async def _line(self) -> None:
        """Read one line, and hand it to the session."""
        desk = self._desk
        session = desk.session
        question = session.asking
        ended, text = await self._read(question if question is not None else session.prompt)
        if ended == "switch":
            desk.current.unsent = text
            await self._switch()
        elif ended == "help":
            session.show_help(text[: desk.current.unsent_cursor])
        elif ended == "end":
            session.end_key(text) if question is None else session.interrupt()
        elif ended == "interrupt":
            session.interrupt()
        elif not self._takes_text and text.startswith(SWITCH_SIGN):
            self._look_at(text[1:])
        else:
            session.feed(text)

    async def _read(self, message: str) -> tuple[str, str]:
        if self._pasted:
            text = self._pasted.popleft()
            if self._pasted:
                self.show(f"{message}{text}\n")
                return "enter", text
        else:
            text, self._desk.current.unsent = self._desk.current.unsent, ""
        session = self._desk.session
        prompt: PromptSession[str] = PromptSession(
            history=InMemoryHistory([] if self._takes_text else session.history),
            key_bindings=self._keys,
            input=self._input,
            output=self._output,
            reserve_space_for_menu=0,
            input_processors=[_Unseen()] if session.asking_secret else None,
        )
        self._ended, self._message = "enter", message
        cursor, self._desk.current.unsent_cursor = self._desk.current.unsent_cursor, None
        line = await prompt.prompt_async(
            message, default=Document(text, cursor), handle_sigint=False
        )
        return self._ended, line

    @property
    def _takes_text(self) -> bool:
        """Whether the line is an answer or a banner's text rather than a command."""
        session = self._desk.session
        return session.asking is not None or not session.prompt

    async def _switch(self) -> None:
        prompt: PromptSession[str] = PromptSession(
            input=self._input, output=self._output, reserve_space_for_menu=0
        )
        self.show(f"{self._desk.listing()}\n")
        try:
            word = await prompt.prompt_async("node: ", handle_sigint=False)
        except KeyboardInterrupt:
            return
        if word.strip():
            self._look_at(word)

    def _look_at(self, word: str) -> None:
        complaint = self._desk.switch(word)
        if complaint is not None:
            self.show(complaint + "\n")

    def _bindings(self) -> KeyBindings:
        """The keys of IOS that prompt_toolkit's emacs keys do not have, or have otherwise."""
        keys = KeyBindings()

        def ends(how: str, mark: str) -> Callable[[KeyPressEvent], None]:
            def handler(event: KeyPressEvent) -> None:
                text = event.current_buffer.text
                self._ended = how
                if mark:
                    event.current_buffer.cursor_position = len(text)
                    event.current_buffer.insert_text(mark)
                event.app.exit(result=text)

            return handler

        keys.add("c-c", eager=True)(ends("interrupt", "^C"))
        keys.add("c-^", eager=True)(ends("interrupt", ""))
        keys.add("c-z", eager=True)(ends("end", "^Z"))
        keys.add(_SWITCH_KEY, eager=True)(ends("switch", ""))
        keys.add("?", eager=True)(self._help)
        keys.add("tab", eager=True)(self._complete)
        keys.add("c-x", eager=True)(get_by_name("unix-line-discard"))
        keys.add("c-v", eager=True)(get_by_name("quoted-insert"))
        keys.add("c-l", eager=True)(self._redraw)
        keys.add("c-r", eager=True)(self._redraw)
        keys.add(Keys.Any)(self._insert)
        for name in _NOT_ON_IOS:
            keys.add(name, eager=True)(_ring)
        keys.add(Keys.BracketedPaste, eager=True)(self._paste)
        return keys

    def _insert(self, event: KeyPressEvent) -> None:
        """A character; like IOS's own lines, this one takes ASCII alone."""
        if event.data.isascii() and event.data.isprintable():
            event.current_buffer.insert_text(event.data)
        else:
            _ring(event)

    def _redraw(self, event: KeyPressEvent) -> None:
        """Ctrl-L and Ctrl-R: the line again, below."""
        text = event.current_buffer.text
        if self._desk.session.asking_secret:
            text = ""
        self.show(f"{self._message}{text}\n")

    def _help(self, event: KeyPressEvent) -> None:
        """`?`: the answer below the line, and then the prompt with the typed text again."""
        buffer = event.current_buffer
        if self._takes_text:
            buffer.insert_text("?")
            return
        console = self._desk.current
        console.unsent, console.unsent_cursor = buffer.text, buffer.cursor_position
        self._ended = "help"
        buffer.insert_text("?")
        event.app.exit(result=console.unsent)

    def _complete(self, event: KeyPressEvent) -> None:
        if not self._takes_text:
            buffer = event.current_buffer
            completed = self._desk.session.complete(buffer.document.text_before_cursor)
            if completed is not None:
                buffer.delete_before_cursor(buffer.cursor_position)
                buffer.insert_text(completed)

    def _paste(self, event: KeyPressEvent) -> None:
        """Pasted lines are typed one after the other; the last stays on the line."""
        buffer = event.current_buffer
        text = "".join(filter(_is_typed, event.data.replace("\r\n", "\n").replace("\r", "\n")))
        first, *others = text.split("\n")
        buffer.insert_text(first)
        if others:
            self._pasted.extend(others)
            event.app.exit(result=buffer.text)

    async def _flush(self) -> None:
        """Print what waits above the prompt that is on screen."""

        while self._pending:
            await run_in_terminal(self._write)

    def _write(self) -> None:
        pending, self._pending = self._pending, []
        sys.stdout.write("".join(pending))
        sys.stdout.flush()

    # -- keys without a line -------------------------------------------------------------------

    async def _while_busy(self) -> None:
        """Wait for the command; the interrupt keys stop it, other keys are typed ahead."""
        assert self._wakened is not None
        ahead: list[KeyPress] = []

        def pressed(press: KeyPress) -> None:
            assert self._wakened is not None
            if press.key in _INTERRUPT_KEYS:
                self._desk.session.interrupt()
                ahead.clear()
            elif press.key == _SWITCH_KEY:
                switching.append(True)
            else:
                ahead.append(press)
                return
            self._wakened.set()

        switching: list[bool] = []
        with self._raw_keys(pressed):
            while self._desk.session.busy and not switching:
                self._wakened.clear()
                await self._wakened.wait()
        store_typeahead(self._input, ahead)
        if switching:
            self.show("\n")
            await self._switch()

    async def _key(self) -> str:
        """One key, as `--More--` and `[confirm]` take it; Ctrl-C for every key without text."""
        assert self._wakened is not None
        presses: list[KeyPress] = []

        def pressed(press: KeyPress) -> None:
            assert self._wakened is not None
            presses.append(press)
            self._wakened.set()

        with self._raw_keys(pressed):
            while not presses:
                self._wakened.clear()
                await self._wakened.wait()
        store_typeahead(self._input, presses[1:])
        press = presses[0]
        if press.key == Keys.ControlD:
            raise _Leave
        return press.data if len(press.data) == 1 else "\x03"

    @contextmanager
    def _raw_keys(self, pressed: Callable[[KeyPress], None]) -> Iterator[None]:
        """Hand every key to a function, those typed too early first."""
        keys = self._input

        def ready() -> None:
            for press in keys.read_keys():
                pressed(press)
            if keys.closed:
                pressed(KeyPress(Keys.ControlD, "\x04"))

        for press in get_typeahead(keys):
            pressed(press)
        with keys.raw_mode(), keys.attach(ready):
            yield
