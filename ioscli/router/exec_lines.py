"""Who used which line of the router, and how much: for `show line` and the load of Exec."""

from __future__ import annotations

from collections.abc import Iterable

FIRST_VTY = 578
"""The number of vty 0 among all lines, as IOSv counts them."""


def number_of(line: int) -> int:
    """The number among all lines of a session's line: 0 is the console, N is vty N-1."""
    return line and FIRST_VTY + line - 1


class LineUse:
    """The use of one line since boot."""

    __slots__ = ("characters", "commands", "uses")

    def __init__(self) -> None:
        self.uses = 0
        """Connections to the line; the console has none."""
        self.commands = 0
        """Lines that the command line carried out or refused."""
        self.characters = 0
        """Characters printed."""


class ExecLines:
    """The use of all lines: 0 is the console, N is vty N-1."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[int, LineUse] = {}

    def of(self, line: int) -> LineUse:
        """The use of one line."""
        known = self._lines.get(line)
        if known is None:
            known = self._lines[line] = LineUse()
        return known

    def connected(self, line: int) -> None:
        """Somebody came to a line."""
        if line:
            self.of(line).uses += 1

    def used(self) -> Iterable[tuple[int, LineUse]]:
        """Every line that anybody used."""
        return ((line, use) for line, use in self._lines.items() if use.characters or use.commands)

    def restarted(self) -> None:
        """The router boots: count from nothing."""
        self._lines.clear()
