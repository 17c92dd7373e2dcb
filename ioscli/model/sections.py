"""Sub-modes of the configuration that are kept whole without acting: `router rip`, `route-map`.

What a section may hold and how it is printed is the command line's business; here is only the
tree of what the operator typed.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


class StoredLine(NamedTuple):
    """One line of a section, in full words and without indent."""

    rule: str
    """The grammar rule it is a line of."""
    text: str


@dataclass(slots=True)
class StoredSection:
    """A header and what stands under it."""

    rule: str
    """The grammar rule of the header."""
    header: str
    """As the running-config prints it, without indent."""
    ends: str = ""
    """The line that closes it in the running-config (`exit-address-family`), or ``."""
    bang: bool = False
    """Whether the running-config prints `!` before it within the section around it."""
    entries: "list[Entry]" = field(default_factory=list)
    """Lines and sections in the order in which the running-config prints them."""


Entry: TypeAlias = StoredLine | StoredSection
