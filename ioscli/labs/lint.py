"""`ioscli lint`: what becomes of every line of a configuration file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.labs.startup import Verdict, read_config, verdicts
from ioscli.model.config import RouterConfig

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar

#: Counted kinds, in the order in which they are reported; blank lines and comments are none.
_COUNTED = (LineKind.MODELLED, LineKind.STORED, LineKind.REJECTED)


def lint(grammar: "Grammar", file: Path) -> list[Verdict]:
    """The verdict on every line of a file, on a router that has whatever interfaces it names.

    Raises InputError when the file cannot be read.
    """
    text = read_config(file)
    session = ConfigSession(grammar, RouterConfig(), None, startup=True)
    return list(verdicts(session, file, text))


def listing(found: Iterable[Verdict]) -> Iterator[str]:
    """One line for each configuration line: place, verdict, the line, and the reason if any."""
    for verdict in found:
        kind = verdict.result.kind
        if kind is LineKind.REJECTED:
            yield f"{verdict.place}: rejected: {verdict.reason}"
        elif kind in _COUNTED:
            yield f"{verdict.place}: {kind.name.lower()}: {verdict.text.strip()}"


def summary(found: Iterable[Verdict]) -> str:
    """Counts and shares: `40 lines: 30 modelled (75%), 9 stored (22%), 1 rejected (2%)`."""
    counts = dict.fromkeys(_COUNTED, 0)
    for verdict in found:
        if verdict.result.kind in counts:
            counts[verdict.result.kind] += 1
    total = sum(counts.values())
    shares = ", ".join(
        f"{count} {kind.name.lower()} ({100 * count // total if total else 0}%)"
        for kind, count in counts.items()
    )
    return f"{total} line{'' if total == 1 else 's'}: {shares}"


def any_rejected(found: Iterable[Verdict]) -> bool:
    """Whether IOS would refuse a line."""
    return any(verdict.result.kind is LineKind.REJECTED for verdict in found)
