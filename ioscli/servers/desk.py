"""The operator's desk: one console per router, of which one is looked at."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ioscli.cli.session import Session
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar

#: Characters of unseen output kept per console; a terminal's scrollback ends too.
_MOST_UNSEEN = 100_000

SWITCH_SIGN = ":"
"""`:R2` at a prompt looks at R2's console; no IOS command begins so."""


class Console:
    """One router's console: its session, and output that nobody has seen yet."""

    def __init__(
        self,
        name: str,
        router: Router,
        grammar: "Grammar",
        length: int,
        on_change: Callable[[], None],
    ) -> None:
        self.name = name
        self.unsent = ""
        """What stood on the line when the operator looked away, or asked for help."""
        self.unsent_cursor: int | None = None
        """Where the cursor stood in it; None: at its end."""
        self._unseen = ""
        self._show: Callable[[str], None] | None = None

        def start() -> Session:
            return Session(router, grammar, output=self._write, length=length, on_change=on_change)

        self._start = start
        self.session = start()

    def look(self, show: Callable[[str], None] | None) -> None:
        """Show this console's output through `show` from now on, what waited first."""
        self._show = show
        if show is not None and self._unseen:
            unseen, self._unseen = self._unseen, ""
            show(unseen)

    def reopen(self) -> None:
        """Begin a new session where the old one was left (`exit`)."""
        self.session.close()
        self.session = self._start()

    def _write(self, text: str) -> None:
        if self._show is not None:
            self._show(text)
        else:
            self._unseen = (self._unseen + text)[-_MOST_UNSEEN:]


class Desk:
    """All consoles of a lab, and which one is looked at."""

    def __init__(
        self,
        routers: Mapping[str, Router],
        grammar: "Grammar",
        first: str,
        show: Callable[[str], None],
        *,
        length: int = 0,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.consoles = {
            name: Console(name, router, grammar, length, on_change)
            for name, router in routers.items()
        }
        self._show = show
        self.current = self.consoles[first]
        self.current.look(show)

    @property
    def session(self) -> Session:
        """The session that is looked at."""
        return self.current.session

    def busy(self) -> bool:
        """Whether the command that is looked at waits for simulated time."""
        return self.session.busy

    def switch(self, word: str) -> str | None:
        """Look at another console, by name, unique beginning or number; a complaint if none."""
        names = list(self.consoles)
        word = word.strip()
        if word.isdecimal() and 1 <= int(word) <= len(names):
            name = names[int(word) - 1]
        else:
            fits = self._fits(word)
            if len(fits) != 1:
                return self._complaint(word)
            name = fits[0]
        self.current.look(None)
        self.current = self.consoles[name]
        self.current.look(self._show)
        return None

    def listing(self) -> str:
        """The consoles by number."""
        return "  ".join(
            f"{number} {name}{'*' if console is self.current else ''}"
            for number, (name, console) in enumerate(self.consoles.items(), start=1)
        )

    def _fits(self, word: str) -> list[str]:
        lowered = word.lower()
        if not lowered:
            return []
        exact = [name for name in self.consoles if name.lower() == lowered]
        return exact or [name for name in self.consoles if name.lower().startswith(lowered)]

    def _complaint(self, word: str) -> str:
        near = get_close_matches(word, list(self.consoles), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"% no router {word!r}{hint} There are: {self.listing()}" if word else self.listing()


#: What IOS shows where a session was left with `exit`.
FAREWELL = "\n\n\n{name} con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n"
