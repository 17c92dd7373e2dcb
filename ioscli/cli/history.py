"""Command history: the last lines typed, ten by default (`terminal history size`)."""


class History:
    """The lines of one kind of mode, oldest first; a repeated line is kept once in a row."""

    def __init__(self, size: int = 10) -> None:
        self.lines: list[str] = []
        self._size = size

    @property
    def size(self) -> int:
        """How many lines are kept."""
        return self._size

    def add(self, line: str) -> None:
        """Remember a line; empty ones are not."""
        if line and self.lines[-1:] != [line]:
            self.lines.append(line)
            self._trim()

    def resize(self, size: int) -> None:
        """Keep another number of lines from now on."""
        self._size = size
        self._trim()

    def _trim(self) -> None:
        del self.lines[: max(0, len(self.lines) - self._size)]
