"""The operator's desk: one console per node, of which one is looked at."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ioscli.cli.session import Session
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.cli.terminal_session import TerminalSession
    from ioscli.hosts.linux.host import LinuxHost

    Node = Router | LinuxHost
    """What has a console."""

#: Characters of unseen output kept per console; a terminal's scrollback ends too.
_MOST_UNSEEN = 100_000

SWITCH_SIGN = ":"
"""`:R2` at a prompt looks at R2's console; no IOS command begins so."""


class Keys(NamedTuple):
    """What a terminal whose keys come one by one adds to a desk: see TerminalSession."""

    columns: Callable[[], int]
    takes_key: Callable[[str], bool]
    takes_line: Callable[[str], bool]


class Clerk(Protocol):
    """Somebody beside the routers who takes lines that begin with `:`, before they are taken for
    a node's name. What it says, it says by `Desk.say`."""

    @property
    def busy(self) -> bool:
        """Whether the last line is being carried out still: no prompt comes before it is done."""

    @property
    def done(self) -> bool:
        """Whether the console is to be left."""

    def take(self, line: str, /) -> bool:
        """Carry out a line (without the sign), or begin to; False: it is not for the clerk."""

    def tick(self) -> None:
        """Time went by; called several times a second."""

    def interrupt(self) -> None:
        """Ctrl-C, while busy."""

    def key(self, key: str, /) -> bool:
        """Take a key, while busy; False: it waits for the console."""


class Host(Protocol):
    """Somebody who opens the consoles' sessions, and so can stand between them and the desk."""

    def open(
        self,
        name: str,
        make: "Callable[[Callable[[str], None], Callable[[], None]], OperatorSession]",
        write: Callable[[str], None],
        changed: Callable[[], None],
        /,
    ) -> "OperatorSession":
        """A session at a node's console; make: opens a plain one, given where its output goes and
        what to call when a command moved on."""

    def look(self, name: str, /) -> None:
        """Somebody looks at this console from now on."""

    def attend(self) -> None:
        """Called several times a second, and never from within an event."""

    def stands(self) -> bool:
        """Whether simulated time is to stand still."""


class Console:
    """One node's console: its session, and output that nobody has seen yet.

    keys: where lines are typed key by key; otherwise whole lines come.
    """

    def __init__(
        self,
        name: str,
        node: "Node",
        grammar: "Grammar",
        length: int,
        keys: Keys | None,
        host: Host | None = None,
    ) -> None:
        self.name = name
        self.node = node
        self.left = False
        """Whether the session ended and nobody has pressed RETURN since."""
        self._grammar = grammar
        self._length = length
        self._keys = keys
        self._host = host
        self._unseen = ""
        self._show: Callable[[str], None] | None = None
        self.session: OperatorSession
        self._terminal: TerminalSession | None = None
        self._start()

    @property
    def terminal(self) -> "TerminalSession":
        """The keys and the screen in front of the session."""
        assert self._terminal is not None
        return self._terminal

    def look(self, show: Callable[[str], None] | None) -> None:
        """Show this console's output through `show` from now on, what waited first."""
        if show is None:
            self._show = None
            return
        if self._host is not None:
            self._host.look(self.name)
        if self._terminal is not None and not self.session.busy and not self.session.remote:
            # What stands in the cursor's line is drawn anew.
            self._unseen = self._unseen[: self._unseen.rfind("\n") + 1]
        unseen, self._unseen = self._unseen, ""
        self._show = show
        if unseen:
            show(unseen)
        if self._terminal is not None and not self.left:
            self._terminal.refresh()

    def say(self, text: str) -> None:
        """Show lines that no node printed; a line that is being typed comes back after them."""
        if self._terminal is not None and not self.left:
            self._terminal.announce(text)
        else:
            self._write(text)

    def check(self) -> bool:
        """Say so where the session has ended (`exit`, `exec-timeout`); whether it just did."""
        if self.left or not self.session.closed:
            return False
        self.left = True
        self._write(self._farewell())
        return True

    def reopen(self) -> None:
        """Begin a new session where the old one was left."""
        self.session.close()
        self.left = False
        self._start()

    def _start(self) -> None:
        if self._keys is None:
            self.session = self._session(self._write, lambda: None)
            return
        from ioscli.cli.terminal_session import TerminalSession

        columns, takes_key, takes_line = self._keys
        self._terminal = TerminalSession(
            self._session,
            lambda data: self._write(data.decode().replace("\r\n", "\n")),
            columns=columns,
            takes_key=takes_key,
            takes_line=takes_line,
        )
        self.session = self._terminal.session
        self._terminal.start()

    def _session(
        self, output: Callable[[str], None], changed: Callable[[], None]
    ) -> "OperatorSession":
        if self._host is not None:
            return self._host.open(self.name, self._open, output, changed)
        return self._open(output, changed)

    def _open(
        self, output: Callable[[str], None], changed: Callable[[], None]
    ) -> "OperatorSession":
        node, length = self.node, self._length
        if isinstance(node, Router):
            return Session(node, self._grammar, output=output, length=length, on_change=changed)
        from ioscli.hosts.linux.shell import Shell

        return Shell(node, output=output, length=length, on_change=changed)

    def _farewell(self) -> str:
        farewell = FAREWELL if isinstance(self.node, Router) else _LOGGED_OUT
        return farewell.format(name=self.node.hostname)

    def _write(self, text: str) -> None:
        if self._show is not None:
            self._show(text)
        else:
            self._unseen = (self._unseen + text)[-_MOST_UNSEEN:]


class Desk:
    """All consoles of a lab, and which one is looked at."""

    def __init__(
        self,
        nodes: Mapping[str, "Node"],
        grammar: "Grammar",
        first: str,
        show: Callable[[str], None],
        *,
        length: int = 0,
        keys: Keys | None = None,
        host: Host | None = None,
    ) -> None:
        self.host = host
        self._grammar = grammar
        self._length = length
        self._keys = keys
        self._show = show
        self.clerk: Clerk | None = None
        self.serving = False
        """Whether the clerk is at work, and no console is looked at."""
        self.consoles: dict[str, Console] = {}
        self.current: Console
        self.furnish(nodes, first)

    def furnish(self, nodes: Mapping[str, "Node"], first: str) -> None:
        """Put consoles of these nodes there instead of any others; none is looked at yet."""
        for console in self.consoles.values():
            console.session.close()
        self.consoles = {
            name: Console(name, node, self._grammar, self._length, self._keys, self.host)
            for name, node in nodes.items()
        }
        self.current = self.consoles[first]

    def sit_down(self) -> None:
        """Look at the current console."""
        self.current.look(self._show)

    def order(self, line: str) -> None:
        """Carry out a line that began with `:`: the clerk's, or the name of a node.

        `attend` has to follow, for the clerk may take a while.
        """
        self.current.look(None)
        self.serving = True
        if self.clerk is not None and self.clerk.take(line):
            return
        found = self.find(line)
        if isinstance(found, str):
            self._show(found + "\n")
        else:
            self.current = found

    def attend(self) -> bool:
        """Let the clerk do what is due; whether it has just finished what it was ordered to do."""
        if self.clerk is not None:
            self.clerk.tick()
            if self.clerk.done or (self.serving and self.clerk.busy):
                return False
        if not self.serving:
            return False
        self.serving = False
        self.current.look(self._show)
        return True

    @property
    def done(self) -> bool:
        """Whether the clerk wants the console to be left."""
        return self.clerk is not None and self.clerk.done

    def say(self, text: str) -> None:
        """Show lines that no node printed."""
        if self.serving:
            self._show(text)
        else:
            self.current.say(text)

    @property
    def session(self) -> "OperatorSession":
        """The session that is looked at."""
        return self.current.session

    def busy(self) -> bool:
        """Whether the command that is looked at waits for simulated time."""
        return self.session.busy

    def check(self) -> bool:
        """Say at every console whose session has ended that it did; whether any just did."""
        if self.host is not None:
            self.host.attend()
        ended = [console for console in self.consoles.values() if console.check()]
        return bool(ended)

    def find(self, word: str) -> "Console | str":
        """The console of a name, its unique beginning or its number; a complaint if none."""
        names = list(self.consoles)
        word = word.strip()
        if word.isdecimal() and 1 <= int(word) <= len(names):
            return self.consoles[names[int(word) - 1]]
        fits = self._fits(word)
        return self.consoles[fits[0]] if len(fits) == 1 else self._complaint(word)

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
        return f"% no node {word!r}{hint} There are: {self.listing()}" if word else self.listing()


#: What IOS shows where a session was left with `exit`, or ended by `exec-timeout`.
FAREWELL = "\n\n\n{name} con0 is now available\n\n\n\n\n\nPress RETURN to get started.\n\n\n"

_LOGGED_OUT = "\n{name}: logged out; press RETURN to log in again.\n"
