"""Text from submissions made fit for reports: one line, printable, not endless."""

from collections.abc import Iterable

LONGEST = 400
"""Characters of one sentence of a report."""
MOST_LINES = 20


def plain(text: str, longest: int = LONGEST) -> str:
    """One line without control characters; what is too long is cut.

    Characters that cannot be printed, halves of surrogate pairs among them, are written as
    Python writes them.
    """
    if len(text) > longest:
        text = text[: longest - 3] + "..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def few(lines: Iterable[str], most: int = MOST_LINES) -> tuple[str, ...]:
    """The first lines made plain, and how many more there are."""
    whole = tuple(lines)
    found = tuple(plain(line) for line in whole[:most])
    more = len(whole) - len(found)
    return (*found, f"and {more} more") if more else found
