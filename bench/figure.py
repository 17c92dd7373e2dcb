"""One line of the table that every bench yields."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside the same thing done by a peer, or beside a limit."""

    name: str
    value: float
    unit: str
    """`us`, `ms`, `/s`: one way of saying it for value and peer alike."""
    peer: str
    """Who or what `peer_value` is of; the reason where it could not be measured."""
    peer_value: float | None
    goal: str = ""
    """The bound that the project sets itself, in words."""
    met: bool | None = None
    """Whether the value keeps within it; None where there is no goal."""

    @property
    def ratio(self) -> float | None:
        """Value over peer."""
        return self.value / self.peer_value if self.peer_value else None

    def cells(self) -> tuple[str, ...]:
        """The table's row."""
        ratio = "" if self.ratio is None else f"{self.ratio:,.2f}"
        verdict = "" if self.met is None else ("kept" if self.met else "MISSED")
        return (
            self.name,
            _number(self.value),
            self.unit,
            "" if self.peer_value is None else _number(self.peer_value),
            self.peer,
            ratio,
            self.goal,
            verdict,
        )


HEADINGS = ("figure", "value", "unit", "peer", "who", "ratio", "goal", "")
_RIGHT = {1, 3, 5}
"""Columns of numbers."""


def table(figures: list[Figure]) -> str:
    """The figures in plain columns."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:,.2f}"
